import { catchError, isObservable, throwError } from 'rxjs';
import { isPromise } from '../async.ts';
import { ApplicationError } from '../protocol/errors.ts';
import { kindOf } from '../protocol/kind-of.ts';
import { isDict } from '../protocol/kinds.ts';
import type { Dict, List } from '../protocol/payload.ts';
import { messageOf } from '../protocol/thrown.ts';
import { errorForWire } from './error-mapping.ts';
import type { Invocation } from './events.ts';
import type { Wamp } from './options.ts';
import { portOf } from './verbs.ts';

/**
 * What a remote handler threw: its ERROR describes the exception in keyword values, as callees written with wampy (Python)
 * and handlers within {@link describeErrors} do.
 */
export class RemoteError extends ApplicationError {
  /** `RemoteError`, whatever a bundler makes of the class name. */
  override name = 'RemoteError';
  /** The procedure that failed: wampy's `remote_api`. */
  readonly remoteApi: string;
  /** The id of the request: wampy's `request_id`. */
  readonly requestId: number | undefined;
  /** The name of the exception's class: wampy's `exc_type`. */
  readonly excType: string;
  /** What the exception says. */
  readonly value: unknown;
  /** What the procedure was called with, as the callee saw it. */
  readonly callArgs: List;
  /** The keyword values that the procedure was called with, as the callee saw them. */
  readonly callKwargs: Readonly<Dict>;

  /** @internal */
  constructor(error: ApplicationError, excType: string) {
    const { uri, args, kwargs, details, procedure, topic, request } = error;
    super(uri, args, kwargs, {
      details,
      cause: error,
      ...(procedure !== undefined && { procedure }),
      ...(topic !== undefined && { topic }),
    });
    if (request !== undefined) Object.assign(this, { request });
    this.remoteApi = procedure ?? uri;
    this.requestId = request;
    this.excType = excType;
    this.value = kwargs['message'];
    const { call_args, call_kwargs } = kwargs as { call_args?: unknown; call_kwargs?: unknown };
    this.callArgs = Array.isArray(call_args) ? call_args : [];
    this.callKwargs = isDict(call_kwargs) ? call_kwargs : {};
    this.message = `${this.remoteApi} [${request ?? '?'}] failed with reason ${excType} ${String(this.value)}`;
  }
}

/**
 * Reads an error as one that describes what the remote handler threw; undefined where it does not. Callees written with
 * wampy (Python) describe all of theirs, ours do so within {@link describeErrors}.
 *
 * @example
 * wamp.call('weather.forecast').pipe(catchError((error) => throwError(() => remoteErrorOf(error) ?? error)));
 */
export function remoteErrorOf(error: unknown): RemoteError | undefined {
  if (!(error instanceof ApplicationError)) return undefined;
  const { exc_type } = error.kwargs as { exc_type?: unknown };
  return typeof exc_type === 'string' ? new RemoteError(error, exc_type) : undefined;
}

/** The name of an exception: its own, or that of its class. */
function typeOfThrown(thrown: unknown): string {
  if (thrown instanceof Error && typeof thrown.name === 'string' && thrown.name !== 'Error') return thrown.name;
  if (thrown === undefined || thrown === null) return String(thrown);
  const { constructor: made } = thrown;
  return typeof made === 'function' ? made.name : 'Object';
}

/**
 * A handler that tells its callers what kind of error it threw, so that {@link remoteErrorOf} reads it: the ERROR, still
 * `wamp.error.runtime_error` with the message, has keyword values as wampy (Python) sends them: `exc_type`, `message`,
 * `call_args` and `call_kwargs`. What it throws is emitted on userErrors$ as ever. An ApplicationError and a mapped class are
 * answers with URIs of their own, and are sent unchanged.
 *
 * `exc_type` is the error's `name`, or that of its class, which bundlers may shorten. It shows callers what the program is
 * made of; so it is for callers that may know.
 *
 * @throws TypeError for something else than a client or a session, or a handler
 * @example
 * wamp.register('com.shop.order', describeErrors(wamp, order)).subscribe();
 */
export function describeErrors<I extends Invocation<unknown, List, unknown>, R>(
  wamp: Wamp,
  handler: (invocation: I) => R,
): (invocation: I) => R {
  const port = portOf(wamp, 'describeErrors()');
  if (typeof handler !== 'function') {
    throw new TypeError(`describeErrors(): handler must be a function, got ${kindOf(handler)}`);
  }
  return (invocation) => {
    const described = (thrown: unknown): unknown => {
      const { uri, args, deliberate } = errorForWire(thrown, port.errors);
      if (deliberate) return thrown;
      port.userError(thrown, `handler of ${invocation.details.procedure}`);
      const kwargs = {
        exc_type: typeOfThrown(thrown),
        message: messageOf(thrown),
        call_args: invocation.args,
        call_kwargs: invocation.kwargs,
      };
      return new ApplicationError(uri, args, kwargs, { cause: thrown });
    };
    try {
      const answer = handler(invocation);
      if (isObservable(answer)) return answer.pipe(catchError((thrown) => throwError(() => described(thrown)))) as R;
      if (!isPromise(answer)) return answer;
      return answer.then(undefined, (thrown: unknown) => {
        throw described(thrown);
      }) as R;
    } catch (thrown) {
      throw described(thrown);
    }
  };
}
