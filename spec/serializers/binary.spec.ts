// CBOR and MessagePack on the wire: what other implementations read and write, and what an attacker could send.
import { Encoder, Tag } from 'cbor-x';
import * as theirs from '@msgpack/msgpack';
import { ExtData } from '@msgpack/msgpack';
import fc from 'fast-check';
import { ProtocolError } from '../../src/protocol/errors.ts';
import { cbor } from '../../src/serializers/cbor.ts';
import { msgpack } from '../../src/serializers/msgpack.ts';
import { bytes, hex } from './hex.ts';

const big = 2 ** 53;

describe('cbor', () => {
  const serializer = cbor();
  const read = (frame: string): unknown => serializer.decode(bytes(frame));
  const write = (...message: unknown[]): string => hex(serializer.encode(message));

  it('names itself', () => {
    expect(serializer).toEqual(jasmine.objectContaining({ id: 'cbor', subprotocol: 'wamp.2.cbor', binary: true }));
  });

  it('writes integers of 32 bits in their shortest form, and never floats up to 2^53', () => {
    expect(write(23, 24, 255, 256, 65535, 65536)).toBe('8617181818ff19010019ffff1a00010000');
    expect(write(4294967295, 4294967296, big)).toBe('831affffffff1b00000001000000001b0020000000000000');
    expect(write(-1, -24, -25, -256, -257, -2147483648, -4294967297, -big)).toBe(
      '8820373818' + '38ff' + '390100' + '3a7fffffff' + '3b0000000100000000' + '3b001fffffffffffff',
    );
  });

  it('reads integers exactly, in whatever width', () => {
    expect(
      read('851b00000000000000051b00200000000000001b00200000000000013b001fffffffffffff3b0020000000000000'),
    ).toEqual([5, big, 9007199254740993n, -big, -9007199254740993n]);
    expect(read('823bffffffffffffffff1bffffffffffffffff')).toEqual([-18446744073709551616n, 18446744073709551615n]);
    expect(read('3b00000001488f41db')).toBe(-5512315356);
  });

  it('reads floats of 16, 32 and 64 bits', () => {
    expect(read('88f93e00f90001f97c00f9fc00f98000f97bfffa3fc00000fb3ff8000000000000')).toEqual([
      1.5,
      2 ** -24,
      Infinity,
      -Infinity,
      -0,
      65504,
      1.5,
      1.5,
    ]);
    expect(read('f97e00')).toBeNaN();
  });

  it('reads lists and dictionaries without a length', () => {
    expect(read('9f01bf6161f5ff9fffff')).toEqual([1, { a: true }, []]);
  });

  it('reads undefined as null, as JSON has it', () => {
    expect(read('82f7a16161f7')).toEqual([null, { a: null }]);
  });

  it('reads what JSON has no word for as what cbor-x makes of it', () => {
    const arrivals: readonly (readonly [frame: string, value: unknown])[] = [
      ['c074323031332d30332d32315432303a30343a30305a', new Date('2013-03-21T20:04:00Z')],
      ['c11a514b67b0', new Date('2013-03-21T20:04:00Z')],
      ['c249010000000000000000', 2n ** 64n],
      ['c349010000000000000000', -(2n ** 64n) - 1n],
      ['c24101', 1],
      ['c48221196ab3', 273.15],
      ['c482211b000000e8d4a51001', 10000000000.01],
      ['c5822003', 1.5],
      ['d8404101', Uint8Array.of(1)],
      ['d84548010002000300ffff', Uint16Array.of(1, 2, 3, 65535)],
      ['d8414400010002', Uint16Array.of(1, 2)],
      ['d9010283010203', new Set([1, 2, 3])],
      ['d90103a10102', new Map([[1, 2]])],
      ['d82550' + '00'.repeat(16), new Tag(new Uint8Array(16), 37)],
      ['d903e8820102', new Tag([1, 2], 1000)],
      ['c601', new Tag(1, 6)],
      ['d9d9f78101', [1]],
    ];
    for (const [frame, value] of arrivals) expect(read(frame)).withContext(frame).toEqual(value);
  });

  it('reads such values beside integers beyond 2^53, too', () => {
    expect(
      read(
        '851b0020000000000001d9010281' +
          '1b0000000100000000' +
          'd90103a1' +
          '1b0000000100000000' +
          'f7' +
          'f7' +
          'd903e8f7',
      ),
    ).toEqual([9007199254740993n, new Set([2 ** 32]), new Map([[2 ** 32, null]]), null, new Tag(null, 1000)]);
  });

  it('reads the value alone where cbor-x would make something dangerous of a tag, or fail on it', () => {
    const arrivals: readonly (readonly [what: string, frame: string, value: unknown])[] = [
      ['an Error', 'd81b82654572726f72616d', ['Error', 'm']],
      ['a regular expression that is none', 'd81b82665265674578706128', ['RegExp', '(']],
      ['a circular value', 'd81c81d81d00', [0]],
      ['packed values', 'd833848161618080c600', [['a'], [], [], new Tag(0, 6)]],
      ['a reference into a table that is not there', '81d8e16161', ['a']],
      ['shared structures', 'da5368726401', 1],
      ['a tag of 64 bits', 'db0000000100000000' + '01', 1],
      ['a date that is a list', 'c080', []],
      ['seconds that are text', 'c16161', 'a'],
      ['a bignum that is null', 'c2f6', null],
      ['a bignum that takes long', 'c2590200' + '01'.repeat(512), new Uint8Array(512).fill(1)],
      ['a fraction of null', 'c482f6f6', [null, null]],
      ['a set that is a number', 'd9010205', 5],
      ['a Map that is a list', 'd9010380', []],
      ['a typed array of odd length', 'd85643010203', Uint8Array.of(1, 2, 3)],
      ['a typed array that claims to be huge', 'd856a1666275666665721a40000000', { buffer: 2 ** 30 }],
      ['tags in tags', 'd81bd81cc2d81b81d81d05', [5]],
      ['a record, of which code would be made', 'd9dfff8319e140816161' + '01', [0xe140, ['a'], 1]],
      ['a record whose tag has 32 bits', 'da0000dfff8319e140816161' + '01', [0xe140, ['a'], 1]],
      ['a record of the older kind', 'd8698319e140816161' + '01', [0xe140, ['a'], 1]],
      ['definitions of records', 'd9dffe8319e140816161' + '01', [0xe140, ['a'], 1]],
      ['text that stands elsewhere', 'd9dff9821a0000000501', [5, 1]],
      ['a bignum in pieces', 'c25f4101420203ff', Uint8Array.of(1, 2, 3)],
      ['a typed array in pieces', 'd8435f4101ff', Uint8Array.of(1)],
    ];
    for (const [what, frame, value] of arrivals) expect(read(frame)).withContext(what).toEqual(value);
  });

  it('reads text and bytes in pieces, as Java writes long texts', () => {
    const long = '61'.repeat(300);
    expect(read(`9f7f61c361a4ff7f79012c${long}60ff7fff5f4101420203ffff`)).toEqual([
      'ä',
      'a'.repeat(300),
      '',
      Uint8Array.of(1, 2, 3),
    ]);
    expect(read('a17f61616162ff7f6163ff')).toEqual({ ab: 'c' });
  });

  it('reads a frame of nothing but pieces, which becomes longer by that', () => {
    const [texts, bytes] = read(`82${'9f' + '7fff'.repeat(1000)}ff${'5f' + '40'.repeat(500)}4107ff`) as [
      string[],
      unknown,
    ];
    expect(texts).toEqual(new Array<string>(1000).fill(''));
    expect(bytes).toEqual(Uint8Array.of(7));
  });

  it('reads a key __proto__ in pieces, or as bytes, like any other', () => {
    for (const key of ['7f655f5f70726f64746f5f5fff', '495f5f70726f746f5f5f']) {
      const value = read(`a1${key}a1616101`) as object;
      expect(Object.entries(value)).toEqual([['__proto__', { a: 1 }]]);
      expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    }
  });

  it('reads simple values without a meaning as null', () => {
    expect(read('87e0f3f820f8fff4f5fa3fc00000')).toEqual([null, null, null, null, false, true, 1.5]);
  });

  it('reads keys that are no text as text', () => {
    expect(read('a1182a01')).toEqual({ 42: 1 });
    const keys = ['4161', '82c11a514b67b08101', 'a0', 'd825410' + '0', 'c11a514b67b0', 'f6', '1b0020000000000001'];
    expect(read(`82a7${keys.map((key) => `${key}01`).join('')}a102f7`)).toEqual([
      {
        a: 1,
        '2013-03-21T20:04:00.000Z,1': 1,
        '[object Object]': 1,
        '2013-03-21T20:04:00.000Z': 1,
        null: 1,
        '9007199254740993': 1,
      },
      { 2: null },
    ]);
    expect(Object.keys(read('a280' + '01' + '695f5f70726f746f5f5f' + '02') as object)).toEqual(['', '__proto__']);
  });

  const refused: readonly (readonly [what: string, frame: string])[] = [
    ['a list longer than the frame', '9b7fffffffffffffff'],
    ['a dictionary longer than the frame', 'bb0000000affffffff'],
    ['text longer than the frame', '7b00000000ffffffff61'],
    ['bytes longer than the frame', '5affffffff00'],
    ['lists in lists, each as long as the rest of the frame', '9a00000006'.repeat(3) + '0102030405060708'],
    ['a reserved head', '1c'],
    ['a break where nothing is open', '8101ff'],
    ['a break in a list with a length', '82ff01'],
    ['text in pieces that do not end', '7f6161'],
    ['text in pieces of bytes', '7f4161ff'],
    ['text in pieces that are in pieces', '7f7f6161ffff'],
    ['a piece longer than the frame', '7f7affffffff61ff'],
    ['a simple value that is cut off', 'f8'],
    ['a list without an end', '9f0102'],
  ];
  for (const [what, frame] of refused) {
    it(`refuses ${what}`, () => {
      expect(() => read(frame)).toThrowError(ProtocolError, /not CBOR/);
    });
  }

  it('allocates for no more items than the frame has bytes', () => {
    // each list alone could be as long as it says; together they would take gigabytes
    const frame = new Uint8Array(1_000_000);
    for (let i = 0; i < 900; i++) frame.set([0x9a, 0, 0x0e, 0, 0], i * 5);
    expect(() => serializer.decode(frame)).toThrowError(ProtocolError, /ends too early/);
  });

  it('makes no function of what comes', () => {
    const record = '8319e140816161' + '01'; // defines one with the key a, and is one
    const again = 'd9e1408101'; // one more, read by a function from the third on
    const make = globalThis.Function;
    let made = 0;
    // not a spy, which would make functions itself
    globalThis.Function = class {
      constructor() {
        made++;
      }
    } as unknown as FunctionConstructor;
    try {
      for (const tag of ['d9dfff', 'd869']) read(`85${tag}${record}${again.repeat(4)}`);
      for (let i = 0; i < 4; i++) read(again);
    } finally {
      globalThis.Function = make;
    }
    expect(made).toBe(0);
  });

  it('refuses 100 000 levels, with and without lengths, and of tags', () => {
    for (const head of ['81', '9f', 'bf', 'a161', 'd9d9f7']) {
      expect(() => read(head.repeat(100_000))).toThrowError(ProtocolError);
    }
  });

  it('is read by cbor-x, and reads what that writes', () => {
    const other = new Encoder({
      useRecords: false,
      mapsAsObjects: true,
      tagUint8Array: false,
      variableMapSize: true,
    });
    fc.assert(
      fc.property(payloads, (payload) => {
        expect(other.decode(serializer.encode([payload]) as Uint8Array)).toEqual([payload]);
        expect(serializer.decode(other.encode([payload]))).toEqual([payload]);
      }),
    );
  });
});

describe('msgpack', () => {
  const serializer = msgpack();
  const read = (frame: string): unknown => serializer.decode(bytes(frame));
  const write = (...message: unknown[]): string => hex(serializer.encode(message));

  it('names itself', () => {
    expect(serializer).toEqual(
      jasmine.objectContaining({ id: 'msgpack', subprotocol: 'wamp.2.msgpack', binary: true }),
    );
  });

  it('writes integers in their shortest form, and never as floats up to 2^53', () => {
    expect(write(127, 128, 255, 256, 65535, 65536)).toBe('967fcc80ccffcd0100cdffffce00010000');
    expect(write(4294967295, 4294967296, big)).toBe('93ceffffffffcf0000000100000000cf0020000000000000');
    expect(write(-1, -32, -33, -128, -129, -32768, -32769, -2147483648, -2147483649, -big)).toBe(
      '9a' + 'ffe0d0dfd080d1ff7fd18000d2ffff7fffd280000000d3ffffffff7fffffffd3ffe0000000000000',
    );
  });

  it('reads integers exactly, in whatever width', () => {
    expect(read('94cf0000000000000005cf0020000000000000cf0020000000000001d3ffe0000000000000')).toEqual([
      5,
      big,
      9007199254740993n,
      -big,
    ]);
    expect(read('95d3ffdfffffffffffffd38000000000000000d3fffffffffffffffbd0fbd1fffb')).toEqual([
      -9007199254740993n,
      -9223372036854775808n,
      -5,
      -5,
      -5,
    ]);
    expect(read('d2fffffffb')).toBe(-5);
    expect(read('cffffffffffffffff0')).toBe(18446744073709551600n);
  });

  it('reads floats of 32 and 64 bits', () => {
    expect(read('92ca3fc00000cb3ff8000000000000')).toEqual([1.5, 1.5]);
  });

  it('reads every width of text, bytes, lists and dictionaries', () => {
    expect(read('93d90161da000161db0000000161')).toEqual(['a', 'a', 'a']);
    expect(read('93c40101c5000101c60000000101')).toEqual([Uint8Array.of(1), Uint8Array.of(1), Uint8Array.of(1)]);
    expect(read('92dc000101dd0000000101')).toEqual([[1], [1]]);
    expect(read('92de0001a16101df00000001a16101')).toEqual([{ a: 1 }, { a: 1 }]);
  });

  const refused: readonly (readonly [what: string, frame: string])[] = [
    ['the byte that means nothing', 'c1'],
    ['a list longer than the frame', 'ddffffffff'],
    ['lists in lists, each of 32 million', 'dd01ffffff'.repeat(12)],
    ['a dictionary longer than the frame', 'dfffffffff'],
    ['text longer than the frame', 'dbffffffff61'],
    ['bytes longer than the frame', 'c6ffffffff00'],
  ];
  for (const [what, frame] of refused) {
    it(`refuses ${what}`, () => {
      expect(() => read(frame)).toThrowError(ProtocolError, /not MessagePack/);
    });
  }

  it('reads timestamps as Dates and other extensions as ExtData', () => {
    expect(read('d6ff514b67b0')).toEqual(new Date('2013-03-21T20:04:00Z'));
    expect(read('d7ff0000000050000000')).toEqual(new Date(0x50000000 * 1000));
    expect(read('c70cff00000000ffffffffffffffff')).toEqual(new Date(-1000));
    expect(read('d5ff0102')).toEqual(new ExtData(-1, Uint8Array.of(1, 2)));
    expect(read('d40501')).toEqual(new ExtData(5, Uint8Array.of(1)));
    expect(read('c70205ffff')).toEqual(new ExtData(5, Uint8Array.of(255, 255)));
    expect(read('c70005')).toEqual(new ExtData(5, new Uint8Array(0)));
    expect(read('92cf0020000000000001d40001')).toEqual([9007199254740993n, new ExtData(0, Uint8Array.of(1))]);
  });

  it('reads keys that are no text as text', () => {
    expect(
      read(
        '89' +
          '2a01' +
          'c002' +
          'c303' +
          'cf002000000000000104' +
          'c4016105' +
          '92010206' +
          'd6ff514b67b007' +
          '8008' +
          'd4050109',
      ),
    ).toEqual({
      42: 1,
      null: 2,
      true: 3,
      '9007199254740993': 4,
      a: 5,
      '1,2': 6,
      '2013-03-21T20:04:00.000Z': 7,
      '[object Object]': 9,
    });
  });

  it('reads a key __proto__ like any other, whatever it is made of', () => {
    const proto = '5f5f70726f746f5f5f';
    for (const key of [`a9${proto}`, `c409${proto}`, `91a9${proto}`, `91c409${proto}`]) {
      const value = read(`81${key}81a16101`) as object;
      expect(Object.entries(value)).toEqual([['__proto__', { a: 1 }]]);
      expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    }
    expect(read(`8192a161a9${proto}01`)).toEqual({ 'a,__proto__': 1 });
  });

  it('reads what msgpackr writes for undefined as null', () => {
    expect(read('92d4000001')).toEqual([null, 1]);
  });

  it('allocates for no more items than the frame has bytes', () => {
    // each list alone could be as long as it says; together they would take gigabytes
    const frame = new Uint8Array(1_000_000);
    for (let i = 0; i < 900; i++) frame.set([0xdd, 0, 0x0e, 0, 0], i * 5);
    expect(() => serializer.decode(frame)).toThrowError(ProtocolError, /ends too early/);
  });

  it('refuses 100 000 levels', () => {
    for (const head of ['91', '81a161']) expect(() => read(head.repeat(100_000))).toThrowError(ProtocolError);
  });

  it('is read by @msgpack/msgpack, and reads what that writes', () => {
    fc.assert(
      fc.property(payloads, (payload) => {
        expect(theirs.decode(serializer.encode([payload]) as Uint8Array)).toEqual([payload]);
        expect(serializer.decode(theirs.encode([payload]))).toEqual([payload]);
      }),
    );
  });
});

/** What the other implementations read and write as we do. */
const payloads = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constant(null),
    fc.boolean(),
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true, noInteger: true }),
    fc.string({ unit: 'binary' }),
    fc.array(tie('value')),
    fc.dictionary(
      fc.string({ unit: 'binary' }).filter((key) => !key.startsWith('__proto')),
      tie('value'),
      {
        noNullPrototype: true,
      },
    ),
  ),
})).value;

describe('a frame of text on a binary serializer', () => {
  it('is a ProtocolError', () => {
    for (const serializer of [cbor(), msgpack()]) {
      expect(() => serializer.decode('[1]')).toThrowError(ProtocolError, /text/);
    }
  });
});

describe('text that begins with NUL', () => {
  it('is text in CBOR and MessagePack', () => {
    for (const serializer of [cbor(), msgpack()]) {
      expect(serializer.decode(serializer.encode(['\0abc']))).toEqual(['\0abc']);
    }
  });
});

describe('bytes that were received', () => {
  it('are views of the frame, even of a Buffer', () => {
    for (const serializer of [cbor(), msgpack()]) {
      const frame = serializer.encode([Uint8Array.of(1, 2, 3)]) as Uint8Array;
      const [view] = serializer.decode(frame) as [Uint8Array];
      expect(view.buffer).toBe(frame.buffer);
      expect(view.constructor).toBe(Uint8Array);
    }
  });
});
