// Fast frames and `ws` by itself get the same bytes, and must do the same: messages, answers to pings, close codes.
// RXWAMP_STREAMS=20000 tries as many streams instead of a few hundred.
import { deepStrictEqual } from 'node:assert';
import fc from 'fast-check';
import { connection, cut, frame, RawServer, type Outcome } from './endpoint.ts';

const STREAMS = Number(process.env['RXWAMP_STREAMS'] ?? 300);
/** Milliseconds, far above what a stream takes. */
const PATIENCE = 60_000 + 100 * STREAMS;
const MAX_PAYLOAD = 1000;

const TEXT = 0x81;
const BINARY = 0x82;
const CLOSE = 0x88;
const PING = 0x89;
const PONG = 0x8a;

const text = fc.string({ unit: 'grapheme', maxLength: 100 }).map((value) => Buffer.from(value));
const bytes = fc.uint8Array({ maxLength: 200 });
const short = fc.uint8Array({ maxLength: 125 });
const usual = fc.oneof(
  text.map((payload) => frame(TEXT, payload)),
  fc.constantFrom(0, 1, 124, 125, 126, 127, 1000).map((length) => frame(TEXT, Buffer.alloc(length, 'x'))),
  bytes.map((payload) => frame(BINARY, payload)),
  fc.tuple(fc.constantFrom(PING, PONG), short).map(([first, payload]) => frame(first, payload)),
);
/** A message in fragments, with a ping between them. */
const fragments = fc
  .tuple(fc.constantFrom(1, 2), fc.array(text, { minLength: 2, maxLength: 4 }), fc.boolean())
  .map(([kind, parts, pinged]) =>
    Buffer.concat(
      parts.flatMap((part, i) => [
        ...(pinged && i === 1 ? [frame(PING, Buffer.from('p'))] : []),
        frame((i === 0 ? kind : 0) | (i === parts.length - 1 ? 0x80 : 0), part),
      ]),
    ),
  );
/** Valid and invalid frames of any kind, with wrong payloads, too long, masked or closing. */
const unusual = fc.oneof(
  fc.tuple(fc.nat(255), bytes).map(([first, payload]) => frame(first, payload)),
  bytes.map((payload) => frame(TEXT, payload)),
  text.map((payload) => frame(TEXT, payload.subarray(0, -1))),
  fc.constantFrom(1000, 1001, 1200).map((length) => frame(BINARY, Buffer.alloc(length))),
  fc.integer({ min: 900, max: 5000 }).map((code) => frame(CLOSE, Buffer.of(code >> 8, code & 255, 0x62))),
  short.map((payload) => Buffer.concat([Buffer.of(TEXT, 0x80 | payload.length), payload])),
  bytes.map((payload) => Buffer.from(payload)),
);
const streams = fc.record({
  before: fc.array(usual, { maxLength: 6 }),
  then: fc.array(fc.oneof({ weight: 3, arbitrary: usual }, fragments, unusual), { maxLength: 5 }),
  places: fc.array(fc.nat(), { maxLength: 8 }),
  sent: fc.array(fc.oneof(fc.string({ maxLength: 300 }), fc.uint8Array({ maxLength: 300 })), { maxLength: 4 }),
  closes: fc.boolean(),
});

describe('fast frames against ws by itself', () => {
  let server: RawServer;
  let url: string;

  beforeAll(async () => {
    server = new RawServer();
    url = await server.start();
  });
  afterAll(() => server.stop());

  /** Sends messages, then gets the pieces one by one, each in a turn of its own, and the end of the connection. */
  const outcome = async (
    fastFrames: boolean,
    pieces: readonly Buffer[],
    sent: readonly (string | Uint8Array)[],
  ): Promise<Outcome> => {
    const {
      socket,
      tcp,
      outcome: seen,
      closed,
    } = await connection(server, url, { maxPayload: MAX_PAYLOAD, fastFrames });
    // a message that is sent is masked where it stands
    for (const data of sent) socket.send(typeof data === 'string' ? data : data.slice());
    for (const piece of pieces) {
      tcp.write(piece);
      await new Promise((resolve) => setImmediate(resolve));
    }
    tcp.end();
    await closed;
    return seen;
  };

  it(
    `does the same with ${STREAMS} random streams`,
    async () => {
      const trial = fc.assert(
        fc.asyncProperty(streams, async ({ before, then, places, sent, closes }) => {
          const end = closes ? [frame(CLOSE, Buffer.of(3, 232))] : [];
          const pieces = cut(Buffer.concat([...before, ...then, ...end]), places);
          const [fast, plain] = await Promise.all([outcome(true, pieces, sent), outcome(false, pieces, sent)]);
          deepStrictEqual(fast, plain);
        }),
        { numRuns: STREAMS },
      );
      await expectAsync(trial).toBeResolved();
    },
    PATIENCE,
  );
});
