/** Something that has a place in {@link Observers}. */
export interface Placed {
  /** Where it stands; kept by the list. */
  place: number;
}

/**
 * A list that may change while it is being walked: who leaves blanks the slot, who comes waits for the next walk, and
 * the list is compacted afterwards. Adding and removing cost the same for ten thousand as for one.
 */
export class Observers<T extends Placed> {
  #slots: (T | undefined)[] = [];
  #size = 0;
  #walks = 0;

  /** How many are in it. */
  get size(): number {
    return this.#size;
  }

  add(item: T): void {
    item.place = this.#slots.length;
    this.#slots.push(item);
    this.#size++;
  }

  /** Takes an item out; false where it is not in (any more). */
  remove(item: T): boolean {
    if (this.#slots[item.place] !== item) return false;
    this.#slots[item.place] = undefined;
    this.#size--;
    this.#compact();
    return true;
  }

  /** Calls `visit` for each that was there at the beginning and still is, with `what`. It must not throw. */
  each<W = undefined>(visit: (item: T, what: W) => void, what?: W): void {
    this.#walks++;
    const slots = this.#slots;
    for (let i = 0, n = slots.length; i < n; i++) {
      const item = slots[i];
      if (item !== undefined) visit(item, what as W);
    }
    this.#walks--;
    this.#compact();
  }

  #compact(): void {
    // half of it blank: each compaction is paid for by as many removals
    if (this.#walks > 0 || this.#slots.length <= 2 * this.#size + 8) return;
    this.#slots = this.#slots.filter((item) => item !== undefined);
    this.#slots.forEach((item, i) => ((item as T).place = i));
  }
}
