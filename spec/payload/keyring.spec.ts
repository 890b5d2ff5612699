import { Key, KeyRing } from '../../src/payload/keyring.ts';
import type { EncodedPayload } from '../../src/payload/codec.ts';
import { ALICE, BOB, FRAMES, fromHex } from './vectors.ts';
import { joined, seal, boxKey } from '../../src/payload/box.ts';

const originator = new Key({ originatorPriv: ALICE.priv64, responderPub: BOB.pub64 });
const responder = new Key({ responderPriv: BOB.priv64, originatorPub: ALICE.pub64 });

const ring = (keys: Readonly<Record<string, Key | string>>): KeyRing => {
  const made = new KeyRing();
  for (const [prefix, key] of Object.entries(keys)) made.setKey(prefix, key);
  return made;
};
const sealed = (frame: string): EncodedPayload => ({
  scheme: 'cryptobox',
  serializer: 'json',
  payload: fromHex(frame),
});

describe('KeyRing', () => {
  const alice = ring({ 'com.myapp.': originator });
  const bob = ring({ 'com.myapp.': responder });

  describe('reads what Autobahn sealed:', () => {
    it('an event', () => {
      expect(bob.decode(false, 'com.myapp.topic1', sealed(FRAMES.event))).toEqual({
        uri: 'com.myapp.topic1',
        args: ['hello', 23, null],
        kwargs: { unit: '°C' },
      });
    });

    it('a call without keyword arguments', () => {
      expect(bob.decode(false, 'com.myapp.add2', sealed(FRAMES.call)).args).toEqual([2, 3]);
    });

    it('bytes', () => {
      expect(bob.decode(false, 'com.myapp.raw', sealed(FRAMES.bytes)).args).toEqual([Uint8Array.of(0, 1, 255)]);
    });

    it('a result, and an error, of the responder', () => {
      expect(alice.decode(true, 'com.myapp.add2', sealed(FRAMES.result)).args).toEqual([5]);
      expect(alice.decode(true, 'com.myapp.error.bad', sealed(FRAMES.error))).toEqual({
        uri: 'com.myapp.error.bad',
        args: ['no'],
        kwargs: { code: 7 },
      });
    });

    it('with a default key that stands for both roles', () => {
      for (const key of [ALICE.priv64, ALICE.priv, fromHex(ALICE.priv)]) {
        expect(new KeyRing(key).decode(false, 'a.b', sealed(FRAMES.byDefault)).args).toEqual([1]);
      }
    });

    it('whatever the order and the spacing of its JSON', () => {
      const key = boxKey(fromHex(ALICE.priv), fromHex(BOB.pub));
      const plain = new TextEncoder().encode('{ "kwargs" : null,\n "args": [1], "uri" :"com.myapp.x" }');
      const payload = seal(key, plain);
      expect(bob.decode(false, 'com.myapp.x', { scheme: 'cryptobox', serializer: 'json', payload })).toEqual({
        uri: 'com.myapp.x',
        args: [1],
        kwargs: null,
      });
    });
  });

  it('seals for the other role, and says how', () => {
    const encoded = alice.encode(true, 'com.myapp.x', [1, Uint8Array.of(2)], { a: 'ä' });
    expect(encoded).toEqual({
      scheme: 'cryptobox',
      serializer: 'json',
      cipher: 'xsalsa20poly1305',
      payload: jasmine.any(Uint8Array),
    });
    const decoded = bob.decode(false, 'com.myapp.x', encoded as EncodedPayload);
    expect(decoded).toEqual({ uri: 'com.myapp.x', args: [1, Uint8Array.of(2)], kwargs: { a: 'ä' } });
    const answer = bob.encode(false, 'com.myapp.x', [3], {});
    expect(alice.decode(true, 'com.myapp.x', answer as EncodedPayload).args).toEqual([3]);
  });

  describe('looks keys up:', () => {
    it('a URI without a key is sent as it is', () => {
      expect(alice.encode(true, 'com.other', [1], {})).toBeUndefined();
      expect(new KeyRing().encode(true, 'com.myapp.x', [1], {})).toBeUndefined();
    });

    it('the longest prefix counts, then the default', () => {
      const [one, two, three] = [ALICE.priv64, BOB.priv64, new KeyRing().generateKey()[0]];
      const all = ring({ '': one, 'com.': two, 'com.my': three });
      const reads = (key: string, uri: string): boolean => {
        try {
          new KeyRing(key).decode(false, uri, all.encode(true, uri, [], {}) as EncodedPayload);
          return true;
        } catch {
          return false;
        }
      };
      const reader = (uri: string): number => [one, two, three].findIndex((key) => reads(key, uri));
      expect(['org.x', 'com.x', 'com', 'com.myapp', 'com.my', 'com.m'].map(reader)).toEqual([0, 1, 0, 2, 2, 1]);
    });

    it('prefixes are characters, not components', () => {
      expect(ring({ 'com.my': originator }).encode(true, 'com.myapp', [], {})).toBeDefined();
    });

    it('a key that is removed is gone, and a default key, too', () => {
      const all = ring({ 'com.myapp.': originator, '': ALICE.priv64 });
      all.setKey('com.myapp.', null);
      all.setKey('com.never.', null);
      expect(
        new KeyRing(ALICE.priv64).decode(
          false,
          'com.myapp.x',
          all.encode(true, 'com.myapp.x', [1], {}) as EncodedPayload,
        ).args,
      ).toEqual([1]);
      all.setKey('', null);
      expect(all.encode(true, 'com.myapp.x', [1], {})).toBeUndefined();
      expect(new KeyRing(null).encode(true, 'x', [], {})).toBeUndefined();
    });

    it('nothing is sent in the open where only the other role has a key', () => {
      expect(() => bob.encode(true, 'com.myapp.x', [1], {})).toThrowError(/no key for originators of 'com.myapp.x'/);
      expect(() => alice.encode(false, 'com.myapp.x', [1], {})).toThrowError(/no key for responders/);
    });
  });

  describe('refuses', () => {
    const encoded = alice.encode(true, 'com.myapp.x', [1], {}) as EncodedPayload;

    it('what it has no key for', () => {
      expect(() => new KeyRing().decode(false, 'com.myapp.x', encoded)).toThrowError(/no key/);
      expect(() => alice.decode(false, 'com.myapp.x', encoded)).toThrowError(/no key for responders/);
    });

    it('another serializer', () => {
      expect(() => bob.decode(false, 'com.myapp.x', { ...encoded, serializer: 'cbor' })).toThrowError(
        /serializer json/,
      );
      expect(() => bob.decode(false, 'com.myapp.x', { ...encoded, serializer: undefined })).toThrowError();
    });

    it('a payload that names no URI', () => {
      const key = boxKey(fromHex(ALICE.priv), fromHex(BOB.pub));
      const payload = seal(key, new TextEncoder().encode('{"args":[1]}'));
      expect(() => bob.decode(false, 'com.myapp.x', { ...encoded, payload })).toThrowMatching(
        ({ uri }: { uri: string }) => uri === 'wamp.error.encryption.trusted_uri_mismatch',
      );
    });

    it('what is no dictionary, without a word of what it was', () => {
      const key = boxKey(fromHex(ALICE.priv), fromHex(BOB.pub));
      for (const plain of ['[1]', '"s3cret"', 'null', 's3cret', '{"s3cret', '']) {
        const payload = seal(key, new TextEncoder().encode(plain));
        expect(() => bob.decode(false, 'com.myapp.x', { ...encoded, payload }))
          .withContext(plain)
          .toThrowMatching((error: Error) => !`${error.message} ${String(error.cause)}`.includes('s3cret'));
      }
      expect(() =>
        bob.decode(false, 'com.myapp.x', { ...encoded, payload: joined(encoded.payload, Uint8Array.of(0)) }),
      ).toThrowError();
    });
  });

  it('makes keys, in base64 and in hexadecimal', () => {
    const [priv, pub] = new KeyRing().generateKey();
    expect(priv).toMatch(/^[\w+/]{43}=$/);
    expect(() => new Key({ originatorPriv: priv, originatorPub: pub, responderPub: BOB.pub })).not.toThrow();
    const [privHex, pubHex] = new KeyRing().generateKeyHex();
    expect(privHex).toMatch(/^[\da-f]{64}$/);
    expect(() => new Key({ responderPriv: privHex, responderPub: pubHex, originatorPub: pub })).not.toThrow();
    expect(new KeyRing().generateKey()[0]).not.toBe(priv);
  });
});

describe('Key', () => {
  it('needs the private key of one role and a key of the other', () => {
    for (const parts of [
      {},
      { originatorPriv: ALICE.priv },
      { originatorPub: ALICE.pub, responderPub: BOB.pub },
      { responderPriv: BOB.priv },
    ]) {
      expect(() => new Key(parts)).toThrowError(TypeError, /the private key of one role and a key of the other/);
    }
  });

  it('refuses a public key that does not belong to the private one', () => {
    expect(() => new Key({ originatorPriv: ALICE.priv, originatorPub: BOB.pub, responderPub: BOB.pub })).toThrowError(
      TypeError,
      /originatorPub is not the public key/,
    );
  });

  it('refuses a public key that would make the shared one known to anyone', () => {
    expect(() => new Key({ originatorPriv: ALICE.priv, responderPub: '0'.repeat(64) })).toThrowError(
      TypeError,
      /anyone could read/,
    );
  });

  it('names what is wrong, and never shows a key', () => {
    const wrong: readonly (readonly [unknown, RegExp])[] = [
      [`${ALICE.priv}00`, /originatorPriv must be a key of 32 bytes.*text of 66 characters/],
      [ALICE.priv64.slice(4), /text of 40 characters/],
      [new Uint8Array(31), /originatorPriv .* got binary/],
      [7, /originatorPriv must be a key/],
    ];
    for (const [originatorPriv, message] of wrong) {
      const make = (): Key => new Key({ originatorPriv: originatorPriv as string, responderPub: BOB.pub });
      expect(make).toThrowError(TypeError, message);
      expect(make).toThrowMatching(
        (error: Error) =>
          !error.message.includes(ALICE.priv.slice(0, 8)) && !error.message.includes(ALICE.priv64.slice(4, 12)),
      );
    }
    expect(() => new Key({ private: ALICE.priv } as object)).toThrowError(TypeError, /unknown option 'private'/);
    expect(() => new KeyRing(5 as unknown as string)).toThrowError(TypeError);
    expect(() => {
      new KeyRing().setKey(5 as unknown as string, ALICE.priv);
    }).toThrowError(TypeError, /prefix/);
  });
});
