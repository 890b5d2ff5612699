import { map } from 'rxjs';
import type { Resolvable } from '../async.ts';
import type { Kind } from '../protocol/kinds.ts';
import type { Authenticator } from './authenticator.ts';
import { conceal } from './conceal.ts';
import { authenticatorOf } from './exchange.ts';
import { reportInsecure } from './insecure.ts';
import { checkMethod, IDENTITY, identityOf, resolveSecret, SECRET, type IdentityOptions } from './shared.ts';

/** Options of {@link ticket}. */
export interface TicketOptions extends IdentityOptions {
  /** The authid to join with. */
  readonly authid: string;
  /** The ticket, or a function that returns it, called anew at every attempt. */
  readonly ticket: Resolvable<string>;
}

const OPTIONS = { ...IDENTITY, ticket: SECRET } satisfies Record<keyof TicketOptions, Kind>;

/**
 * Authenticates by a shared ticket, which the router receives in clear text: use TLS (WAMP, "Ticket-based Authentication").
 * A ticket that leaves this machine without TLS is reported once on lifecycle$, as `insecure`.
 *
 * @throws TypeError where an option is missing, unknown or of the wrong type
 *
 * @example
 * ticket({ authid: 'joe', ticket: () => firstValueFrom(freshToken$) })
 */
export function ticket(options: TicketOptions): Authenticator {
  checkMethod('ticket', OPTIONS, options, ['authid', 'ticket']);
  const { ticket: secret } = options;
  const identity = identityOf(options);
  return authenticatorOf({
    method: 'ticket',
    identity,
    secret,
    begin: (attempt) => ({
      challenge: () =>
        resolveSecret('ticket: the ticket', secret).pipe(
          map((signature) => {
            reportInsecure('ticket', attempt);
            conceal(signature, attempt, identity);
            return { signature };
          }),
        ),
    }),
  });
}
