import { ProtocolError } from '../protocol/errors.ts';

/** What Node's Buffer offers of base64: twenty times as fast as `atob` there. Read from globalThis: nothing to bundle. */
interface Base64Buffer {
  from(text: string, encoding: 'base64'): Uint8Array;
  from(buffer: ArrayBufferLike, offset: number, length: number): { toString(encoding: 'base64'): string };
}

const { Buffer: NodeBuffer } = globalThis as { Buffer?: Base64Buffer };

/** Bytes as base64 in the standard alphabet, padded. */
export function toBase64(bytes: Uint8Array): string {
  if (NodeBuffer) return NodeBuffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64');
  let binary = '';
  // as many characters per call as every engine takes arguments
  for (let i = 0; i < bytes.length; i += 0x2000) {
    binary += String.fromCharCode.apply(null, bytes.subarray(i, i + 0x2000) as unknown as number[]);
  }
  return btoa(binary);
}

/** The bytes of a base64 text. Throws a ProtocolError where it is not base64. */
export function fromBase64(text: string): Uint8Array {
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  const length = Math.floor(((text.length - padding) * 3) / 4);
  let bytes: Uint8Array;
  if (NodeBuffer) {
    // a plain view: Buffer's slice() shares and its toJSON() differs, which nobody expects of a Uint8Array
    const { buffer, byteOffset, length: read } = NodeBuffer.from(text, 'base64');
    bytes = new Uint8Array(buffer, byteOffset, read);
  } else {
    const binary = atob(text);
    bytes = new Uint8Array(binary.length);
    for (let i = 0; i < bytes.length; i++) bytes[i] = binary.charCodeAt(i);
  }
  // Buffer stops at, or skips, what is not base64
  if (bytes.length !== length) throw new ProtocolError('Text after NUL is not base64');
  return bytes;
}
