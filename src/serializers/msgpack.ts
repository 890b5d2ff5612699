import { Decoder, decodeTimestampExtension, Encoder, EXT_TIMESTAMP, ExtData, ExtensionCodec } from '@msgpack/msgpack';
import { binarySerializer, keyText, MARK, Scan, settled } from './binary.ts';
import type { Serializer } from './serializer.ts';

/**
 * MessagePack (WAMP, section "Serializations"), by the package @msgpack/msgpack: compact, with byte strings and exact
 * integers of 64 bits. Numeric and binary payloads are several times quicker than in JSON.
 *
 * What can be sent, and as what, is as with `json()`, except that text may begin with NUL. Integers come as number up
 * to 2^53 and as bigint beyond. Byte strings come as views of the frame: copy (`slice()`) what you keep for long. What
 * JSON has no word for comes as what the package makes of it: a timestamp as a Date, other extensions as its ExtData; keys
 * of dictionaries as text.
 *
 * Each frame is looked through before the package reads it: one that is nested deeper than 1000 levels, or that ends
 * before what its heads promise, is a ProtocolError, and no memory is taken for it. How long a frame may be, the transport says.
 */
export function msgpack(): Serializer {
  const encoder = new Encoder({ useBigInt64: true, maxDepth: Infinity });
  const extensionCodec = extensions();
  const scan = new MsgpackScan();
  const mapKeyConverter = (key: unknown): string => {
    if (typeof key === 'string') return key;
    const text = keyText(settled(key));
    if (text !== '__proto__') return text;
    // bytes, say: under this key the package would set the prototype
    scan.rare = true;
    return MARK;
  };
  const plain = new Decoder({ extensionCodec, mapKeyConverter });
  const exact = new Decoder({ extensionCodec, mapKeyConverter, useBigInt64: true });
  return binarySerializer({
    id: 'msgpack',
    name: 'MessagePack',
    write: (message) => encoder.encode(message),
    read(frame) {
      const readable = scan.run(frame);
      const value = (scan.rare ? exact : plain).decode(readable);
      return scan.rare ? settled(value) : value;
    },
  });
}

/** What the package makes of extensions, except where it would refuse the whole frame. */
function extensions(): ExtensionCodec {
  const codec = new ExtensionCodec();
  const encode = (): null => null;
  const isTimestamp = (length: number): boolean => length === 4 || length === 8 || length === 12;
  codec.register({
    type: EXT_TIMESTAMP,
    encode,
    decode: (data, type) => (isTimestamp(data.length) ? decodeTimestampExtension(data) : new ExtData(type, data)),
  });
  // the package msgpackr, and with it wampy.js, writes undefined as an extension of its own
  codec.register({
    type: 0,
    encode,
    decode: (data, type) => (data.length === 1 && data[0] === 0 ? null : new ExtData(type, data)),
  });
  return codec;
}

class MsgpackScan extends Scan {
  constructor() {
    super((head) => {
      if (head < 0x80 || head >= 0xe0) return 1; // small integers
      if (head < 0xa0) return 0; // lists and dictionaries
      if (head < 0xc0) return head === 0xa9 ? 0 : (head & 0x1f) + 1; // text, but for what may be __proto__
      if (head < 0xc4) return head === 0xc1 ? 0 : 1; // null, false, true
      if (head === 0xca || head === 0xcb) return (4 << (head - 0xca)) + 1; // floats
      if (head >= 0xcc && head < 0xd4) return (head & 0x03) === 0x03 ? 0 : (1 << (head & 0x03)) + 1; // integers
      return head >= 0xd4 && head < 0xd9 ? (1 << (head - 0xd4)) + 2 : 0; // extensions of fixed lengths
    });
  }

  protected item(depth: number): void {
    const head = this.unsigned(1);
    if (head < 0x90) this.inside((head & 0x0f) * 2, depth);
    else if (head < 0xa0) this.inside(head & 0x0f, depth);
    else if (head < 0xc0) this.text(head & 0x1f);
    else if (head === 0xc1) this.fail('the byte c1, which means nothing');
    else if (head < 0xc7)
      this.skip(this.unsigned(1 << (head - 0xc4))); // bytes
    else if (head < 0xca)
      this.skip(this.unsigned(1 << (head - 0xc7)) + 1); // extensions
    else if (head < 0xd9) this.integer(head === 0xd3);
    else if (head < 0xdc) this.text(this.unsigned(1 << (head - 0xd9)));
    else if (head < 0xde) this.inside(this.unsigned(2 << (head - 0xdc)), depth);
    else this.inside(this.unsigned(2 << (head - 0xde)) * 2, depth);
  }

  /** An integer of 64 bits; it was read as one without a sign. */
  private integer(signed: boolean): void {
    const value = this.unsigned(8);
    const isExact = value < 2 ** 53 || (signed && value > 2 ** 64 - 2 ** 53);
    if (!isExact) this.rare = true;
  }
}
