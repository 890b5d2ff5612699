import { catchError, concatMap, type Observable } from 'rxjs';
import { fromMaybeAsync } from '../async.ts';
import { checkOptions, FUNCTION } from '../protocol/kinds.ts';
import { AbortError } from '../protocol/errors.ts';
import type { Dict } from '../protocol/payload.ts';
import { messageOf } from '../protocol/thrown.ts';
import type { AuthAttempt, Authenticator, ChallengeAnswer, MaybeAsync } from './authenticator.ts';

/** Functions of the application that may veto: a throw, or a rejection, refuses the session for good. */
export interface AuthHooks {
  /** Called before a CHALLENGE is answered. */
  readonly challenge?:
    ((method: string, extra: Readonly<Dict>, round: number, attempt: AuthAttempt) => MaybeAsync<void>) | undefined;
  /** Called before a WELCOME is accepted, whichever method it names, with the identity and all else that the router states. */
  readonly welcome?: ((details: Readonly<Dict>, attempt: AuthAttempt) => MaybeAsync<void>) | undefined;
}

/**
 * An authenticator with hooks of the application around it. A veto is answered with ABORT `wamp.error.cannot_authenticate`,
 * reported on userErrors$, and final for the transport, as a wrong password is.
 *
 * @throws TypeError for an unknown hook, or one that is no function
 * @example
 * const auth = hooked(ticket({ authid: 'joe', ticket }), {
 *   welcome: ({ authrole }) => {
 *     if (authrole !== 'user') throw new Error(`not as ${authrole}`);
 *   },
 * });
 */
export function hooked(authenticator: Authenticator, hooks: AuthHooks): Authenticator {
  checkOptions(() => 'hooked()', { challenge: FUNCTION, welcome: FUNCTION }, hooks);
  const { method, always = false } = authenticator;
  const veto = (cause: unknown): never => {
    if (cause instanceof AbortError) throw cause;
    throw new AbortError('wamp.error.cannot_authenticate', { message: messageOf(cause) }, { local: true, cause });
  };
  return {
    method,
    ...(authenticator.identity && { identity: authenticator.identity }),
    ...(authenticator.renewable !== undefined && { renewable: authenticator.renewable }),
    always: always || hooks.welcome !== undefined,
    hello: (attempt) => authenticator.hello(attempt),
    opened: (details, attempt) => authenticator.opened?.(details, attempt),
    challenge: (name, extra, round, attempt): Observable<ChallengeAnswer> =>
      fromMaybeAsync(() => hooks.challenge?.(name, extra, round, attempt)).pipe(
        catchError(veto),
        concatMap(() => fromMaybeAsync(() => authenticator.challenge(name, extra, round, attempt))),
      ),
    welcome: (details, attempt): Observable<void> =>
      fromMaybeAsync(() => {
        const used = details['authmethod'];
        const own = always || typeof used !== 'string' || used === method;
        return own ? authenticator.welcome?.(details, attempt) : undefined;
      }).pipe(concatMap(() => fromMaybeAsync(() => hooks.welcome?.(details, attempt)))),
  };
}
