import { asyncScheduler, Subscription, type Observable } from 'rxjs';
import { textOf } from '../protocol/thrown.ts';

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
 * @param look undefined while it is not there; throws where it will never be
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
      try {
        const found = look();
        if (found === undefined) return;
        resolve(found);
      } catch (error) {
        reject(error instanceof Error ? error : new Error(textOf(error)));
      }
      waiting.unsubscribe();
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

/** How many there shall be, or what the one that is waited for is like. */
export type Wanted<T> = number | ((item: T) => boolean);

/**
 * Resolves when a growing list holds what is wanted: with the whole list so far for a number, with those that satisfy it
 * for a predicate.
 *
 * @param changes emits when the list has grown
 * @param noun what the list holds, for the error message
 * @param describe one item, for the error message
 */
export function whenCollected<T>(
  changes: Observable<unknown>,
  items: () => readonly T[],
  wanted: Wanted<T>,
  noun: string,
  describe: (item: T) => string,
  options?: WaitOptions,
): Promise<readonly T[]> {
  const look = (): readonly T[] | undefined => {
    const found = typeof wanted === 'function' ? items().filter(wanted) : [...items()];
    return found.length >= (typeof wanted === 'function' ? 1 : wanted) ? found : undefined;
  };
  const what = typeof wanted === 'function' ? `${noun}, one as wanted` : `${noun}, ${wanted} of them`;
  return when(changes, look, what, () => listed(items().map(describe)), options);
}

/** "nothing", or the items one after the other. */
export const listed = (items: readonly string[]): string =>
  items.length === 0
    ? 'nothing'
    : items.slice(0, 20).join('; ') + (items.length > 20 ? `; and ${items.length - 20} more` : '');
