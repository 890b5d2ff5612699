// CBOR and MessagePack on the wire: what other implementations read and write, and what an attacker could send.
import { Encoder } from 'cbor-x';
import * as theirs from '@msgpack/msgpack';
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

  it('writes integers in their shortest form, and never as floats up to 2^53', () => {
    expect(write(23, 24, 255, 256, 65535, 65536)).toBe('8617181818ff19010019ffff1a00010000');
    expect(write(4294967295, 4294967296, big)).toBe('831affffffff1b00000001000000001b0020000000000000');
    expect(write(-1, -24, -25, -256, -257, -4294967296, -4294967297, -big)).toBe(
      '8820373818' + '38ff' + '390100' + '3affffffff' + '3b0000000100000000' + '3b001fffffffffffff',
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

  it('reads dates as ISO text, marked bytes as bytes, and CBOR that says it is', () => {
    expect(read('83c074323031332d30332d32315432303a30343a30305ac11a514b67b0d8404101')).toEqual([
      '2013-03-21T20:04:00Z',
      '2013-03-21T20:04:00.000Z',
      Uint8Array.of(1),
    ]);
    expect(read('d9d9f78101')).toEqual([1]);
  });

  it('reads keys that are integers as text', () => {
    expect(read('a1182a01')).toEqual({ 42: 1 });
  });

  const refused: readonly (readonly [what: string, frame: string])[] = [
    ['another tag', 'c24101'],
    ['a shared, circular value', 'd81c81d81d00'],
    ['a record with code made of it', 'd9dfff83196140816161' + '01'],
    ['a list longer than the frame', '9b7fffffffffffffff'],
    ['a dictionary longer than the frame', 'bb0000000affffffff'],
    ['text longer than the frame', '7b00000000ffffffff61'],
    ['bytes longer than the frame', '5affffffff00'],
    ['lists in lists, each as long as the rest of the frame', '9a00000006'.repeat(3) + '0102030405060708'],
    ['a reserved head', '1c'],
    ['a break where nothing is open', '8101ff'],
    ['a break in a list with a length', '82ff01'],
    ['text in pieces', '7f6161ff'],
    ['a simple value without meaning', 'e0'],
    ['a key that is a list', 'a18001'],
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
    expect(() => serializer.decode(frame)).toThrowError(ProtocolError, /\(at byte 10\)/);
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
    ['an extension', 'd40001'],
    ['a timestamp', 'd6ff00000000'],
    ['the byte that means nothing', 'c1'],
    ['a list longer than the frame', 'ddffffffff'],
    ['lists in lists, each of 32 million', 'dd01ffffff'.repeat(12)],
    ['a dictionary longer than the frame', 'dfffffffff'],
    ['text longer than the frame', 'dbffffffff61'],
    ['bytes longer than the frame', 'c6ffffffff00'],
    ['a key that is a list', '819001'],
    ['a key that is null', '81c001'],
  ];
  for (const [what, frame] of refused) {
    it(`refuses ${what}`, () => {
      expect(() => read(frame)).toThrowError(ProtocolError, /not MessagePack/);
    });
  }

  it('reads what msgpackr writes for undefined as null', () => {
    expect(read('92d4000001')).toEqual([null, 1]);
  });

  it('allocates for no more items than the frame has bytes', () => {
    // each list alone could be as long as it says; together they would take gigabytes
    const frame = new Uint8Array(1_000_000);
    for (let i = 0; i < 900; i++) frame.set([0xdd, 0, 0x0e, 0, 0], i * 5);
    expect(() => serializer.decode(frame)).toThrowError(ProtocolError, /\(at byte 10\)/);
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
