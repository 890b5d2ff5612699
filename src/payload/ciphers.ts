import { gcm } from '@noble/ciphers/aes.js';
import { isDict } from '../protocol/kinds.ts';
import { ApplicationError, SerializationError } from '../protocol/errors.ts';
import { kindOf } from '../protocol/kind-of.ts';
import { joined, open, random, seal } from './box.ts';
import { NO_PAYLOAD_CODEC, type PayloadCipher } from './codec.ts';
import { keyBytes, type KeyMaterial } from './keys.ts';

/**
 * The keys of a cipher: one for all; by their ids (`pptKeyid`); or a function that returns one, or undefined where there is
 * none. A payload without `pptKeyid` has the id `''`.
 */
export type CipherKeys =
  KeyMaterial | Readonly<Record<string, KeyMaterial>> | ((keyid: string) => KeyMaterial | undefined);

function finder(name: string, keys: CipherKeys): (keyid: string | undefined) => Uint8Array | undefined {
  if (typeof keys === 'function') {
    return (keyid = '') => {
      const key = keys(keyid);
      return key === undefined ? undefined : keyBytes(key, `${name}(): key ${JSON.stringify(keyid)}`);
    };
  }
  if (isDict(keys)) {
    const known = new Map(
      Object.entries(keys).map(([keyid, key]) => [keyid, keyBytes(key, `${name}(): key ${JSON.stringify(keyid)}`)]),
    );
    return (keyid = '') => known.get(keyid);
  }
  if (typeof keys !== 'string' && !(keys instanceof Uint8Array)) {
    throw new TypeError(`${name}(): keys must be a key, an object of keys or a function, got ${kindOf(keys)}`);
  }
  const only = keyBytes(keys, `${name}(): key`);
  return () => only;
}

function cipher(
  id: string,
  keys: CipherKeys,
  sealed: (key: Uint8Array, plain: Uint8Array) => Uint8Array,
  opened: (key: Uint8Array, sealed: Uint8Array) => Uint8Array,
): PayloadCipher {
  const find = finder(id, keys);
  const missing = (keyid: string | undefined): string => `${id}: there is no key ${JSON.stringify(keyid ?? '')}`;
  return {
    id,
    seal(plain, keyid) {
      const key = find(keyid);
      if (key === undefined) throw new SerializationError(`${missing(keyid)}: add it to its keys`);
      return sealed(key, plain);
    },
    open(bytes, keyid) {
      const key = find(keyid);
      if (key === undefined) throw new ApplicationError(NO_PAYLOAD_CODEC, [missing(keyid)]);
      return opened(key, bytes);
    },
  };
}

/**
 * The cipher `xsalsa20poly1305` with shared keys: NaCl's secretbox, `nonce (24 bytes) || ciphertext and tag`.
 *
 * @throws TypeError for a key that is malformed
 */
export const xsalsa20poly1305 = (keys: CipherKeys): PayloadCipher => cipher('xsalsa20poly1305', keys, seal, open);

/** Bytes of the nonce in front of what AES-GCM sealed. */
const NONCE = 12;

/**
 * The cipher `aes256gcm` with shared keys: `nonce (12 bytes, random) || ciphertext and tag`. Replace a key before it has
 * sealed 2^32 payloads.
 *
 * @throws TypeError for a key that is malformed
 */
export const aes256gcm = (keys: CipherKeys): PayloadCipher =>
  cipher(
    'aes256gcm',
    keys,
    (key, plain) => {
      const nonce = random(NONCE);
      return joined(nonce, gcm(key, nonce).encrypt(plain));
    },
    (key, sealed) => gcm(key, sealed.slice(0, NONCE)).decrypt(sealed.slice(NONCE)),
  );
