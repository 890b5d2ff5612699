import { ApplicationError } from '../protocol/errors.ts';
import type { Dict, List } from '../protocol/payload.ts';

/**
 * What a callee written with wampy (Python) raised: its ERROR carries the exception in keyword values, under the
 * procedure's name as its URI.
 */
export class RemoteError extends ApplicationError {
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
    this.callKwargs = typeof call_kwargs === 'object' && call_kwargs !== null ? (call_kwargs as Dict) : {};
    this.message = `${this.remoteApi} [${request ?? '?'}] failed with reason ${excType} ${String(this.value)}`;
  }
}

/**
 * Reads an error as one of a callee written with wampy (Python); undefined where it is none.
 *
 * @example
 * wamp.call('weather.forecast').pipe(catchError((error) => throwError(() => remoteErrorOf(error) ?? error)));
 */
export function remoteErrorOf(error: unknown): RemoteError | undefined {
  if (!(error instanceof ApplicationError)) return undefined;
  const { exc_type } = error.kwargs as { exc_type?: unknown };
  return typeof exc_type === 'string' ? new RemoteError(error, exc_type) : undefined;
}
