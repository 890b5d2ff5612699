import type { Kind } from '../protocol/kinds.ts';

/** One kind of value, or another. */
export const eitherOr = (one: Kind, other: Kind): Kind => ({
  expected: `${one.expected} or ${other.expected}`,
  test: (v) => one.test(v) || other.test(v),
});
