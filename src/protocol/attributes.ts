import { isId } from './ids.ts';
import { kindOf } from './errors.ts';

/** What a value must be: words for error messages, and a test. */
export interface Kind {
  readonly expected: string;
  readonly test: (value: unknown) => boolean;
}

/** Whether a value is a dictionary: an object that is neither a list nor binary nor null. */
export const isDict = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array);

const isNumber = (value: unknown, least: number): boolean => typeof value === 'number' && value >= least;
const listOf =
  (test: Kind['test']): Kind['test'] =>
  (value) =>
    Array.isArray(value) && value.every(test);
const oneOf = (names: string): Kind => ({
  expected: `one of ${names.replaceAll(' ', ', ')}`,
  test: (value) => typeof value === 'string' && names.split(' ').includes(value),
});

export const BOOL: Kind = { expected: 'a boolean', test: (v) => typeof v === 'boolean' };
export const STRING: Kind = { expected: 'a string', test: (v) => typeof v === 'string' };
export const TEXT: Kind = { expected: 'a non-empty string', test: (v) => STRING.test(v) && v !== '' };
export const ID: Kind = { expected: 'an id (an integer from 1 to 2^53)', test: isId };
export const COUNT: Kind = { expected: 'an integer from 0', test: (v) => Number.isInteger(v) && isNumber(v, 0) };
export const NUMBER: Kind = { expected: 'a number from 0', test: (v) => isNumber(v, 0) };
export const DICT: Kind = { expected: 'an object', test: isDict };
export const LIST: Kind = { expected: 'a list', test: Array.isArray };
export const FUNCTION: Kind = { expected: 'a function', test: (v) => typeof v === 'function' };
export const ANYTHING: Kind = { expected: 'anything', test: () => true };

/**
 * The one table of attributes: every key of every Details and Options dictionary that WAMP or a known implementation
 * defines, by its name on the wire, under what its value must be.
 */
const TABLE: readonly (readonly [Kind, string])[] = [
  [
    BOOL,
    'acknowledge disclose_caller disclose_me exclude_me force_reregister forward_timeout get_retained progress ' +
      'receive_progress retain retained x_acknowledged_delivery',
  ],
  [
    STRING,
    'agent authid authmethod authprovider authrole callee_authid callee_authrole caller_authid caller_authrole ' +
      'enc_key message nkey ppt_cipher ppt_keyid ppt_serializer procedure publisher_authid publisher_authrole realm ' +
      'reason rkey runmode topic transaction_hash',
  ],
  [TEXT, 'ppt_scheme'],
  [ID, 'callee caller publisher registration subscription'],
  [COUNT, 'timeout trustlevel'],
  [{ expected: 'an integer above 0', test: (v) => COUNT.test(v) && v !== 0 }, 'concurrency'],
  [DICT, 'authextra roles'],
  [{ expected: 'a list of ids', test: listOf(isId) }, 'eligible exclude'],
  [
    { expected: 'a list of strings', test: listOf(STRING.test) },
    'authmethods eligible_authid eligible_authrole exclude_authid exclude_authrole',
  ],
  [
    {
      expected: 'a list of { session, authid, authrole }',
      test: listOf((v) => isDict(v) && isId(v['session']) && STRING.test(v['authid']) && STRING.test(v['authrole'])),
    },
    'forward_for',
  ],
  [oneOf('exact prefix wildcard'), 'match'],
  [oneOf('single first last roundrobin random'), 'invoke'],
  [oneOf('skip kill killnowait'), 'mode'],
  [{ expected: 'cryptobox, mqtt, xbr or x_…', test: (v) => matches(v, /^(cryptobox|mqtt|xbr|x_.+)$/) }, 'enc_algo'],
  [
    { expected: 'a serializer', test: (v) => matches(v, /^(json|msgpack|cbor|ubjson|flatbuffers|x_.+)$/) },
    'enc_serializer',
  ],
];

const matches = (value: unknown, pattern: RegExp): boolean => typeof value === 'string' && pattern.test(value);

/** Attributes by their names on the wire: what each must be. Has no prototype, so that every other name is unknown. */
export const ATTRIBUTES: Readonly<Record<string, Kind | undefined>> = Object.assign(
  Object.create(null) as Record<string, Kind>,
  ...TABLE.map(([kind, names]) => Object.fromEntries(names.split(' ').map((name) => [name, kind]))),
) as Record<string, Kind>;

/** The wire's name for a camelCase name: `excludeMe` → `exclude_me`. Names of the wire pass unchanged. */
export const toWire = (name: string): string => name.replace(/[A-Z]/g, (c) => `_${c.toLowerCase()}`);

/** The camelCase name for a name of the wire: `exclude_me` → `excludeMe`; `x_…` and `_…` pass unchanged. */
export const fromWire = (name: string): string =>
  isPrivate(name) ? name : name.replace(/_([a-z])/g, (_, c: string) => c.toUpperCase());

/** Whether a key is outside the standard: `x_something` or `_something` travels through as it is. */
export const isPrivate = (name: string): boolean => /^(x_|_)[\da-z_]+$/.test(name) && !(name in ATTRIBUTES);

/** A dictionary of the wire with camelCase keys, as the application sees it. Nested values stay as they are. */
export const camelised = (dict: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  // fromEntries defines a key `__proto__`, where an assignment would change the prototype
  Object.fromEntries(Object.entries(dict).map(([key, value]) => [fromWire(key), value]));

/** What is known of some options: by name, what each must be. */
export type OptionTable = Readonly<Record<string, Kind | undefined>>;

/**
 * Checks options against a table and returns those that are given. Attributes outside the standard pass where
 * `privates` allows them.
 *
 * @throws TypeError that names the option, what it must be and what it was
 */
export function checkOptions(
  what: string,
  table: OptionTable,
  options: unknown,
  privates = false,
): [string, unknown][] {
  if (!isDict(options)) throw new TypeError(`${what}: options must be an object, got ${kindOf(options)}`);
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  for (const [name, value] of given) {
    const kind = Object.hasOwn(table, name) ? table[name] : privates && isPrivate(name) ? ANYTHING : undefined;
    if (!kind) throw new TypeError(`${what}: unknown option '${name}'${suggestion(name, Object.keys(table))}`);
    if (!kind.test(value)) throw new TypeError(`${what}: ${name} must be ${kind.expected}, got ${kindOf(value)}`);
  }
  return given;
}

/** `retained` → `; did you mean 'getRetained'?`: a name that differs in case, in `_` or by a part. */
function suggestion(name: string, known: readonly string[]): string {
  const plain = (s: string): string => s.toLowerCase().replaceAll('_', '');
  const near = known.find((other) => plain(other).includes(plain(name)) || plain(name).includes(plain(other)));
  return near === undefined ? `; known are ${known.join(', ')}` : `; did you mean '${near}'?`;
}
