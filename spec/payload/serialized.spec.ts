import { aes256gcm, xsalsa20poly1305 } from '../../src/payload/ciphers.ts';
import type { EncodedPayload, PayloadAttributes, PayloadCipher } from '../../src/payload/codec.ts';
import { pack, payloadCodec, unpack, type PayloadCodecOptions } from '../../src/payload/serialized.ts';
import { ApplicationError, SerializationError } from '../../src/protocol/errors.ts';
import { cbor } from '../../src/serializers/cbor.ts';
import { json } from '../../src/serializers/json.ts';
import { msgpack } from '../../src/serializers/msgpack.ts';
import type { Serializer } from '../../src/serializers/serializer.ts';
import { ALICE, BOB, hex } from './vectors.ts';

const uriOf = (act: () => unknown): string => {
  try {
    act();
  } catch (error) {
    return error instanceof ApplicationError ? error.uri : String(error);
  }
  return 'no error';
};

describe('payloadCodec()', () => {
  const serializers = [json(), cbor(), msgpack()];
  const ciphers = [aes256gcm({ k1: ALICE.priv }), xsalsa20poly1305({ k1: ALICE.priv })];
  const codec = payloadCodec({ serializers, ciphers });
  const encode = (asked: PayloadAttributes, args: readonly unknown[] = [1], kwargs = {}): EncodedPayload =>
    codec.encode(true, 'com.p', args, kwargs, asked) as EncodedPayload;

  it('packs { args, kwargs } with the serializer that is asked for', () => {
    const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
    expect(text(encode({ scheme: 'x_a', serializer: 'json' }, ['ä'], { b: 2 }).payload)).toBe(
      '{"args":["ä"],"kwargs":{"b":2}}',
    );
    expect(hex(encode({ scheme: 'x_a', serializer: 'cbor' }).payload)).toBe('a264617267738101666b7761726773a0');
    expect(hex(encode({ scheme: 'x_a', serializer: 'msgpack' }).payload)).toBe('82a4617267739101a66b776172677380');
  });

  for (const serializer of ['json', 'cbor', 'msgpack']) {
    for (const cipher of [undefined, 'aes256gcm', 'xsalsa20poly1305']) {
      it(`brings a payload back: ${serializer}, ${cipher ?? 'no cipher'}`, () => {
        const asked = { scheme: 'x_a', serializer, cipher, keyid: cipher && 'k1' };
        const encoded = encode(asked, [1, 'x', null, Uint8Array.of(7)], { a: { b: [true] } });
        expect(encoded).toEqual({ ...asked, payload: jasmine.any(Uint8Array) });
        const decoded = codec.decode(false, 'com.p', encoded);
        expect([decoded?.args, decoded?.kwargs]).toEqual([[1, 'x', null, Uint8Array.of(7)], { a: { b: [true] } }]);
        // what is sealed cannot be passed off as something else
        expect(decoded?.uri).toBe(cipher ? 'com.p' : undefined);
      });
    }
  }

  it('packs nothing that it is not asked to', () => {
    expect(codec.encode(true, 'com.p', [1], {})).toBeUndefined();
  });

  it('leaves alone what goes as it is', () => {
    for (const serializer of [undefined, 'native', 'mqtt', 'amqp', 'stomp']) {
      const asked = { scheme: 'mqtt', serializer };
      expect(codec.encode(true, 'com.p', [1], {}, asked)).toBeUndefined();
      expect(codec.decode(true, 'com.p', { ...asked, payload: Uint8Array.of(1) })).toBeUndefined();
    }
  });

  it('seals one piece of binary that is not packed', () => {
    const asked = { scheme: 'mqtt', serializer: 'mqtt', cipher: 'aes256gcm', keyid: 'k1' };
    const encoded = encode(asked, [Uint8Array.of(1, 2)]);
    expect(encoded.payload.length).toBe(12 + 2 + 16);
    expect(codec.decode(false, 'com.p', encoded)).toEqual({ args: [Uint8Array.of(1, 2)] });
    for (const [args, kwargs] of [
      [[1], {}],
      [[], {}],
      [[Uint8Array.of(1), 2], {}],
      [[Uint8Array.of(1)], { a: 1 }],
    ] as const) {
      expect(() => encode(asked, args, kwargs)).toThrowError(SerializationError, /one Uint8Array/);
    }
  });

  it('uses a serializer of the application for a foreign protocol', () => {
    const own = payloadCodec({ serializers: [{ ...json(), id: 'mqtt' }] });
    const encoded = own.encode(true, 'com.p', [1], {}, { scheme: 'mqtt', serializer: 'mqtt' });
    expect(own.decode(false, 'com.p', encoded as EncodedPayload)?.args).toEqual([1]);
  });

  it('names the serializer, cipher or key that there is none of', () => {
    expect(() => encode({ scheme: 'x_a', serializer: 'flatbuffers' })).toThrowError(
      SerializationError,
      /serializer "flatbuffers"/,
    );
    expect(() => encode({ scheme: 'x_a', serializer: 'json', cipher: 'rot13' })).toThrowError(
      SerializationError,
      /cipher "rot13"/,
    );
    expect(() => encode({ scheme: 'x_a', serializer: 'json', cipher: 'aes256gcm', keyid: 'k2' })).toThrowError(
      SerializationError,
      /no key "k2"/,
    );
    const payload = Uint8Array.of(1);
    const decoding = (asked: PayloadAttributes): string =>
      uriOf(() => codec.decode(false, 'com.p', { ...asked, payload }));
    const none = 'wamp.error.no_payload_codec';
    expect(decoding({ scheme: 'x_a', serializer: 'flatbuffers' })).toBe(none);
    expect(decoding({ scheme: 'x_a', serializer: 'json', cipher: 'rot13' })).toBe(none);
    expect(decoding({ scheme: 'x_a', serializer: 'json', cipher: 'aes256gcm', keyid: 'k2' })).toBe(none);
  });

  it('says where the value is that cannot be written', () => {
    for (const serializer of ['json', 'cbor']) {
      expect(() => encode({ scheme: 'x_a', serializer }, [{ a: new Map() }])).toThrowError(
        SerializationError,
        /^args\[0\]\.a: cannot send Map/,
      );
    }
  });

  it('refuses what is no dictionary, without a word of what it was', () => {
    for (const serializer of serializers) {
      for (const bytes of [
        new TextEncoder().encode('s3cret'),
        new TextEncoder().encode('["s3cret"]'),
        Uint8Array.of(),
      ]) {
        expect(uriOf(() => unpack(serializer, bytes))).toBe('wamp.error.invalid_payload');
        expect(() => unpack(serializer, bytes)).toThrowMatching(
          (error: Error) => !error.message.includes('s3cret') && error.cause === undefined,
        );
      }
    }
  });

  it('refuses what was sealed with another key, or has changed', () => {
    for (const cipher of ['aes256gcm', 'xsalsa20poly1305']) {
      const encoded = encode({ scheme: 'x_a', serializer: 'json', cipher, keyid: 'k1' });
      const other = payloadCodec({ serializers, ciphers: [aes256gcm(BOB.priv), xsalsa20poly1305(BOB.priv)] });
      expect(() => other.decode(false, 'com.p', encoded)).toThrowError();
      const changed = encoded.payload.slice();
      changed[changed.length - 1] = (changed[changed.length - 1] ?? 0) ^ 1;
      expect(() => codec.decode(false, 'com.p', { ...encoded, payload: changed })).toThrowError();
      expect(() => codec.decode(false, 'com.p', { ...encoded, payload: changed.slice(0, 5) })).toThrowError();
    }
  });

  it('AES-GCM is that of WebCrypto', async () => {
    const encoded = encode({ scheme: 'mqtt', cipher: 'aes256gcm', keyid: 'k1' }, [Uint8Array.of(1, 2, 3)]).payload;
    const raw = Uint8Array.from(ALICE.priv.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
    const key = await crypto.subtle.importKey('raw', raw, 'AES-GCM', false, ['decrypt']);
    const plain = await crypto.subtle.decrypt({ name: 'AES-GCM', iv: encoded.slice(0, 12) }, key, encoded.slice(12));
    expect(new Uint8Array(plain)).toEqual(Uint8Array.of(1, 2, 3));
  });

  it('finds keys by their id, by a function, or has one for all', () => {
    const read = (cipher: PayloadCipher, payload: Uint8Array, keyid?: string): Uint8Array =>
      cipher.open(payload, keyid);
    const payload = aes256gcm(ALICE.priv).seal(Uint8Array.of(9), undefined);
    expect(read(aes256gcm({ '': ALICE.priv64 }), payload)).toEqual(Uint8Array.of(9));
    expect(
      read(
        aes256gcm((id) => (id === 'k' ? ALICE.priv : undefined)),
        payload,
        'k',
      ),
    ).toEqual(Uint8Array.of(9));
    expect(
      uriOf(() =>
        read(
          aes256gcm(() => undefined),
          payload,
          'k',
        ),
      ),
    ).toBe('wamp.error.no_payload_codec');
    expect(uriOf(() => read(aes256gcm({ a: ALICE.priv }), payload, 'toString'))).toBe('wamp.error.no_payload_codec');
  });

  it('checks its options when they are given', () => {
    const wrong: readonly (readonly [unknown, RegExp])[] = [
      [{}, /serializers must be given/],
      [{ serializers: [{}] }, /serializers must be a list of serializers/],
      [{ serializers, schemes: [''] }, /schemes must be a list of non-empty strings/],
      [{ serializers, ciphers: [{}] }, /ciphers must be a list of ciphers/],
      [{ serializers, keys: [] }, /unknown option 'keys'/],
      [undefined, /options must be an object/],
    ];
    for (const [options, message] of wrong) {
      expect(() => payloadCodec(options as PayloadCodecOptions)).toThrowError(TypeError, message);
    }
    const strange = (encode: Serializer['encode'], binary: boolean): Serializer => ({
      ...json(),
      id: 'own',
      encode,
      binary,
    });
    expect(() => payloadCodec({ serializers: [strange(() => 'x', false)] })).toThrowError(
      TypeError,
      /serializer 'own'/,
    );
    expect(() =>
      pack(
        strange(() => Uint8Array.of(1), true),
        {},
      ),
    ).toThrowError(TypeError, /serializer 'own'/);
    expect(() => aes256gcm({ k: ALICE.priv.slice(2) })).toThrowError(
      TypeError,
      /aes256gcm\(\): key "k" must be a key of 32 bytes/,
    );
    expect(() => xsalsa20poly1305(7 as unknown as string)).toThrowError(TypeError, /keys must be a key/);
  });
});
