import { defer, isObservable, of, take, throwIfEmpty, type Observable } from 'rxjs';

/** A result now or later: as it is, as a Promise, or as the first value of an Observable. */
export type MaybeAsync<T> = T | PromiseLike<T> | Observable<T>;

/** A value, or where to get it: asked anew at every attempt. Of an Observable the first value counts. */
export type Resolvable<T> = T | (() => MaybeAsync<T>);

/** What was given now or later, as an Observable of exactly one value. */
export const fromMaybeAsync = <T>(source: () => MaybeAsync<T>): Observable<T> =>
  defer(() => {
    const value = source();
    return isObservable(value) || isPromise(value) ? value : of(value);
  }).pipe(
    take(1),
    throwIfEmpty(() => new TypeError('The Observable completed without a value')),
  );

/** Resolves what the user gave as a value or a function. */
export const resolve = <T>(source: Resolvable<T>): Observable<T> =>
  fromMaybeAsync(typeof source === 'function' ? (source as () => MaybeAsync<T>) : () => source);

/**
 * Passes on what a callback of the application returned. An async function may stand where one that returns nothing is
 * expected: `failed` receives what it rejects with, too.
 */
export function catchRejection<T>(outcome: T, failed: (error: unknown) => void): T {
  if (isPromise(outcome)) outcome.then(undefined, failed);
  return outcome;
}

/** Calls back into the application: `failed` receives what that throws, now or later. */
export function callUserCode<T>(act: () => T, failed: (error: unknown) => void): T | undefined {
  try {
    return catchRejection(act(), failed);
  } catch (error) {
    failed(error);
    return undefined;
  }
}

/** Whether a value is a Promise, of whatever make. */
export const isPromise = (value: unknown): value is PromiseLike<unknown> =>
  typeof (value as { then?: unknown } | null | undefined)?.then === 'function';
