import { guideOf } from './guide.ts';
import { kindOf } from './kind-of.ts';
import type { Dict, List } from './payload.ts';

/** The root of all errors that this library raises. `name` is stable, `cause` says what lay behind it. */
export class WampError extends Error {
  /** `WampError`, also where a bundler shortens the class name. */
  override name = 'WampError';
}

/** What an {@link ApplicationError} carries beside its URI and payload. */
export interface ApplicationErrorContext {
  /** The wire's ERROR.Details, in camelCase. */
  readonly details?: Readonly<Dict>;
  /** The procedure that was called, where a call failed. */
  readonly procedure?: string;
  /** The topic, where a subscription or publication failed. */
  readonly topic?: string;
  /** What lay behind it. */
  readonly cause?: unknown;
}

/**
 * An ERROR of the other side: raised by a callee or by the router (WAMP, section "Application-specific Errors").
 * Throw one in a handler to answer a call with your own error URI and payload.
 *
 * @example
 * throw new ApplicationError('com.app.error.too_big', [limit], { unit: 'kB' });
 */
export class ApplicationError extends WampError {
  /** `ApplicationError`, also where a bundler shortens the class name. */
  override name = 'ApplicationError';
  /** The error URI. */
  readonly uri: string;
  /** Positional payload, never null. */
  readonly args: List;
  /** Keyword payload, never null. */
  readonly kwargs: Dict;
  /** The wire's ERROR.Details, in camelCase. */
  readonly details: Readonly<Dict>;
  /** The procedure that was called, where a call failed. */
  readonly procedure?: string;
  /** The topic, where a subscription or publication failed. */
  readonly topic?: string;
  /** The id of the request that failed, as on the wire; absent where it is not an answer to one. */
  readonly request?: number;

  /**
   * An error to throw in a handler.
   *
   * @param uri the error URI that the caller receives
   * @param args positional payload; a text in its first place ends the error's message
   * @param kwargs keyword payload; else its `message` does
   */
  constructor(uri: string, args: List = [], kwargs: Dict = {}, context: ApplicationErrorContext = {}) {
    const of = context.procedure ?? context.topic;
    const said = typeof args[0] === 'string' ? args[0] : typeof kwargs['message'] === 'string' ? kwargs['message'] : '';
    super(`${of === undefined ? '' : `${of}: `}${uri}${said && `: ${said}`}${guideOf(uri)}`, context);
    this.uri = uri;
    this.args = args;
    this.kwargs = kwargs;
    this.details = context.details ?? {};
    if (context.procedure !== undefined) this.procedure = context.procedure;
    if (context.topic !== undefined) this.topic = context.topic;
  }
}

/** What the other side says of an end, to be put behind its reason. */
const remark = ({ message }: Readonly<Dict>): string => (typeof message === 'string' ? ` (${message})` : '');

/** What an {@link AbortError} carries beside its reason and details. */
export interface AbortContext {
  /** Whether we broke off. */
  readonly local?: boolean;
  /** What lay behind it. */
  readonly cause?: unknown;
  /** Positional payload of the ABORT. */
  readonly args?: List | undefined;
  /** Keyword payload of the ABORT. */
  readonly kwargs?: Readonly<Dict> | undefined;
}

/** An ABORT: the session was refused, or broken off, for `reason` (WAMP, section "ABORT"). */
export class AbortError extends WampError {
  /** `AbortError`, also where a bundler shortens the class name. */
  override name = 'AbortError';
  /** The URI of the reason. */
  readonly reason: string;
  /** In camelCase: `message` …; of a SCRAM exchange that was refused, `scram` may hold the error of RFC 5802. */
  readonly details: Readonly<Dict>;
  /** Whether we, not the router, broke off: an unknown method, a wrong router signature, a veto. */
  readonly local: boolean;
  /** What the router sent with it; only newer ones do. */
  readonly args: List;
  /** Keyword payload, of newer routers. */
  readonly kwargs: Readonly<Dict>;

  /**
   * An error to refuse a session with: thrown in an authenticator, with `local`.
   *
   * @param reason a URI
   * @param details as they came, in camelCase
   */
  constructor(reason: string, details: Readonly<Dict> = {}, context: AbortContext = {}) {
    const who = context.local ? 'We refused' : 'The router refused or ended';
    super(`${who} the session: ${reason}${remark(details)}${guideOf(reason)}`, context);
    this.reason = reason;
    this.details = details;
    this.local = context.local === true;
    this.args = context.args ?? [];
    this.kwargs = context.kwargs ?? {};
  }
}

/** A GOODBYE that the router began (WAMP, section "GOODBYE"). */
export class GoodbyeError extends WampError {
  /** `GoodbyeError`, also where a bundler shortens the class name. */
  override name = 'GoodbyeError';
  /** The URI of the reason. */
  readonly reason: string;
  /** In camelCase: `message`, `resumable` … */
  readonly details: Readonly<Dict>;

  /**
   * The error of a session that the router ended.
   *
   * @param reason a URI
   * @param details as they came, in camelCase
   */
  constructor(reason: string, details: Readonly<Dict> = {}) {
    super(`The router said goodbye: ${reason}${remark(details)}`);
    this.reason = reason;
    this.details = details;
  }
}

/** The protocol was broken: by a malformed frame, or a message that must not come now (WAMP, "Protocol Errors"). */
export class ProtocolError extends WampError {
  /** `ProtocolError`, also where a bundler shortens the class name. */
  override name = 'ProtocolError';
}

/** The link is gone, or none could be had in time. */
export class ConnectionLostError extends WampError {
  /** `ConnectionLostError`, also where a bundler shortens the class name. */
  override name = 'ConnectionLostError';
  /** True where a message had been written, so that the router may or may not have acted on it. */
  readonly maybeDelivered: boolean;
  /** The WebSocket close code, or the HTTP status of a long-poll request, where there was one. */
  readonly code?: number;

  /**
   * An error of a link, for transports.
   *
   * @param message what was lost, and what to do
   */
  constructor(
    message: string,
    options: {
      /** Whether a message had been written; false by default. */
      maybeDelivered?: boolean;
      /** A close code of a WebSocket, or an HTTP status. */
      code?: number | undefined;
      /** What lay behind it. */
      cause?: unknown;
    } = {},
  ) {
    super(message, options);
    this.maybeDelivered = options.maybeDelivered === true;
    if (options.code !== undefined) this.code = options.code;
  }
}

/** What an HTTP server answered where a connection was to be opened. */
export interface HttpAnswer {
  /** The HTTP status: 401, 503 … */
  readonly status: number;
  /** Milliseconds after which to try again, by the header Retry-After. */
  readonly retryAfter?: number;
  /** Where a redirect leads that was not followed, without query and password. */
  readonly location?: string;
}

/** A connection could not be made: the address refused, the join timed out, or all retries are used up. */
export class ConnectFailedError extends WampError implements Partial<HttpAnswer> {
  /** `ConnectFailedError`, also where a bundler shortens the class name. */
  override name = 'ConnectFailedError';
  /** How many attempts were made. */
  readonly attempts: number;
  /** What each (or each transport) failed with, oldest first. */
  readonly errors: readonly unknown[];
  /** The HTTP status of the last answer, where there was one. */
  readonly status?: number;
  /** Milliseconds after which to try again, by the header Retry-After. */
  readonly retryAfter?: number;
  /** Where a redirect leads that was not followed. */
  readonly location?: string;

  /**
   * An error of dialling, for transports.
   *
   * @param attempts how many were made
   * @param errors what they failed with, oldest first; the last one is the `cause`
   * @param http what an HTTP server answered the last one
   */
  constructor(message: string, attempts = 1, errors: readonly unknown[] = [], http: Partial<HttpAnswer> = {}) {
    super(message, { cause: errors.at(-1) });
    this.attempts = attempts;
    this.errors = errors;
    const { status, retryAfter, location } = http;
    if (typeof status === 'number') this.status = status;
    if (typeof retryAfter === 'number') this.retryAfter = retryAfter;
    if (typeof location === 'string') this.location = location;
  }
}

/** A call ran into its `timeout` or `deadline`, and was cancelled; where the router's clock was first, its ERROR is the cause. */
export class CallTimeoutError extends WampError {
  /** `CallTimeoutError`, also where a bundler shortens the class name. */
  override name = 'CallTimeoutError';
}

/** close() was called, so this cannot go on. */
export class ClosedError extends WampError {
  /** `ClosedError`, also where a bundler shortens the class name. */
  override name = 'ClosedError';
}

/** A payload that cannot be sent: the session's serializer cannot write it, or it is too long. Nothing was sent. */
export class SerializationError extends WampError {
  /** `SerializationError`, also where a bundler shortens the class name. */
  override name = 'SerializationError';
  /**
   * The error URI that a caller receives where a result fails so: `wamp.error.invalid_payload`, or `wamp.error.payload_size_exceeded`
   * for a message longer than the other side takes.
   */
  readonly uri: string = 'wamp.error.invalid_payload';
}

/** A malformed URI or URI pattern. */
export class InvalidUriError extends WampError {
  /** `InvalidUriError`, also where a bundler shortens the class name. */
  override name = 'InvalidUriError';

  /**
   * An error that says what was expected, and the kind of what was given.
   *
   * @param value what was given; only its kind is shown
   * @param use where: `subscribe(): topic`
   * @param match `exact`, `prefix` or `wildcard`
   */
  constructor(value: unknown, use: string, match: string) {
    super(
      `${use}: expected ${match === 'exact' ? 'a URI' : `a ${match} pattern`} (components joined by dots, no white space, no #), got ${kindOf(value)}`,
    );
  }
}

/** Something that cannot be done in the present state, or that the router did not announce. */
export class InvalidStateError extends WampError {
  /** `InvalidStateError`, also where a bundler shortens the class name. */
  override name = 'InvalidStateError';
}

/** Whether a value is a {@link WampError}. */
export const isWampError = (value: unknown): value is WampError => value instanceof WampError;
/** Whether a value is an {@link ApplicationError}. */
export const isApplicationError = (value: unknown): value is ApplicationError => value instanceof ApplicationError;
/** Whether a value is an {@link AbortError}. */
export const isAbortError = (value: unknown): value is AbortError => value instanceof AbortError;
/** Whether a value is a {@link GoodbyeError}. */
export const isGoodbyeError = (value: unknown): value is GoodbyeError => value instanceof GoodbyeError;
/** Whether a value is a {@link ProtocolError}. */
export const isProtocolError = (value: unknown): value is ProtocolError => value instanceof ProtocolError;
/** Whether a value is a {@link ConnectionLostError}. */
export const isConnectionLostError = (value: unknown): value is ConnectionLostError =>
  value instanceof ConnectionLostError;
/** Whether a value is a {@link ConnectFailedError}. */
export const isConnectFailedError = (value: unknown): value is ConnectFailedError =>
  value instanceof ConnectFailedError;
/** Whether a value is a {@link CallTimeoutError}. */
export const isCallTimeoutError = (value: unknown): value is CallTimeoutError => value instanceof CallTimeoutError;
/** Whether a value is a {@link ClosedError}. */
export const isClosedError = (value: unknown): value is ClosedError => value instanceof ClosedError;
/** Whether a value is a {@link SerializationError}. */
export const isSerializationError = (value: unknown): value is SerializationError =>
  value instanceof SerializationError;
/** Whether a value is an {@link InvalidUriError}. */
export const isInvalidUriError = (value: unknown): value is InvalidUriError => value instanceof InvalidUriError;
/** Whether a value is an {@link InvalidStateError}. */
export const isInvalidStateError = (value: unknown): value is InvalidStateError => value instanceof InvalidStateError;
