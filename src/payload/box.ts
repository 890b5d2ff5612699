import { hsalsa, xsalsa20poly1305 } from '@noble/ciphers/salsa.js';
import { x25519 } from '@noble/curves/ed25519.js';

/** Bytes of the nonce in front of a sealed text. */
const NONCE = 24;
/** Salsa20's constant for keys of 32 bytes: the text "expand 32-byte k". */
const SIGMA = /* @__PURE__ */ new Uint32Array([0x61707865, 0x3320646e, 0x79622d32, 0x6b206574]);

/** The public key of a private one. */
export const publicKeyOf = (privateKey: Uint8Array): Uint8Array => x25519.getPublicKey(privateKey);

/** The key that both ends of NaCl's box compute: X25519, and of that HSalsa20. */
export function boxKey(privateKey: Uint8Array, publicKey: Uint8Array): Uint8Array {
  const secret = x25519.getSharedSecret(privateKey, publicKey);
  const key = new Uint32Array(8);
  // both read and write words in the byte order of the machine
  hsalsa(SIGMA, new Uint32Array(secret.slice().buffer), new Uint32Array(4), key);
  return new Uint8Array(key.buffer);
}

/** Seals as NaCl's secretbox does, the nonce in front. */
export function seal(key: Uint8Array, plain: Uint8Array, nonce = random(NONCE)): Uint8Array {
  return joined(nonce, xsalsa20poly1305(key, nonce).encrypt(plain));
}

/** Opens what {@link seal} made. @throws where it was sealed with another key, or changed since */
export function open(key: Uint8Array, sealed: Uint8Array): Uint8Array {
  return xsalsa20poly1305(key, sealed.slice(0, NONCE)).decrypt(sealed.slice(NONCE));
}

/** Random bytes of the runtime. */
export const random = (length: number): Uint8Array => crypto.getRandomValues(new Uint8Array(length));

/** Two pieces of binary as one. */
export function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const all = new Uint8Array(first.length + second.length);
  all.set(first);
  all.set(second, first.length);
  return all;
}
