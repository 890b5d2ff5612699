import { checkOptions } from '../protocol/attributes.ts';
import { kindOf } from '../protocol/errors.ts';
import { describeRequest, assertUri, type Uri } from '../protocol/uris.ts';
import { MATCH, type DefineOptions } from '../session/define.ts';
import type { ErrorClass, ErrorEntry } from '../session/error-mapping.ts';
import { portOf } from '../session/port.ts';
import type { Wamp } from '../session/session.ts';

type Match = ErrorEntry[2];

/** The URIs of decorated classes, the topmost decorator first. */
const uris = new WeakMap<object, (readonly [Uri, Match])[]>();

/**
 * Gives a class of errors its error URI: {@link errorsOf} makes an entry of a client's option `errors` of it. Both ways:
 * what a handler throws of the class is sent with the URI, and an ERROR with the URI is raised as an error of the class,
 * whose constructor is given the positional payload.
 *
 * Decorates in either dialect. Several URIs may stand above one class: all are raised as it, the topmost is sent. A class
 * that extends a decorated one has no URI of its own, and is sent with that of the class that it extends.
 *
 * @param uri an error URI, or the beginning of such with `match: 'prefix'`
 * @throws TypeError, InvalidUriError when the class is defined, for arguments that cannot be right
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
    // another decorator may put another class in its place, which is known at the end only
    if (context === undefined) mark(error);
    else {
      context.addInitializer(function (this: unknown) {
        mark(this as object);
      });
    }
  };
}

/**
 * The classes that are decorated with {@link MappedError} as entries of a client's option `errors`; those that extend another
 * first, since of what is thrown the first entry counts that fits.
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
 * Ties classes that are decorated with {@link MappedError} to their error URIs, from now on: what `define()` does, for a
 * client that is there already. They count before what was defined earlier.
 *
 * @throws TypeError for arguments that cannot be right
 * @example
 * defineErrors(wamp, SoldOut, Closed);
 */
export function defineErrors(wamp: Wamp, ...classes: readonly ErrorClass[]): void {
  portOf(wamp, 'defineErrors()').errors.unshift(...errorsOf(...classes));
}
