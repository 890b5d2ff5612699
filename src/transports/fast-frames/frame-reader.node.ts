import { isUtf8 } from 'node:buffer';

/** First bytes of whole messages and of the control frames that may come at any time (RFC 6455, section 5.2). */
const TEXT = 0x81;
const BINARY = 0x82;
const PING = 0x89;
const PONG = 0x8a;
/** The longest payload of a control frame. */
const SHORT = 125;

/** Takes the frames that a {@link FrameReader} finds. */
export interface Frames {
  message(data: string | Buffer): void;
  /** One whole ping or pong, its head included. */
  control(frame: Buffer): void;
}

/**
 * Reads what the other side of a WebSocket sends nearly always: whole messages in one frame each, pings and pongs. A small
 * message costs a third of what it costs through the streams of `ws`.
 *
 * Everything else is for a complete implementation of RFC 6455: fragments, the closing handshake, and what breaks a rule.
 */
export class FrameReader {
  private readonly frames: Frames;
  private readonly maxPayload: number;
  /** The beginning of a frame, in the pieces in which it came: `size` bytes of the `needed` ones. */
  private held: Buffer[] = [];
  private size = 0;
  private needed = 0;

  /** @param maxPayload bytes; a longer message is not read */
  constructor(maxPayload: number, frames: Frames) {
    this.maxPayload = maxPayload;
    this.frames = frames;
  }

  /** Reads as far as it can; returns what it cannot read, from the beginning of a frame on. */
  read(chunk: Buffer): Buffer | undefined {
    let at = 0;
    while (this.size > 0) {
      const end = at + this.needed - this.size;
      const part = chunk.subarray(at, end);
      this.held.push(part);
      this.size += part.length;
      if (this.size < this.needed) return undefined;
      // no byte behind this frame is copied
      const bytes = Buffer.concat(this.held, this.size);
      this.held = [];
      this.size = 0;
      const rest = this.parse(bytes, 0);
      if (rest) return Buffer.concat([rest, chunk.subarray(end)]);
      at = end;
    }
    return this.parse(chunk, at);
  }

  private parse(bytes: Buffer, at: number): Buffer | undefined {
    const { length } = bytes;
    while (at < length) {
      if (length - at < 2) return this.hold(bytes, at, 2);
      const kind = bytes[at] as number;
      const isMessage = kind === TEXT || kind === BINARY;
      let size = bytes[at + 1] as number;
      if (!isMessage && ((kind !== PING && kind !== PONG) || size > SHORT)) return bytes.subarray(at);
      let start = at + 2;
      if (size > SHORT) {
        // 126 and 127 announce the length; more than that a mask, which a router must not use
        start += size === 126 ? 2 : 8;
        if (size > 127) return bytes.subarray(at);
        if (start > length) return this.hold(bytes, at, start - at);
        size = size === 126 ? bytes.readUInt16BE(at + 2) : Number(bytes.readBigUInt64BE(at + 2));
      }
      if (size > this.maxPayload) return bytes.subarray(at);
      const end = start + size;
      if (end > length) return this.hold(bytes, at, end - at);
      if (kind === TEXT) {
        const text = bytes.toString('utf8', start, end);
        // what is no UTF-8 was replaced; a search for that character costs less than to look at every byte first
        if (text.includes('\ufffd') && !isUtf8(bytes.subarray(start, end))) return bytes.subarray(at);
        this.frames.message(text);
      } else if (isMessage) this.frames.message(bytes.subarray(start, end));
      else this.frames.control(bytes.subarray(at, end));
      at = end;
    }
    return undefined;
  }

  /** Keeps the beginning of a frame until `needed` bytes of it are there. */
  private hold(bytes: Buffer, at: number, needed: number): Buffer | undefined {
    const rest = bytes.subarray(at);
    this.held = [rest];
    this.size = rest.length;
    this.needed = needed;
    return undefined;
  }
}
