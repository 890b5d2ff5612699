import type { MaybeAsync } from '../async.ts';
import { mapped } from './answer.ts';
import type { AuthRequest, GrantedIdentity, RouterAuthenticator } from './auth-options.ts';
import { isSame, known, letIn, wrong } from './principals.ts';

/**
 * Admits every client (WAMP, section "Anonymous Authentication").
 *
 * @param identity what they get; a random authid and the role `anonymous` by default
 */
export function acceptAnonymous(identity: GrantedIdentity = {}): RouterAuthenticator {
  return {
    method: 'anonymous',
    hello: () => ({ accept: { authrole: 'anonymous', authprovider: 'static', ...identity } }),
  };
}

/** A principal of {@link acceptTicket}: the ticket alone, or with who it makes of its bearer. */
export type TicketPrincipal =
  | string
  | (GrantedIdentity & {
      /** The ticket that the client has to show. */
      readonly ticket: string;
    });

/** Judges a ticket: who its bearer is, or `undefined` for a wrong one. */
export type TicketCheck = (ticket: string, request: AuthRequest) => MaybeAsync<GrantedIdentity | undefined>;

/**
 * Admits clients that show the right ticket (WAMP, section "Ticket-based Authentication").
 *
 * @param principals tickets by authid, or a function that judges; the role is `user` by default
 * @example
 * createRouter({ realms: { realm1: { auth: [acceptTicket({ joe: 'secret', ann: { ticket: 's2', authrole: 'admin' } })] } } })
 */
export function acceptTicket(principals: Readonly<Record<string, TicketPrincipal>> | TicketCheck): RouterAuthenticator {
  return {
    method: 'ticket',
    hello(request) {
      const shown = 'The ticket is wrong';
      if (typeof principals === 'function') {
        return {
          challenge: {},
          verify: (signature) =>
            mapped(principals(signature, request), (found) => (found ? letIn(request, found) : wrong(shown))),
        };
      }
      return known(principals, request, (principal) => {
        const { ticket: right, ...identity } = typeof principal === 'string' ? { ticket: principal } : principal;
        return {
          challenge: {},
          verify: (signature) => (isSame(signature, right) ? letIn(request, identity) : wrong(shown)),
        };
      });
    },
  };
}

/** Knows a link by what it shows: who it is, or `undefined` for a stranger. */
export type LinkCheck = (request: AuthRequest) => MaybeAsync<GrantedIdentity | undefined>;

const byLink = (method: string, check: LinkCheck): RouterAuthenticator => ({
  method,
  hello: (request) =>
    mapped(check(request), (found) => (found ? letIn(request, found) : wrong(`Not known by ${method}`))),
});

/**
 * Admits clients whose HTTP request showed a known cookie, without a CHALLENGE.
 *
 * @param check looks at `request.link.headers.cookie`
 * @example
 * acceptCookie(({ link }) => (link.headers?.['cookie'] === 'cbtid=abc' ? { authid: 'joe' } : undefined))
 */
export const acceptCookie = (check: LinkCheck): RouterAuthenticator => byLink('cookie', check);

/**
 * Admits clients that have a TLS certificate that the server trusts, without a CHALLENGE; serve with
 * `tls: { …, requestCert: true, ca }`.
 *
 * @param check looks at `request.link.certificate`; by default its common name is the authid
 */
export const acceptTls = (
  check: LinkCheck = ({ link }) => link.certificate && { authid: link.certificate.name, authprovider: 'tls' },
): RouterAuthenticator => byLink('tls', check);
