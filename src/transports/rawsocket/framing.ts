import { ProtocolError, SerializationError } from '../../protocol/errors.ts';
import { utf8Encoder } from '../../serializers/text.ts';

/*
 * The frames of WAMP over RawSocket (WAMP, section "RawSocket Transport"), without the socket: a head of four octets
 * with kind and length, and the payload.
 */

/** The longest payload that a head can announce, 16 MiB. */
const LONGEST = 2 ** 24;
/** How many octets the head of a frame has. */
const HEAD = 4;

/** What a frame is. */
export type FrameKind = typeof MESSAGE | typeof PING | typeof PONG;
export const MESSAGE = 0;
export const PING = 1;
export const PONG = 2;

/** The bit that stands for a length of exactly 2^24, which does not fit in 24 bits. */
const FULL_LENGTH = 0x08;

/** A frame is longer than was announced. */
export class FrameTooLong extends ProtocolError {}

/** Takes a stream of octets apart into frames, wherever it is cut. */
export class FrameReader {
  readonly #limit: number;
  readonly #take: (kind: FrameKind, payload: Uint8Array) => void;
  readonly #head = new Uint8Array(HEAD);
  /** The octets of the head that are there. */
  #heads = 0;
  #kind: FrameKind = MESSAGE;
  /** The octets that the frame under way still lacks, where its head is complete. */
  #lacking = 0;
  /** What has come of a frame that is cut. */
  #parts: Uint8Array[] = [];
  #stopped = false;

  /**
   * @param limit octets that a frame may have
   * @param take is given each frame: a view of what was read, or a copy where it was cut
   */
  constructor(limit: number, take: (kind: FrameKind, payload: Uint8Array) => void) {
    this.#limit = limit;
    this.#take = take;
  }

  /** Whether a frame has begun and lacks something. */
  get midway(): boolean {
    return this.#heads > 0;
  }

  /** Nothing is read from now on, not even what is left of the octets just given. */
  stop(): void {
    this.#stopped = true;
    this.#parts = [];
  }

  /**
   * Reads what came, as much as there is.
   *
   * @throws ProtocolError for reserved bits and kinds, and FrameTooLong; nothing can be read after that
   */
  read(chunk: Uint8Array): void {
    let at = 0;
    while (!this.#stopped) {
      while (this.#heads < HEAD) {
        if (at === chunk.length) return;
        this.#head[this.#heads++] = chunk[at++] as number;
        if (this.#heads === HEAD) this.#begin();
      }
      const end = at + this.#lacking;
      if (end > chunk.length) {
        if (at < chunk.length) this.#parts.push(chunk.subarray(at));
        this.#lacking -= chunk.length - at;
        return;
      }
      const payload = this.#whole(chunk.subarray(at, end));
      at = end;
      this.#heads = this.#lacking = 0;
      this.#take(this.#kind, payload);
    }
  }

  #begin(): void {
    const [first = 0, a = 0, b = 0, c = 0] = this.#head;
    const kind = first & 0x07;
    let length = (a << 16) | (b << 8) | c;
    let problem = first > 0x0f ? 'it has reserved bits set' : kind > PONG ? `its type ${kind} is reserved` : '';
    if (first & FULL_LENGTH) {
      if (length > 0) problem ||= 'its length is both 2^24 and another';
      length = LONGEST;
    }
    if (problem) throw this.#fail(new ProtocolError(`A RawSocket frame is malformed: ${problem}`));
    if (length > this.#limit) {
      throw this.#fail(new FrameTooLong(`A RawSocket frame of ${length} octets exceeds the limit of ${this.#limit}`));
    }
    this.#kind = kind as FrameKind;
    this.#lacking = length;
  }

  #fail(error: ProtocolError): ProtocolError {
    this.stop();
    return error;
  }

  #whole(last: Uint8Array): Uint8Array {
    if (this.#parts.length === 0) return last;
    const parts = [...this.#parts, last];
    this.#parts = [];
    const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const part of parts) {
      whole.set(part, at);
      at += part.length;
    }
    return whole;
  }
}

/** Bytes in one piece of memory. */
const PIECE = 32 * 1024;
/** The longest payload that is worth copying. */
const SHORT = PIECE / 4;

/** A message is longer than the other side takes. */
class TooLong extends SerializationError {
  override readonly uri = 'wamp.error.payload_size_exceeded';
}

/** Gathers frames, so that all of one turn are one write. */
export class FrameWriter {
  readonly #limit: number;
  #parts: Uint8Array[] = [];
  #piece = new Uint8Array(0);
  /** What lies between in the piece has not been taken. */
  #from = 0;
  #at = 0;
  #size = 0;

  /** @param limit octets that the other side takes in one message */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Octets that wait. */
  get size(): number {
    return this.#size;
  }

  /**
   * Adds a frame. A long payload is not copied: its memory belongs to the writer.
   *
   * @throws SerializationError (`wamp.error.payload_size_exceeded`) for a message above the limit; nothing was added
   */
  add(kind: FrameKind, data: string | Uint8Array): void {
    // a character takes three bytes at most
    const most = typeof data === 'string' ? data.length * 3 : data.length;
    if (most > SHORT) {
      const payload = typeof data === 'string' ? utf8Encoder.encode(data) : data;
      this.#check(payload.length, kind);
      this.#cut();
      this.#parts.push(this.#headed(new Uint8Array(HEAD), 0, kind, payload.length), payload);
      this.#size += HEAD + payload.length;
      return;
    }
    if (this.#at + HEAD + most > this.#piece.length) {
      this.#cut();
      // what was taken belongs to the socket: never written to again
      this.#piece = new Uint8Array(PIECE);
      this.#from = this.#at = 0;
    }
    const start = this.#at + HEAD;
    let { length } = data;
    if (typeof data === 'string') length = utf8Encoder.encodeInto(data, this.#piece.subarray(start)).written;
    else this.#piece.set(data, start);
    this.#check(length, kind);
    this.#headed(this.#piece, this.#at, kind, length);
    this.#at = start + length;
    this.#size += HEAD + length;
  }

  /** All that waits, in order. */
  take(): Uint8Array[] {
    this.#cut();
    const parts = this.#parts;
    this.#parts = [];
    this.#size = 0;
    return parts;
  }

  /** What waits in the piece comes behind what waits already. */
  #cut(): void {
    if (this.#at > this.#from) this.#parts.push(this.#piece.subarray(this.#from, this.#at));
    this.#from = this.#at;
  }

  #check(length: number, kind: FrameKind): void {
    if (kind !== MESSAGE || length <= this.#limit) return;
    throw new TooLong(`A message of ${length} octets is longer than the ${this.#limit} that the other side takes`);
  }

  #headed(bytes: Uint8Array, at: number, kind: FrameKind, length: number): Uint8Array {
    bytes[at] = length === LONGEST ? kind | FULL_LENGTH : kind;
    bytes[at + 1] = length >> 16;
    bytes[at + 2] = length >> 8;
    bytes[at + 3] = length;
    return bytes;
  }
}
