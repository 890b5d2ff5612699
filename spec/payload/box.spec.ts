import nacl from 'tweetnacl';
import { boxKey, joined, open, publicKeyOf, random, seal } from '../../src/payload/box.ts';
import { ALICE, BOB, FRAMES, NONCE, SHARED, fromHex, hex } from './vectors.ts';

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

describe("NaCl's box", () => {
  const key = boxKey(fromHex(ALICE.priv), fromHex(BOB.pub));

  it('computes the public keys and the shared key that libsodium computes', () => {
    expect(hex(publicKeyOf(fromHex(ALICE.priv)))).toBe(ALICE.pub);
    expect(hex(publicKeyOf(fromHex(BOB.priv)))).toBe(BOB.pub);
    expect(hex(key)).toBe(SHARED);
    expect(hex(boxKey(fromHex(BOB.priv), fromHex(ALICE.pub)))).toBe(SHARED);
  });

  it('seals what Autobahn seals to the same bytes, the nonce in front', () => {
    const plain = '{"uri":"com.myapp.topic1","args":["hello",23,null],"kwargs":{"unit":"°C"}}';
    expect(hex(seal(key, new TextEncoder().encode(plain), fromHex(NONCE)))).toBe(FRAMES.event);
  });

  it('opens what Autobahn sealed', () => {
    expect(text(open(key, fromHex(FRAMES.call)))).toBe('{"uri":"com.myapp.add2","args":[2,3],"kwargs":null}');
  });

  it('agrees with tweetnacl both ways, for payloads of any length', () => {
    const [own, other] = [nacl.box.keyPair(), nacl.box.keyPair()];
    const mine = boxKey(own.secretKey, other.publicKey);
    for (const length of [0, 1, 31, 32, 33, 63, 64, 65, 1000]) {
      const plain = random(length);
      const sealed = seal(mine, plain);
      const opened = nacl.box.open(sealed.slice(24), sealed.slice(0, 24), own.publicKey, other.secretKey);
      expect(hex(opened ?? new Uint8Array(1))).toBe(hex(plain));
      const nonce = random(24);
      const theirs = nacl.box(plain, nonce, own.publicKey, other.secretKey);
      expect(hex(open(mine, joined(nonce, theirs)))).toBe(hex(plain));
    }
  });

  it('takes a new nonce each time', () => {
    const plain = Uint8Array.of(1, 2, 3);
    const nonces = Array.from({ length: 20 }, () => hex(seal(key, plain).slice(0, 24)));
    expect(new Set(nonces).size).toBe(20);
  });

  it('opens nothing that was changed, cut, or sealed for others', () => {
    const sealed = fromHex(FRAMES.event);
    for (const at of [0, 23, 24, 40, sealed.length - 1]) {
      const changed = sealed.slice();
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(() => open(key, changed))
        .withContext(`byte ${at}`)
        .toThrowError();
    }
    for (const length of [0, 10, 24, 39, sealed.length - 1]) {
      expect(() => open(key, sealed.slice(0, length)))
        .withContext(`${length} bytes`)
        .toThrowError();
    }
    expect(() => open(random(32), sealed)).toThrowError();
  });

  it('refuses a public key that would make the shared one public', () => {
    expect(() => boxKey(fromHex(ALICE.priv), new Uint8Array(32))).toThrowError();
  });
});
