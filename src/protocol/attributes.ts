import { isId } from './ids.ts';
import { kindOf } from './errors.ts';

/** What a value must be: words for error messages, and a test. */
export interface Kind {
  readonly expected: string;
  readonly test: (value: unknown) => boolean;
  /** Whether errors must not show a wrong value. */
  readonly secret?: boolean;
}

/** Whether a value is a dictionary: an object that is neither a list nor binary nor null. */
export const isDict = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array);

/** Makes a kind of value. */
export const kind = (expected: string, test: Kind['test']): Kind => ({ expected, test });
const isText = (value: unknown): value is string => typeof value === 'string';
const isNumber = (value: unknown): value is number => typeof value === 'number' && value >= 0;

export const BOOL = kind('a boolean', (v) => typeof v === 'boolean');
export const STRING = kind('a string', isText);
export const TEXT = kind('a non-empty string', (v) => isText(v) && v !== '');
export const REALM = kind('a string or null', (v) => v === null || isText(v));
export const ID = kind('an id (an integer from 1 to 2^53)', isId);
export const COUNT = kind('an integer from 0', (v) => isNumber(v) && Number.isInteger(v));
export const NUMBER = kind('a number from 0', isNumber);
export const DICT = kind('an object', isDict);
export const LIST = kind('a list', Array.isArray);
export const FUNCTION = kind('a function', (v) => typeof v === 'function');
export const ANYTHING = kind('anything', () => true);

/** Makes a kind of list. */
export const listOf = (what: string, test: Kind['test']): Kind =>
  kind(`a list of ${what}`, (v) => Array.isArray(v) && v.every(test));
/** Names between bars; a pattern may stand among them. */
const oneOf = (names: string): Kind => {
  const pattern = RegExp(`^(${names})$`);
  return kind(`one of ${names}`, (v) => isText(v) && pattern.test(v));
};

/**
 * The one table of attributes: every key of every Details and Options dictionary that WAMP or a known implementation
 * defines, by its name on the wire, under what its value must be.
 */
const TABLE: readonly (readonly [Kind, string])[] = [
  [
    BOOL,
    'acknowledge disclose_caller disclose_me exclude_me force_reregister forward_timeout get_retained progress ' +
      'receive_progress resumable resumed retain retained x_acknowledged_delivery',
  ],
  [
    STRING,
    'agent authid authmethod authprovider authrole callee_authid callee_authrole caller_authid caller_authrole ' +
      'enc_key message nkey ppt_cipher ppt_keyid ppt_serializer procedure publisher_authid publisher_authrole realm ' +
      'reason resume_token rkey runmode scram topic transaction_hash',
  ],
  [TEXT, 'ppt_scheme'],
  [ID, 'callee caller publisher registration subscription'],
  [COUNT, 'timeout trustlevel'],
  [kind('an integer above 0', (v) => COUNT.test(v) && v !== 0), 'concurrency'],
  [DICT, 'authextra roles'],
  [listOf('ids', isId), 'eligible exclude'],
  [listOf('strings', isText), 'authmethods eligible_authid eligible_authrole exclude_authid exclude_authrole'],
  [
    listOf(
      '{ session, authid, authrole }',
      (v) => isDict(v) && isId(v['session']) && isText(v['authid']) && isText(v['authrole']),
    ),
    'forward_for',
  ],
  [oneOf('exact|prefix|wildcard'), 'match'],
  [oneOf('single|first|last|roundrobin|random'), 'invoke'],
  [oneOf('skip|kill|killnowait'), 'mode'],
  [oneOf('cryptobox|mqtt|xbr|x_.+'), 'enc_algo'],
  [oneOf('json|msgpack|cbor|ubjson|flatbuffers|x_.+'), 'enc_serializer'],
];

/** Attributes by their names on the wire: what each must be. Has no prototype, so that every other name is unknown. */
export const ATTRIBUTES: Readonly<Record<string, Kind | undefined>> = {
  __proto__: null as never,
  ...Object.fromEntries(TABLE.flatMap(([kind, names]) => names.split(' ').map((name) => [name, kind] as const))),
};

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

/** The error for a value that is not what it must be: says of `what` asked for it, its name, and what it was. */
export const mistaken = (what: string, name: string, expected: string, value: unknown, secret = false): TypeError =>
  new TypeError(`${what}: ${name} must be ${expected}, got ${kindOf(value, secret)}`);

/** A value in an error text by its type alone, where the value may be a secret. */
export const typeOf = (value: unknown): string => kindOf(value, true);

/** The same table for options that may hold secrets: errors show the type of a wrong value, and not the value. */
export const discreetly = <T extends Readonly<Record<string, Kind>>>(table: T): T =>
  Object.fromEntries(Object.entries(table).map(([name, each]) => [name, { ...each, secret: true }])) as T;

/** What is known of some options: by name, what each must be. */
export type OptionTable = Readonly<Record<string, Kind | undefined>>;

/**
 * Checks options against a table and returns the names of those that are given. Attributes outside the standard pass
 * where `privates` allows them. `what` they are options of is asked for in an error only.
 *
 * @throws TypeError that names the option, what it must be and what it was
 */
export function checkOptions(what: () => string, table: OptionTable, options: unknown, privates = false): string[] {
  if (!isDict(options)) throw mistaken(what(), 'options', 'an object', options);
  const given: string[] = [];
  for (const name of Object.keys(options)) {
    const value = options[name];
    if (value === undefined) continue;
    // `__proto__` would pass as an attribute outside the standard, and then be set
    const kind = Object.hasOwn(table, name)
      ? table[name]
      : privates && isPrivate(name) && name !== '__proto__'
        ? ANYTHING
        : undefined;
    if (!kind) throw new TypeError(`${what()}: unknown option '${name}'; known are ${Object.keys(table).join(', ')}`);
    if (!kind.test(value)) throw mistaken(what(), name, kind.expected, value, kind.secret);
    given.push(name);
  }
  return given;
}
