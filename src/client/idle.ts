import { Subscription } from 'rxjs';
import { after, now } from '../session/time.ts';

/** How often to look within the time. */
const LOOKS = 10;

/**
 * Calls `idle` once when nothing was used for `time` milliseconds, unless unsubscribed before. Looks now and then, so
 * that using costs nothing: something is in use where `inUse()` counts any, or was since the last look where `mark()` has
 * changed.
 */
export function whenIdle(time: number, inUse: () => number, mark: () => unknown, idle: () => void): Subscription {
  let usedAt = now();
  let seen = mark();
  let timer: Subscription | undefined;
  const look = (): void => {
    if (inUse() || mark() !== seen) {
      usedAt = now();
      seen = mark();
    }
    if (now() - usedAt >= time) idle();
    else wait();
  };
  const wait = (): void => {
    timer = after(time / LOOKS, look);
  };
  wait();
  return new Subscription(() => timer?.unsubscribe());
}
