import { kindOf } from './kind-of.ts';
import { assertUri, isLooseUri, type Match, type Uri } from './uris.ts';

/** What one component of a pattern tells, as a type: `<id:int>` → `{ id: number }`. */
type PartOf<Component extends string> = Component extends `<${infer Name}:${infer Kind}>`
  ? Readonly<Record<Name, Kind extends 'int' ? number : Kind extends 'str' | 'string' | 'suffix' ? string : never>>
  : Component extends `<${infer Name}>`
    ? Readonly<Record<Name, string>>
    : unknown;

type PartsOf<Text extends string> = Text extends `${infer Head}.${infer Tail}`
  ? PartOf<Head> & PartsOf<Tail>
  : PartOf<Text>;

/**
 * The named parts of a URI pattern, as a type that is read off its text:
 * `UriParts<'com.shop.<sku>.<id:int>'>` is `{ readonly sku: string; readonly id: number }`.
 */
export type UriParts<Text extends string> = string extends Text
  ? Readonly<Record<string, string | number>>
  : { readonly [Name in keyof PartsOf<Text>]: PartsOf<Text>[Name] };

/** A URI pattern with named parts; made by {@link uriPattern}. */
export interface UriPattern<Text extends string = string> {
  /** The pattern as it was written. */
  readonly text: Text;
  /** What a router is asked for, with {@link options}: `com.shop..price`. */
  readonly wire: Uri;
  /** How {@link wire} matches: `'wildcard'`; `'prefix'` with a suffix; `'exact'` without any part. */
  readonly options: {
    /** An option of `subscribe()` and `register()` (WAMP, "Pattern-based Subscriptions"). */
    readonly match: Match;
  };
  /** The parts of a URI, converted; undefined where it does not match, or a part is not of its kind. */
  match(uri: Uri): UriParts<Text> | undefined;
  /**
   * As `match()`, for URIs that have to match.
   *
   * @throws TypeError that names the part that does not fit
   */
  parse(uri: Uri): UriParts<Text>;
  /**
   * The URI that has these parts.
   *
   * @throws TypeError that names the part that cannot be put into a URI
   */
  uri(parts: UriParts<Text>): Uri;
}

type Parts = Record<string, unknown>;

/** What a part must be: named in errors, read from a URI (undefined where it cannot be), and fit for one. */
interface PartKind {
  readonly expected: string;
  readonly read: (text: string) => string | number | undefined;
  readonly fits: (value: unknown) => boolean;
}

const INT: PartKind = {
  expected: 'an integer',
  // + 0 makes 0 of -0
  read: (text) => (/^-?\d+$/.test(text) && Number.isSafeInteger(Number(text)) ? Number(text) + 0 : undefined),
  fits: (value) => Number.isSafeInteger(value),
};
const STRING: PartKind = {
  expected: 'one component of a URI (not empty, no dot, no white space, no #)',
  read: (text) => text || undefined,
  fits: (value) => isLooseUri(value) && !value.includes('.'),
};
const SUFFIX: PartKind = {
  expected: 'the end of a URI',
  read: (text) => text || undefined,
  fits: (value) => isLooseUri(value),
};

const KINDS: Readonly<Record<string, PartKind>> = { int: INT, str: STRING, string: STRING, suffix: SUFFIX };
const NAMED = /^<([A-Za-z_$][\w$]*)(?::(int|str|string|suffix))?>$/;

/** One component of a pattern: literal, or any (an empty literal), or named. */
interface Component {
  readonly literal: string;
  readonly name?: string;
  readonly kind: PartKind;
}

/** The components of a pattern; throws where it is none. */
function componentsOf(text: string): Component[] {
  const fault = (why: string): TypeError => new TypeError(`uriPattern(${JSON.stringify(text)}): ${why}`);
  const names = new Set<string>();
  const components = text.split('.').map((component): Component => {
    const found = NAMED.exec(component);
    if (found === null) {
      if (!/[<>]/.test(component)) return { literal: component, kind: STRING };
      throw fault(`${component} is no part; parts are <name>, <name:str>, <name:int>, and at the end <name:suffix>`);
    }
    const [, name, kind = 'string'] = found as unknown as [string, string, string?];
    if (names.has(name)) throw fault(`there are two parts of the name ${name}`);
    names.add(name);
    return { literal: '', name, kind: KINDS[kind] as PartKind };
  });
  const suffix = components.findIndex(({ kind }) => kind === SUFFIX);
  if (suffix < 0) return components;
  if (suffix < components.length - 1) throw fault('a suffix can only stand at the end');
  if (components.some(({ literal }, i) => literal === '' && i !== suffix)) {
    throw fault('a suffix cannot stand beside other parts: routers match by prefix or by components, not by both');
  }
  return components;
}

/**
 * A URI pattern with named parts, as the decorators take it, for use without them: `<name>` and `<name:str>` stand for
 * one component, `<name:int>` for one that is an integer, `<name:suffix>` for all the rest, one component at least.
 * An empty component stands for any, unnamed (WAMP, "Pattern-based Subscriptions", "Pattern-based Registrations").
 *
 * Routers compare components, not numbers: what matches `wire` need not match the pattern.
 *
 * @throws TypeError, InvalidUriError for a text that is no pattern
 * @example
 * const price = uriPattern('com.shop.<sku>.price');
 * price.match('com.shop.tea.price'); // { sku: 'tea' }
 * price.uri({ sku: 'tea' }); // 'com.shop.tea.price'
 * wamp.subscribe<number>(price.wire, price.options).subscribe(({ value, details }) => {
 *   show(price.parse(details.topic).sku, value);
 * });
 */
export function uriPattern<Text extends string>(text: Text): UriPattern<Text> {
  if (typeof text !== 'string') throw new TypeError(`uriPattern(): expected a string, got ${kindOf(text)}`);
  const components = componentsOf(text);
  const end = components.length - 1;
  const suffix = components[end]?.kind === SUFFIX;
  const match = suffix ? 'prefix' : components.some(({ literal }) => literal === '') ? 'wildcard' : 'exact';
  const wire = components.map(({ literal }) => literal).join('.');
  assertUri(wire, 'uriPattern()', match);

  /** The parts of a URI, or why it has none. */
  const read = (uri: Uri): Parts | string => {
    const given = uri.split('.');
    if (suffix) given.push(given.splice(end).join('.'));
    if (given.length !== components.length) return 'the number of components differs';
    const parts: [string, unknown][] = [];
    for (const [i, { literal, name, kind }] of components.entries()) {
      const component = given[i] as string;
      if (literal !== '') {
        if (component !== literal) return `${literal} is not ${component}`;
        continue;
      }
      const value = kind.read(component);
      if (value === undefined) return `${name ?? 'a part'} must be ${kind.expected}, got ${kindOf(component)}`;
      if (name !== undefined) parts.push([name, value]);
    }
    return Object.fromEntries(parts);
  };

  return {
    text,
    wire,
    options: { match },
    match(uri) {
      const found = read(uri);
      return typeof found === 'string' ? undefined : (found as UriParts<Text>);
    },
    parse(uri) {
      const found = read(uri);
      if (typeof found === 'string') throw new TypeError(`${uri} does not match ${text}: ${found}`);
      return found as UriParts<Text>;
    },
    uri(parts) {
      const fault = (why: string): TypeError => new TypeError(`uriPattern(${JSON.stringify(text)}).uri(): ${why}`);
      const given = parts as Parts;
      const names = components.flatMap(({ name }) => name ?? []);
      for (const name of Object.keys(given)) {
        if (!names.includes(name)) throw fault(`there is no part ${name}; known are ${names.join(', ') || 'none'}`);
      }
      return components
        .map(({ literal, name, kind }) => {
          if (literal !== '') return literal;
          if (name === undefined) throw fault('a component has no name');
          const value = given[name];
          if (!kind.fits(value)) throw fault(`${name} must be ${kind.expected}, got ${kindOf(value)}`);
          return String(value);
        })
        .join('.');
    },
  };
}
