import { map } from 'rxjs';
import type { Resolvable } from '../async.ts';
import { kindOf } from '../protocol/kind-of.ts';
import type { Authenticator } from './authenticator.ts';
import { conceal } from './conceal.ts';
import { authenticatorOf } from './exchange.ts';
import { reportInsecure } from './insecure.ts';
import { identityOf, resolveSecret, SECRET, type IdentityOptions } from './shared.ts';

/** Options of {@link ticket}. */
export interface TicketOptions extends IdentityOptions {
  /** The authid to join with. */
  readonly authid: string;
  /** The ticket, or a function that returns it, called anew at every attempt. */
  readonly ticket: Resolvable<string>;
}

/**
 * Authenticates by a shared ticket, which the router receives in clear text: use TLS (WAMP, "Ticket-based Authentication").
 * A ticket that leaves this machine without TLS is reported once on lifecycle$, as `insecure`.
 *
 * @throws TypeError where the authid or the ticket is missing or of the wrong type
 *
 * @example
 * ticket({ authid: 'joe', ticket: () => firstValueFrom(freshToken$) })
 */
export function ticket({ ticket: secret, ...options }: TicketOptions): Authenticator {
  const { authid } = options;
  if (typeof authid !== 'string') throw new TypeError(`ticket(): authid must be a string, got ${kindOf(authid)}`);
  if (!SECRET.test(secret)) throw new TypeError(`ticket(): ticket must be ${SECRET.expected}`);
  const identity = identityOf(options);
  return authenticatorOf({
    method: 'ticket',
    identity,
    secret,
    begin: (attempt) => ({
      challenge: () =>
        resolveSecret('ticket(): the ticket', secret).pipe(
          map((signature) => {
            reportInsecure('ticket', attempt);
            conceal(signature, attempt, identity);
            return { signature };
          }),
        ),
    }),
  });
}
