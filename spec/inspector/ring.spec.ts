import fc from 'fast-check';
import { Ring } from '../../src/inspector/ring.ts';

describe('Ring', () => {
  it('keeps the newest, oldest first, whatever is pushed', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), fc.array(fc.integer(), { maxLength: 40 }), (capacity, items) => {
        const ring = new Ring<number>(capacity);
        for (const item of items) ring.push(item);
        const kept = items.slice(-capacity);
        expect([...ring]).toEqual(kept);
        expect([ring.length, ring.total]).toEqual([kept.length, items.length]);
        for (let i = -capacity - 1; i <= capacity; i++) expect(ring.at(i)).toBe(kept.at(i) as number);
      }),
    );
  });

  it('begins anew when it is cleared', () => {
    const ring = new Ring<string>(2);
    for (const item of ['a', 'b', 'c']) ring.push(item);
    ring.clear();
    expect([ring.length, ring.total, ring.at(0)]).toEqual([0, 0, undefined]);
    ring.push('d');
    expect([...ring]).toEqual(['d']);
  });
});
