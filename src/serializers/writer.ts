import { SerializationError } from '../protocol/errors.ts';
import { messageOf } from '../protocol/thrown.ts';
import { utf8Encoder } from './text.ts';
import { fits64, MAX_DEPTH, REFUSED, standIn, writeMessage } from './values.ts';

const CHUNK = 0x4000;

/** Says that a value cannot be written. What, and where, is looked up afterwards. */
const refused = /* @__PURE__ */ new SerializationError('This cannot be sent');

/** Text up to this length is written character by character: quicker than a call of the encoder. */
const SHORT = 64;

/**
 * What CBOR and MessagePack have in common when they write: the walk over the values, with the same rules as JSON, into
 * a buffer that grows. The formats add how heads look.
 *
 * Frames are views of chunks that are never written again: nothing is copied.
 */
export abstract class Writer {
  protected bytes: Uint8Array = new Uint8Array(CHUNK);
  protected view: DataView = new DataView(this.bytes.buffer);
  protected at = 0;
  private start = 0;
  private busy = false;

  /** Makes another writer of this kind. */
  protected abstract another(): Writer;
  /** Writes an integer from -2^53 to 2^53. */
  protected abstract integer(value: number): void;
  /** Writes the head of an integer of 64 bits, whose bytes follow; returns those bytes as an unsigned integer. */
  protected abstract wideHead(value: bigint): bigint;
  protected abstract textHead(length: number): void;
  /** How many bytes {@link textHead} writes. */
  protected abstract textHeadSize(length: number): number;
  protected abstract bytesHead(length: number): void;
  protected abstract listHead(length: number): void;
  protected abstract dictHead(length: number): void;
  /** The bytes that stand for null, false, true, and go before a float of 64 bits. */
  protected abstract readonly codes: readonly [none: number, no: number, yes: number, float: number];

  /** Writes one message as a frame. */
  encode(message: readonly unknown[]): Uint8Array {
    // a toJSON() or getter of the application may send something itself, in the midst of ours
    if (this.busy) return this.another().encode(message);
    this.busy = true;
    try {
      if (this.bytes.length - this.at < 0x400) this.renew(CHUNK);
      this.start = this.at;
      this.list(message, 0);
      const frame = this.bytes.subarray(this.start, this.at);
      // a great frame must not be kept alive by small ones after it
      if (this.bytes.length > CHUNK) this.renew(CHUNK);
      return frame;
    } catch (error) {
      this.at = this.start;
      // says where and what
      if (error === refused) writeMessage(message, true);
      if (error instanceof SerializationError) throw error;
      throw new SerializationError(messageOf(error), { cause: error });
    } finally {
      this.busy = false;
    }
  }

  private renew(size: number): void {
    this.bytes = new Uint8Array(size);
    this.view = new DataView(this.bytes.buffer);
    this.at = 0;
  }

  /** Makes room for so many more bytes. */
  protected reserve(count: number): void {
    if (this.at + count > this.bytes.length) this.grow(count);
  }

  private grow(count: number): void {
    const { bytes, start } = this;
    const written = this.at - start;
    this.renew(Math.max(CHUNK, written * 2 + count + 0x400));
    this.bytes.set(bytes.subarray(start, start + written));
    this.start = 0;
    this.at = written;
  }

  private write(value: unknown, key: string, depth: number): void {
    this.reserve(9);
    switch (typeof value) {
      case 'string':
        this.text(value);
        return;
      case 'number':
        this.number(value);
        return;
      case 'boolean':
        this.bytes[this.at++] = this.codes[value ? 2 : 1];
        return;
      case 'undefined':
        this.bytes[this.at++] = this.codes[0];
        return;
      case 'bigint':
        this.bigint(value);
        return;
      case 'object':
        if (value === null) this.bytes[this.at++] = this.codes[0];
        else if (depth > MAX_DEPTH) throw refused;
        else if (Array.isArray(value)) this.list(value, depth);
        else this.object(value, key, depth);
        return;
      default:
        throw refused;
    }
  }

  private number(value: number): void {
    // integers up to 2^53 itself are ids to a router, and it refuses a float where an id is due
    if (Number.isInteger(value) && value <= 0x20000000000000 && value >= -0x20000000000000) this.integer(value);
    else if (value - value === 0) {
      this.bytes[this.at++] = this.codes[3];
      this.view.setFloat64(this.at, value);
      this.at += 8;
    } else throw refused;
  }

  private bigint(value: bigint): void {
    if (value <= 0x20000000000000n && value >= -0x20000000000000n) {
      this.integer(Number(value));
    } else if (fits64(value)) {
      const bits = this.wideHead(value);
      this.view.setBigUint64(this.at, bits);
      this.at += 8;
    } else throw refused;
  }

  /** The 8 bytes of a non-negative integer. */
  protected wide(value: number): void {
    this.view.setUint32(this.at, value / 0x100000000);
    this.view.setUint32(this.at + 4, value >>> 0);
    this.at += 8;
  }

  private text(value: string): void {
    const { length } = value;
    // the head goes before it and is as long as the text makes it: guess by the characters, and move where it is not
    const guess = this.textHeadSize(length);
    const place = this.at - this.start;
    this.reserve(length + (length >> 3) + SHORT * 3);
    this.at += guess;
    let i = 0;
    if (length < SHORT) {
      const { bytes } = this;
      let { at } = this;
      for (; i < length; i++) {
        const unit = value.charCodeAt(i);
        if (unit > 0x7f) break;
        bytes[at++] = unit;
      }
      this.at = at;
    }
    if (i < length) this.encodeText(i === 0 ? value : value.slice(i));
    const from = this.start + place;
    const written = this.at - from - guess;
    const size = this.textHeadSize(written);
    if (size !== guess) this.bytes.copyWithin(from + size, from + guess, this.at);
    this.at = from;
    this.textHead(written);
    this.at += written;
  }

  private encodeText(value: string): void {
    const read = this.encodeInto(value);
    if (read < value.length) {
      // one UTF-16 unit takes at most 3 bytes
      this.reserve((value.length - read) * 3 + 2);
      this.encodeInto(value.slice(read));
    }
  }

  private encodeInto(value: string): number {
    // the head may yet grow by 2
    const { read, written } = utf8Encoder.encodeInto(value, this.bytes.subarray(this.at, this.bytes.length - 2));
    this.at += written;
    return read;
  }

  private list(value: readonly unknown[], depth: number): void {
    const { length } = value;
    this.listHead(length);
    for (let i = 0; i < length; i++) this.write(value[i], '', depth + 1);
  }

  private object(value: object, key: string, depth: number): void {
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype === Object.prototype || prototype === null) {
      if (typeof (value as { toJSON?: unknown }).toJSON !== 'function') {
        this.dict(value as Record<string, unknown>, depth);
        return;
      }
    }
    const written = standIn(value, key);
    if (written === REFUSED) throw refused;
    if (written !== value) this.write(written, key, depth + 1);
    else if (ArrayBuffer.isView(value)) this.binary(value as Uint8Array);
    else this.dict(value as Record<string, unknown>, depth);
  }

  private binary(value: Uint8Array): void {
    this.reserve(value.length + 5);
    this.bytesHead(value.length);
    this.bytes.set(value, this.at);
    this.at += value.length;
  }

  private dict(value: Record<string, unknown>, depth: number): void {
    let keys = Object.keys(value);
    // grow() moves what was written: remember the place by its distance
    const place = this.at - this.start;
    this.dictHead(keys.length);
    for (let i = 0; i < keys.length; i++) {
      const key = keys[i] as string;
      const member = value[key];
      if (member === undefined) {
        // rare: begin again without the undefined members
        keys = keys.filter((name) => value[name] !== undefined);
        this.at = this.start + place;
        this.dictHead(keys.length);
        i = -1;
      } else {
        this.text(key);
        this.write(member, key, depth + 1);
      }
    }
  }
}
