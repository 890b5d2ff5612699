import { from, isObservable, Observable, of, tap } from 'rxjs';
import type { MaybeAsync } from '../auth/authenticator.ts';
import { ConnectionLostError } from '../protocol/errors.ts';
import { isPromise } from '../async.ts';
import type { Session } from '../session/session.ts';

/**
 * What an application does on a session: gives a value, a Promise or an Observable. `signal` is aborted when the session is
 * left or lost, or the outcome is not wanted any more; an Observable is unsubscribed then.
 *
 * @template Api the contract that the session keeps to
 */
export type SessionTask<T, Api = unknown> = (session: Session<Api>, signal: AbortSignal) => MaybeAsync<T>;

/** Runs a function of the application on a session, for each subscriber; what it throws is an error notification. */
export const runOn = <T, Api>(session: Session<Api>, task: SessionTask<T, Api>): Observable<T> =>
  new Observable((subscriber) => {
    const abort = new AbortController();
    let over = false;
    const ended = (): void => void (over = true);
    // first, so that a source that ends at once finds it
    subscriber.add(() => {
      if (!over) abort.abort(new ConnectionLostError('The session has ended'));
    });
    const outcome = task(session, abort.signal);
    return (isObservable(outcome) || isPromise(outcome) ? from(outcome) : of(outcome))
      .pipe(tap({ error: ended, complete: ended }))
      .subscribe(subscriber);
  });
