import { checkOptions } from '../protocol/kinds.ts';
import { kindOf } from '../protocol/kind-of.ts';
import { describeRequest, assertUri, type Uri } from '../protocol/uris.ts';
import { declaredErrors, declareError, MATCH, type DefineOptions } from '../session/define.ts';
import type { ErrorClass, ErrorEntry } from '../session/error-mapping.ts';

/**
 * Gives a class of errors its error URI, for the option `errors: errorsOf(SoldOut)` of a client or for `define(wamp, SoldOut)`.
 * It maps nothing by itself.
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
  assertUri(uri, '@MappedError()', options.match ?? 'exact');
  return (error, context) => {
    if (typeof error !== 'function' || (context !== undefined && (context.kind as string) !== 'class')) {
      throw new TypeError(`${what}: decorate a class of errors, not ${context?.kind ?? kindOf(error)}`);
    }
    // another decorator may replace the class: initializers run when the final one is known
    if (context === undefined) declareError(error, uri, options);
    else {
      context.addInitializer(function (this: unknown) {
        declareError(this as object, uri, options);
      });
    }
  };
}

/**
 * The URIs of classes that are decorated with {@link MappedError}, as entries of a client's option `errors`.
 *
 * @throws TypeError for a class that is not decorated
 * @example
 * new WampClient({ url, realm, errors: [...errorsOf(SoldOut, Closed), [Other, 'com.other.error']] });
 */
export const errorsOf = (...classes: readonly ErrorClass[]): ErrorEntry[] =>
  classes.flatMap((error) => declaredErrors('errorsOf()', error));
