import { from, isObservable, Observable, of, tap, type Observer, type Subscription } from 'rxjs';
import { ConnectionLostError } from '../protocol/errors.ts';
import { isPromise, type MaybeAsync } from '../async.ts';
import { guarded } from '../session/error-mapping.ts';
import type { Session } from '../session/session.ts';

/**
 * What an application does on a session: gives a value, a Promise or an Observable. `signal` is aborted when the session is
 * left or lost, or its outcome is not used any more; an Observable is unsubscribed then.
 *
 * @template Api the contract that the session keeps to
 */
export type SessionTask<T, Api = unknown> = (session: Session<Api>, signal: AbortSignal) => MaybeAsync<T>;

/** Runs a function of the application on a session, for each subscriber; what it throws is an error notification. */
const runOn = <T, Api>(session: Session<Api>, task: SessionTask<T, Api>): Observable<T> =>
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

/** The run of a task on one session at a time. */
export class CurrentRun<Api> {
  /** The session that it runs on. */
  session: Session<Api> | undefined;
  #run: Subscription | undefined;

  /** Goes on to a session; false for one that is over, or the same. */
  enter(session: Session<Api>): boolean {
    if (!session.open || session === this.session) return false;
    this.stop();
    this.session = session;
    return true;
  }

  /** Runs a task on the session. */
  run<T>(task: SessionTask<T, Api>, observer: Partial<Observer<T>>): void {
    const { session } = this;
    if (session === undefined) return;
    this.#run = undefined;
    const run = runOn(session, task).subscribe(observer);
    // it may have been stopped from within
    if (this.session === session) this.#run = run;
    else guarded(() => run.unsubscribe());
  }

  /** Stops the run; returns the session that it ran on. */
  stop(): Session<Api> | undefined {
    const { session } = this;
    this.session = undefined;
    guarded(() => this.#run?.unsubscribe());
    return session;
  }
}
