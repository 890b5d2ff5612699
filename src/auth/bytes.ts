import { WampError } from '../protocol/errors.ts';

/** A text as UTF-8. */
export const utf8 = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);

/** Bytes as lower-case hexadecimal digits. */
export const toHex = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');

/** The bytes of hexadecimal digits, upper or lower case; `undefined` for anything else. */
export const fromHex = (text: unknown): Uint8Array<ArrayBuffer> | undefined =>
  typeof text === 'string' && /^([\da-f]{2})*$/i.test(text)
    ? Uint8Array.from(text.match(/../g) ?? [], (digits) => parseInt(digits, 16))
    : undefined;

/** Bytes as base64 in the standard alphabet, padded. */
export const toBase64 = (bytes: Uint8Array): string => btoa(String.fromCharCode(...bytes));

/** The bytes of a base64 text, padded and without white space (RFC 4648); `undefined` for anything else. */
export const fromBase64 = (text: unknown): Uint8Array<ArrayBuffer> | undefined =>
  typeof text === 'string' && /^([a-z\d+/]{4})*([a-z\d+/]{2}==|[a-z\d+/]{3}=)?$/i.test(text)
    ? Uint8Array.from(atob(text), (char) => char.charCodeAt(0))
    : undefined;

/** Exclusive-or of two byte strings of one length. */
export const xor = (a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(a, (byte, i) => byte ^ (b[i] as number));

/** Whether two byte strings are equal, in a time that does not depend on where they differ. */
export const sameBytes = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && xor(a, b).reduce((sum, byte) => sum | byte, 0) === 0;

/**
 * Random bytes for nonces and keys; also on insecure pages, where `crypto.subtle` is missing.
 *
 * @throws WampError where the platform has no `crypto` at all
 */
export function randomBytes(length: number): Uint8Array<ArrayBuffer> {
  const { crypto } = globalThis as { crypto?: Crypto };
  if (!crypto)
    throw new WampError('nonces and keys need crypto.getRandomValues(), which this platform lacks: load a polyfill');
  return crypto.getRandomValues(new Uint8Array(length));
}
