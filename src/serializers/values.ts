import { toBase64 } from '#base64';
import { SerializationError } from '../protocol/errors.ts';
import { seeGuide } from '../protocol/guide.ts';

/** How deep lists and dictionaries may be nested, both ways: enough for data, too little to exhaust the stack. */
export const MAX_DEPTH = 1000;

/** What {@link standIn} answers for an object that no serializer can write. */
export const REFUSED: unique symbol = Symbol();

const tagOf = (value: unknown): string => Object.prototype.toString.call(value).slice(8, -1);

/**
 * What is written in place of an object that is neither a list nor a plain dictionary: its bytes, what its toJSON()
 * returns, or (an instance of a class) the object itself, for its own members. By tag, not instanceof: the object may
 * come from another window or sandbox.
 */
export function standIn(value: object, key: string): unknown {
  const tag = tagOf(value);
  if (tag === 'Uint8Array') return value;
  if (tag === 'ArrayBuffer') return new Uint8Array(value as ArrayBuffer);
  const { toJSON } = value as { toJSON?: (key: string) => unknown };
  if (typeof toJSON === 'function') return toJSON.call(value, key);
  return tag === 'Object' ? value : REFUSED;
}

/** Whether an integer beyond 2^53 fits the 64 bits that all three encodings have for it. */
export const fits64 = (value: bigint): boolean => value >= -(1n << 63n) && value < 1n << 64n;

/**
 * Writes a message as JSON value by value, for what JSON.stringify cannot write or would write wrongly: binary,
 * bigint, NaN, a Map … Slow, and therefore only where the fast way gave up.
 *
 * @param nul whether a text may begin with NUL, which in JSON marks binary
 * @throws SerializationError that names the place (`args[0].when`) and what stands there
 */
export function writeMessage(message: readonly unknown[], nul = false): string {
  // the only list in a message is args, and kwargs comes behind it
  const name = (i: number): string =>
    Array.isArray(message[i]) ? 'args' : Array.isArray(message[i - 1]) ? 'kwargs' : 'options';
  return `[${Array.from(message, (field, i) => write(field, name(i), '', 1, nul)).join()}]`;
}

function write(value: unknown, path: string, key: string, depth: number, nul: boolean): string {
  if (typeof value === 'object' && value !== null) return writeObject(value, path, key, depth, nul);
  if (typeof value === 'bigint') return fits64(value) ? String(value) : refuse(path, 'an integer beyond 64 bits');
  if (typeof value === 'function' || typeof value === 'symbol') refuse(path, tagOf(value));
  if (typeof value === 'number' && !Number.isFinite(value)) refuse(path, value);
  if (typeof value === 'string' && !nul && value.startsWith('\0')) refuse(path, 'text that begins with NUL');
  return JSON.stringify(value ?? null);
}

function writeObject(value: object, path: string, key: string, depth: number, nul: boolean): string {
  if (depth > MAX_DEPTH) refuse(path.slice(0, 60), 'a circular structure or one so deep');
  if (Array.isArray(value)) {
    return `[${Array.from(value, (item, i) => write(item, `${path}[${i}]`, String(i), depth + 1, nul)).join()}]`;
  }
  const written = standIn(value, key);
  if (written === REFUSED) refuse(path, tagOf(value));
  if (written !== value) return write(written, path, key, depth + 1, nul);
  if (ArrayBuffer.isView(value)) return `"\\u0000${toBase64(value as Uint8Array)}"`;
  const members: string[] = [];
  for (const [name, member] of Object.entries(value)) {
    if (member !== undefined) {
      members.push(`${JSON.stringify(name)}:${write(member, `${path}.${name}`, name, depth + 1, nul)}`);
    }
  }
  return `{${members.join()}}`;
}

function refuse(path: string, what: unknown): never {
  throw new SerializationError(`${path}: cannot send ${String(what)}; convert it${seeGuide('cannot-send')}`);
}
