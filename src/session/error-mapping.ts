import { throwError, type Subscriber } from 'rxjs';
import { AbortError, ApplicationError, ClosedError, ConnectionLostError, WampError } from '../protocol/errors.ts';
import type { MessageOf } from '../protocol/messages.ts';
import { argsOf, type Dict, type List } from '../protocol/payload.ts';
import { messageOf } from '../protocol/thrown.ts';
import { callUserCode } from '../async.ts';
import { isLooseUri, type Uri } from '../protocol/uris.ts';
import { camelised } from '../protocol/attributes.ts';
import { isPrivate } from '../protocol/names.ts';
import { isDict } from '../protocol/kinds.ts';

/** A class of errors; its constructor is given the positional payload. */
export type ErrorClass = new (...args: never[]) => Error;

/** An exception and the error URI, or the beginning of error URIs, that it stands for. */
export type ErrorEntry = readonly [error: ErrorClass, uri: Uri, match?: 'exact' | 'prefix'];

/** Exceptions and the error URIs that they stand for, both ways. Of those that fit, the longest URI counts. */
export type ErrorMapping = readonly ErrorEntry[];

/** Whether an entry is for a URI. */
const fits = (uri: Uri, [, known, match]: ErrorEntry): boolean =>
  match === 'prefix' ? uri.startsWith(known) : uri === known;

/** The entry that fits the longest part of a URI. */
const entryOf = (uri: Uri, mapping: ErrorMapping): ErrorEntry | undefined =>
  mapping.filter((entry) => fits(uri, entry)).sort((a, b) => b[1].length - a[1].length)[0];

/** The error for an ERROR message: of the mapped class, or an ApplicationError. `failed` is called where a constructor throws. */
export function errorFromMessage(
  message: MessageOf<8>,
  context: { procedure?: Uri; topic?: Uri },
  mapping: ErrorMapping,
  failed: (error: unknown, context: string) => void,
): Error {
  const [, , request, wire, uri, payload, kwargs = {}] = message;
  const args = argsOf(payload);
  const about = { details: camelised(wire), ...context };
  const mapped = entryOf(uri, mapping)?.[0];
  const made =
    mapped &&
    callUserCode(
      () =>
        Object.assign(new (mapped as new (...args: List) => Error)(...args), { uri, args, kwargs, request, ...about }),
      (error) => failed(error, `constructor of ${mapped.name} for ${uri}`),
    );
  return made ?? Object.assign(new ApplicationError(uri, args, kwargs, about), { request });
}

/** The error for an ABORT. */
export const abortError = ([, details, reason, args, kwargs]: MessageOf<3>): AbortError =>
  new AbortError(reason, camelised(details), { args: argsOf(args), kwargs });

/** Something thrown as it is sent. */
export interface WireError {
  readonly uri: Uri;
  readonly args: List;
  readonly kwargs: Readonly<Dict>;
  /** ERROR.Details: the attributes outside the standard. */
  readonly details?: Dict;
  /** Whether it was thrown as an answer rather than by mistake. */
  readonly deliberate: boolean;
}

/** What to send for something thrown. */
export function errorForWire(thrown: unknown, mapping: ErrorMapping): WireError {
  // a malformed URI could cost the session: some routers hang up on it
  if (thrown instanceof ApplicationError && isLooseUri(thrown.uri)) {
    const { uri, args, kwargs } = thrown;
    const details = Object.fromEntries(Object.entries(thrown.details).filter(([name]) => isPrivate(name)));
    return { uri, args, kwargs, details, deliberate: true };
  }
  const message = messageOf(thrown);
  // of a class and those that it extends, its own counts
  let entry: ErrorEntry | undefined;
  for (const one of mapping) {
    if (thrown instanceof one[0] && (!entry || one[0].prototype instanceof entry[0])) entry = one;
  }
  if (!entry) return { uri: 'wamp.error.runtime_error', args: [message], kwargs: {}, deliberate: false };
  const { args, kwargs, uri: own } = thrown as { args?: unknown; kwargs?: unknown; uri?: unknown };
  // one of many URIs is known to the error alone
  const uri = isLooseUri(own) && fits(own, entry) ? own : entry[1].replace(/\.$/, '');
  return {
    uri,
    args: Array.isArray(args) ? args : [message],
    kwargs: isDict(kwargs) ? kwargs : {},
    deliberate: true,
  };
}

/**
 * Calls an observer, or lets go of a subscription, which runs code of the application (`finalize()`, teardowns). What that
 * throws is reported as RxJS reports unhandled errors, and keeps no other observer from its turn.
 */
export function guarded(act: () => void): void {
  callUserCode(act, (error) =>
    // in RxJS's old mode of synchronous errors this throws, into code that has not caused it
    callUserCode(
      () => throwError(() => error).subscribe(),
      () => undefined,
    ),
  );
}

/** Ends a subscriber with an error, or completes it where there is none. */
export function finish(subscriber: Subscriber<never>, error: Error | undefined): void {
  guarded(() => {
    if (error) subscriber.error(error);
    else subscriber.complete();
  });
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
        code: (error as Partial<ConnectionLostError>).code,
        cause: error,
      });
