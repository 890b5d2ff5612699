import { Reader } from './reader.ts';
import type { Serializer } from './serializer.ts';
import { Writer } from './writer.ts';

/**
 * MessagePack (WAMP, section "Serializations"): compact, with byte strings and exact integers of 64 bits. Numeric and
 * binary payloads are several times quicker than in JSON.
 *
 * What can be sent, and as what, is as with `json()`, except that text may begin with NUL. Integers come as number up
 * to 2^53 and as bigint beyond. Byte strings come as views of the frame: copy (`slice()`) what you keep for long.
 * Extension types are a ProtocolError.
 */
export function msgpack(): Serializer {
  const writer = new MsgpackWriter();
  const reader = new MsgpackReader('MessagePack');
  return {
    id: 'msgpack',
    subprotocol: 'wamp.2.msgpack',
    binary: true,
    encode: (message) => writer.encode(message),
    decode: (data) => reader.decode(data),
  };
}

class MsgpackWriter extends Writer {
  protected readonly codes = [0xc0, 0xc2, 0xc3, 0xcb] as const;

  protected another(): Writer {
    return new MsgpackWriter();
  }

  /** A head of one byte, and behind it the value in 1, 2 or 4 bytes. */
  private head(code: number, size: number, value: number): void {
    this.reserve(9);
    this.bytes[this.at++] = code;
    if (size === 1) {
      this.bytes[this.at++] = value;
    } else if (size === 2) {
      this.bytes[this.at++] = value >> 8;
      this.bytes[this.at++] = value;
    } else {
      this.view.setUint32(this.at, value);
      this.at += 4;
    }
  }

  protected integer(value: number): void {
    if (value >= 0) {
      if (value < 0x80) this.bytes[this.at++] = value;
      else if (value < 0x100) this.head(0xcc, 1, value);
      else if (value < 0x10000) this.head(0xcd, 2, value);
      else if (value < 0x100000000) this.head(0xce, 4, value);
      else {
        this.bytes[this.at++] = 0xcf;
        this.wide(value);
      }
    } else if (value >= -0x20) this.bytes[this.at++] = value;
    else if (value >= -0x80) this.head(0xd0, 1, value);
    else if (value >= -0x8000) this.head(0xd1, 2, value);
    else if (value >= -0x80000000) this.head(0xd2, 4, value);
    else {
      this.bytes[this.at++] = 0xd3;
      this.view.setBigInt64(this.at, BigInt(value));
      this.at += 8;
    }
  }

  protected wideHead(value: bigint): bigint {
    this.bytes[this.at++] = value < 0n ? 0xd3 : 0xcf;
    return BigInt.asUintN(64, value);
  }

  protected textHead(length: number): void {
    if (length < 0x20) this.bytes[this.at++] = 0xa0 | length;
    else if (length < 0x100) this.head(0xd9, 1, length);
    else if (length < 0x10000) this.head(0xda, 2, length);
    else this.head(0xdb, 4, length);
  }

  protected textHeadSize(length: number): number {
    return length < 0x20 ? 1 : length < 0x100 ? 2 : length < 0x10000 ? 3 : 5;
  }

  protected bytesHead(length: number): void {
    if (length < 0x100) this.head(0xc4, 1, length);
    else if (length < 0x10000) this.head(0xc5, 2, length);
    else this.head(0xc6, 4, length);
  }

  protected listHead(length: number): void {
    this.reserve(9);
    if (length < 0x10) this.bytes[this.at++] = 0x90 | length;
    else if (length < 0x10000) this.head(0xdc, 2, length);
    else this.head(0xdd, 4, length);
  }

  protected dictHead(length: number): void {
    this.reserve(9);
    if (length < 0x10) this.bytes[this.at++] = 0x80 | length;
    else if (length < 0x10000) this.head(0xde, 2, length);
    else this.head(0xdf, 4, length);
  }
}

class MsgpackReader extends Reader {
  protected read(depth: number): unknown {
    const head = this.byte();
    if (head < 0x80) return head;
    if (head < 0x90) return this.dict(head & 0x0f, depth + 1);
    if (head < 0xa0) return this.list(head & 0x0f, depth + 1);
    if (head < 0xc0) return this.text(head & 0x1f);
    if (head >= 0xe0) return head - 0x100;
    switch (head) {
      case 0xc0:
        return null;
      case 0xc2:
        return false;
      case 0xc3:
        return true;
      case 0xc4:
        return this.binary(this.byte());
      case 0xc5:
        return this.binary(this.unsigned16());
      case 0xc6:
        return this.binary(this.unsigned32());
      case 0xca:
        return this.float32();
      case 0xcb:
        return this.float64();
      case 0xcc:
        return this.byte();
      case 0xcd:
        return this.unsigned16();
      case 0xce:
        return this.unsigned32();
      case 0xcf:
        return this.wide();
      case 0xd0:
        return (this.byte() << 24) >> 24;
      case 0xd1:
        return (this.unsigned16() << 16) >> 16;
      case 0xd2:
        return this.unsigned32() | 0;
      case 0xd3:
        return this.signedWide();
      case 0xd4:
        // the package msgpackr, and with it wampy.js, writes undefined as an extension of its own
        if (this.unsigned16() === 0) return null;
        break;
      case 0xd9:
        return this.text(this.byte());
      case 0xda:
        return this.text(this.unsigned16());
      case 0xdb:
        return this.text(this.unsigned32());
      case 0xdc:
        return this.list(this.unsigned16(), depth + 1);
      case 0xdd:
        return this.list(this.unsigned32(), depth + 1);
      case 0xde:
        return this.dict(this.unsigned16(), depth + 1);
      case 0xdf:
        return this.dict(this.unsigned32(), depth + 1);
    }
    return this.fail(head === 0xc1 ? 'the byte c1, which means nothing' : 'an extension type, which is not supported');
  }

  private signedWide(): number | bigint {
    const high = this.unsigned32() | 0;
    const low = this.unsigned32();
    const value = high * 0x100000000 + low;
    if (Number.isSafeInteger(value)) return value;
    const exact = (BigInt(high) << 32n) | BigInt(low);
    return exact === BigInt(value) && Math.abs(value) === 0x20000000000000 ? value : exact;
  }
}
