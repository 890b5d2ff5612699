// The bare codecs as a careful program without a library would use them, for the router and for `raw`.
import { createRequire } from 'node:module';
import { asText } from './payloads.mjs';

// the packages that the library stands on
const require = createRequire(import.meta.url);
const LARGE = 2 ** 32;
const large = (value) => Number.isInteger(value) && (value >= LARGE || value < -LARGE / 2);

/** Both packages write such integers as floats, which routers refuse as ids: as bigint they stay integers. */
function widen(value) {
  if (typeof value === 'number') return large(value) ? BigInt(value) : value;
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value;
  // copied where there is something to change only
  let copy;
  for (const key in value) {
    const member = value[key];
    if (typeof member === 'string') continue;
    const wide = widen(member);
    if (wide !== member) (copy ??= Array.isArray(value) ? value.slice() : { ...value })[key] = wide;
  }
  return copy ?? value;
}

/** As {@link widen}, for what is mostly a list of numbers. */
function widenList(list) {
  for (let i = 0; i < list.length; i++) {
    const item = list[i];
    if (typeof item === 'string' || (typeof item === 'number' && !large(item))) continue;
    const wide = Array.isArray(item) ? widenList(item) : widen(item);
    if (wide === item) continue;
    list = list.slice();
    list[i] = wide;
  }
  return list;
}

const safe = (value) => (value <= Number.MAX_SAFE_INTEGER && value >= Number.MIN_SAFE_INTEGER ? Number(value) : value);

/** Turns the bigints of a decoded value that fit into numbers, in place. */
function narrow(value) {
  if (typeof value === 'bigint') return safe(value);
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value;
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) {
      const item = value[i];
      if (typeof item !== 'number' && typeof item !== 'string') value[i] = narrow(item);
    }
  } else for (const key in value) if (typeof value[key] !== 'string') value[key] = narrow(value[key]);
  return value;
}

const MAKERS = {
  json(binary) {
    const revive = (message) => {
      const args = message.at(-1);
      if (Array.isArray(args) && args[0]?.[0] === '\0')
        args[0] = new Uint8Array(Buffer.from(args[0].slice(1), 'base64'));
      return message;
    };
    return {
      // a program knows where its bytes stand and looks nowhere else
      encode: binary
        ? (message) =>
            JSON.stringify(Array.isArray(message.at(-1)) ? message.with(-1, asText(message.at(-1))) : message)
        : JSON.stringify,
      decode: binary ? (data) => revive(JSON.parse(data.toString())) : (data) => JSON.parse(data.toString()),
    };
  },
  cbor() {
    const { Encoder } = require('cbor-x');
    const codec = new Encoder({
      useRecords: false,
      mapsAsObjects: true,
      tagUint8Array: false,
      useTag259ForMaps: false,
      variableMapSize: true,
    });
    return { encode: (message) => codec.encode(widenList(message)), decode: (data) => narrow(codec.decode(data)) };
  },
  msgpack() {
    const { Decoder, Encoder } = require('@msgpack/msgpack');
    const encoder = new Encoder({ useBigInt64: true });
    const decoder = new Decoder({ useBigInt64: true });
    return { encode: (message) => encoder.encode(widenList(message)), decode: (data) => narrow(decoder.decode(data)) };
  },
};

/** Encode and decode of one serializer; `binary` where payloads hold bytes. */
export const codec = (serializer, binary = false) => MAKERS[serializer](binary);
