import { asyncScheduler, defer, finalize, type Observable, type Subscription } from 'rxjs';

/** The longest delay that timers of JavaScript know, in milliseconds; a longer one would fire at once. */
const LONGEST = 2 ** 31 - 1;

/** Runs `action` once after `delay` milliseconds; never, and without a timer, where that is beyond what timers know. */
export function after(delay: number, action: () => void): Subscription | undefined {
  // of a negative one, Node 26 warns
  return delay > LONGEST ? undefined : asyncScheduler.schedule(action, Math.max(delay, 0));
}

/** Milliseconds since the epoch, as the schedulers' clock has it: for times that are shown, since it may be set. */
export const now = (): number => asyncScheduler.now();

/** How far the schedulers' clock is from the platform's, in milliseconds, where a test has set it: virtual time. */
const VIRTUAL = 1000;

/** Milliseconds on a clock that is never set: for durations. In virtual time it is that of the schedulers. */
export function elapsed(): number {
  const time = now();
  // oxlint-disable-next-line no-restricted-properties -- shows whether time is virtual, and is no time itself
  return Math.abs(time - Date.now()) > VIRTUAL ? time : performance.now();
}

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
  let since = elapsed();
  let pending = 0;
  let timer = after(left, late);
  until.add(() => timer?.unsubscribe());
  return (source) =>
    defer(() => {
      if (pending++ === 0) {
        timer?.unsubscribe();
        left -= elapsed() - since;
      }
      return source;
    }).pipe(
      finalize(() => {
        if (--pending > 0 || until.closed) return;
        since = elapsed();
        timer = after(left, late);
      }),
    );
}
