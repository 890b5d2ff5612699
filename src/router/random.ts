import type { Id } from '../protocol/ids.ts';

/**
 * Random numbers (the generator sfc32). Ids come from 2^32 + 1 to 2^53 - 1: encoders that write large integers as
 * floats, or cut them to 32 bits, show themselves.
 */
export class Randomness {
  #a = 0x9e3779b9;
  #b = 0x243f6a88;
  #c: number;
  #counter = 1;

  /** @param seed gives the same numbers each time, so that a failing test can be run again; other ones by default */
  constructor(seed?: number) {
    if (seed === undefined) {
      const [a, b, c] = globalThis.crypto.getRandomValues(new Uint32Array(3)) as unknown as [number, number, number];
      this.#a = a;
      this.#b = b;
      this.#c = c;
    } else this.#c = seed >>> 0;
    for (let i = 0; i < 12; i++) this.#next();
  }

  #next(): number {
    const sum = (this.#a + this.#b + this.#counter) >>> 0;
    this.#counter = (this.#counter + 1) >>> 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) >>> 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) >>> 0;
    return sum;
  }

  /** A whole number from 0 to `below` - 1. */
  below(below: number): number {
    return this.#next() % below;
  }

  /** A large id. */
  id(): Id {
    return (1 + (this.#next() % 0x1ffffe)) * 2 ** 32 + this.#next();
  }

  /** A short name such as routers give to anonymous sessions. */
  name(): string {
    return `${this.#next().toString(36)}-${this.#next().toString(36)}`.toUpperCase();
  }
}
