import { from, isObservable, map, Subscription } from 'rxjs';
import { fromMaybeAsync, isPromise, type MaybeAsync } from '../async.ts';

/**
 * Calls a hook and goes on with what it answers: in the same turn where it answers directly, so that a synchronous hook
 * keeps everything in order. Unsubscribing drops the answer.
 *
 * @param hook gives a value, a Promise of it, or an Observable whose first value counts
 * @param done receives the answer; what it throws reaches the caller where the hook answers directly
 * @param failed receives what the hook threw, rejected or errored with
 */
export function whenAnswered<T>(
  hook: () => MaybeAsync<T>,
  done: (value: T) => void,
  failed: (error: unknown) => void,
): Subscription {
  let answer: MaybeAsync<T>;
  try {
    answer = hook();
  } catch (error) {
    failed(error);
    return Subscription.EMPTY;
  }
  if (isObservable(answer) || isPromise(answer)) {
    return fromMaybeAsync(() => answer).subscribe({ next: done, error: failed });
  }
  done(answer);
  return Subscription.EMPTY;
}

/** What an answer becomes: at once where it is there at once. */
export function mapped<T, R>(answer: MaybeAsync<T>, project: (value: T) => R): MaybeAsync<R> {
  return isObservable(answer) || isPromise(answer) ? from(answer).pipe(map(project)) : project(answer);
}
