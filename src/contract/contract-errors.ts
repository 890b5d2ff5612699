import { ApplicationError } from '../protocol/errors.ts';
import type { Dict, List } from '../protocol/payload.ts';
import type { ErrorOf, ErrorParameters, Typed, ErrorUri } from '../session/contract-types.ts';

/**
 * Whether an error has this URI of the client's contract; then its payload is typed. Covers errors of a class that
 * `define()` maps to the URI.
 *
 * @param _wamp the client with the contract, for its type
 * @example
 * catchError((error: unknown) => {
 *   if (isErrorOf(wamp, 'com.shop.error.sold_out', error)) return of(error.kwargs.until);
 *   throw error;
 * })
 */
export const isErrorOf = <Api, U extends ErrorUri<Api>>(
  _wamp: Typed<Api>,
  uri: U,
  error: unknown,
): error is ErrorOf<Api, U> => error instanceof Error && (error as { readonly uri?: unknown }).uri === uri;

/**
 * An error of the client's contract for a handler to throw, with typed URI and payload.
 *
 * @param _wamp the client with the contract, for its type
 * @example
 * throw errorOf(wamp, 'com.shop.error.sold_out', ['tea'], { until: tomorrow });
 */
export const errorOf = <Api, U extends ErrorUri<Api>>(
  _wamp: Typed<Api>,
  uri: U,
  ...payload: ErrorParameters<Api, U>
): ApplicationError => {
  const [args, kwargs] = payload as readonly [List?, Dict?];
  return new ApplicationError(uri, args, kwargs);
};
