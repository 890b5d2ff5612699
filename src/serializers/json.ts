import { fromBase64 } from '#base64';
import { ProtocolError, SerializationError } from '../protocol/errors.ts';
import { messageOf } from '../protocol/thrown.ts';
import type { Serializer } from './serializer.ts';
import { utf8Decoder } from './text.ts';
import { MAX_DEPTH, writeMessage } from './values.ts';

/**
 * JSON, the serializer that every router speaks (WAMP, section "Serializations").
 *
 * - `Uint8Array` and `ArrayBuffer` travel as text: NUL, then base64 ("Binary conversion of JSON strings"). Real text
 *   that begins with NUL cannot be told from that and is refused.
 * - bigint leaves as an integer literal, exactly. What comes in is read by `JSON.parse`: integers beyond 2^53 lose
 *   precision. Use `cbor()` or `msgpack()` for those.
 * - Dates and whatever has `toJSON()` leave as that says; undefined members are dropped, undefined in lists is null.
 * - NaN, infinities, Map, Set, functions, symbols, typed arrays other than Uint8Array, circular structures and nesting
 *   beyond 1000 levels are a SerializationError that names the place.
 */
export function json(): Serializer {
  return { id: 'json', subprotocol: 'wamp.2.json', binary: false, encode, decode };
}

function encode(message: readonly unknown[]): string {
  try {
    return isPlain(message, 0) ? JSON.stringify(message) : writeMessage(message);
  } catch (error) {
    // what else throws is the application's own toJSON() or getter
    throw error instanceof SerializationError ? error : new SerializationError(messageOf(error), { cause: error });
  }
}

/**
 * Whether JSON.stringify writes this list or object as we want it. A look at every value costs a tenth of what a
 * replacer function does; the two loops are one written twice, because a call per value costs as much as the look.
 */
function isPlain(value: object, depth: number): boolean {
  if (depth > MAX_DEPTH) return false;
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) {
      const item: unknown = value[i];
      if (typeof item === 'number') {
        if (item - item !== 0) return false; // NaN or infinite
      } else if (typeof item === 'string') {
        if (item.charCodeAt(0) === 0) return false;
      } else if (typeof item === 'object') {
        if (item !== null && !isPlain(item, depth + 1)) return false;
      } else if (typeof item !== 'boolean' && item !== undefined) return false;
    }
    return true;
  }
  if (value.constructor !== Object) {
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype !== Object.prototype && prototype !== Date.prototype && prototype !== null) return false;
  }
  for (const key in value) {
    const item = (value as Record<string, unknown>)[key];
    if (typeof item === 'number') {
      if (item - item !== 0) return false;
    } else if (typeof item === 'string') {
      if (item.charCodeAt(0) === 0) return false;
    } else if (typeof item === 'object') {
      if (item !== null && !isPlain(item, depth + 1)) return false;
    } else if (typeof item !== 'boolean' && item !== undefined) return false;
  }
  return true;
}

function decode(data: string | Uint8Array): unknown {
  const text = typeof data === 'string' ? data : utf8Decoder.decode(data);
  try {
    const value: unknown = JSON.parse(text);
    // native searches, the first for one character being the fastest: most messages have no escape at all
    return text.includes('\\') && text.includes('"\\u0000') ? revived(value) : value;
  } catch (error) {
    throw new ProtocolError(`A frame is not JSON: ${(error as Error).message}`, { cause: error });
  }
}

/** Turns text that begins with NUL into bytes, in place: that keeps a key `__proto__` the own property that it is. */
function revived(value: unknown): unknown {
  if (typeof value === 'string') return value.charCodeAt(0) === 0 ? fromBase64(value.slice(1)) : value;
  if (typeof value === 'object' && value !== null) {
    const values = value as Record<string, unknown>;
    for (const key of Object.keys(values)) values[key] = revived(values[key]);
  }
  return value;
}
