import { asyncScheduler, Subscription, type Observable } from 'rxjs';
import { checkOptions, NUMBER, type Kind } from '../protocol/kinds.ts';
import { callSite, timedOut } from './call-site.ts';

/** How a `when…` helper waits. */
export interface WaitOptions {
  /**
   * Milliseconds until it gives up and says what was there instead.
   *
   * @default 4000
   */
  readonly timeout?: number;
}

/** What the options of a waiting function must be. */
export const WAIT_OPTIONS = { timeout: NUMBER } satisfies Record<keyof WaitOptions, Kind>;

/** What a helper waits for. */
export interface Wait<T> {
  /** The function that waits, for the error of a wrong option. */
  readonly by: string;
  /** Emits whenever it is worth looking again. */
  readonly changes: Observable<unknown>;
  /** Gives undefined while it is not there; throws where it will never be. */
  readonly look: () => T | undefined;
  /** What is waited for, for the error message. */
  readonly what: string;
  /** Says what is there instead. */
  readonly instead: () => string;
}

/**
 * Resolves when `look` finds something, now or after a change.
 *
 * @returns rejects with what `look` throws; in time-out with an Error that says what was there instead, and which line
 *   of the test waited; with a TypeError that names a wrong option
 */
export function when<T>({ by, changes, look, what, instead }: Wait<T>, options: WaitOptions = {}): Promise<T> {
  const site = callSite();
  return new Promise((resolve, reject) => {
    checkOptions(() => by, WAIT_OPTIONS, options);
    const { timeout = 4000 } = options;
    const waiting = new Subscription();
    const check = (): void => {
      try {
        const found = look();
        if (found === undefined) return;
        resolve(found);
      } catch (error) {
        // what a stream errors with is handed on as it is
        // oxlint-disable-next-line typescript/prefer-promise-reject-errors
        reject(error);
      }
      waiting.unsubscribe();
    };
    check();
    if (waiting.closed) return;
    waiting.add(changes.subscribe(check));
    waiting.add(
      asyncScheduler.schedule(() => {
        waiting.unsubscribe();
        reject(timedOut(site, `Waited ${timeout} ms for ${what}; instead there is ${instead()}`));
      }, timeout),
    );
  });
}

/** How many there shall be, or what the one that is waited for is like. */
export type Wanted<T> = number | ((item: T) => boolean);

/** A growing list that a helper waits for. */
export interface Collection<T> extends Pick<Wait<never>, 'by' | 'changes'> {
  readonly items: () => readonly T[];
  /** What the list holds, for the error message. */
  readonly noun: string;
  /** One item, for the error message. */
  readonly describe: (item: T) => string;
}

/**
 * Resolves when a growing list holds what is wanted: with the whole list so far for a number, with those that satisfy it
 * for a predicate.
 */
export function whenCollected<T>(
  { by, changes, items, noun, describe }: Collection<T>,
  wanted: Wanted<T>,
  options?: WaitOptions,
): Promise<readonly T[]> {
  const look = (): readonly T[] | undefined => {
    const found = typeof wanted === 'function' ? items().filter(wanted) : [...items()];
    return found.length >= (typeof wanted === 'function' ? 1 : wanted) ? found : undefined;
  };
  const what = typeof wanted === 'function' ? `${noun}, one as wanted` : `${noun}, ${wanted} of them`;
  return when({ by, changes, look, what, instead: () => listed(items().map(describe)) }, options);
}

/** "nothing", or the items one after the other. */
export const listed = (items: readonly string[]): string =>
  items.length === 0
    ? 'nothing'
    : items.slice(0, 20).join('; ') + (items.length > 20 ? `; and ${items.length - 20} more` : '');
