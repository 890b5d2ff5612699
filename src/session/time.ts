import { asyncScheduler, defer, finalize, type Observable, type Subscription } from 'rxjs';

/** The longest delay that timers of JavaScript know, in milliseconds; a longer one would fire at once. */
const LONGEST = 2 ** 31 - 1;

/** Runs `action` once after `delay` milliseconds; never, and without a timer, where that is beyond what timers know. */
export function after(delay: number, action: () => void): Subscription | undefined {
  return delay > LONGEST ? undefined : asyncScheduler.schedule(action, delay);
}

/** Milliseconds since the epoch, on the clock that timers run on. */
export const now = (): number => asyncScheduler.now();

/**
 * A time limit that stands still while an answer of the application is pending: starts the clock, which runs until
 * `until` is closed, and returns the operator that stops it while its source is pending.
 */
export function pausableTimeout(
  limit: number,
  until: Subscription,
  late: () => void,
): <T>(source: Observable<T>) => Observable<T> {
  let left = limit;
  let since = now();
  let pending = 0;
  let timer = after(left, late);
  until.add(() => timer?.unsubscribe());
  return (source) =>
    defer(() => {
      if (pending++ === 0) {
        timer?.unsubscribe();
        left -= now() - since;
      }
      return source;
    }).pipe(
      finalize(() => {
        if (--pending > 0 || until.closed) return;
        since = now();
        timer = after(left, late);
      }),
    );
}
