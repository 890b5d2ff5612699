/// <reference lib="esnext.disposable" preserve="true" />
import type { Observable } from 'rxjs';
import { checkOptions, NUMBER, STRING, TEXT } from '../protocol/kinds.ts';
import type { Uri } from '../protocol/uris.ts';
import type { CloseDetails, CloseOptions, UserError } from '../session/options.ts';
import type { Session } from '../session/session.ts';
import { PORT, Verbs, type Port } from '../session/verbs.ts';
import { resolveOptions, type BaseOptions } from './client-options.ts';
import { drained } from './drain.ts';
import { Engine } from './engine.ts';
import type { WireMessage } from './message-tap.ts';
import type { LifecycleEvent, Status } from './status.ts';

/** A method of this name is out of reach where the runtime does not know `await using`. */
const ASYNC_DISPOSE: typeof Symbol.asyncDispose =
  (Symbol as Partial<typeof Symbol>).asyncDispose ?? (Symbol() as never);

/**
 * A WAMP client whose streams outlive its connection. Nothing is dialled until it is used: `connect()`, subscribing to
 * a verb or to `session$`, and `publish()` dial.
 */
export class Client<Api = unknown> extends Verbs<Api> {
  readonly #engine: Engine;

  /** What the client is doing: replays the present status, never errors, and ends after `closed` only. */
  readonly status$: Observable<Status<Api>>;
  /** What happens to the connection and its streams, hot. */
  readonly lifecycle$: Observable<LifecycleEvent<Api>>;
  /** The session that is joined now, if any, then each later one. Subscribing dials; completes at `close()`. */
  readonly session$: Observable<Session<Api>>;
  /** Wire messages, hot, with what proves an identity masked; costs nothing unobserved. */
  readonly messages$: Observable<WireMessage>;
  /** Errors of handlers, hooks and callbacks that the client called. */
  readonly userErrors$: Observable<UserError>;

  /**
   * @param options what to connect to, and how
   * @throws TypeError that names the option that is wrong
   */
  constructor(options: BaseOptions) {
    super();
    const engine = new Engine(resolveOptions(options));
    this.#engine = engine;
    this.status$ = engine.notifier.status$.asObservable() as Observable<Status<Api>>;
    this.lifecycle$ = engine.notifier.lifecycle$.asObservable() as Observable<LifecycleEvent<Api>>;
    this.session$ = engine.session$ as Observable<Session<Api>>;
    this.messages$ = engine.tap.asObservable();
    this.userErrors$ = engine.userErrors.asObservable();
  }

  /** @internal */
  get [PORT](): Port {
    return this.#engine;
  }

  /** Closes the client at the end of an `await using` block, where the runtime has `Symbol.asyncDispose`. */
  async [ASYNC_DISPOSE](): Promise<void> {
    await this.close();
  }

  /** The present status. */
  get status(): Status<Api> {
    return this.#engine.notifier.status as Status<Api>;
  }

  /**
   * Dials without waiting for a stream, and tries again after `failed`. Emits the session that is joined now or next, and
   * completes; errors with what made the client give up; completes without a session at `close()`.
   *
   * @example
   * const session = await firstValueFrom(wamp.connect());
   */
  connect(): Observable<Session<Api>> {
    return this.#engine.connect() as Observable<Session<Api>>;
  }

  /**
   * Ends the client for good: sends what is queued, says GOODBYE, and closes the transport; takes at most `closeTimeout`.
   * Publications wait that long for a session that is being dialled, and error with ClosedError where there was none.
   * Topics and registrations complete, open calls error with ClosedError.
   *
   * @param options a reason or options; `{ drain: 5000 }` lets invocations that run be answered first
   * @param message a text for the router's log
   * @throws TypeError that names the option that is wrong
   */
  close(options: Uri | CloseOptions = {}, message?: string): Promise<CloseDetails> {
    const given =
      typeof options === 'string' ? { reason: options, ...(message !== undefined && { message }) } : options;
    checkOptions(() => 'close()', { reason: TEXT, message: STRING, drain: NUMBER }, given);
    const { drain = 0, ...details } = given;
    const engine = this.#engine;
    const close = (): Promise<CloseDetails> =>
      engine.close({ reason: 'wamp.close.normal', ...details } as CloseDetails);
    return drain > 0 ? new Promise((resolve) => drained(engine, drain, () => resolve(close()))) : close();
  }
}
