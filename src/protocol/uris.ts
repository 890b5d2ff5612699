import { InvalidUriError } from './errors.ts';
import { kindOf } from './kind-of.ts';

/** A WAMP URI: dot-separated, non-empty components without white space or `#` (WAMP, section "URIs"). */
export type Uri = string;

/** How a subscription or registration matches URIs (WAMP, "Pattern-based Subscriptions" and "… Registrations"). */
export type Match = 'exact' | 'prefix' | 'wildcard';

const LOOSE = {
  exact: /^([^\s.#]+\.)*[^\s.#]+$/,
  prefix: /^([^\s.#]+\.)*[^\s.#]*$/,
  wildcard: /^([^\s.#]*\.)*[^\s.#]*$/,
};

const STRICT = {
  exact: /^([\da-z_]+\.)*[\da-z_]+$/,
  prefix: /^([\da-z_]+\.)*[\da-z_]*$/,
  wildcard: /^([\da-z_]*\.)*[\da-z_]*$/,
};

/**
 * Whether a value is a well-formed URI, or URI pattern where `match` is 'prefix' (the last component may be empty)
 * or 'wildcard' (any may).
 *
 * @param value what to look at
 * @param match the kind of pattern, 'exact' when left out
 * @param strict only lower-case letters, digits and `_`, as the specification recommends
 */
export function isUri(value: unknown, match: Match = 'exact', strict = false): value is Uri {
  return isLooseUri(value, match) && (!strict || STRICT[match].test(value));
}

/** Whether a value is a well-formed URI by the loose rules, which are all that a client insists on. */
export const isLooseUri = (value: unknown, match: Match = 'exact'): value is Uri =>
  typeof value === 'string' && LOOSE[match].test(value);

/** How errors name a request, be its subject a URI or not: `call("com.app.f")`. */
export const describeRequest = (verb: string, uri: unknown): string =>
  `${verb}(${typeof uri === 'string' ? JSON.stringify(uri) : kindOf(uri)})`;

/** Throws an {@link InvalidUriError} that names the use (`'topic'`, `'procedure'` …) unless the value is a URI. */
export function assertUri(value: unknown, use: string, match: Match = 'exact'): asserts value is Uri {
  if (!isLooseUri(value, match)) throw new InvalidUriError(value, use, match);
}

/**
 * Whether a URI falls under a pattern: equal for 'exact'; beginning with its characters for 'prefix'; for 'wildcard'
 * as many components, each empty one of the pattern standing for any single non-empty one.
 */
export function matchesUri(uri: Uri, pattern: Uri, match: Match): boolean {
  if (match === 'exact') return uri === pattern;
  if (match === 'prefix') return uri.startsWith(pattern);
  const parts = uri.split('.');
  const wanted = pattern.split('.');
  return parts.length === wanted.length && wanted.every((w, i) => (w === '' ? parts[i] !== '' : w === parts[i]));
}

/**
 * Picks, of registered patterns, the one that a call goes to (WAMP, "Pattern-based Registrations"): an exact match,
 * else the longest prefix, else the wildcard whose literal components come first from the left. A prefix that ends
 * within a component comes last: the specification matches prefixes by characters, yet its table of examples does not
 * count `a1.b2.c3` as one of `a1.b2.c33.d4.e5` where a wildcard fits.
 */
export function bestMatch<T extends Pattern>(uri: Uri, candidates: Iterable<T>): T | undefined {
  let best: T | undefined;
  for (const candidate of candidates) {
    if (matchesUri(uri, candidate.uri, candidate.match) && (!best || beats(candidate, best, uri))) best = candidate;
  }
  return best;
}

interface Pattern {
  readonly uri: Uri;
  readonly match: Match;
}

function rank({ uri: pattern, match }: Pattern, uri: Uri): number {
  if (match === 'exact') return 0;
  if (match === 'wildcard') return 2;
  const whole = pattern === uri || pattern === '' || pattern.endsWith('.') || uri[pattern.length] === '.';
  return whole ? 1 : 3;
}

function beats(a: Pattern, b: Pattern, uri: Uri): boolean {
  const order = rank(a, uri) - rank(b, uri);
  if (order !== 0) return order < 0;
  if (a.match !== 'wildcard') return a.uri.length > b.uri.length;
  const left = a.uri.split('.');
  const right = b.uri.split('.');
  const at = left.findIndex((part, i) => (part === '') !== (right[i] === ''));
  return at >= 0 && left[at] !== '';
}
