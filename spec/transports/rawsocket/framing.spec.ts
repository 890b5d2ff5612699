// The frames of a RawSocket, without a socket: any octets in, cut anywhere.
import fc from 'fast-check';
import { ProtocolError, SerializationError } from '../../../src/protocol/errors.ts';
import {
  FrameReader,
  FrameTooLong,
  FrameWriter,
  MESSAGE,
  PING,
  PONG,
  type FrameKind,
} from '../../../src/transports/rawsocket/framing.ts';

const FULL = 2 ** 24;

type Frame = readonly [kind: FrameKind, payload: readonly number[]];

/** What a reader makes of octets that come in these pieces. */
function read(chunks: readonly Uint8Array[], limit = FULL): Frame[] {
  const frames: Frame[] = [];
  const reader = new FrameReader(limit, (kind, payload) => frames.push([kind, [...payload]]));
  for (const chunk of chunks) reader.read(chunk);
  return frames;
}

/** The octets that a writer makes of frames. */
function written(frames: readonly (readonly [FrameKind, string | Uint8Array])[], limit = FULL): Uint8Array {
  const writer = new FrameWriter(limit);
  for (const [kind, data] of frames) writer.add(kind, data);
  return joined(writer.take());
}

const joined = (parts: readonly Uint8Array[]): Uint8Array => Uint8Array.from(parts.flatMap((part) => [...part]));
const bytes = (...octets: number[]): Uint8Array => Uint8Array.from(octets);
const utf8 = (text: string): number[] => [...new TextEncoder().encode(text)];

/** Octets cut at these places. */
function cut(octets: Uint8Array, places: readonly number[]): Uint8Array[] {
  const at = [...new Set(places.map((place) => place % (octets.length + 1)))].sort((a, b) => a - b);
  return [...at, octets.length].map((end, i) => octets.subarray(at[i - 1] ?? 0, end));
}

const kinds = fc.constantFrom<FrameKind>(MESSAGE, PING, PONG);
const payloads = fc.oneof(fc.string({ unit: 'grapheme', maxLength: 300 }), fc.uint8Array({ maxLength: 300 }));

describe('RawSocket frames', () => {
  it('have a head of kind and length', () => {
    expect(written([[MESSAGE, '[1]']])).toEqual(bytes(0, 0, 0, 3, 0x5b, 0x31, 0x5d));
    expect(written([[PING, bytes(7)]])).toEqual(bytes(1, 0, 0, 1, 7));
    expect(written([[PONG, '']])).toEqual(bytes(2, 0, 0, 0));
  });

  it('tell a length of 2^24 by the extra bit, and one less by 24 bits', () => {
    const writer = new FrameWriter(FULL);
    writer.add(MESSAGE, new Uint8Array(FULL));
    writer.add(MESSAGE, new Uint8Array(FULL - 1));
    const parts = writer.take();
    expect(parts.map((part) => (part.length < 5 ? [...part] : part.length))).toEqual([
      [0x08, 0, 0, 0],
      FULL,
      [0, 0xff, 0xff, 0xff],
      FULL - 1,
    ]);
    const lengths: number[] = [];
    const reader = new FrameReader(FULL, (_, payload) => lengths.push(payload.length));
    for (const part of parts) reader.read(part);
    expect(lengths).toEqual([FULL, FULL - 1]);
  });

  it('come out as they went in, wherever they are cut', () => {
    const frames = [
      [MESSAGE, '[1,"ä"]'],
      [PING, bytes(1, 2, 3)],
      [MESSAGE, ''],
      [PONG, ''],
      [MESSAGE, 'x'.repeat(70)],
    ] as const;
    const octets = written(frames);
    const whole = frames.map(([kind, data]) => [kind, typeof data === 'string' ? utf8(data) : [...data]] as Frame);
    for (let size = 1; size <= octets.length; size++) {
      const chunks = Array.from({ length: Math.ceil(octets.length / size) }, (_, i) =>
        octets.subarray(i * size, (i + 1) * size),
      );
      expect(read(chunks)).withContext(`pieces of ${size}`).toEqual(whole);
    }
  });

  it('of any content and order come out as they went in, cut anywhere', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(kinds, payloads), { maxLength: 12 }), fc.array(fc.nat()), (frames, places) => {
        const whole = frames.map(([kind, data]) => [kind, typeof data === 'string' ? utf8(data) : [...data]] as Frame);
        expect(read(cut(written(frames), places))).toEqual(whole);
      }),
    );
  });

  it('long and short ones keep their order, over many turns', () => {
    const lengths = [10, 9000, 0, 8192, 8193, 40_000, 3, 2731, 2730, 30_000, 5];
    for (const limit of [FULL, 2 ** 17]) {
      const writer = new FrameWriter(limit);
      const octets: Uint8Array[] = [];
      lengths.forEach((length, i) => {
        writer.add(MESSAGE, i % 2 ? 'ä'.repeat(length) : new Uint8Array(length).fill(i));
        if (i % 3 === 2) octets.push(...writer.take());
      });
      octets.push(...writer.take());
      const sizes = lengths.map((length, i) => (i % 2 ? length * 2 : length));
      expect(read(octets).map(([, payload]) => payload.length)).toEqual(sizes);
      expect(writer.size).toBe(0);
    }
  });

  it('that wait are counted, and those taken are not', () => {
    const writer = new FrameWriter(FULL);
    writer.add(MESSAGE, 'ä');
    writer.add(MESSAGE, new Uint8Array(10_000));
    expect(writer.size).toBe(4 + 2 + 4 + 10_000);
    writer.take();
    expect([writer.size, writer.take()]).toEqual([0, []]);
  });

  it('that were taken are never written to again', () => {
    const writer = new FrameWriter(FULL);
    writer.add(MESSAGE, 'one');
    const [first] = writer.take();
    const before = [...(first ?? [])];
    writer.add(MESSAGE, 'two');
    writer.take();
    expect([...(first ?? [])]).toEqual(before);
  });

  describe('above a limit', () => {
    for (const data of ['x'.repeat(600), new Uint8Array(513), 'ä'.repeat(257), 'x'.repeat(20_000)]) {
      it(`are not written, and leave nothing behind (${typeof data} of ${data.length})`, () => {
        const writer = new FrameWriter(512);
        writer.add(MESSAGE, 'before');
        expect(() => writer.add(MESSAGE, data)).toThrowMatching(
          (error: SerializationError) =>
            error instanceof SerializationError &&
            error.uri === 'wamp.error.payload_size_exceeded' &&
            /\d+ octets is longer than the 512/.test(error.message),
        );
        writer.add(MESSAGE, 'after');
        expect(read([joined(writer.take())])).toEqual([
          [MESSAGE, utf8('before')],
          [MESSAGE, utf8('after')],
        ]);
      });
    }

    it('are written up to it', () => {
      expect(written([[MESSAGE, 'x'.repeat(512)]], 512).length).toBe(516);
      expect(written([[MESSAGE, new Uint8Array(512)]], 512).length).toBe(516);
    });

    it('are refused as soon as their head is there', () => {
      expect(read([bytes(0, 0, 2, 0)], 512)).toEqual([]);
      expect(() => read([bytes(0, 0, 2), bytes(1)], 512)).toThrowError(FrameTooLong, /513 octets.*512/);
      expect(() => read([bytes(8, 0, 0, 0)], 2 ** 23)).toThrowError(FrameTooLong, /16777216 octets/);
    });
  });

  describe('that are malformed', () => {
    const wrong: readonly (readonly [octets: readonly number[], said: RegExp])[] = [
      [[0x10, 0, 0, 1], /reserved bits/],
      [[0x80, 0, 0, 0], /reserved bits/],
      [[0x48, 0x54, 0x54, 0x50], /reserved bits/],
      [[3, 0, 0, 1], /type 3 is reserved/],
      [[7, 0, 0, 0], /type 7 is reserved/],
      [[8, 0, 0, 1], /both 2\^24 and another/],
    ];
    for (const [octets, said] of wrong) {
      it(`are a ProtocolError: ${octets.join(' ')}`, () => {
        const frames: FrameKind[] = [];
        const reader = new FrameReader(FULL, (kind) => frames.push(kind));
        expect(() => reader.read(bytes(1, 0, 0, 0, ...octets))).toThrowError(ProtocolError, said);
        reader.read(bytes(1, 0, 0, 0)); // nothing is found behind that
        expect(frames).toEqual([PING]);
      });
    }

    it('or not: any octets give frames or a ProtocolError with a sentence, never anything else', () => {
      const head = fc.tuple(fc.constantFrom(0, 1, 2, 3, 8, 16), fc.constant(0), fc.constantFrom(0, 2, 3), fc.nat(255));
      const octets = fc.oneof(
        fc.uint8Array({ maxLength: 2000 }),
        fc
          .array(fc.oneof(head, fc.array(fc.nat(255))), { maxLength: 40 })
          .map((parts) => Uint8Array.from(parts.flat())),
      );
      fc.assert(
        fc.property(octets, fc.array(fc.nat()), (all, places) => {
          const outcome = (chunks: readonly Uint8Array[]): unknown => {
            const frames: Frame[] = [];
            const reader = new FrameReader(512, (kind, payload) => frames.push([kind, [...payload]]));
            try {
              for (const chunk of chunks) reader.read(chunk);
            } catch (error) {
              expect(error).toBeInstanceOf(ProtocolError);
              expect((error as Error).message).toMatch(/^A RawSocket frame .{10}/);
              return [frames, (error as Error).message];
            }
            const used = frames.reduce((sum, [, payload]) => sum + 4 + payload.length, 0);
            expect(used).toBeLessThanOrEqual(all.length);
            return [frames, reader.midway, used === all.length];
          };
          expect(outcome(cut(all, places))).toEqual(outcome([all]));
        }),
        { numRuns: 300 },
      );
    });
  });

  it('stop at once where their receiver says so', () => {
    const taken: number[] = [];
    const reader = new FrameReader(FULL, (_, [first]) => {
      taken.push(first ?? 0);
      if (first === 2) reader.stop();
    });
    reader.read(written([1, 2, 3].map((n) => [MESSAGE, bytes(n)] as const)));
    reader.read(written([[MESSAGE, bytes(4)]]));
    expect(taken).toEqual([1, 2]);
  });

  it('know whether one is under way', () => {
    const reader = new FrameReader(FULL, () => undefined);
    const states = [bytes(0), bytes(0, 0, 2), bytes(9), bytes(9), bytes(0, 0, 0, 0)].map((chunk) => {
      reader.read(chunk);
      return reader.midway;
    });
    expect(states).toEqual([true, true, true, false, false]);
  });
});
