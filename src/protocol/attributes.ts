import { isId } from './ids.ts';

/** What a value must be: a phrase for error messages and a test. */
export interface Kind {
  readonly expected: string;
  readonly test: (value: unknown) => boolean;
}

const kind = (expected: string, test: (value: unknown) => boolean): Kind => ({ expected, test });
const listOf = (item: Kind): Kind =>
  kind(`a list, each item ${item.expected}`, (v) => Array.isArray(v) && v.every(item.test));
const oneOf = (...names: string[]): Kind =>
  kind(`one of ${names.map((n) => `'${n}'`).join(', ')}`, (v) => names.includes(v as string));

/** Whether a value is a dictionary: an object that is neither a list nor binary nor null. */
export const isDict = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array);

export const BOOL: Kind = kind('a boolean', (v) => typeof v === 'boolean');
export const STRING: Kind = kind('a string', (v) => typeof v === 'string');
export const TEXT: Kind = kind('a non-empty string', (v) => typeof v === 'string' && v !== '');
export const ID: Kind = kind('an id (an integer from 1 to 2^53)', isId);
export const COUNT: Kind = kind('a non-negative integer', (v) => Number.isInteger(v) && (v as number) >= 0);
export const MILLISECONDS: Kind = kind('milliseconds (zero or more)', (v) => typeof v === 'number' && v >= 0);
export const DICT: Kind = kind('a dictionary', isDict);
export const LIST: Kind = kind('a list', Array.isArray);
export const FUNCTION: Kind = kind('a function', (v) => typeof v === 'function');
export const ANYTHING: Kind = kind('anything', () => true);
const STRINGS = listOf(STRING);
const IDS = listOf(ID);

/**
 * The one table of attributes: every key of every Details and Options dictionary that WAMP or a known implementation
 * defines, by its name on the wire, with what its value must be. A key has one meaning wherever it stands.
 */
export const ATTRIBUTES = {
  acknowledge: BOOL,
  agent: STRING,
  authextra: DICT,
  authid: STRING,
  authmethod: STRING,
  authmethods: STRINGS,
  authprovider: STRING,
  authrole: STRING,
  callee: ID,
  callee_authid: STRING,
  callee_authrole: STRING,
  caller: ID,
  caller_authid: STRING,
  caller_authrole: STRING,
  concurrency: kind('an integer above 0', (v) => Number.isInteger(v) && (v as number) > 0),
  disclose_caller: BOOL,
  disclose_me: BOOL,
  eligible: IDS,
  eligible_authid: STRINGS,
  eligible_authrole: STRINGS,
  enc_algo: kind("'cryptobox', 'mqtt', 'xbr' or 'x_…'", (v) => typeof v === 'string' && /^(cryptobox|mqtt|xbr|x_.+)$/.test(v)),
  enc_key: STRING,
  enc_serializer: kind('a serializer name', (v) => typeof v === 'string' && /^(json|msgpack|cbor|ubjson|flatbuffers|x_.+)$/.test(v)),
  exclude: IDS,
  exclude_authid: STRINGS,
  exclude_authrole: STRINGS,
  exclude_me: BOOL,
  force_reregister: BOOL,
  forward_for: kind(
    'a list of { session, authid, authrole }',
    (v) =>
      Array.isArray(v) &&
      v.every((hop) => isDict(hop) && isId(hop['session']) && STRING.test(hop['authid']) && STRING.test(hop['authrole'])),
  ),
  forward_timeout: BOOL,
  get_retained: BOOL,
  invoke: oneOf('single', 'first', 'last', 'roundrobin', 'random'),
  match: oneOf('exact', 'prefix', 'wildcard'),
  message: STRING,
  mode: oneOf('skip', 'kill', 'killnowait'),
  nkey: STRING,
  ppt_cipher: STRING,
  ppt_keyid: STRING,
  ppt_scheme: TEXT,
  ppt_serializer: STRING,
  procedure: STRING,
  progress: BOOL,
  publisher: ID,
  publisher_authid: STRING,
  publisher_authrole: STRING,
  realm: STRING,
  reason: STRING,
  receive_progress: BOOL,
  registration: ID,
  retain: BOOL,
  retained: BOOL,
  rkey: STRING,
  roles: DICT,
  runmode: STRING,
  subscription: ID,
  timeout: COUNT,
  topic: STRING,
  transaction_hash: STRING,
  trustlevel: COUNT,
  x_acknowledged_delivery: BOOL,
} as const satisfies Record<string, Kind>;

/** The name of an attribute on the wire. */
export type Attribute = keyof typeof ATTRIBUTES;

/** Attributes to look at in one dictionary: wire name → what it must be. */
export type AttributeTable = Readonly<Record<string, Kind | undefined>>;

const cache = new Map<string, string>();

/** The wire's name for a camelCase name: `excludeMe` → `exclude_me`. Names of the wire pass unchanged. */
export const toWire = (name: string): string => name.replace(/[A-Z]/g, (c) => `_${c.toLowerCase()}`);

/** The camelCase name for a name of the wire: `exclude_me` → `excludeMe`; `x_…` and `_…` pass unchanged. */
export function fromWire(name: string): string {
  let camel = cache.get(name);
  if (camel === undefined) {
    camel = isPrivate(name) ? name : name.replace(/_([a-z])/g, (_, c: string) => c.toUpperCase());
    // a router could send ever new keys: remember those of the table alone
    if (name in ATTRIBUTES) cache.set(name, camel);
  }
  return camel;
}

/** Whether a key is outside the standard: `x_something` or `_something` travels through as it is. */
export const isPrivate = (name: string): boolean =>
  /^(x_|_)[\da-z_]+$/.test(name) && name !== 'x_acknowledged_delivery';

/** A dictionary of the wire with camelCase keys, as the application sees it. Nested values stay as they are. */
export function camelised(dict: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  for (const key of Object.keys(dict)) {
    const name = fromWire(key);
    if (name === '__proto__') Object.defineProperty(out, name, { value: dict[key], enumerable: true });
    else out[name] = dict[key];
  }
  return out;
}
