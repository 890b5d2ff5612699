/** Something that can be in {@link Observers}, which keep these three. */
export abstract class Observing {
  /** How many had come when it came, with itself; 0 while it is not in a list. */
  number = 0;
  before: this | undefined = undefined;
  after: this | undefined = undefined;
}

/**
 * A linked list that may change while it is being walked: who leaves is not visited any more, who comes waits for the
 * next walk. Coming and leaving cost the same among ten thousand as alone, and a lone observer is one step away.
 */
export class Observers<T extends Observing> {
  #first: T | undefined;
  #last: T | undefined;
  /** How many ever came. */
  #came = 0;

  get empty(): boolean {
    return this.#first === undefined;
  }

  add(item: T): void {
    item.number = ++this.#came;
    item.before = this.#last;
    if (this.#last) this.#last.after = item;
    else this.#first = item;
    this.#last = item;
  }

  /** Takes an item out; false where it is not in (any more). */
  remove(item: T): boolean {
    const { number, before, after } = item;
    if (number === 0) return false;
    item.number = 0;
    if (before) before.after = after;
    else this.#first = after;
    if (after) after.before = before;
    else this.#last = before;
    // `after` stays: a walk that stands here goes on from it
    item.before = undefined;
    return true;
  }

  /** Calls `visit` for each that was there at the beginning and still is, with `what`. It must not throw. */
  each<W = undefined>(visit: (item: T, what: W) => void, what?: W): void {
    const came = this.#came;
    for (let item = this.#first; item && item.number <= came; item = item.after)
      if (item.number > 0) visit(item, what as W);
  }
}
