import { map, type Observable } from 'rxjs';
import { resolve, type Resolvable } from '../async.ts';
import { kindOf } from '../protocol/errors.ts';
import type { AuthAttempt, Authenticator, Identity } from './authenticator.ts';
import { conceal } from './conceal.ts';

/** Options of {@link ticket}. */
export interface TicketOptions {
  /** Who to be. */
  readonly authid: string;
  /** The ticket, or where to get it: asked anew at every attempt. */
  readonly ticket: Resolvable<string>;
  /** The role to ask for. */
  readonly authrole?: string | undefined;
  readonly authextra?: Identity['authextra'] | undefined;
}

/**
 * Authenticates by a shared ticket, which the router sees in clear: use TLS (WAMP, "Ticket-based Authentication").
 *
 * @example
 * ticket({ authid: 'joe', ticket: () => firstValueFrom(freshToken$) })
 */
export function ticket({ ticket: secret, authid, authrole, authextra }: TicketOptions): Authenticator {
  if (typeof authid !== 'string') throw new TypeError(`ticket(): authid must be a string, got ${kindOf(authid)}`);
  if (typeof secret !== 'string' && typeof secret !== 'function') {
    throw new TypeError('ticket(): ticket must be a string or a function that returns one');
  }
  const identity: Identity = { authid, ...(authrole !== undefined && { authrole }), ...(authextra && { authextra }) };
  return {
    method: 'ticket',
    identity,
    renewable: typeof secret === 'function',
    hello: () => identity,
    challenge: (_method, _extra, _round, attempt) => signatureOf(secret, attempt),
  };
}

function signatureOf(secret: Resolvable<string>, attempt: AuthAttempt): Observable<{ signature: string }> {
  return resolve(secret).pipe(
    map((signature: unknown) => {
      // never the secret itself in an error
      if (typeof signature !== 'string')
        throw new TypeError(`ticket(): the ticket must be a string, got a ${typeof signature}`);
      conceal(signature, attempt);
      return { signature };
    }),
  );
}
