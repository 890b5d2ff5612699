import { catchError, concatMap, defer, from, isObservable, of, take, type Observable } from 'rxjs';
import { checkOptions, FUNCTION } from '../protocol/attributes.ts';
import { AbortError } from '../protocol/errors.ts';
import type { Dict } from '../protocol/messages.ts';
import { messageOf } from '../protocol/thrown.ts';
import type { AuthAttempt, Authenticator, ChallengeAnswer, MaybeAsync } from './authenticator.ts';

/** What an application wants to have a say in; a throw, or a rejection, refuses the session for good: a veto. */
export interface AuthHooks {
  /** Before a CHALLENGE is answered. */
  readonly challenge?:
    ((method: string, extra: Readonly<Dict>, round: number, attempt: AuthAttempt) => MaybeAsync<void>) | undefined;
  /** Before a WELCOME counts, whichever method it names: whom the router takes us for, and what it says of itself. */
  readonly welcome?: ((details: Readonly<Dict>, attempt: AuthAttempt) => MaybeAsync<void>) | undefined;
}

const settled = <T>(value: MaybeAsync<T>): Observable<T> =>
  isObservable(value)
    ? value.pipe(take(1))
    : typeof (value as { then?: unknown } | null | undefined)?.then === 'function'
      ? from(value as PromiseLike<T>)
      : of(value as T);

/**
 * An authenticator with hooks of the application around it. A veto is answered with ABORT `wamp.error.cannot_authenticate`,
 * told on userErrors$, and final for the transport, as a wrong password is.
 *
 * @throws TypeError for hooks that are wrong
 * @example
 * const auth = hooked(ticket({ authid: 'joe', ticket }), {
 *   welcome: ({ authrole }) => {
 *     if (authrole !== 'user') throw new Error(`not as ${authrole}`);
 *   },
 * });
 */
export function hooked(authenticator: Authenticator, hooks: AuthHooks): Authenticator {
  checkOptions(() => 'hooked()', { challenge: FUNCTION, welcome: FUNCTION }, hooks);
  const { method, identity, renewable } = authenticator;
  const veto = (cause: unknown): never => {
    if (cause instanceof AbortError) throw cause;
    throw new AbortError('wamp.error.cannot_authenticate', { message: messageOf(cause) }, { local: true, cause });
  };
  return {
    method,
    ...(identity && { identity }),
    ...(renewable !== undefined && { renewable }),
    always: hooks.welcome !== undefined || authenticator.always === true,
    hello: (attempt) => authenticator.hello(attempt),
    ...(authenticator.opened && {
      opened: (details: Dict, attempt: AuthAttempt) => authenticator.opened?.(details, attempt),
    }),
    challenge: (name, extra, round, attempt): Observable<ChallengeAnswer> =>
      defer(() => settled(hooks.challenge?.(name, extra, round, attempt))).pipe(
        catchError(veto),
        concatMap(() => settled(authenticator.challenge(name, extra, round, attempt))),
      ),
    welcome: (details, attempt): Observable<void> =>
      defer(() => {
        const used = details['authmethod'];
        const own = typeof used !== 'string' || used === method || authenticator.always === true;
        return settled(own ? authenticator.welcome?.(details, attempt) : undefined);
      }).pipe(concatMap(() => settled(hooks.welcome?.(details, attempt)))),
  };
}
