/** The newest items of a stream, oldest first. Once it is full, each item takes the place of the oldest. */
export class Ring<T> {
  readonly capacity: number;
  /** How many were pushed, those included that are gone. */
  total = 0;
  #slots: T[] = [];

  constructor(capacity: number) {
    this.capacity = capacity;
  }

  get length(): number {
    return this.#slots.length;
  }

  push(item: T): void {
    this.#slots[this.total++ % this.capacity] = item;
  }

  /** The item at an index from 0, the oldest; from the end where the index is negative. */
  at(index: number): T | undefined {
    const { length } = this;
    const place = index < 0 ? length + index : index;
    if (place < 0 || place >= length) return undefined;
    return this.#slots[(this.total - length + place) % this.capacity];
  }

  clear(): void {
    this.#slots = [];
    this.total = 0;
  }

  *[Symbol.iterator](): Generator<T> {
    for (let index = 0; index < this.length; index++) yield this.at(index) as T;
  }
}
