import { TEXT, type Kind } from '../protocol/kinds.ts';

/** One kind of value, or another. */
export const eitherOr = (one: Kind, other: Kind): Kind => ({
  expected: `${one.expected} or ${other.expected}`,
  test: (v) => one.test(v) || other.test(v),
});

/** What Node takes as a certificate or key: PEM, bytes, or lists of them. */
export const PEM = eitherOr(TEXT, { expected: 'an object', test: (v) => typeof v === 'object' && v !== null });
