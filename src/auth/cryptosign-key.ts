import { typeOf } from '../protocol/kinds.ts';
import { fromHex, randomBytes, sameBytes, toHex } from './bytes.ts';
import { ed25519 } from './crypto.ts';

/**
 * An Ed25519 key for {@link cryptosign}: the private key's 32 bytes, which some call its seed, or 64 with the public key
 * behind it, as libsodium writes them; or either in hexadecimal digits.
 */
export type CryptosignKey = string | Uint8Array;

/** A pair of keys, in hexadecimal digits. */
export interface CryptosignKeyPair {
  /** The secret: 32 bytes. */
  readonly privateKey: string;
  /** What the router receives, and has to know: 32 bytes. */
  readonly publicKey: string;
}

/**
 * The bytes of a key.
 *
 * @throws TypeError that shows the length, never the key
 */
export function keyBytes(what: string, key: unknown, lengths: readonly number[]): Uint8Array {
  const expected = `${what} must have ${lengths.join(' or ')} bytes`;
  const bytes = key instanceof Uint8Array ? key : fromHex(key);
  if (!bytes) {
    const got = typeof key === 'string' ? `a string of ${key.length} characters` : typeOf(key);
    throw new TypeError(`${expected}, as Uint8Array or hexadecimal digits; got ${got}`);
  }
  if (!lengths.includes(bytes.length)) throw new TypeError(`${expected}, got ${bytes.length}`);
  return bytes;
}

/** The lengths of a private key, in bytes. */
export const PRIVATE_KEY = [32, 64];

/** A private key, ready for use. @throws TypeError where its second half belongs to another one */
export async function openKey(what: string, key: unknown): Promise<{ seed: Uint8Array; publicKey: Uint8Array }> {
  const bytes = keyBytes(what, key, PRIVATE_KEY);
  const seed = bytes.slice(0, 32);
  const publicKey = (await ed25519()).getPublicKey(seed);
  if (bytes.length > 32 && !sameBytes(bytes.slice(32), publicKey)) {
    throw new TypeError(`${what}: the last 32 of its 64 bytes are not its public key: give the first 32 alone`);
  }
  return { seed, publicKey };
}

/**
 * The public key that belongs to a private one: 64 hexadecimal digits, for the router's configuration.
 *
 * @throws TypeError for what is no private key
 */
export async function cryptosignPublicKey(privateKey: CryptosignKey): Promise<string> {
  return toHex((await openKey('cryptosignPublicKey: privateKey', privateKey)).publicKey);
}

/** A new pair of keys for {@link cryptosign}. */
export async function generateCryptosignKey(): Promise<CryptosignKeyPair> {
  const seed = randomBytes(32);
  return { privateKey: toHex(seed), publicKey: toHex((await ed25519()).getPublicKey(seed)) };
}
