import fc from 'fast-check';
import { FrameBatch, longFrame } from '../../../src/transports/fast-frames/frame-batch.node.ts';

interface Frame {
  readonly code: number;
  readonly mask: string;
  readonly payload: Buffer;
  /** Bytes of the length field beyond the seven bits. */
  readonly extra: number;
}

/** What a server reads (RFC 6455, section 5.2). */
function framesOf(bytes: Uint8Array): Frame[] {
  const data = Buffer.from(bytes);
  const frames: Frame[] = [];
  for (let at = 0; at < data.length;) {
    const short = data.readUInt8(at + 1) - 0x80;
    const extra = short === 127 ? 8 : short === 126 ? 2 : 0;
    const length = extra === 8 ? Number(data.readBigUInt64BE(at + 2)) : extra === 2 ? data.readUInt16BE(at + 2) : short;
    const mask = data.subarray(at + 2 + extra, at + 6 + extra);
    const start = at + 6 + extra;
    const payload = Buffer.from(data.subarray(start, start + length).map((byte, i) => byte ^ (mask[i & 3] ?? 0)));
    frames.push({ code: data.readUInt8(at), mask: mask.toString('hex'), payload, extra });
    at = start + length;
  }
  return frames;
}

describe('frames of one turn', () => {
  it('are read by a server as what was written, whatever it is', () => {
    const text = fc.oneof(fc.string({ unit: 'grapheme', maxLength: 200 }), fc.string({ maxLength: 2000 }));
    const frame = fc.oneof(text, fc.uint8Array({ maxLength: 2000 }));
    fc.assert(
      fc.property(fc.array(frame, { maxLength: 12 }), (sent) => {
        const batch = new FrameBatch();
        const added = sent.filter((data) => batch.add(data));
        const read = framesOf(batch.take());
        expect(read.map(({ code }) => code)).toEqual(added.map((data) => (typeof data === 'string' ? 0x81 : 0x82)));
        // a lone half of a pair has no bytes of its own: it is U+FFFD on the wire
        expect(read.map(({ payload }) => payload.toString('hex'))).toEqual(
          added.map((data) => Buffer.from(data).toString('hex')),
        );
        expect(batch.size).toBe(0);
      }),
    );
  });

  it('have the shortest length field, as the protocol demands, also where characters take several bytes', () => {
    const lengths = [0, 1, 41, 42, 62, 63, 124, 125, 126, 127, 300];
    for (const character of ['x', 'é', '€']) {
      for (const length of lengths) {
        const batch = new FrameBatch();
        const data = character.repeat(length);
        expect(batch.add(data)).toBeTrue();
        const [frame] = framesOf(batch.take());
        const bytes = Buffer.byteLength(data);
        expect(frame?.extra)
          .withContext(`${length} × ${character}`)
          .toBe(bytes > 125 ? 2 : 0);
        expect(frame?.payload.toString()).toBe(data);
      }
    }
  });

  it('are masked anew each', () => {
    const batch = new FrameBatch();
    for (let i = 0; i < 100; i++) batch.add('x');
    expect(new Set(framesOf(batch.take()).map(({ mask }) => mask)).size).toBeGreaterThan(95);
  });

  it('never touch what was taken: the socket may hold it still', () => {
    const batch = new FrameBatch();
    const taken: { frames: Uint8Array; text: string }[] = [];
    for (let i = 0; i < 300; i++) {
      const text = `${i} `.repeat(100);
      expect(batch.add(text)).toBeTrue();
      taken.push({ frames: batch.take(), text });
    }
    for (const { frames, text } of taken) expect(framesOf(frames)[0]?.payload.toString()).toBe(text);
  });

  it('are refused where they are too long, or find no room until the others were taken', () => {
    const batch = new FrameBatch();
    expect(batch.add(new Uint8Array(100_000))).toBeFalse();
    expect(batch.size).toBe(0);
    const piece = new Uint8Array(8000);
    let held = 0;
    while (batch.add(piece)) held++;
    expect(held).toBe(4);
    expect(framesOf(batch.take()).length).toBe(4);
    expect(batch.add(piece)).toBeTrue();
  });

  it('are read by a server where they are long, too, wherever in memory they stand', () => {
    for (const length of [8193, 65_535, 65_536, 100_003]) {
      for (const offset of [0, 1, 2, 3]) {
        const data = Uint8Array.from({ length: length + offset }, (_, i) => i * 31).subarray(offset);
        const sent = Buffer.from(data).toString('hex');
        const [frame, ...more] = framesOf(Buffer.concat(longFrame(data)));
        expect(more).toEqual([]);
        expect(frame?.code).toBe(0x82);
        expect(frame?.extra).toBe(length > 65_535 ? 8 : 2);
        expect(frame?.payload.toString('hex') === sent).toBeTrue();
      }
      const text = '€'.repeat(length);
      const [frame] = framesOf(Buffer.concat(longFrame(text)));
      expect(frame?.code).toBe(0x81);
      expect(frame?.payload.toString() === text).toBeTrue();
    }
  });
});
