import { checkOptions } from '../protocol/kinds.ts';
import { kindOf } from '../protocol/kind-of.ts';
import { describeRequest, assertUri, type Uri } from '../protocol/uris.ts';
import { MATCH, type DefineOptions } from '../session/define.ts';
import type { ErrorClass, ErrorEntry } from '../session/error-mapping.ts';
import { portOf } from '../session/verbs.ts';
import type { Wamp } from '../session/options.ts';

type Match = ErrorEntry[2];

/** The URIs of decorated classes, that of the topmost decorator first. */
const uris = new WeakMap<object, (readonly [Uri, Match])[]>();

/**
 * Gives a class of errors its error URI; {@link errorsOf} makes an entry of a client's option `errors` of it. An error of the
 * class that a handler throws is sent with the URI, and an ERROR with the URI is raised as an error of the class, whose
 * constructor receives the positional payload.
 *
 * Works in either dialect. With several decorators above one class all their URIs are raised as it, and the topmost is sent. A
 * class that extends a decorated one is sent with the URI of that.
 *
 * @param uri an error URI, or with `match: 'prefix'` the beginning of error URIs
 * @throws TypeError, InvalidUriError when the class is defined, for wrong arguments
 * @example
 * \@MappedError('com.shop.error.sold_out')
 * class SoldOut extends Error {}
 *
 * new WampClient({ url, realm, errors: errorsOf(SoldOut) });
 */
export function MappedError(
  uri: Uri,
  options: DefineOptions = {},
): (error: ErrorClass, context?: ClassDecoratorContext) => void {
  const what = describeRequest('@MappedError', uri);
  checkOptions(() => what, { match: MATCH }, options);
  const { match = 'exact' } = options;
  assertUri(uri, '@MappedError()', match);
  return (error, context) => {
    if (typeof error !== 'function' || (context !== undefined && (context.kind as string) !== 'class')) {
      throw new TypeError(`${what}: decorate a class of errors, not ${context?.kind ?? kindOf(error)}`);
    }
    const mark = (found: object): void => {
      uris.set(found, [[uri, match], ...(uris.get(found) ?? [])]);
    };
    // another decorator may replace the class: initializers run when the final one is known
    if (context === undefined) mark(error);
    else {
      context.addInitializer(function (this: unknown) {
        mark(this as object);
      });
    }
  };
}

/**
 * The classes that are decorated with {@link MappedError} as entries of a client's option `errors`, the derived ones
 * first, since the first entry that fits an error counts.
 *
 * @throws TypeError for a class that is not decorated
 * @example
 * new WampClient({ url, realm, errors: [...errorsOf(SoldOut, Closed), [Other, 'com.other.error']] });
 */
export function errorsOf(...classes: readonly ErrorClass[]): ErrorEntry[] {
  const depth = (error: ErrorClass): number => {
    let n = 0;
    for (let at: unknown = error; at !== null; at = Object.getPrototypeOf(at)) n++;
    return n;
  };
  return [...classes]
    .sort((a, b) => depth(b) - depth(a))
    .flatMap((error) => {
      const found = typeof error === 'function' ? uris.get(error) : undefined;
      if (found === undefined) {
        const what = typeof error === 'function' ? error.name : kindOf(error);
        throw new TypeError(`errorsOf(): ${what} is not decorated with @MappedError`);
      }
      return found.map(([uri, match = 'exact']): ErrorEntry => [error, uri, match]);
    });
}

/**
 * Adds classes that are decorated with {@link MappedError} to the errors of an existing client, as `define()` does. They count
 * before earlier ones.
 *
 * @throws TypeError for wrong arguments
 * @example
 * defineErrors(wamp, SoldOut, Closed);
 */
export function defineErrors(wamp: Wamp, ...classes: readonly ErrorClass[]): void {
  portOf(wamp, 'defineErrors()').errors.unshift(...errorsOf(...classes));
}
