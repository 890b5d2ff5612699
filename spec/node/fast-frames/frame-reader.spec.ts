import fc from 'fast-check';
import { FrameReader } from '../../../src/transports/fast-frames/frame-reader.node.ts';
import { cut, frame } from './endpoint.ts';

const TEXT = 0x81;
const BINARY = 0x82;
const PING = 0x89;
const PONG = 0x8a;

/** What a frame comes out as, made comparable. */
type Seen = readonly [kind: 'text' | 'binary' | 'control', content: string];
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

function reading(maxPayload = 1_000_000): { reader: FrameReader; seen: Seen[] } {
  const seen: Seen[] = [];
  const reader = new FrameReader(maxPayload, {
    message: (data) => seen.push(typeof data === 'string' ? ['text', data] : ['binary', hex(data)]),
    control: (bytes) => seen.push(['control', hex(bytes)]),
  });
  return { reader, seen };
}

const lengths = fc.oneof(
  fc.nat(20),
  fc.constantFrom(0, 1, 124, 125, 126, 127, 65_534, 65_535, 65_536, 70_000),
  fc.nat(3000),
);
const usual = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 200 }).map((text) => ({
    bytes: frame(TEXT, Buffer.from(text)),
    // a lone half of a pair has no bytes of its own
    seen: ['text', Buffer.from(text).toString()] as Seen,
  })),
  lengths.map((length) => {
    const text = 'x'.repeat(length);
    return { bytes: frame(TEXT, Buffer.from(text)), seen: ['text', text] as Seen };
  }),
  lengths.map((length) => {
    const payload = Uint8Array.from({ length }, (_, i) => i * 7);
    return { bytes: frame(BINARY, payload), seen: ['binary', hex(payload)] as Seen };
  }),
  fc.tuple(fc.constantFrom(PING, PONG), fc.uint8Array({ maxLength: 125 })).map(([kind, payload]) => {
    const bytes = frame(kind, payload);
    return { bytes, seen: ['control', hex(bytes)] as Seen };
  }),
);
/** What is not for this reader: each is a frame that something is wrong or special with. */
const unusual: Readonly<Record<string, Buffer>> = {
  'a fragment': frame(0x01, Buffer.from('part')),
  'a continuation': frame(0x80, Buffer.from('part')),
  'a closing frame': frame(0x88, Buffer.from([3, 232])),
  'a reserved bit': frame(0xc1, Buffer.from('text')),
  'a reserved kind of message': frame(0x83, Buffer.from('text')),
  'a reserved kind of control frame': frame(0x8b, Buffer.from('text')),
  'a ping in fragments': frame(0x09, Buffer.from('ping')),
  'a long ping': frame(PING, Buffer.alloc(126)),
  'a mask': Buffer.from([TEXT, 0x81, 1, 2, 3, 4, 5]),
  'a mask that looks like a length': Buffer.from([TEXT, 0x88, 0, 0, 0, 0, 0, 0, 0, 3, 0x5b, 0x31, 0x5d, 0]),
  'a mask and a long length': Buffer.from([TEXT, 0xfe, 1, 2, 3, 4, 5]),
  'text that is no UTF-8': frame(TEXT, Buffer.from([0x5b, 0xff, 0x5d])),
  'text that is cut within a character': frame(TEXT, Buffer.from('€').subarray(0, 2)),
  'too long a message': frame(BINARY, Buffer.alloc(1001)),
  'a message longer than memory': Buffer.from([BINARY, 127, 255, 255, 255, 255, 255, 255, 255, 255]),
};

describe('FrameReader', () => {
  it('finds every usual frame, in order, wherever the stream is cut', () => {
    fc.assert(
      fc.property(fc.array(usual, { maxLength: 12 }), fc.array(fc.nat(), { maxLength: 30 }), (frames, places) => {
        const { reader, seen } = reading();
        for (const piece of cut(Buffer.concat(frames.map(({ bytes }) => bytes)), places)) {
          expect(reader.read(piece)).toBeUndefined();
        }
        expect(seen).toEqual(frames.map((each) => each.seen));
      }),
      { numRuns: 300 },
    );
  });

  it('finds them byte by byte, too', () => {
    const { reader, seen } = reading();
    const frames = [frame(TEXT, Buffer.from('[1]')), frame(BINARY, Buffer.alloc(300)), frame(PING, Buffer.from('p'))];
    for (const byte of Buffer.concat(frames)) reader.read(Buffer.of(byte));
    expect(seen.map(([kind]) => kind)).toEqual(['text', 'binary', 'control']);
  });

  for (const [what, bytes] of Object.entries(unusual)) {
    it(`gives back ${what}, from its first byte on, and all that follows`, () => {
      const before = [frame(TEXT, Buffer.from('[1,"�"]')), frame(PONG, Buffer.alloc(0))];
      const after = frame(TEXT, Buffer.from('[2]'));
      const stream = Buffer.concat([...before, bytes, after]);
      const begins = Buffer.concat(before).length;
      for (let place = 0; place <= begins + bytes.length; place++) {
        const { reader, seen } = reading(1000);
        let rest: Buffer | undefined;
        for (const piece of cut(stream, [place])) rest = rest ? Buffer.concat([rest, piece]) : reader.read(piece);
        expect(rest && hex(rest))
          .withContext(`cut at ${place}`)
          .toBe(hex(stream.subarray(begins)));
        expect(seen.map(([kind]) => kind)).toEqual(['text', 'control']);
      }
    });
  }

  it('takes any bytes: what was found and what was given back is what came', () => {
    const frames = fc.array(usual, { maxLength: 3 });
    fc.assert(
      fc.property(
        frames,
        fc.uint8Array({ maxLength: 40 }),
        fc.array(fc.nat(), { maxLength: 9 }),
        (good, any, places) => {
          const { reader, seen } = reading();
          for (const piece of cut(Buffer.concat([...good.map(({ bytes }) => bytes), any]), places)) {
            if (reader.read(piece)) break;
          }
          expect(seen.slice(0, good.length)).toEqual(good.map((each) => each.seen));
        },
      ),
    );
  });
});
