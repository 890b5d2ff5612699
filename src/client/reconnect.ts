import { merge, retry, take, throwError, timer, type MonoTypeOperatorFunction, type Observable } from 'rxjs';
import { backoff, type BackoffOptions } from './backoff.ts';
import { wake$ } from './wake.ts';

/** A pause of some milliseconds, which ends early when the surroundings wake up. Beyond 2^31 - 1 it never ends by itself. */
export const pause = (delay: number): Observable<unknown> =>
  merge(timer(Math.min(delay, 2 ** 31 - 1)), wake$).pipe(take(1));

/**
 * The default reconnection as an operator, to build one's own from: retries with backoff, for ever or `maxRetries` times
 * in a row.
 *
 * @example
 * new WampClient({ url, realm, reconnect: pipe(reconnect({ maxRetries: 3 }), catchError(askTheUser)) });
 */
export function reconnect<T>(options: BackoffOptions & { maxRetries?: number } = {}): MonoTypeOperatorFunction<T> {
  const delays = backoff(options);
  const { maxRetries = Infinity } = options;
  return retry({
    delay: (error: unknown, count) => (count > maxRetries ? throwError(() => error) : pause(delays(count))),
    resetOnSuccess: true,
  });
}
