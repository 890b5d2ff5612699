import { defer, filter, type MonoTypeOperatorFunction } from 'rxjs';
import { checkOptions, type Kind } from '../protocol/kinds.ts';
import type { Id } from '../protocol/ids.ts';
import type { WampEvent } from '../session/events.ts';

/** Options of {@link distinctPublications}. */
export interface DistinctOptions {
  /**
   * How many publications are remembered.
   * @default 1000
   */
  readonly size?: number | undefined;
}

/** What is asked for where a number of things is meant: an integer above 0. */
export const ABOVE_ZERO: Kind = {
  expected: 'an integer above 0',
  test: (value) => Number.isSafeInteger(value) && (value as number) > 0,
};

/** The last few ids: `add` says whether one is new. */
export class Remembered {
  readonly #ids = new Set<Id>();
  readonly #size: number;

  constructor(size: number) {
    this.#size = size;
  }

  has(id: Id): boolean {
    return this.#ids.has(id);
  }

  add(id: Id): boolean {
    if (this.#ids.has(id)) return false;
    this.#ids.add(id);
    if (this.#ids.size > this.#size) for (const oldest of this.#ids) return this.#ids.delete(oldest);
    return true;
  }
}

/**
 * Lets each publication through once. One publication arrives on every subscription that it matches, each time with the
 * same `details.publication`, which no other publication has (WAMP, "IDs"): the key to tell duplicates by where
 * subscriptions overlap. Remembers the last `size` publications.
 *
 * @throws TypeError for options that are wrong
 * @example
 * merge(wamp.subscribe('com.shop.price'), wamp.subscribe('com.shop.', { match: 'prefix' })).pipe(distinctPublications());
 */
export function distinctPublications<T>(options: DistinctOptions = {}): MonoTypeOperatorFunction<WampEvent<T>> {
  checkOptions(() => 'distinctPublications()', { size: ABOVE_ZERO }, options);
  const { size = 1000 } = options;
  return (source) =>
    defer(() => {
      const seen = new Remembered(size);
      return source.pipe(filter(({ details }) => seen.add(details.publication)));
    });
}
