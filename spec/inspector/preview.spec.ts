import fc from 'fast-check';
import { preview, pretty } from '../../src/inspector/preview.ts';

describe('preview()', () => {
  it('writes a value on one line', () => {
    const value = [1, 'a\nb', null, true, { x: [2], y: {} }, new Uint8Array(3), 10n];
    expect(preview(value, 100)).toBe('[1, "a\\nb", null, true, {x: [2], y: {}}, <3 bytes>, 10]');
  });

  it('is no longer than its limit', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.integer({ min: 1, max: 60 }), (value, limit) => {
        const text = preview(value, limit);
        expect(text.length).toBeLessThanOrEqual(limit + 1);
        expect(text.endsWith('…') && text.length > limit).toBe(text.length > limit);
      }),
    );
  });

  it('reads no more of a value than it shows', () => {
    let read = 0;
    const values = Array.from({ length: 1000 }, (_, i) => ({
      get i() {
        read++;
        return i;
      },
    }));
    preview(values, 50);
    expect(read).toBeLessThan(20);
  });

  it('ends in a circle', () => {
    const circle: unknown[] = [];
    circle.push(circle);
    expect(preview(circle, 100)).toBe('[[[[[[[[…]]]]]]]]');
  });
});

describe('pretty()', () => {
  it('writes JSON in lines, binary data by its length', () => {
    expect(pretty({ a: new Uint8Array(2), b: 2n })).toBe('{\n  "a": "<2 bytes>",\n  "b": "2n"\n}');
  });

  it('writes also what JSON refuses', () => {
    const circle: Record<string, unknown> = {};
    circle['self'] = circle;
    expect(pretty(circle)).toBe('[object Object]');
  });
});
