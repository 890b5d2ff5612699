import { randomFillSync } from 'node:crypto';

/** Bytes in one piece of memory. */
const PIECE = 32 * 1024;
/** The longest head of a frame: a frame of a piece needs no 64-bit length. */
const HEAD = 8;
/** The longest frame that is worth copying. */
const LONGEST = PIECE / 4;

/** From this number of bytes on, masking by words is faster. */
const WORTH_WORDS = 256;
/** First bytes of whole messages. */
const TEXT = 0x81;
const BINARY = 0x82;

/** Random bytes for masks, four for each frame, fetched many at a time. */
const masks = new Uint8Array(8 * 1024);
let nextMask = masks.length;

/** Masks what lies between `start` and `end`, with a fresh key that is put into `keys` at `at`. */
function mask(bytes: Uint8Array, start: number, end: number, keys: Uint8Array, at: number): void {
  if (nextMask === masks.length) {
    randomFillSync(masks);
    nextMask = 0;
  }
  for (let i = 0; i < 4; i++) keys[at + i] = masks[nextMask++] as number;
  const from = end - start > WORTH_WORDS ? maskWords(bytes, start, end, keys.subarray(at, at + 4)) : start;
  for (let i = from; i < end; i++) (bytes[i] as number) ^= keys[at + ((i - start) & 3)] as number;
}

/** Masks four bytes at a time, as aligned words of the memory; returns where less than a word is left. */
function maskWords(bytes: Uint8Array, start: number, end: number, key: Uint8Array): number {
  const odd = -(bytes.byteOffset + start) & 3;
  for (let i = 0; i < odd; i++) (bytes[start + i] as number) ^= key[i] as number;
  const turned = Uint8Array.from(key, (_, i) => key[(odd + i) & 3] as number);
  const word = new Int32Array(turned.buffer)[0] as number;
  const words = new Int32Array(bytes.buffer, bytes.byteOffset + start + odd, (end - start - odd) >> 2);
  for (let i = 0; i < words.length; i++) (words[i] as number) ^= word;
  return start + odd + words.length * 4;
}

/**
 * One long frame: its head, and its payload masked in place. A copy of 64 kB would cost more than everything else that
 * happens to them.
 */
export function longFrame(data: string | Uint8Array): [head: Uint8Array, payload: Uint8Array] {
  const isText = typeof data === 'string';
  const payload = isText ? Buffer.from(data) : data;
  const { length } = payload;
  const wide = length > 0xffff;
  const head = Buffer.allocUnsafe(wide ? 14 : 8);
  head[0] = isText ? TEXT : BINARY;
  head[1] = 0x80 | (wide ? 127 : 126);
  if (wide) head.writeBigUInt64BE(BigInt(length), 2);
  else head.writeUInt16BE(length, 2);
  mask(payload, 0, length, head, head.length - 4);
  return [head, payload];
}

/**
 * Frames of a WebSocket client (RFC 6455, section 5.2), one behind the other in one piece of memory, so that all messages
 * of one turn are one write. One by one they would cost the stream more than the system call.
 */
export class FrameBatch {
  private piece = Buffer.alloc(0);
  /** The bytes from here to `at` have not been taken. */
  private from = 0;
  private at = 0;

  /** Bytes that wait. */
  get size(): number {
    return this.at - this.from;
  }

  /** Adds a frame, text or binary; false where it needs {@link longFrame}, or has no room before `take()`. */
  add(data: string | Uint8Array): boolean {
    const isText = typeof data === 'string';
    // a character takes three bytes at most
    const most = isText ? data.length * 3 : data.length;
    if (most > LONGEST) return false;
    if (this.at + HEAD + most > this.piece.length) {
      if (this.size > 0) return false;
      // what was taken belongs to the socket: never write there again
      this.piece = Buffer.allocUnsafe(PIECE);
      this.from = this.at = 0;
    }
    const { piece, at } = this;
    let start = at + (data.length > 125 ? HEAD : HEAD - 2);
    let length = data.length;
    if (isText) {
      length = piece.write(data, start);
      // fewer characters than bytes, and so many that the length takes two bytes more
      if (length > 125 && start < at + HEAD) {
        piece.copyWithin(start + 2, start, start + length);
        start += 2;
      }
    } else piece.set(data, start);
    this.head(isText ? TEXT : BINARY, start, length);
    return true;
  }

  /** Writes the head before a payload, and masks it. */
  private head(code: number, start: number, length: number): void {
    const { piece, at } = this;
    piece[at] = code;
    if (length > 125) {
      piece[at + 1] = 0x80 | 126;
      piece[at + 2] = length >> 8;
      piece[at + 3] = length;
    } else piece[at + 1] = 0x80 | length;
    this.at = start + length;
    mask(piece, start, this.at, piece, start - 4);
  }

  /** What waits, in one piece. */
  take(): Uint8Array {
    const { piece, from, at } = this;
    this.from = at;
    return piece.subarray(from, at);
  }
}
