import { filter, map, interval, NEVER, take, type Observable } from 'rxjs';
import { now } from '../session/time.ts';

/** How often to look within the time. */
const LOOKS = 10;

/**
 * Emits once when nothing was used for `time` milliseconds. Looks now and then, so that using costs nothing: something
 * is in use, or was since the last look where `mark()` has changed.
 */
export function whenIdle(time: number, inUse: () => boolean, mark: () => unknown): Observable<unknown> {
  if (time === Infinity) return NEVER;
  let usedAt = now();
  let seen = mark();
  return interval(Math.min(time / LOOKS, 2 ** 31 - 1)).pipe(
    map(() => {
      if (inUse() || mark() !== seen) {
        usedAt = now();
        seen = mark();
      }
      return now() - usedAt;
    }),
    filter((unused) => unused >= time),
    take(1),
  );
}
