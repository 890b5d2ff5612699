import { isId, MAX_ID, nextId } from '../../src/protocol/ids.ts';

describe('ids', () => {
  it('are integers from 1 to 2^53, which isSafeInteger refuses', () => {
    for (const id of [1, 2, 2 ** 31, 2 ** 32, 2 ** 53 - 1, 2 ** 53]) expect(isId(id)).withContext(`${id}`).toBeTrue();
    expect(MAX_ID).toBe(9007199254740992);
  });

  it('are nothing else', () => {
    const others = [0, -1, 1.5, 2 ** 53 + 2, NaN, Infinity, '1', 1n, true, null, undefined, [1], {}];
    for (const other of others)
      expect(isId(other))
        .withContext(typeof other)
        .toBeFalse();
  });

  it('count up by one and wrap after 2^53', () => {
    expect(nextId(1)).toBe(2);
    expect(nextId(2 ** 53 - 1)).toBe(2 ** 53);
    expect(nextId(2 ** 53)).toBe(1);
  });
});
