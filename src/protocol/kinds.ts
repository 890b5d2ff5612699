import { seeGuide } from './guide.ts';
import { isId } from './ids.ts';
import { kindOf } from './kind-of.ts';
import { isPrivate } from './names.ts';

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
export const POSITIVE = kind('an integer above 0', (v) => COUNT.test(v) && v !== 0);
export const NUMBER = kind('a number from 0', isNumber);
export const DICT = kind('an object', isDict);
export const LIST = kind('a list', Array.isArray);
export const FUNCTION = kind('a function', (v) => typeof v === 'function');
export const ANYTHING = kind('anything', () => true);

/** Makes a kind of list. */
export const listOf = (what: string, test: Kind['test']): Kind =>
  kind(`a list of ${what}`, (v) => Array.isArray(v) && v.every(test));
/** The way of a message that was forwarded from router to router. */
export const HOPS = listOf(
  '{ session, authid, authrole }',
  (v) => isDict(v) && isId(v['session']) && isText(v['authid']) && isText(v['authrole']),
);
/** Names between bars; a pattern may stand among them. */
export const oneOf = (names: string): Kind => {
  const pattern = RegExp(`^(${names})$`);
  return kind(`one of ${names}`, (v) => isText(v) && pattern.test(v));
};

/** The error for a value that is not what it must be: says which call (`what`) and option it is, and what it was. */
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
 * where `privates` allows them. `what` names their owner, and is called for an error only. What stands in the place of the
 * options is not quoted: it may be the secret or the address that belongs into them.
 *
 * @throws TypeError that names the option, what it must be and what it was
 */
export function checkOptions(what: () => string, table: OptionTable, options: unknown, privates = false): string[] {
  if (!isDict(options)) throw mistaken(what(), 'options', 'an object', options, true);
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
    if (!kind) {
      const known = Object.keys(table).join(', ');
      throw new TypeError(`${what()}: unknown option '${name}'; known are ${known}${seeGuide('unknown-option')}`);
    }
    if (!kind.test(value)) throw mistaken(what(), name, kind.expected, value, kind.secret);
    given.push(name);
  }
  return given;
}
