import { ProtocolError } from '../protocol/errors.ts';

/** Bytes as base64 in the standard alphabet, padded. By Buffer, which is many times as fast as `btoa`. */
export const toBase64 = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64');

/** The bytes of a base64 text. Throws where it is not base64. */
export function fromBase64(text: string): Uint8Array {
  const { buffer, byteOffset, length } = Buffer.from(text, 'base64');
  const size = text.length - (text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0);
  // Buffer stops at what is not base64, or skips it, and comes out short; of other letters it takes the lower half
  const isAscii = Buffer.byteLength(text) === text.length;
  if (!isAscii || size % 4 === 1 || length !== Math.floor((size * 3) / 4)) throw new ProtocolError('bad base64');
  // a plain view: Buffer's slice() shares and its toJSON() differs, unlike those of a Uint8Array
  return new Uint8Array(buffer, byteOffset, length);
}
