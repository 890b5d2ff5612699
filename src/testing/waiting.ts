import { asyncScheduler, Subscription, type Observable } from 'rxjs';

/** How a `when…` helper waits. */
export interface WaitOptions {
  /**
   * Milliseconds until it gives up and says what was there instead.
   *
   * @default 4000
   */
  readonly timeout?: number;
}

/**
 * Resolves when `look` finds something, now or after a change.
 *
 * @param changes emits whenever it is worth looking again
 * @param look undefined while it is not there
 * @param what is waited for, for the error message
 * @param instead says what is there instead
 */
export function when<T>(
  changes: Observable<unknown>,
  look: () => T | undefined,
  what: string,
  instead: () => string,
  { timeout = 4000 }: WaitOptions = {},
): Promise<T> {
  return new Promise((resolve, reject) => {
    const waiting = new Subscription();
    const check = (): void => {
      const found = look();
      if (found === undefined) return;
      waiting.unsubscribe();
      resolve(found);
    };
    check();
    if (waiting.closed) return;
    waiting.add(changes.subscribe(check));
    waiting.add(
      asyncScheduler.schedule(() => {
        waiting.unsubscribe();
        reject(new Error(`Waited ${timeout} ms for ${what}; instead there is ${instead()}`));
      }, timeout),
    );
  });
}

/** "nothing", or the items one after the other. */
export const listed = (items: readonly string[]): string =>
  items.length === 0
    ? 'nothing'
    : items.slice(0, 20).join('; ') + (items.length > 20 ? `; and ${items.length - 20} more` : '');
