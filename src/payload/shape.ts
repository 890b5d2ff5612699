import { ATTRIBUTES } from '../protocol/attributes.ts';
import { STRING, TEXT } from '../protocol/kinds.ts';
import { SerializationError } from '../protocol/errors.ts';
import { kindOf } from '../protocol/kind-of.ts';
import {
  CALL,
  ERROR,
  EVENT,
  INVOCATION,
  PUBLISH,
  RESULT,
  withPayload,
  YIELD,
  type MessageOf,
} from '../protocol/messages.ts';
import type { Args, Dict, List } from '../protocol/payload.ts';
import { utf8Encoder } from '../serializers/text.ts';
import { CRYPTOBOX, type EncodedPayload, type PayloadAttributes } from './codec.ts';

/**
 * How a packed payload stands in a message: `ppt`, the specification's (attributes `ppt_*`, a list of one binary), or
 * `enc`, Autobahn's and Crossbar.io's older one (`enc_*`, the binary in the place of the list).
 */
export type PayloadShape = 'ppt' | 'enc';

/** The attributes of a message, and their shape. */
export interface Mark extends PayloadAttributes {
  readonly shape: PayloadShape;
}

/** The messages that carry payloads from end to end. */
export type Carrier = MessageOf<8 | 16 | 36 | 48 | 50 | 68 | 70>;

const NAMES: Readonly<Record<PayloadShape, readonly (readonly [keyof PayloadAttributes, string])[]>> = {
  ppt: [
    ['scheme', 'ppt_scheme'],
    ['serializer', 'ppt_serializer'],
    ['cipher', 'ppt_cipher'],
    ['keyid', 'ppt_keyid'],
  ],
  enc: [
    ['scheme', 'enc_algo'],
    ['serializer', 'enc_serializer'],
    ['keyid', 'enc_key'],
  ],
};
const ALL = Object.values(NAMES).flatMap((names) => names.map(([, name]) => name));

/** The positions of the dictionary and of the payload in a message. */
const PLACES: Readonly<Record<Carrier[0], readonly [details: number, payload: number]>> = {
  [ERROR]: [3, 5],
  [PUBLISH]: [2, 4],
  [EVENT]: [3, 4],
  [CALL]: [2, 4],
  [RESULT]: [2, 3],
  [INVOCATION]: [3, 4],
  [YIELD]: [2, 3],
};

const detailsOf = (message: Carrier): Readonly<Dict> => message[PLACES[message[0]][0]] as Dict;

/** How a message says that its payload is packed, if it does. An attribute of the wrong type is as if it were absent. */
export function markOf(message: Carrier): Mark | undefined {
  const details = detailsOf(message);
  const shape = TEXT.test(details['ppt_scheme']) ? 'ppt' : TEXT.test(details['enc_algo']) ? 'enc' : undefined;
  if (shape === undefined) return undefined;
  const attributes = NAMES[shape].map(([key, name]) => [key, STRING.test(details[name]) ? details[name] : undefined]);
  return { shape, ...Object.fromEntries(attributes) } as Mark;
}

/** The payload of a message as a list and a dictionary. */
export function payloadOf(message: Carrier): { args: List; kwargs: Readonly<Dict> } {
  const at = PLACES[message[0]][1];
  const args = message[at] as Args | undefined;
  return {
    args: args instanceof Uint8Array ? [args] : (args ?? []),
    kwargs: (message[at + 1] as Dict | undefined) ?? {},
  };
}

/** Whether a message has no payload. */
export const isEmpty = (message: Carrier): boolean => {
  const { args, kwargs } = payloadOf(message);
  return args.length === 0 && Object.keys(kwargs).length === 0;
};

/** The one binary of a packed payload, in either shape. wampy.js writes JSON as text. */
export function binaryOf(message: Carrier, { serializer }: PayloadAttributes): Uint8Array | undefined {
  const { args, kwargs } = payloadOf(message);
  if (args.length !== 1 || Object.keys(kwargs).length > 0) return undefined;
  const [one] = args;
  if (typeof one === 'string' && serializer === 'json') return utf8Encoder.encode(one);
  return one instanceof Uint8Array ? one : undefined;
}

function rebuilt<T extends Carrier>(message: T, details: Dict, args?: Args, kwargs?: Readonly<Dict>): T {
  const [at, payload] = PLACES[message[0]];
  const head: unknown[] = message.slice(0, payload);
  head[at] = details;
  return withPayload<MessageOf<8>>(head, args, kwargs) as unknown as T;
}

/** The same message with another payload, its details as they were. */
export const withContents = <T extends Carrier>(message: T, args?: Args, kwargs?: Readonly<Dict>): T =>
  rebuilt(message, detailsOf(message), args, kwargs);

/** The same message without attributes of packing. */
export const unmarked = <T extends Carrier>(message: T, args?: Args, kwargs?: Readonly<Dict>): T =>
  rebuilt(message, withoutMarks(detailsOf(message)), args, kwargs);

const withoutMarks = (details: Readonly<Dict>): Dict =>
  Object.fromEntries(Object.entries(details).filter(([name]) => !ALL.includes(name)));

function marked(message: Carrier, shape: PayloadShape, attributes: PayloadAttributes): Dict {
  const { scheme, cipher } = attributes;
  // the receiver would not know that the payload is encrypted
  if (shape === 'enc' && cipher !== undefined && scheme !== CRYPTOBOX) {
    throw new SerializationError(`enc_algo ${JSON.stringify(scheme)} cannot say that the cipher is ${cipher}`);
  }
  const details = withoutMarks(detailsOf(message));
  for (const [key, name] of NAMES[shape]) {
    const value = attributes[key];
    if (value === undefined) continue;
    const kind = ATTRIBUTES[name];
    if (kind && !kind.test(value)) {
      throw new SerializationError(`${name} must be ${kind.expected}, got ${JSON.stringify(value)}`);
    }
    details[name] = value;
  }
  return details;
}

/**
 * The same message with a packed payload.
 *
 * @throws SerializationError for attributes that routers would refuse, and a payload that is no binary
 */
export function packed<T extends Carrier>(message: T, shape: PayloadShape, encoded: EncodedPayload): T {
  const { payload } = encoded;
  if (!(payload instanceof Uint8Array)) {
    throw new SerializationError(`A payload codec must return its payload as a Uint8Array, got ${kindOf(payload)}`);
  }
  return rebuilt(message, marked(message, shape, encoded), shape === 'enc' ? payload : [payload]);
}

/**
 * The same message with its payload as it is, and attributes that say so; undefined where the payload does not fit:
 * it must be one binary, but for `native`.
 */
export function asItIs<T extends Carrier>(
  message: T,
  shape: PayloadShape,
  attributes: PayloadAttributes,
): T | undefined {
  const { args, kwargs } = payloadOf(message);
  const binary = binaryOf(message, attributes);
  if (shape === 'ppt') {
    if (binary === undefined && attributes.serializer !== 'native') return undefined;
    return rebuilt(message, marked(message, shape, attributes), args, kwargs);
  }
  // the older attributes have no such serializer
  return binary && rebuilt(message, marked(message, shape, { ...attributes, serializer: undefined }), binary);
}
