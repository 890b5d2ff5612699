import { asyncScheduler, type Subscription } from 'rxjs';

/** The longest delay that timers of JavaScript know, in milliseconds; a longer one would fire at once. */
const LONGEST = 2 ** 31 - 1;

/** Runs `action` once after `delay` milliseconds; never, and without a timer, where that is beyond what timers know. */
export function after(delay: number, action: () => void): Subscription | undefined {
  return delay > LONGEST ? undefined : asyncScheduler.schedule(action, delay);
}

/** Milliseconds since the epoch, on the clock that timers run on. */
export const now = (): number => asyncScheduler.now();
