import { fromBase64 } from '#base64';
import { fromHex } from '../auth/bytes.ts';
import { typeOf } from '../protocol/kinds.ts';

/** A key of 32 bytes: as bytes, or as text in base64 or hexadecimal. */
export type KeyMaterial = string | Uint8Array;

/** Bytes of a key. */
const LENGTH = 32;

/** The bytes of a key. @throws TypeError for anything else, without showing the value */
export function keyBytes(key: unknown, what: string): Uint8Array {
  let bytes: Uint8Array | undefined;
  if (key instanceof Uint8Array) bytes = key.slice();
  else if (typeof key === 'string') {
    if (key.length === 2 * LENGTH) bytes = fromHex(key);
    else if (/^[\dA-Za-z+/]{43}=?$/.test(key)) bytes = fromBase64(key.replace(/=$/, '').concat('='));
  }
  if (bytes?.length === LENGTH) return bytes;
  const given = typeof key === 'string' ? `text of ${key.length} characters` : typeOf(key);
  throw new TypeError(`${what} must be a key of ${LENGTH} bytes: Uint8Array, base64 or hexadecimal, got ${given}`);
}
