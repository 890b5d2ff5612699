import { ProtocolError, SerializationError } from '../protocol/errors.ts';
import { messageOf } from '../protocol/thrown.ts';
import type { Serializer } from './serializer.ts';
import { utf8Decoder, utf8Encoder } from './text.ts';
import { fits64, MAX_DEPTH, REFUSED, standIn, writeMessage } from './values.ts';

/** What a package for a binary format does, and what its format is called. */
export interface BinaryFormat {
  readonly id: string;
  readonly name: string;
  /** Writes a message in which every value is one that {@link sendable} leaves. */
  readonly write: (message: readonly unknown[]) => Uint8Array;
  /** Reads a frame; throws whatever it likes where it cannot. */
  readonly read: (frame: Uint8Array) => unknown;
}

/** The rules that CBOR and MessagePack share, around the packages that know the formats. */
export function binarySerializer({ id, name, write, read }: BinaryFormat): Serializer {
  return {
    id,
    subprotocol: `wamp.2.${id}`,
    binary: true,
    encode(message) {
      try {
        return write(list(message, 0));
      } catch (error) {
        if (error === refused) writeMessage(message, true); // throws what says where and what
        throw error instanceof SerializationError ? error : new SerializationError(messageOf(error), { cause: error });
      }
    },
    decode(data) {
      try {
        if (typeof data === 'string') throw new TypeError('text instead of bytes');
        // byte strings are views of this one: plain, also where the frame is a Buffer
        return read(new Uint8Array(data.buffer, data.byteOffset, data.length));
      } catch (error) {
        throw new ProtocolError(`A frame is not ${name}: ${messageOf(error)}`, { cause: error });
      }
    },
  };
}

/** Says that a value cannot be written. What, and where, is looked up afterwards. */
const refused = /* @__PURE__ */ new SerializationError('This cannot be sent');

/** Engines from before 2023 do not have it: there, halves of characters leave as they are. */
interface Text {
  isWellFormed?(): boolean;
  toWellFormed?(): string;
}
const isBroken = (text: string): boolean => (text as Text).isWellFormed?.() === false;
const mended = (text: string): string => (text as Text).toWellFormed?.() ?? text;

/**
 * What the packages are to write for a value: the value itself, wherever they write it as WAMP wants it. Integers
 * beyond 32 bits are bigint, since the packages write those as integers and such numbers as floats, which a router
 * refuses where an id is due. Lists and dictionaries are copied only where something in them changes.
 */
function sendable(value: unknown, key: string | number, depth: number): unknown {
  switch (typeof value) {
    case 'string':
      return isBroken(value) ? mended(value) : value;
    case 'number':
      if ((value | 0) === value) return value;
      if (value - value !== 0) throw refused; // NaN or infinite
      return isWide(value) ? BigInt(value) : value;
    case 'boolean':
      return value;
    case 'undefined':
      return null;
    case 'bigint':
      if (!fits64(value)) throw refused;
      return BigInt.asIntN(32, value) === value ? Number(value) : value;
    case 'object':
      if (value === null) return value;
      if (depth > MAX_DEPTH) throw refused;
      return Array.isArray(value) ? list(value, depth) : object(value, key, depth);
    default:
      throw refused;
  }
}

const isWide = (value: number): boolean =>
  (value > 0xffffffff || value < -0x80000000) && Math.abs(value) <= 0x20000000000000 && Number.isInteger(value);

function list(values: readonly unknown[], depth: number): readonly unknown[] {
  // of another window or a class of its own: made one that the packages know
  let copy = values.constructor === Array ? undefined : Array.from(values);
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (typeof value === 'number' && (value | 0) === value) continue; // quick
    const sent = sendable(value, i, depth + 1);
    if (sent !== value) (copy ??= Array.from(values))[i] = sent;
  }
  return copy ?? values;
}

function object(value: object, key: string | number, depth: number): unknown {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null) {
    if (typeof (value as { toJSON?: unknown }).toJSON !== 'function') return dict(value, depth);
  }
  const written = standIn(value, String(key));
  if (written === REFUSED) throw refused;
  if (written !== value) return sendable(written, key, depth + 1);
  if (!ArrayBuffer.isView(value)) return dict({ ...value }, depth);
  return value instanceof Uint8Array ? value : new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
}

function dict(values: object, depth: number): object {
  const members = values as Record<string, unknown>;
  let copy: Record<string, unknown> | undefined;
  for (const key in members) {
    const value = members[key];
    const sent = value === undefined ? undefined : sendable(value, key, depth + 1);
    const name = isBroken(key) ? mended(key) : key;
    if (sent === value && sent !== undefined && name === key) continue;
    copy ??= { ...members };
    if (sent === undefined || name !== key) Reflect.deleteProperty(copy, key);
    // also where it is __proto__, which is an own member of the copy
    if (sent !== undefined) copy[name] = sent;
  }
  return copy ?? members;
}

/**
 * Looks through a frame before the package reads it, without making anything of it: nesting has an end, and what heads
 * promise is there, so that the package allocates nothing on the word of a head alone.
 */
export abstract class Scan {
  /** Whether there are integers that only a bigint holds, or other things for {@link settled}. */
  rare = false;
  protected bytes: Uint8Array = NO_BYTES;
  protected at = 0;
  /** What the package is to see instead of the frame, once the two differ: as bytes, since a list of edits takes many times a frame. */
  private copy: Uint8Array = NO_BYTES;
  private size = 0;
  /** How much of the frame is in the copy. */
  private copied = 0;
  private readonly sizes: Uint8Array;

  /**
   * @param sizeOf how many bytes an item takes that begins with this byte; 0 where that has to be looked up, by `item`:
   *   a quick way through what most of a payload is
   */
  constructor(sizeOf: (head: number) => number) {
    this.sizes = Uint8Array.from({ length: 0x100 }, (_, head) => sizeOf(head));
  }

  /** Goes behind the item that begins here. */
  protected abstract item(depth: number): void;

  /** Looks through a frame, and returns what the package is to read: nearly always the frame itself. */
  run(frame: Uint8Array): Uint8Array {
    this.rare = false;
    this.bytes = frame;
    this.at = 0;
    this.copied = 0;
    this.size = 0;
    this.items(1, 0);
    this.bytes = NO_BYTES;
    if (this.at > frame.length) this.fail(EARLY);
    if (this.at < frame.length) this.fail(`${frame.length - this.at} bytes too many`);
    if (this.copied === 0) return frame;
    this.append(frame.subarray(this.copied));
    const { copy, size } = this;
    this.copy = NO_BYTES;
    return copy.subarray(0, size);
  }

  /** Goes behind so many items, which are at this depth. */
  protected items(count: number, depth: number): void {
    const { bytes, sizes } = this;
    for (let i = 0; i < count; i++) {
      const size = sizes[bytes[this.at] ?? this.fail(EARLY)] as number;
      if (size > 0) this.at += size;
      else this.item(depth);
    }
  }

  /** Goes behind the items in a list or dictionary at this depth. */
  protected inside(count: number, depth: number): void {
    if (depth > MAX_DEPTH) this.fail(`nested deeper than ${MAX_DEPTH} levels`);
    this.items(count, depth + 1);
  }

  protected skip(count: number): void {
    if (count > this.bytes.length - this.at) this.fail(EARLY);
    this.at += count;
  }

  protected text(length: number): void {
    const { bytes, at } = this;
    this.skip(length);
    if (this.isProto(bytes, at, length)) this.replace(at, PROTO_MARK);
  }

  /** Whether this text is `__proto__`: the packages refuse or rename such a key. */
  protected isProto(bytes: Uint8Array, at: number, length: number): boolean {
    if (length !== PROTO.length || bytes[at] !== 0x5f || !PROTO.every((byte, i) => byte === bytes[at + i]))
      return false;
    this.rare = true;
    return true;
  }

  /** Has the package see something else in place of what stands from there to here. */
  protected replace(from: number, by = NO_BYTES): void {
    this.append(this.bytes.subarray(this.copied, from));
    this.append(by);
    this.copied = this.at;
  }

  private append(part: Uint8Array): void {
    const size = this.size + part.length;
    if (size > this.copy.length) {
      const grown = new Uint8Array(Math.max(size, this.copy.length * 2, this.bytes.length));
      grown.set(this.copy.subarray(0, this.size));
      this.copy = grown;
    }
    this.copy.set(part, this.size);
    this.size = size;
  }

  /** The unsigned integer of 1, 2, 4 or 8 bytes that stands here; beyond 2^53 it is not exact. */
  protected unsigned(size: number): number {
    const { bytes, at } = this;
    this.skip(size);
    if (size === 1) return bytes[at] as number;
    let value = 0;
    for (let i = at; i < this.at; i++) value = value * 0x100 + (bytes[i] as number);
    return value;
  }

  protected fail(what: string): never {
    throw new RangeError(`${what} (at byte ${this.at})`);
  }
}

const EARLY = 'it ends too early';
const NO_BYTES = /* @__PURE__ */ new Uint8Array(0);
const PROTO = /* @__PURE__ */ utf8Encoder.encode('__proto__');
/** Stands for `__proto__` until {@link settled}; as long, and no text that a program sends. */
export const MARK = '\0\0proto\0\0';
export const PROTO_MARK = /* @__PURE__ */ utf8Encoder.encode(MARK);
const MAX_EXACT = 0x20000000000000n;

/**
 * What was read, in place: bigints that fit as numbers, undefined as null, `__proto__` as itself, and what is read as a Map
 * as `mapOf` makes it.
 */
export function settled(value: unknown, mapOf: (entries: Entries) => unknown = (entries) => new Map(entries)): unknown {
  if (typeof value === 'bigint') return value <= MAX_EXACT && value >= -MAX_EXACT ? Number(value) : value;
  if (value === undefined) return null;
  if (value === MARK) return '__proto__';
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value;
  const inner = (each: unknown): unknown => settled(each, mapOf);
  if (value instanceof Set) return new Set(Array.from(value, inner));
  if (value instanceof Map) return mapOf(Array.from(value, ([key, member]) => [inner(key), inner(member)]));
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) value[i] = inner(value[i]);
    return value;
  }
  const members = value as Record<string, unknown>;
  for (const key of Object.keys(members)) members[key] = inner(members[key]);
  if (!(MARK in members)) return members;
  return Object.fromEntries(Object.entries(members).map(([key, member]) => [inner(key), member]));
}

type Entries = readonly (readonly [key: unknown, member: unknown])[];

/**
 * A key as the text that it is in JSON: other peers have dictionaries with keys of any kind. Never longer than what it
 * stands for, in however many levels.
 */
export function keyText(key: unknown): string {
  if (typeof key !== 'object' || key === null) return String(key);
  if (key instanceof Uint8Array) return utf8Decoder.decode(key);
  if (Array.isArray(key)) return key.map(keyText).join();
  return key instanceof Date ? keyText(key.toJSON()) : Object.prototype.toString.call(key);
}
