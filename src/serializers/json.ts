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
 *   that begins with NUL cannot be distinguished from that and is refused.
 * - bigint leaves as an integer literal, exactly. What comes in is read by `JSON.parse`: integers beyond 2^53 lose
 *   precision. Use `cbor()` or `msgpack()` for those.
 * - Dates and whatever has `toJSON()` leave as that says; undefined members are dropped, undefined in lists is null.
 * - What comes in is taken as tolerantly as others write it: text that begins with NUL and is no base64 stays text, and
 *   the words NaN and Infinity, which some peers write into JSON, are null.
 * - To send NaN, infinities, Map, Set, functions, symbols, typed arrays other than Uint8Array, circular structures or
 *   more than 1000 levels is a SerializationError that names the place; a frame with more levels is a ProtocolError.
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
    const value = parsed(text);
    if (mayBeDeep(text) && !isWithin(value, MAX_DEPTH)) throw new RangeError(`nested deeper than ${MAX_DEPTH} levels`);
    // native searches, the first for one character being the fastest: most messages have no escape at all
    return text.includes('\\') && text.includes('"\\u0000') ? revived(value) : value;
  } catch (error) {
    throw new ProtocolError(`A frame is not JSON: ${(error as Error).message}`, { cause: error });
  }
}

/** Words that are no JSON, and strings, in which they mean nothing. */
const WORDS = /"(?:[^"\\]|\\.)*"?|-?\b(?:NaN|Infinity)\b/gs;

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const mended = text.replace(WORDS, (found) => (found.startsWith('"') ? found : 'null'));
    if (mended === text) throw error;
    return JSON.parse(mended);
  }
}

/** Whether a text has room and brackets for more levels than there may be: all that most messages pay. */
function mayBeDeep(text: string): boolean {
  if (text.length <= 2 * MAX_DEPTH) return false;
  let brackets = 0;
  for (const bracket of ['[', '{']) {
    for (let at = text.indexOf(bracket); at >= 0; at = text.indexOf(bracket, at + 1)) {
      if (++brackets > MAX_DEPTH) return true;
    }
  }
  return false;
}

const isWithin = (value: unknown, levels: number): boolean =>
  typeof value !== 'object' ||
  value === null ||
  (levels >= 0 && Object.values(value).every((member) => isWithin(member, levels - 1)));

/** Turns text that is NUL and base64 into bytes, in place: that keeps a key `__proto__` the own property that it is. */
function revived(value: unknown): unknown {
  if (typeof value === 'string') return value.charCodeAt(0) === 0 ? bytesOrText(value) : value;
  if (typeof value === 'object' && value !== null) {
    const values = value as Record<string, unknown>;
    for (const key of Object.keys(values)) values[key] = revived(values[key]);
  }
  return value;
}

function bytesOrText(text: string): string | Uint8Array {
  try {
    return fromBase64(text.slice(1));
  } catch {
    return text;
  }
}
