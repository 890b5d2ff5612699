import { asapScheduler } from 'rxjs';
import fc from 'fast-check';
import { ProtocolError, SerializationError } from '../../src/protocol/errors.ts';
import { batched } from '../../src/serializers/batched.ts';
import { cbor } from '../../src/serializers/cbor.ts';
import { json } from '../../src/serializers/json.ts';
import { msgpack } from '../../src/serializers/msgpack.ts';
import type { FramePort, Serializer } from '../../src/serializers/serializer.ts';

type Frame = string | Uint8Array;

/** A port that keeps what is sent, and what was batched on it. */
class Port implements FramePort {
  readonly sent: Frame[] = [];
  readonly ends: string[] = [];
  bufferedAmount = 0;
  more = 'as it was';
  deliver: (frame: unknown) => void = () => undefined;

  listen(receive: (frame: unknown) => void): void {
    this.deliver = receive;
  }
  send(frame: Frame): void {
    this.sent.push(frame);
  }
  close(code: number, reason: string): void {
    this.ends.push(`closed ${code} ${reason} after ${this.sent.length}`);
  }
  terminate(): void {
    this.ends.push(`terminated after ${this.sent.length}`);
  }
}

const turn = (): Promise<void> =>
  new Promise((resolve) => {
    asapScheduler.schedule(() => {
      resolve();
    });
  });

/** A port that the serializer has put itself before. */
function batching(serializer: Serializer, port: Port): Port {
  const face = serializer.batching?.(port);
  if (!face) throw new Error(`${serializer.id} does not batch`);
  return face;
}

/** Reads one frame as a connection does: message by message. */
function read(serializer: Serializer, frame: unknown): unknown[] {
  const port = new Port();
  const got: unknown[] = [];
  batching(serializer, port).listen((part) => got.push(serializer.decode(part as Frame)));
  port.deliver(frame);
  return got;
}

const MESSAGES = [
  [33, 1, 5],
  [36, 5, 1, {}, ['ä', 1]],
  [36, 5, 2, {}],
];

for (const plain of [json(), msgpack(), cbor()]) {
  describe(`batched ${plain.id}`, () => {
    const serializer = batched(plain);
    const all = async (messages: readonly (readonly unknown[])[]): Promise<readonly Frame[]> => {
      const port = new Port();
      const face = batching(serializer, port);
      for (const message of messages) face.send(serializer.encode(message));
      await turn();
      return port.sent;
    };

    it('names itself', () => {
      const { id, subprotocol, binary } = serializer;
      expect([id, subprotocol, binary]).toEqual([`${plain.id}.batched`, `${plain.subprotocol}.batched`, plain.binary]);
    });

    it('a message alone is a batch of one', () => {
      const message = [36, 5, 1, {}, ['x']];
      expect(serializer.decode(serializer.encode(message))).toEqual(message);
      expect(read(serializer, serializer.encode(message))).toEqual([message]);
    });

    it('the messages of one turn leave in one frame, in order, and are read one by one', async () => {
      const sent = await all(MESSAGES);
      expect(sent.length).toBe(1);
      expect(read(serializer, sent[0])).toEqual(MESSAGES);
    });

    it('any messages come out as they went in', async () => {
      const text = fc.string({ unit: 'binary', maxLength: 20 }).map((each) => `.${each}`); // JSON has no text that begins with NUL
      const message = fc.array(fc.oneof(text, fc.integer(), fc.boolean(), fc.uint8Array({ maxLength: 20 })), {
        maxLength: 5,
      });
      await fc.assert(
        fc.asyncProperty(fc.array(message, { minLength: 1, maxLength: 8 }), async (messages) => {
          expect((await all(messages)).flatMap((frame) => read(serializer, frame))).toEqual(messages);
        }),
        { numRuns: 30 },
      );
    });

    it('turns are kept apart', async () => {
      const port = new Port();
      const face = batching(serializer, port);
      face.send(serializer.encode([1]));
      await turn();
      face.send(serializer.encode([2]));
      await turn();
      expect(port.sent.map((frame) => read(serializer, frame))).toEqual([[[1]], [[2]]]);
    });

    it('a batch does not grow without a bound, and a long message goes alone', async () => {
      const payload = 'x'.repeat(30_000);
      const sent = await all([...Array(5).keys()].map((n) => [n, payload]).concat([[5, payload.repeat(4)]]));
      expect(sent.map((frame) => read(serializer, frame).map((message) => (message as number[])[0]))).toEqual([
        [0, 1],
        [2, 3],
        [4],
        [5],
      ]);
    });

    it('what waits is counted', async () => {
      const port = new Port();
      port.bufferedAmount = 100;
      const face = batching(serializer, port);
      const frame = serializer.encode([1]);
      face.send(frame);
      face.send(frame);
      expect(face.bufferedAmount).toBe(100 + 2 * frame.length);
      await turn();
      expect(face.bufferedAmount).toBe(100);
    });

    it('closing and terminating come after what was sent', async () => {
      const port = new Port();
      const face = batching(serializer, port);
      face.send(serializer.encode([1]));
      face.close(1000, 'done');
      face.send(serializer.encode([2]));
      face.terminate();
      await turn();
      expect(port.ends).toEqual(['closed 1000 done after 1', 'terminated after 2']);
      expect(port.sent.length).toBe(2);
    });

    it('leaves the rest of the port as it was', () => {
      expect(batching(serializer, new Port()).more).toBe('as it was');
    });

    it('a message that cannot be written fails alone', async () => {
      const port = new Port();
      const face = batching(serializer, port);
      face.send(serializer.encode([1]));
      expect(() => face.send(serializer.encode([NaN]))).toThrowError(SerializationError);
      face.send(serializer.encode([2]));
      await turn();
      expect(port.sent.flatMap((frame) => read(serializer, frame))).toEqual([[1], [2]]);
    });

    it('an empty batch is a ProtocolError', () => {
      const empty = plain.binary ? new Uint8Array(0) : '';
      expect(() => read(serializer, empty)).toThrowError(ProtocolError, /batch without a message/);
      expect(() => read(serializer, plain.binary ? new ArrayBuffer(0) : '')).toThrowError(ProtocolError);
    });

    it('what is before a malformed message is read first', async () => {
      const [batch = ''] = await all([[1], [2]]);
      const port = new Port();
      const got: unknown[] = [];
      batching(serializer, port).listen((part) => got.push(serializer.decode(part as Frame)));
      const broken = typeof batch === 'string' ? `${batch}[3` : Uint8Array.of(...batch, 0, 0, 0, 9, 1);
      expect(() => port.deliver(broken)).toThrowError(ProtocolError);
      expect(got).toEqual([[1], [2]]);
    });

    it('any frame gives messages or a ProtocolError', () => {
      const frames: fc.Arbitrary<Frame> = plain.binary
        ? fc.oneof(
            fc.uint8Array(),
            fc.array(fc.constantFrom(0, 1, 2, 0x80, 0x91), { maxLength: 30 }).map((o) => Uint8Array.from(o)),
          )
        : fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom('[', ']', '1', '\x18', '\x1e'), maxLength: 12 }));
      fc.assert(
        fc.property(frames, (frame) => {
          try {
            expect(read(serializer, frame).length).toBeGreaterThan(0);
          } catch (error) {
            expect(error).toBeInstanceOf(ProtocolError);
            expect((error as Error).message.length).toBeGreaterThan(10);
          }
        }),
        { numRuns: 300 },
      );
    });

    it('a frame of the wrong kind passes as it is, to be refused', () => {
      const port = new Port();
      const got: unknown[] = [];
      batching(serializer, port).listen((part) => got.push(part));
      const odd = plain.binary ? 'text' : Uint8Array.of(1);
      port.deliver(odd);
      expect(got).toEqual([odd]);
    });

    it('is not batched again', () => {
      expect(() => batched(serializer)).toThrowError(TypeError, /batched already/);
    });
  });
}

describe('batched', () => {
  it('JSON ends each message with 0x18, as Autobahn and Crossbar.io do, or with 0x1E', () => {
    expect(batched(json()).encode([1])).toBe('[1]\x18');
    expect(batched(json(), { separator: 0x18 }).encode([1])).toBe('[1]\x18');
    expect(batched(json(), { separator: 0x1e }).encode([1])).toBe('[1]\x1e');
  });

  it('JSON reads both separators, and a last message without one', () => {
    for (const frame of ['[1]\x18[2]\x18', '[1]\x1e[2]\x1e', '[1]\x18[2]\x1e', '[1]\x1e[2]']) {
      for (const separator of [0x18, 0x1e] as const) {
        expect(read(batched(json(), { separator }), frame)).toEqual([[1], [2]]);
      }
    }
  });

  it('JSON refuses an empty message among others', () => {
    for (const frame of ['\x18', '\x1e\x1e', '[1]\x18\x18[2]\x18']) {
      expect(() => read(batched(json()), frame))
        .withContext(JSON.stringify(frame))
        .toThrowError(ProtocolError, /empty message/);
    }
  });

  it('text keeps its separators: they are escaped in JSON', () => {
    const message = ['a\x18b\x1ec'];
    expect(read(batched(json()), batched(json()).encode(message))).toEqual([message]);
  });

  it('binary messages have a length of four octets before them', () => {
    expect(batched(msgpack()).encode([1, 2])).toEqual(Uint8Array.of(0, 0, 0, 3, 0x92, 1, 2));
    expect(batched(cbor()).encode([1, 2])).toEqual(Uint8Array.of(0, 0, 0, 3, 0x82, 1, 2));
  });

  it('binary batches that are cut short are a ProtocolError that says where', () => {
    const s = batched(msgpack());
    expect(() => read(s, Uint8Array.of(0, 0, 0))).toThrowError(ProtocolError, /malformed/);
    expect(() => read(s, Uint8Array.of(0, 0, 0, 3, 0x92, 1))).toThrowError(ProtocolError, /should end at 7/);
    expect(() => read(s, Uint8Array.of(255, 255, 255, 255, 0x90))).toThrowError(ProtocolError, /malformed/);
  });

  it('options are checked', () => {
    expect(() => batched(json(), { separator: 30.5 as 30 })).toThrowError(TypeError, /separator must be 0x18 or 0x1e/);
    expect(() => batched(json(), { seperator: 0x18 } as never)).toThrowError(TypeError, /unknown option 'seperator'/);
  });
});
