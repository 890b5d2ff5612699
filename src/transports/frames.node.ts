import { randomFillSync } from 'node:crypto';

/** Bytes in one piece of memory. */
const PIECE = 32 * 1024;
/** The longest head of a frame: a frame of a piece needs no 64-bit length. */
const HEAD = 8;
/** The longest frame that is worth copying. */
const LONGEST = PIECE / 4;

/** Random bytes for masks, four for each frame, fetched many at a time. */
const masks = new Uint8Array(8 * 1024);
let nextMask = masks.length;

/**
 * Frames of a WebSocket client (RFC 6455, section 5.2), written one behind the other into one piece of memory, so that
 * all messages of one turn are one write. Given to the stream one by one they would cost it more than the system call.
 */
export class FrameBatch {
  private piece = Buffer.alloc(0);
  /** What lies between has not been taken. */
  private from = 0;
  private at = 0;

  /** Bytes that wait. */
  get size(): number {
    return this.at - this.from;
  }

  /** Adds a frame, text or binary; false where it is too long, or finds no room before `take()`. */
  add(data: string | Uint8Array): boolean {
    const isText = typeof data === 'string';
    // a character takes three bytes at most
    const most = isText ? data.length * 3 : data.length;
    if (most > LONGEST) return false;
    if (this.at + HEAD + most > this.piece.length) {
      if (this.size > 0) return false;
      // what was taken belongs to the socket: never written to again
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
    this.head(isText ? 0x81 : 0x82, start, length);
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
    if (nextMask === masks.length) {
      randomFillSync(masks);
      nextMask = 0;
    }
    const mask = start - 4;
    for (let i = 0; i < 4; i++) piece[mask + i] = masks[nextMask++] as number;
    const end = start + length;
    for (let i = start; i < end; i++) (piece[i] as number) ^= piece[mask + ((i - start) & 3)] as number;
    this.at = end;
  }

  /** What waits, in one piece. */
  take(): Uint8Array {
    const { piece, from, at } = this;
    this.from = at;
    return piece.subarray(from, at);
  }
}
