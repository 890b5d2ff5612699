import { Decoder } from 'cbor-x/decode';
import { Encoder } from 'cbor-x/encode';
import { SerializationError } from '../protocol/errors.ts';
import { binarySerializer, keyText, PROTO_MARK, Scan, settled } from './binary.ts';
import type { Serializer } from './serializer.ts';

/**
 * CBOR (RFC 8949; WAMP, section "Serializations"), by the package cbor-x: compact, with byte strings and exact integers
 * of 64 bits. Numeric and binary payloads are several times quicker than in JSON.
 *
 * What can be sent, and as what, is as with `json()`, except that text may begin with NUL. Integers come as number up
 * to 2^53 and as bigint beyond. Byte strings come as views of the frame: copy (`slice()`) what you keep for long. What
 * JSON has no word for comes as what the package makes of it: dates as Date, sets as Set, bignums as bigint, typed
 * arrays as such, values with an unknown tag as its Tag; text and bytes in pieces as one; simple values without a meaning
 * as null; keys of dictionaries as text.
 *
 * Each frame is looked through before the package reads it: one that is nested deeper than 1000 levels, or that ends
 * before what its heads promise, is a ProtocolError, and no memory is taken for it. How long a frame may be, the
 * transport says. Of tags by which cbor-x would make functions, errors, regular expressions, circular or shared values, and
 * of those that do not fit what they stand before, the value alone is read.
 *
 * It needs no `unsafe-eval` in a page's Content-Security-Policy. Where that is reported, there is one report when the
 * package is loaded: it tries whether it may make functions.
 */
export function cbor(): Serializer {
  const encoder = new Encoder(WRITING);
  const plain = new Decoder(READING);
  const exact = new Decoder({ mapsAsObjects: true, useRecords: false });
  const mapping = new Decoder({ mapsAsObjects: false, useRecords: false });
  const scan = new CborScan();
  return binarySerializer({
    id: 'cbor',
    name: 'CBOR',
    write(message) {
      if (writing) throw new SerializationError('A getter cannot send while its object is being sent');
      writing = true;
      try {
        return encoder.encode(message);
      } finally {
        writing = false;
      }
    },
    read(frame) {
      const readable = scan.run(frame);
      try {
        return scan.rare ? settled(exact.decode(readable)) : (plain.decode(readable) as unknown);
      } catch {
        // dictionaries with keys of which the package makes no text
        return settled(mapping.decode(readable), (entries) =>
          Object.fromEntries(entries.map(([key, member]) => [keyText(key), member])),
        );
      }
    },
  });
}

const WRITING = { useRecords: false, mapsAsObjects: true, variableMapSize: true, tagUint8Array: false };
/** Integers of 64 bits as numbers: quicker than as bigint, and right where {@link CborScan} found none beyond 2^53. */
const READING = { useRecords: false, mapsAsObjects: true, int64AsNumber: true };

/** All encoders of the package write into one buffer: a frame begun within another would become a part of it. */
let writing = false;

/** The major types that a head begins with. */
const UNSIGNED = 0;
const NEGATIVE = 1;
const BYTES = 2;
const TEXT = 3;
const LIST = 4;
const DICT = 5;
const TAG = 6;
const SIMPLE = 7;
/** Bytes of a head with a length of 32 bits. */
const HEAD = 5;
/** Simple values, whole. */
const NULL = 0xf6;
const UNDEFINED = 0xf7;
/** Whether a head is of the type of false, true, null, undefined and floats, rather than of another simple value. */
const hasMeaning = (head: number): boolean => (head >= 0xf4 && head <= UNDEFINED) || (head >= 0xf9 && head <= 0xfb);
/** What is read for those without a meaning. */
const MEANINGLESS = /* @__PURE__ */ Uint8Array.of(NULL);

class CborScan extends Scan {
  constructor() {
    super((head) => {
      const type = head >> 5;
      const info = head & 0x1f;
      if (type <= NEGATIVE) return info < 0x1b ? widthOf(head) + 1 : 0;
      if (type <= TEXT) return info < 0x18 && head !== 0x69 ? info + 1 : 0; // but for what may be __proto__
      return hasMeaning(head) && head !== UNDEFINED ? widthOf(head) + 1 : 0;
    });
  }

  protected item(depth: number): void {
    const { at } = this;
    const head = this.unsigned(1);
    const type = head >> 5;
    const info = head & 0x1f;
    if (info > 0x1b) {
      if (info < 0x1f || type < BYTES || type > DICT) this.fail('a head that is reserved or not supported');
      if (type < LIST) this.pieces(type);
      else this.endless(depth);
      return;
    }
    const value = info < 0x18 ? info : this.unsigned(widthOf(head));
    if (type === TEXT) this.text(value);
    else if (type === BYTES) this.skip(value);
    else if (type === LIST) this.inside(value, depth);
    else if (type === DICT) this.inside(value * 2, depth);
    else if (type === TAG) this.tagged(value, at, depth);
    else if (type === SIMPLE && !hasMeaning(head)) this.replace(at, MEANINGLESS);
    // undefined, and integers of 64 bits: below zero the package reads them wrongly as numbers
    else if (type !== UNSIGNED || value >= 2 ** 53) this.rare = true;
  }

  /** A list or dictionary without a length, ended by a break. */
  private endless(depth: number): void {
    while (this.bytes[this.at] !== 0xff) this.inside(1, depth);
    this.at++;
  }

  /** Text or bytes in pieces, ended by a break, which the package reads only as a whole. */
  private pieces(type: number): void {
    const begin = this.at;
    let size = 0;
    while (this.bytes[this.at] !== 0xff) size += this.piece(type).length;
    const end = this.at + 1;
    const whole = new Uint8Array(HEAD + size);
    const view = new DataView(whole.buffer);
    view.setUint8(0, (type << 5) | 0x1a);
    view.setUint32(1, size);
    // a second time: there may be as many pieces as bytes, too many to keep
    this.at = begin;
    for (let at = HEAD; at < whole.length;) {
      const piece = this.piece(type);
      whole.set(piece, at);
      at += piece.length;
    }
    this.at = end;
    if (type === TEXT && this.isProto(whole, HEAD, size)) whole.set(PROTO_MARK, HEAD);
    this.replace(begin - 1, whole);
  }

  private piece(type: number): Uint8Array {
    const head = this.unsigned(1);
    const info = head & 0x1f;
    if (head >> 5 !== type || info > 0x1b) this.fail('a piece of another type');
    const length = info < 0x18 ? info : this.unsigned(widthOf(head));
    this.skip(length);
    return this.bytes.subarray(this.at - length, this.at);
  }

  private tagged(tag: number, from: number, depth: number): void {
    if (!isSafe(tag, this.bytes, this.at)) this.replace(from);
    else if (tag === 2 || tag === 3) this.rare = true; // bignums, which may be small
    this.inside(1, depth);
  }
}

/** Other tags to which the package gives a meaning of its own: of those for records it makes functions. */
const OWN: readonly (readonly [from: number, to: number])[] = [
  [27, 29], // classes; values that are shared, and circular ones
  [51, 51], // a table of values, and what refers to it:
  [216, 255],
  [27647, 32767],
  [105, 105], // records, and text that stands elsewhere:
  [0xdff9, 0xdfff],
  [0x6c000000, 0x7fffffff],
  [0x53687264, 0x53687264],
  [2 ** 32, Infinity], // refused by it
];

/** Whether the package makes of a tag, and of what begins at `at`, what the tag's definition says, or its Tag. */
function isSafe(tag: number, bytes: Uint8Array, at: number): boolean {
  const head = bytes[at] ?? 0;
  const type = head >> 5;
  const isInteger = (byte: number, most: number): boolean => byte >> 5 <= NEGATIVE && (byte & 0x1f) <= most;
  switch (tag) {
    case 0: // text that is a date
      return type === TEXT;
    case 1: // seconds since 1970
      return isInteger(head, 0x1a) || (head >= 0xf9 && head <= 0xfb);
    case 2: // bignums; longer ones take a time that grows with the square of the length
    case 3:
      return type === BYTES && head <= 0x58;
    case 4: // [exponent, mantissa] to the base of 10, and of 2
    case 5: {
      const exponent = bytes[at + 1] ?? 0;
      const mantissa = bytes[at + 2 + widthOf(exponent)] ?? 0;
      return head === 0x82 && isInteger(exponent, 0x1a) && isInteger(mantissa, tag === 4 ? 0x1b : 0x1a);
    }
    case 258: // a set
      return type === LIST;
    case 259: // a Map
      return type === DICT;
    default:
      if (tag >= 64 && tag <= 87) {
        // a typed array: bytes, as many as its elements take
        const length = head & 0x1f;
        const lowest = length < 0x18 ? length : (bytes[at + widthOf(head)] ?? 0);
        const size = 1 << (((tag >> 4) & 1) + (tag & 3));
        return type === BYTES && length < 0x1f && lowest % size === 0;
      }
      return !OWN.some(([from, to]) => tag >= from && tag <= to);
  }
}

/** How many bytes follow a head, as its length or value. */
const widthOf = (head: number): number => ((head & 0x1f) < 0x18 ? 0 : 1 << ((head & 0x1f) - 0x18));
