import { mapped, type Answer } from './answer.ts';
import type { AuthRequest, AuthStep, Identity, RouterAuthenticator } from './options.ts';

/**
 * Lets everybody in (WAMP, section "Anonymous Authentication").
 *
 * @param identity what they get; a random authid and the role `anonymous` by default
 */
export function anonymous(identity: Identity = {}): RouterAuthenticator {
  return {
    method: 'anonymous',
    hello: () => ({ accept: { authrole: 'anonymous', authprovider: 'static', ...identity } }),
  };
}

/** A principal of {@link ticket}: the ticket alone, or with who it makes of its bearer. */
export type TicketPrincipal = string | (Identity & { readonly ticket: string });

/** Judges a ticket: who its bearer is, or `undefined` for a wrong one. */
export type TicketCheck = (ticket: string, request: AuthRequest) => Answer<Identity | undefined>;

/**
 * Lets in who shows the right ticket (WAMP, section "Ticket-based Authentication").
 *
 * @param principals tickets by authid, or a function that judges; the role is `user` by default
 * @example
 * createTestRouter({ realms: { realm1: { auth: [ticket({ joe: 'secret', ann: { ticket: 's2', authrole: 'admin' } })] } } })
 */
export function ticket(principals: Readonly<Record<string, TicketPrincipal>> | TicketCheck): RouterAuthenticator {
  return {
    method: 'ticket',
    hello(request): AuthStep {
      const { authid } = request;
      const letIn = (identity: Identity): AuthStep => ({
        accept: { authrole: 'user', authprovider: 'static', ...(authid === undefined ? {} : { authid }), ...identity },
      });
      const wrong: AuthStep = { deny: 'wamp.error.authentication_denied', message: 'The ticket is wrong' };
      if (typeof principals === 'function') {
        return {
          challenge: {},
          verify: (signature) => mapped(principals(signature, request), (found) => (found ? letIn(found) : wrong)),
        };
      }
      if (authid === undefined || !Object.hasOwn(principals, authid)) {
        return {
          deny: 'wamp.error.no_such_principal',
          message: authid === undefined ? 'HELLO names no authid' : `There is no principal '${authid}'`,
        };
      }
      const principal = principals[authid] as TicketPrincipal;
      const { ticket: right, ...identity } = typeof principal === 'string' ? { ticket: principal } : principal;
      return { challenge: {}, verify: (signature) => (signature === right ? letIn(identity) : wrong) };
    },
  };
}
