import { throwError } from 'rxjs';
import { ApplicationError, ClosedError, ConnectionLostError, WampError } from '../protocol/errors.ts';
import type { Dict, List, MessageOf } from '../protocol/messages.ts';
import { messageOf } from '../protocol/thrown.ts';
import { isUri, type Uri } from '../protocol/uris.ts';
import { camelised } from '../protocol/attributes.ts';

/** A class of errors; its constructor is given the positional payload. */
export type ErrorClass = new (...args: never[]) => Error;

/** Exceptions and the error URIs that they stand for, both ways. */
export type ErrorMapping = readonly (readonly [ErrorClass, Uri])[];

/** The error for an ERROR message: of the mapped class, or an ApplicationError. `failed` hears of a throwing constructor. */
export function errorFromMessage(
  message: MessageOf<8>,
  context: { procedure?: Uri; topic?: Uri },
  mapping: ErrorMapping,
  failed: (error: unknown, context: string) => void,
): Error {
  const [, , , wire, uri, payload, kwargs = {}] = message;
  const args: List = payload === undefined ? [] : payload instanceof Uint8Array ? [payload] : payload;
  const details = camelised(wire);
  const mapped = mapping.find(([, known]) => known === uri)?.[0];
  if (mapped !== undefined) {
    try {
      const error = new (mapped as new (...args: List) => Error)(...args);
      return Object.assign(error, { uri, args, kwargs, details, ...context });
    } catch (error) {
      failed(error, `constructor of ${mapped.name} for ${uri}`);
    }
  }
  return new ApplicationError(uri, args, kwargs, { details, ...context });
}

/** What to send for something thrown: URI and payload, and whether it was thrown as an answer rather than by mistake. */
export function errorForWire(
  thrown: unknown,
  mapping: ErrorMapping,
): { uri: Uri; args: List; kwargs: Readonly<Dict>; deliberate: boolean } {
  // a malformed URI could cost the session: some routers hang up on it
  if (thrown instanceof ApplicationError && isUri(thrown.uri)) {
    return { uri: thrown.uri, args: thrown.args, kwargs: thrown.kwargs, deliberate: true };
  }
  const message = messageOf(thrown);
  const uri = mapping.find(([known]) => thrown instanceof known)?.[1];
  if (uri === undefined) return { uri: 'wamp.error.runtime_error', args: [message], kwargs: {}, deliberate: false };
  const { args, kwargs } = thrown as { args?: unknown; kwargs?: unknown };
  return {
    uri,
    args: Array.isArray(args) ? args : [message],
    kwargs: typeof kwargs === 'object' && kwargs !== null ? (kwargs as Dict) : {},
    deliberate: true,
  };
}

/**
 * Ends an observer or lets go of a subscription, which runs code of the application (`finalize()`, teardowns). What that
 * throws is reported as RxJS reports errors that nobody takes; whoever else is to be told is told.
 */
export function guarded(act: () => void): void {
  try {
    act();
  } catch (error) {
    throwError(() => error).subscribe();
  }
}

/** Any thrown value as an Error of ours, for streams that promise a {@link WampError}. */
export const asWampError = (thrown: unknown): WampError =>
  thrown instanceof WampError ? thrown : new WampError(messageOf(thrown), { cause: thrown });

/** The end of a session as it met something unanswered, written or not; our own close() stays what it is. */
export const lossOf = (error: WampError, what: string, maybeDelivered = true): WampError =>
  error instanceof ClosedError
    ? error
    : new ConnectionLostError(`${what}. ${error.message}`, {
        maybeDelivered,
        code: error instanceof ConnectionLostError ? error.code : undefined,
        cause: error,
      });
