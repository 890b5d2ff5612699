import { ProtocolError } from '../protocol/errors.ts';
import { utf8Decoder } from './text.ts';
import { MAX_DEPTH } from './values.ts';

/** Text up to this length is read character by character where it is ASCII. */
const SHORT = 24;

const NO_BYTES = /* @__PURE__ */ new Uint8Array(0);
const NO_VIEW = /* @__PURE__ */ new DataView(/* @__PURE__ */ new ArrayBuffer(0));

/**
 * What CBOR and MessagePack have in common when they read. Nothing is allocated on the word of a head alone: each
 * item takes a byte at least, so all lengths together cannot exceed the bytes of the frame.
 */
export abstract class Reader {
  protected bytes: Uint8Array = NO_BYTES;
  protected at = 0;
  private view: DataView = NO_VIEW;
  /** How many more items this frame can hold. */
  private room = 0;
  private readonly name: string;

  constructor(name: string) {
    this.name = name;
  }

  /** Reads the value that begins here. */
  protected abstract read(depth: number): unknown;

  /** Reads a frame, which must be one value and nothing after it. */
  decode(data: string | Uint8Array): unknown {
    if (typeof data === 'string') this.fail('text instead of bytes');
    this.bytes = data;
    this.at = 0;
    this.room = data.length;
    try {
      const value = this.read(0);
      if (this.at !== data.length) this.fail(`${data.length - this.at} bytes too many`);
      return value;
    } finally {
      this.bytes = NO_BYTES;
      this.view = NO_VIEW;
    }
  }

  protected fail(what: string): never {
    throw new ProtocolError(`A frame is not ${this.name}: ${what} (at byte ${this.at})`);
  }

  /** Claims so many bytes and returns where they begin. */
  protected take(count: number): number {
    const from = this.at;
    if (count > this.bytes.length - from) this.fail('it ends too early');
    this.at = from + count;
    return from;
  }

  protected byte(): number {
    const value = this.bytes[this.at];
    if (value === undefined) this.fail('it ends too early');
    this.at++;
    return value;
  }

  /** An unsigned integer of 2 bytes. */
  protected unsigned16(): number {
    const at = this.take(2);
    return ((this.bytes[at] as number) << 8) | (this.bytes[at + 1] as number);
  }

  /** An unsigned integer of 4 bytes. */
  protected unsigned32(): number {
    const at = this.take(4);
    const { bytes } = this;
    return (
      (bytes[at] as number) * 0x1000000 +
      (((bytes[at + 1] as number) << 16) | ((bytes[at + 2] as number) << 8) | (bytes[at + 3] as number))
    );
  }

  /** Where the next bytes can be read as numbers. Made once per frame, when first needed. */
  protected numbers(): DataView {
    if (this.view === NO_VIEW) {
      this.view = new DataView(this.bytes.buffer, this.bytes.byteOffset, this.bytes.length);
    }
    return this.view;
  }

  protected float64(): number {
    const at = this.take(8);
    return this.numbers().getFloat64(at);
  }

  protected float32(): number {
    const at = this.take(4);
    return this.numbers().getFloat32(at);
  }

  /** An unsigned integer of 8 bytes: a number up to 2^53, a bigint beyond. */
  protected wide(): number | bigint {
    const high = this.unsigned32();
    const low = this.unsigned32();
    if (high < 0x200000 || (high === 0x200000 && low === 0)) return high * 0x100000000 + low;
    return (BigInt(high) << 32n) | BigInt(low);
  }

  protected text(length: number): string {
    const from = this.take(length);
    const { bytes } = this;
    if (length <= SHORT) {
      let text = '';
      let i = from;
      for (; i < this.at; i++) {
        const unit = bytes[i] as number;
        if (unit > 0x7f) break;
        text += String.fromCharCode(unit);
      }
      if (i === this.at) return text;
    }
    return utf8Decoder.decode(bytes.subarray(from, this.at));
  }

  /** A view of the frame, as a plain Uint8Array even where the frame is a Buffer. */
  protected binary(length: number): Uint8Array {
    const from = this.take(length);
    return new Uint8Array(this.bytes.buffer, this.bytes.byteOffset + from, length);
  }

  protected list(length: number, depth: number): unknown[] {
    this.expect(length, depth);
    const items = new Array<unknown>(length);
    for (let i = 0; i < length; i++) items[i] = this.read(depth);
    return items;
  }

  protected dict(length: number, depth: number): Record<string, unknown> {
    this.expect(length * 2, depth);
    const members: Record<string, unknown> = {};
    for (let i = 0; i < length; i++) this.member(members, this.read(depth), depth);
    return members;
  }

  /** Reads the value of a key into a dictionary. */
  protected member(members: Record<string, unknown>, key: unknown, depth: number): void {
    if (typeof key !== 'string' && typeof key !== 'number') this.fail(`a key that is ${typeof key}, not text`);
    const value = this.read(depth);
    if (key === '__proto__') {
      Object.defineProperty(members, key, { value, enumerable: true, configurable: true, writable: true });
    } else members[key] = value;
  }

  /** Checks that a list or dictionary may be here, and that the frame has bytes for so many values. */
  protected expect(count: number, depth: number): void {
    if (depth > MAX_DEPTH) this.fail(`nested deeper than ${MAX_DEPTH} levels`);
    if ((this.room -= count) < 0) this.fail('it ends too early');
  }
}
