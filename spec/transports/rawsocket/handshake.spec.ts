import fc from 'fast-check';
import {
  announced,
  handshake,
  HandshakeRefused,
  numberOf,
  readReply,
  readRequest,
  refusal,
} from '../../../src/transports/rawsocket/handshake.ts';

const bytes = (...octets: number[]): Uint8Array => Uint8Array.from(octets);

describe('the RawSocket handshake', () => {
  it('numbers the serializers', () => {
    const names = ['json', 'msgpack', 'cbor', 'ubjson', 'flatbuffers', 'json.batched', 'toString'];
    expect(names.map((name) => numberOf(`wamp.2.${name}`))).toEqual([1, 2, 3, 4, 5, undefined, undefined]);
    expect(numberOf('toString')).toBeUndefined();
  });

  it('is what the specification shows: 16 MiB and MessagePack', () => {
    expect(handshake(2 ** 24, 2)).toEqual(bytes(0x7f, 0xf2, 0, 0));
  });

  for (let exponent = 0; exponent < 16; exponent++) {
    it(`announces 2^${9 + exponent} octets as ${exponent}`, () => {
      const limit = 2 ** (9 + exponent);
      expect(handshake(limit, 1)).toEqual(bytes(0x7f, (exponent << 4) | 1, 0, 0));
      expect(readReply(handshake(limit, 1), 1)).toBe(limit);
      expect(readRequest(handshake(limit, 3))).toEqual({ serializer: 3, limit });
    });
  }

  it('announces no more than is accepted: the next lower power of two', () => {
    expect([512, 1023, 1024, 1_000_000, 2 ** 24 - 1, 2 ** 24].map(announced)).toEqual([
      512,
      512,
      1024,
      2 ** 19,
      2 ** 23,
      2 ** 24,
    ]);
  });

  const refusals: readonly (readonly [code: number, said: RegExp])[] = [
    [1, /does not speak the serializer \(error 1\)/],
    [2, /maximum message length \(error 2\)/],
    [3, /reserved bits \(error 3\)/],
    [4, /as many connections as it takes \(error 4\)/],
    [0, /not known \(error 0\)/],
    [5, /not known \(error 5\)/],
    [15, /not known \(error 15\)/],
  ];
  for (const [code, said] of refusals) {
    it(`a router refuses with error ${code}, and it is named`, () => {
      expect(refusal(code)).toEqual(bytes(0x7f, code << 4, 0, 0));
      expect(() => readReply(refusal(code), 1)).toThrowError(HandshakeRefused, said);
    });
  }

  it('an answer that is none is refused, and shown', () => {
    expect(() => readReply(bytes(0x48, 0x54, 0x54, 0x50), 1)).toThrowError(
      'this is no RawSocket: the other side began with 48 54 54 50 ("HTTP"); is it the port of a WebSocket?',
    );
    expect(() => readReply(bytes(0, 1, 2, 255), 1)).toThrowError(/began with 00 01 02 ff;/);
  });

  it('an answer for another serializer, or with reserved bits, is refused', () => {
    expect(() => readReply(bytes(0x7f, 0xf2, 0, 0), 1)).toThrowError(/answered with serializer 2, not 1/);
    expect(() => readReply(bytes(0x7f, 0xf1, 0, 1), 1)).toThrowError(/reserved bits/);
    expect(() => readReply(bytes(0x7f, 0xf1, 1, 0), 1)).toThrowError(/reserved bits/);
  });

  it('a router hangs up on what is no RawSocket, and refuses reserved bits', () => {
    expect(readRequest(bytes(0x47, 0x45, 0x54, 0x20))).toBeUndefined();
    expect(readRequest(bytes(0x7f, 0xf0, 0, 0))).toBeUndefined(); // serializer 0 is illegal
    expect(readRequest(bytes(0x7f, 0xf1, 0, 1))).toBe(3);
    expect(readRequest(bytes(0x7f, 0xf1, 1, 0))).toBe(3);
  });

  it('any four octets are an answer or an Error with a sentence', () => {
    const octet = fc.nat(255);
    fc.assert(
      fc.property(
        fc.oneof(octet, fc.constant(0x7f)),
        octet,
        octet,
        octet,
        fc.integer({ min: 1, max: 5 }),
        (...args) => {
          const [a, b, c, d, serializer] = args;
          let limit: number;
          try {
            limit = readReply(bytes(a, b, c, d), serializer);
          } catch (error) {
            expect((error as Error).message).toMatch(/^(this is no RawSocket:|the router) /);
            return;
          }
          expect([a, b & 15, c, d]).toEqual([0x7f, serializer, 0, 0]);
          expect(limit).toBe(2 ** (9 + (b >> 4)));
        },
      ),
    );
  });
});
