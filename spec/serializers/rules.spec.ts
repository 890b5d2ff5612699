// What the three serializers have in common: a payload means the same whatever was agreed on with the router.
import fc from 'fast-check';
import { ProtocolError, SerializationError } from '../../src/protocol/errors.ts';
import { cbor } from '../../src/serializers/cbor.ts';
import { json } from '../../src/serializers/json.ts';
import { msgpack } from '../../src/serializers/msgpack.ts';

const all = [json(), cbor(), msgpack()];

/** Sends a value as the first argument of an event and returns what arrives. */
const across = (value: unknown, serializer = all[0]!): unknown => {
  const [, , , , args] = serializer.decode(serializer.encode([36, 1, 2, {}, [value]])) as unknown[];
  return (args as unknown[])[0];
};

const refusal = (message: unknown[], serializer = all[0]!): string => {
  try {
    serializer.encode(message);
  } catch (error) {
    expect(error).toBeInstanceOf(SerializationError);
    return (error as Error).message;
  }
  return 'nothing was refused';
};

class Point {
  readonly x: number;
  readonly y = 2;
  constructor(x: number) {
    this.x = x;
  }
  get sum(): number {
    return this.x + this.y;
  }
}

for (const serializer of all) {
  describe(`${serializer.id}: what is sent`, () => {
    const sent: readonly (readonly [what: string, value: unknown, arrives: unknown])[] = [
      ['a Date as ISO text', new Date(0), '1970-01-01T00:00:00.000Z'],
      ['a Date deep in the payload', { a: [{ at: new Date(0) }] }, { a: [{ at: '1970-01-01T00:00:00.000Z' }] }],
      ['what toJSON() returns', { toJSON: () => ({ of: 'me' }) }, { of: 'me' }],
      ['what toJSON() of a class returns', new URL('http://host/'), 'http://host/'],
      ['own members of an instance', new Point(1), { x: 1, y: 2 }],
      ['a dictionary without prototype', Object.assign(Object.create(null), { a: 1 }), { a: 1 }],
      ['undefined in a list as null', [1, undefined, 2], [1, null, 2]],
      ['a hole in a list as null', new Array(2), [null, null]],
      ['undefined members not at all', { a: undefined, b: 1, c: undefined }, { b: 1 }],
      ['-0 as 0', [-0], [0]],
      ['an empty dictionary and list', [{}, []], [{}, []]],
      ['small bigints as numbers', [5n, -5n, 0n], [5, -5, 0]],
      ['2^53 as a number', [2 ** 53, -(2 ** 53), 2n ** 53n], [2 ** 53, -(2 ** 53), 2 ** 53]],
      ['floats', [1.5, -0.1, 1e300, 5e-324, 2 ** 60], [1.5, -0.1, 1e300, 5e-324, 2 ** 60]],
      [
        'text of every kind',
        ['', 'ä', '漢字', '👍', 'x'.repeat(70_000), 'é'.repeat(100)],
        ['', 'ä', '漢字', '👍', 'x'.repeat(70_000), 'é'.repeat(100)],
      ],
      [
        'many members',
        Object.fromEntries(Array.from({ length: 70 }, (_, i) => [`k${i}`, i])),
        Object.fromEntries(Array.from({ length: 70 }, (_, i) => [`k${i}`, i])),
      ],
      ['a key constructor', { constructor: 1, toString: 2 }, { constructor: 1, toString: 2 }],
    ];
    for (const [what, value, arrives] of sent) {
      it(`sends ${what}`, () => {
        expect(across(value, serializer)).toEqual(arrives);
      });
    }

    it('drops undefined members where the count of members crosses the width of its head', () => {
      for (const count of [16, 24, 256, 257]) {
        const members = Object.fromEntries(Array.from({ length: count }, (_, i) => [`k${i}`, i === 7 ? undefined : i]));
        expect(Object.keys(across(members, serializer) as object).length).toBe(count - 1);
      }
    });

    it('leaves the payload as it was', () => {
      const payload = { bytes: Uint8Array.of(1), list: [undefined], at: new Date(0) };
      across(payload, serializer);
      expect(payload).toEqual({ bytes: Uint8Array.of(1), list: [undefined], at: new Date(0) });
    });

    it('carries bytes as a plain Uint8Array, at any depth, views and ArrayBuffers too', () => {
      const view = new Uint8Array(Uint8Array.of(9, 0, 255, 9).buffer, 1, 2);
      const [a, b, c] = across([view, { deep: [new Uint8Array(0)] }, Uint8Array.of(7).buffer], serializer) as [
        Uint8Array,
        { deep: Uint8Array[] },
        Uint8Array,
      ];
      expect(a).toEqual(Uint8Array.of(0, 255));
      expect(Object.getPrototypeOf(a)).toBe(Uint8Array.prototype);
      expect(b.deep[0]).toEqual(new Uint8Array(0));
      expect(c).toEqual(Uint8Array.of(7));
    });

    it('carries 100 kB of bytes', () => {
      const big = Uint8Array.from({ length: 100_000 }, (_, i) => i);
      expect(across(big, serializer)).toEqual(big);
    });

    it('keeps a key __proto__ as an own member and pollutes nothing', () => {
      const evil = JSON.parse('{"__proto__":{"polluted":true},"bytes":null}') as Record<string, unknown>;
      evil['bytes'] = Uint8Array.of(1); // makes JSON look at every value
      const got = across(evil, serializer) as Record<string, unknown>;
      expect(Object.keys(got)).toEqual(['__proto__', 'bytes']);
      expect(Object.getOwnPropertyDescriptor(got, '__proto__')?.value).toEqual({ polluted: true });
      expect(Object.getPrototypeOf(got)).toBe(Object.prototype);
      expect('polluted' in {}).toBeFalse();
    });

    it('survives a toJSON() that sends something itself', () => {
      const inner = { toJSON: () => (serializer.encode([36, 9, 9, {}, ['inner']]), 'outer') };
      expect(across(['before', inner, 'after'], serializer)).toEqual(['before', 'outer', 'after']);
    });

    it('keeps apart what a getter sends while its object is being sent, or refuses that object', () => {
      const inner = {
        get a(): string {
          serializer.encode([36, 9, 9, {}, ['inner']]);
          return 'outer';
        },
      };
      try {
        expect(across(['before', inner, 'after'], serializer)).toEqual(['before', { a: 'outer' }, 'after']);
      } catch (error) {
        expect(error).toBeInstanceOf(SerializationError);
      }
      expect(across('next', serializer)).toBe('next');
    });

    it('writes text whose bytes end just before, at and behind the end of a buffer', () => {
      // over 65535 bytes, but fewer characters: the head comes out longer than its guess
      for (let i = 9_200; i < 9_500; i++) {
        const text = `${'é'.repeat(i)}${'x'.repeat(65_000 - i)}漢`;
        if (across(text, serializer) !== text) fail(`${i} letters of two bytes`);
      }
      expect().nothing();
    });

    it('writes lists and bytes of another realm or class as such', () => {
      class Rows extends Array<unknown> {}
      class Chunk extends Uint8Array {}
      expect(across([Rows.of(1, 2), Chunk.of(3)], serializer)).toEqual([[1, 2], Uint8Array.of(3)]);
    });

    it('gives frames that later messages do not change', () => {
      const first = serializer.encode([36, 1, 2, {}, ['first']]);
      for (let i = 0; i < 2000; i++) serializer.encode([36, i, 2, {}, ['x'.repeat(i % 50)]]);
      expect(serializer.decode(first)).toEqual([36, 1, 2, {}, ['first']]);
    });

    it('sends 900 levels', () => {
      let deep: unknown[] = [];
      for (let i = 0; i < 900; i++) deep = [deep];
      expect(across(deep, serializer)).toEqual(deep);
    });
  });

  describe(`${serializer.id}: what is refused`, () => {
    const circular: Record<string, unknown> = {};
    circular['self'] = { list: [circular] };
    const deep = JSON.parse('['.repeat(100_000) + ']'.repeat(100_000)) as unknown;
    const refused: readonly (readonly [what: string, value: unknown, said: RegExp])[] = [
      ['NaN', NaN, /NaN/],
      ['an infinity', -Infinity, /-Infinity/],
      ['a function', () => 1, /Function/],
      ['a symbol', Symbol('s'), /Symbol/],
      ['a Map', new Map(), /Map/],
      ['a Set', new Set(), /Set/],
      ['a Promise', Promise.resolve(), /Promise/],
      ['an Error', new Error('x'), /Error/],
      ['a regular expression', /x/, /RegExp/],
      ['floats in a typed array', new Float64Array(2), /Float64Array; convert/],
      ['clamped bytes', new Uint8ClampedArray(2), /Uint8ClampedArray/],
      ['a DataView', new DataView(new ArrayBuffer(2)), /DataView/],
      ['an integer beyond 64 bits', 2n ** 64n, /64 bits/],
      ['a negative integer beyond 64 bits', -(2n ** 63n) - 1n, /64 bits/],
      ['100 000 levels', deep, /deep/],
    ];
    for (const [what, value, said] of refused) {
      it(`refuses ${what} and says where`, () => {
        const message = refusal([48, 1, {}, 'com.app.f', [{ when: value }]], serializer);
        expect(message).toMatch(said);
        expect(message).toMatch(/^args\[0\]\.when/);
      });
    }

    it('refuses a circular structure', () => {
      expect(refusal([48, 1, {}, 'com.app.f', [circular]], serializer)).toMatch(/circular/);
    });

    it('names the place in kwargs and options', () => {
      expect(refusal([48, 1, {}, 'com.app.f', [], { a: [1, NaN] }], serializer)).toMatch(/^kwargs\.a\[1\]/);
      expect(refusal([48, 1, { x_mine: new Map() }, 'com.app.f'], serializer)).toMatch(/^options\.x_mine/);
    });

    it('passes on what the own code of the application throws', () => {
      const broken = {
        get bad(): never {
          throw new RangeError('mine');
        },
      };
      expect(() => serializer.encode([48, 1, {}, 'com.app.f', [broken]])).toThrowMatching(
        (error) =>
          error instanceof SerializationError && error.message.includes('mine') && error.cause instanceof RangeError,
      );
    });

    it('works on after a refusal', () => {
      refusal([48, 1, {}, 'com.app.f', ['some text', NaN]], serializer);
      expect(across('next', serializer)).toBe('next');
    });
  });

  describe(`${serializer.id}: what comes in`, () => {
    it('is an error, never a crash, where it is not a message of this kind', () => {
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 200 }), (noise) => {
          try {
            serializer.decode(noise);
          } catch (error) {
            expect(error).toBeInstanceOf(ProtocolError);
          }
        }),
        { numRuns: 2000 },
      );
      expect(() => serializer.decode(new Uint8Array(0))).toThrowError(ProtocolError);
    });

    it('is an error where it ends early or goes on too long', () => {
      const message = [36, 5512315355, 1, { k: 'v' }, ['text', 1.5, Uint8Array.of(1, 2), [true, null]]];
      const frame = serializer.encode(message);
      for (let i = 0; i < frame.length; i++) {
        expect(() => serializer.decode(frame.slice(0, i))).toThrowError(ProtocolError);
      }
      const longer = typeof frame === 'string' ? `${frame}0` : Uint8Array.of(...frame, 0);
      expect(() => serializer.decode(longer)).toThrowError(ProtocolError);
    });
  });
}

describe('all serializers', () => {
  const integer = fc.oneof(
    fc.integer(),
    fc.maxSafeInteger(),
    fc.constantFrom(2 ** 53, -(2 ** 53), 2 ** 31, 2 ** 32, -(2 ** 31), -(2 ** 32), -(2 ** 32) - 1, 2 ** 52),
  );
  const number = fc.oneof(integer, fc.double({ noNaN: true, noDefaultInfinity: true })).map((n) => n + 0 || 0);
  // what JSON has no way to say is left out: text that begins with NUL
  const text = fc.string({ unit: 'binary' }).filter((s) => !s.startsWith('\0'));
  const key = fc.oneof(text, fc.constantFrom('__proto__', 'constructor', 'toString'));
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 6 },
      fc.constant(null),
      fc.boolean(),
      number,
      text,
      fc.uint8Array(),
      fc.array(tie('value')),
      fc.array(fc.tuple(key, tie('value'))).map((members) => Object.fromEntries(members)),
    ),
  }));

  it('return what was sent, and the same in all three', () => {
    fc.assert(
      fc.property(value, (payload) => {
        for (const serializer of all) expect(across(payload, serializer)).toEqual(payload);
      }),
      { numRuns: 500 },
    );
  });

  it('return integers of 64 bits exactly, as number up to 2^53 and as bigint beyond (JSON: where exact)', () => {
    fc.assert(
      fc.property(fc.bigInt(-(2n ** 63n), 2n ** 64n - 1n), (n) => {
        const plain = n <= 2n ** 53n && n >= -(2n ** 53n) ? Number(n) : n;
        expect(across(n, cbor())).toBe(plain);
        expect(across(n, msgpack())).toBe(plain);
        expect(json().encode([n])).toBe(`[${n}]`);
      }),
      { numRuns: 1000 },
    );
  });
});
