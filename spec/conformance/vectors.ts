// The files of the specification's test suite, and how their words map to ours.
import { describeMessage, messageName, type Message } from '../../src/protocol/messages.ts';
import type { Dict } from '../../src/protocol/payload.ts';

/** One way to write a message: text, or bytes as hex or base64; several say the same. */
export interface Variant {
  readonly bytes?: string;
  readonly bytes_hex?: string;
  readonly bytes_base64?: string;
}

/** A message, its bytes by serializer, and what must be read from them. */
export interface SerializationSample {
  readonly description: string;
  readonly serializers: Readonly<Record<string, readonly Variant[]>>;
  readonly expected_attributes: Readonly<Dict>;
  /** Code by implementation; a message is handed to it as `msg`. */
  readonly validation?: Readonly<Record<string, readonly string[]>>;
}

/** A message that must be taken, or refused. */
export interface ValidationSample {
  readonly description: string;
  readonly wmsg: readonly unknown[];
  readonly expected_error?: { readonly type?: string; readonly contains?: string } | null;
}

/** A file of single messages. */
export interface MessageVector {
  readonly wamp_message_type: string;
  readonly wamp_message_code: number;
  readonly samples: readonly (SerializationSample | ValidationSample)[];
}

/** A file of messages between sessions and a router. */
export interface SequenceVector {
  readonly sessions: readonly { readonly session_id: string; readonly realm?: string; readonly roles?: string[] }[];
  readonly sequence: readonly {
    readonly step: number;
    readonly from: string;
    readonly to: string;
    readonly message: Readonly<Dict>;
  }[];
  readonly expected_outcome?: Readonly<Dict>;
}

/** A file as it was read. */
export interface VectorFile {
  readonly path: string;
  readonly content: unknown;
}

/** What was looked at, and what was wrong with it, if anything. */
export interface Check {
  readonly path: string;
  readonly sample: string;
  readonly serializer: string;
  readonly what: string;
  /** Absent where all is well. */
  readonly problem?: string;
  /** The serializer is none of ours: nothing was looked at. */
  readonly unsupported?: true;
}

const isObject = (value: unknown): value is Dict =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array);

export const isMessageVector = (content: unknown): content is MessageVector =>
  isObject(content) && Array.isArray(content['samples']);
export const isSequenceVector = (content: unknown): content is SequenceVector =>
  isObject(content) && Array.isArray(content['sessions']) && Array.isArray(content['sequence']);
export const isSerialization = (sample: SerializationSample | ValidationSample): sample is SerializationSample =>
  'serializers' in sample;

/** Whether two values are the same on the wire: bytes by their content, dictionaries whatever the order of their keys. */
export function same(a: unknown, b: unknown): boolean {
  if (a instanceof Uint8Array || b instanceof Uint8Array) {
    return a instanceof Uint8Array && b instanceof Uint8Array && hexOf(a) === hexOf(b);
  }
  if (Array.isArray(a) || Array.isArray(b)) {
    return Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((item, i) => same(item, b[i]));
  }
  if (!isObject(a) || !isObject(b)) return Object.is(a, b);
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && same(a[key], b[key]));
}

/** A value for reports. */
export const shown = (value: unknown): string =>
  value === undefined
    ? 'nothing'
    : JSON.stringify(value, (_, v: unknown) =>
        v instanceof Uint8Array ? `bytes ${hexOf(v)}` : typeof v === 'bigint' ? `${v}n` : v,
      );

export const hexOf = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');

export const bytesOf = (hex: string): Uint8Array =>
  Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));

/** The bytes of a variant, by each of the ways in which it gives them. */
export function variantBytes({ bytes, bytes_hex: hex, bytes_base64: base64 }: Variant): Uint8Array[] {
  return [
    ...(bytes === undefined ? [] : [new TextEncoder().encode(bytes)]),
    ...(hex === undefined ? [] : [bytesOf(hex)]),
    ...(base64 === undefined ? [] : [Uint8Array.from(atob(base64), (char) => char.charCodeAt(0))]),
  ];
}

/** The suite's names for fields of messages, where they are not ours. */
const OURS: Readonly<Record<string, string>> = {
  message_type: 'type',
  request_id: 'request',
  session_id: 'session',
  subscription_id: 'subscription',
  publication_id: 'publication',
  registration_id: 'registration',
  request_type: 'requestType',
};

const NONE = Symbol('no such attribute');

/** An attribute of a message by the suite's name: a field, or else a key of its dictionary. */
function attribute(message: Message, name: string): unknown {
  const fields = describeMessage(message);
  const args = fields['args'];
  const opaque = args instanceof Uint8Array;
  switch (name) {
    case 'payload':
      return opaque ? hexOf(args) : null;
    case 'args':
      return opaque ? [] : (args ?? []);
    case 'kwargs':
      return fields['kwargs'] ?? {};
    default: {
      const field = OURS[name] ?? name;
      if (Object.hasOwn(fields, field)) return fields[field];
      const dictionary = fields['details'] ?? fields['options'];
      return isObject(dictionary) && Object.hasOwn(dictionary, name) ? dictionary[name] : NONE;
    }
  }
}

/** What is absent may be written as null, and empty. */
const EMPTY: Readonly<Record<string, unknown>> = { args: [], kwargs: {} };

/** The attributes of a message that are not as expected, in words. */
export function wrongAttributes(message: Message, expected: Readonly<Dict>): string[] {
  return Object.entries(expected).flatMap(([name, value]) => {
    const actual = attribute(message, name);
    if (same(actual, value ?? EMPTY[name] ?? null)) return [];
    const what = actual === NONE ? 'there is none' : `it is ${shown(actual)}`;
    return [`${name} of ${messageName(message[0])} must be ${shown(value)}, ${what}`];
  });
}
