import { from, isObservable, map, Subscription, take, type Observable } from 'rxjs';
import { isPromise } from '../async.ts';

/** What a hook may return: the value itself, a Promise of it, or an Observable whose first value counts. */
export type Answer<T> = T | PromiseLike<T> | Observable<T>;

/**
 * Asks a hook and goes on with what it says: in the same turn where it answers directly, so that a synchronous hook
 * keeps everything in order. Unsubscribing gives the question up.
 *
 * @param ask calls the hook
 * @param done receives the answer
 * @param failed receives what the hook threw, rejected or errored with
 */
export function whenAnswered<T>(
  ask: () => Answer<T>,
  done: (value: T) => void,
  failed: (error: unknown) => void,
): Subscription {
  let answer: Answer<T>;
  try {
    answer = ask();
  } catch (error) {
    failed(error);
    return Subscription.EMPTY;
  }
  if (!isObservable(answer) && !isPromise(answer)) {
    done(answer);
    return Subscription.EMPTY;
  }
  let value: { readonly is: T } | undefined;
  return from(answer)
    .pipe(take(1))
    .subscribe({
      next: (is) => (value = { is }),
      error: failed,
      complete: () => {
        if (value === undefined) failed(new Error('The hook gave no answer'));
        else done(value.is);
      },
    });
}

/** What an answer becomes: at once where it is there at once. */
export function mapped<T, R>(answer: Answer<T>, project: (value: T) => R): Answer<R> {
  return isObservable(answer) || isPromise(answer) ? from(answer).pipe(map(project)) : project(answer);
}
