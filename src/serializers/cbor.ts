import { Reader } from './reader.ts';
import type { Serializer } from './serializer.ts';
import { Writer } from './writer.ts';

/**
 * CBOR (RFC 8949; WAMP, section "Serializations"): compact, with byte strings and exact integers of 64 bits. Numeric
 * and binary payloads are several times quicker than in JSON.
 *
 * What can be sent, and as what, is as with `json()`, except that text may begin with NUL. Integers come as number up
 * to 2^53 and as bigint beyond. Byte strings come as views of the frame: copy (`slice()`) what you keep for long. Of
 * the tags, dates (0 and 1) come as ISO text, byte arrays (64) as bytes; others are a ProtocolError.
 */
export function cbor(): Serializer {
  const writer = new CborWriter();
  const reader = new CborReader('CBOR');
  return {
    id: 'cbor',
    subprotocol: 'wamp.2.cbor',
    binary: true,
    encode: (message) => writer.encode(message),
    decode: (data) => reader.decode(data),
  };
}

/** The major types, as the upper three bits of a head. */
const NEGATIVE = 0x20;
const BYTES = 0x40;
const TEXT = 0x60;
const LIST = 0x80;
const DICT = 0xa0;

class CborWriter extends Writer {
  protected readonly codes = [0xf6, 0xf4, 0xf5, 0xfb] as const;

  protected another(): Writer {
    return new CborWriter();
  }

  private head(type: number, value: number): void {
    this.reserve(9);
    if (value < 0x18) {
      this.bytes[this.at++] = type | value;
    } else if (value < 0x100) {
      this.bytes[this.at++] = type | 0x18;
      this.bytes[this.at++] = value;
    } else if (value < 0x10000) {
      this.bytes[this.at++] = type | 0x19;
      this.bytes[this.at++] = value >> 8;
      this.bytes[this.at++] = value;
    } else if (value < 0x100000000) {
      this.bytes[this.at++] = type | 0x1a;
      this.view.setUint32(this.at, value);
      this.at += 4;
    } else {
      this.bytes[this.at++] = type | 0x1b;
      this.wide(value);
    }
  }

  protected integer(value: number): void {
    if (value < 0) this.head(NEGATIVE, -1 - value);
    else this.head(0, value);
  }

  protected wideHead(value: bigint): bigint {
    this.bytes[this.at++] = value < 0n ? NEGATIVE | 0x1b : 0x1b;
    return value < 0n ? -1n - value : value;
  }

  protected textHead(length: number): void {
    this.head(TEXT, length);
  }

  protected textHeadSize(length: number): number {
    return length < 0x18 ? 1 : length < 0x100 ? 2 : length < 0x10000 ? 3 : 5;
  }

  protected bytesHead(length: number): void {
    this.head(BYTES, length);
  }

  protected listHead(length: number): void {
    this.head(LIST, length);
  }

  protected dictHead(length: number): void {
    this.head(DICT, length);
  }
}

/** The byte that ends what was begun without a length. */
const BREAK = 0xff;

class CborReader extends Reader {
  protected read(depth: number): unknown {
    const head = this.byte();
    const type = head & 0xe0;
    const info = head & 0x1f;
    if (type === 0xe0) return this.simple(info);
    if (info === 0x1f) return this.endless(type, depth + 1);
    const length = info < 0x18 ? info : this.argument(info);
    if (type === 0) return length;
    if (type === NEGATIVE) return negative(length);
    if (typeof length !== 'number') this.fail('a length beyond 2^53');
    switch (type) {
      case BYTES:
        return this.binary(length);
      case TEXT:
        return this.text(length);
      case LIST:
        return this.list(length, depth + 1);
      case DICT:
        return this.dict(length, depth + 1);
      default:
        return this.tagged(length, depth + 1);
    }
  }

  private argument(info: number): number | bigint {
    switch (info) {
      case 0x18:
        return this.byte();
      case 0x19:
        return this.unsigned16();
      case 0x1a:
        return this.unsigned32();
      case 0x1b:
        return this.wide();
      default:
        return this.fail('a reserved head');
    }
  }

  private simple(info: number): unknown {
    switch (info) {
      case 0x14:
        return false;
      case 0x15:
        return true;
      case 0x16:
      case 0x17: // undefined: null, as in JSON
        return null;
      case 0x19:
        return half(this.unsigned16());
      case 0x1a:
        return this.float32();
      case 0x1b:
        return this.float64();
      default:
        return this.fail(`an unknown simple value ${info}`);
    }
  }

  /** Lists and dictionaries without a length, ended by a break. */
  private endless(type: number, depth: number): unknown {
    this.expect(1, depth);
    if (type === LIST) {
      const items: unknown[] = [];
      while (!this.ended()) items.push(this.read(depth));
      return items;
    }
    if (type === DICT) {
      const members: Record<string, unknown> = {};
      while (!this.ended()) this.member(members, this.read(depth), depth);
      return members;
    }
    return this.fail('text or bytes in pieces of unknown length, which is not supported');
  }

  private ended(): boolean {
    if (this.bytes[this.at] !== BREAK) return false;
    this.at++;
    return true;
  }

  private tagged(tag: number, depth: number): unknown {
    this.expect(1, depth);
    const value = this.read(depth);
    if (tag === 0 && typeof value === 'string') return value;
    if (tag === 1 && typeof value === 'number' && Math.abs(value) <= 8.64e12)
      return new Date(value * 1000).toISOString();
    if (tag === 64 && value instanceof Uint8Array) return value;
    if (tag === 55799) return value; // "this is CBOR"
    return this.fail(`a value with the tag ${tag}, which is not supported`);
  }
}

const negative = (value: number | bigint): number | bigint =>
  // -2^53 is exact as a number, and there it ends
  typeof value === 'bigint' ? -1n - value : value < 0x20000000000000 ? -1 - value : -1n - BigInt(value);

/** A float of 16 bits. */
function half(bits: number): number {
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  const size =
    exponent === 0
      ? fraction * 2 ** -24
      : exponent === 0x1f
        ? fraction === 0
          ? Infinity
          : NaN
        : (fraction + 0x400) * 2 ** (exponent - 25);
  return bits & 0x8000 ? -size : size;
}
