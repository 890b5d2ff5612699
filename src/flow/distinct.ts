import { defer, filter, type MonoTypeOperatorFunction } from 'rxjs';
import { checkOptions, type Kind } from '../protocol/kinds.ts';
import type { Id } from '../protocol/ids.ts';
import type { WampEvent } from '../session/events.ts';

/** Options of {@link distinctPublications}. */
export interface DistinctOptions {
  /**
   * Publications that are remembered.
   * @default 1000
   */
  readonly size?: number | undefined;
}

/** The kind of a count of at least one. */
export const ABOVE_ZERO: Kind = {
  expected: 'an integer above 0',
  test: (value) => Number.isSafeInteger(value) && (value as number) > 0,
};

/** The last ids, at most `size`. */
export class Remembered {
  readonly #ids = new Set<Id>();
  readonly #size: number;

  constructor(size: number) {
    this.#size = size;
  }

  has(id: Id): boolean {
    return this.#ids.has(id);
  }

  /** Whether the id is new. */
  add(id: Id): boolean {
    if (this.#ids.has(id)) return false;
    this.#ids.add(id);
    if (this.#ids.size > this.#size) for (const oldest of this.#ids) return this.#ids.delete(oldest);
    return true;
  }
}

/**
 * Emits each publication once. A publication arrives on every subscription that it matches, each time with the same unique
 * `details.publication` (WAMP, "IDs"), by which duplicates of overlapping subscriptions are dropped. Remembers the last
 * `size` publications.
 *
 * @throws TypeError for wrong options
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
