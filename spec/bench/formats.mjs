// How a message begins in each serializer: enough to find its code and its id without decoding it.

const COMMA = 0x2c;

/** Bytes that an integer takes, by its first byte. */
const cborSize = (byte) => ((byte & 0x1f) < 24 ? 1 : 1 + 2 ** ((byte & 0x1f) - 24));
const MSGPACK_SIZES = { 0xcc: 2, 0xcd: 3, 0xce: 5, 0xcf: 9, 0xcb: 9, 0xca: 5, 0xd0: 2, 0xd1: 3, 0xd2: 5, 0xd3: 9 };
const msgpackSize = (byte) => MSGPACK_SIZES[byte] ?? 1;

/** An id on its own. */
function cborId(value) {
  if (value < 24) return Buffer.from([value]);
  const out = Buffer.alloc(value < 2 ** 32 ? 5 : 9);
  if (value < 2 ** 32) {
    out[0] = 0x1a;
    out.writeUInt32BE(value, 1);
  } else {
    out[0] = 0x1b;
    out.writeBigUInt64BE(BigInt(value), 1);
  }
  return out;
}

function msgpackId(value) {
  const out = cborId(value);
  if (value < 128) return Buffer.from([value]);
  out[0] = value < 2 ** 32 ? 0xce : 0xcf;
  return out;
}

function binary(list, sizeOf, id) {
  return {
    id,
    head(bytes) {
      const first = bytes[1] === 0x18 && list === 0x80 ? 2 : 1;
      const start = first + 1;
      return { code: bytes[first], start, end: start + sizeOf(bytes[start]) };
    },
    template: (code, rest, encode) => ({
      before: Buffer.concat([Buffer.from([list | (2 + rest.length)]), encode(code)]),
      behind: Buffer.concat(rest.map(encode)),
    }),
  };
}

export const FORMATS = {
  json: {
    id: (value) => Buffer.from(String(value)),
    head(bytes) {
      const start = bytes.indexOf(COMMA) + 1;
      let code = 0;
      for (let i = 1; i < start - 1; i++) code = code * 10 + bytes[i] - 0x30;
      return { code, start, end: bytes.indexOf(COMMA, start) };
    },
    template: (code, rest) => ({
      before: Buffer.from(`[${code},`),
      behind: Buffer.from(`${rest.map((value) => `,${JSON.stringify(value)}`).join('')}]`),
    }),
  },
  cbor: binary(0x80, cborSize, cborId),
  msgpack: binary(0x90, msgpackSize, msgpackId),
};
