import { checkOptions, FUNCTION, TEXT, type Kind } from '../protocol/kinds.ts';
import { kindOf } from '../protocol/kind-of.ts';
import { assertUri, type Uri } from '../protocol/uris.ts';
import type { ErrorClass, ErrorEntry } from './error-mapping.ts';
import { portOf } from './verbs.ts';
import type { Wamp } from './options.ts';

/** Options of {@link define}. */
export interface DefineOptions {
  /** `'prefix'`: the class stands for all error URIs that begin so; `'exact'` by default. */
  readonly match?: 'exact' | 'prefix' | undefined;
}

/** The kinds of URIs that a class of errors may stand for. */
export const MATCH: Kind = {
  ...TEXT,
  expected: "'exact' or 'prefix'",
  test: (v: unknown) => v === 'exact' || v === 'prefix',
};

/** Classes that were given their URIs where they are defined, each URI as an entry. */
const declared = /* @__PURE__ */ new WeakMap<object, readonly ErrorEntry[]>();

/** Gives a class a URI, which counts before those that it has. */
export function declareError(error: object, uri: Uri, { match = 'exact' }: DefineOptions): void {
  declared.set(error, [[error as ErrorClass, uri, match], ...(declared.get(error) ?? [])]);
}

/**
 * The URIs that a class was given.
 *
 * @throws TypeError where it has none
 */
export function declaredErrors(what: string, error: ErrorClass): readonly ErrorEntry[] {
  const entries = typeof error === 'function' ? declared.get(error) : undefined;
  if (entries) return entries;
  throw new TypeError(
    `${what}: ${typeof error === 'function' ? error.name : kindOf(error)} is not decorated with @MappedError`,
  );
}

/**
 * Ties a class of errors to an error URI, from now on and both ways: what a handler throws of the class is sent with the
 * URI, and an ERROR with the URI errors a call with a new one of the class. Of several definitions for one URI the
 * longest counts, and of equal ones the last; an error of a class and of one that it extends is sent as its own.
 * What the option `errors` of a client does from its beginning.
 *
 * The constructor is given the positional payload; `uri`, `args`, `kwargs` and `details` are set on the error.
 * Of a class that stands for a prefix, an error's own `uri` is what is sent, if it begins so.
 *
 * @param uri an error URI, or with `match: 'prefix'` the beginning of error URIs; without it, those that the class is
 * decorated with (`@MappedError()` of `rxwamp/decorators`)
 * @throws TypeError, InvalidUriError for arguments that cannot be right
 * @example
 * define(wamp, SoldOut, 'com.shop.error.sold_out');
 * define(wamp, ShopError, 'com.shop.error.', { match: 'prefix' });
 * define(wamp, Decorated);
 */
export function define(wamp: Wamp, error: ErrorClass, uri?: Uri, options: DefineOptions = {}): void {
  const { errors } = portOf(wamp, 'define()');
  if (!FUNCTION.test(error)) throw new TypeError(`define(): error must be a class, got ${kindOf(error)}`);
  checkOptions(() => 'define()', { match: MATCH }, options);
  const { match = 'exact' } = options;
  if (uri === undefined) errors.unshift(...declaredErrors('define()', error));
  else {
    assertUri(uri, 'define(): uri', match);
    errors.unshift([error, uri, match]);
  }
}
