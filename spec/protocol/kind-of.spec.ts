import { kindOf } from '../../src/protocol/kind-of.ts';

describe('kindOf', () => {
  const kinds: readonly (readonly [value: unknown, kind: string])[] = [
    [undefined, 'nothing'],
    [null, 'null'],
    [[1], 'a list'],
    [Uint8Array.of(1), 'binary'],
    ['x"y', 'the string "x\\"y"'],
    ['x'.repeat(100), `the string "${'x'.repeat(57)}…"`],
    [1.5, 'the number 1.5'],
    [NaN, 'the number NaN'],
    [false, 'the boolean false'],
    [{}, 'an object'],
    [() => 1, 'a function'],
    [1n, 'a bigint'],
    [Symbol('s'), 'a symbol'],
  ];
  for (const [value, kind] of kinds) {
    it(`says ${kind}`, () => {
      expect(kindOf(value)).toBe(kind);
    });
  }
});
