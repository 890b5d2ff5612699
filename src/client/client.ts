/// <reference lib="esnext.disposable" preserve="true" />
import type { Observable } from 'rxjs';
import type { List } from '../protocol/messages.ts';
import type { Uri } from '../protocol/uris.ts';
import type { AnyPattern, OtherUri, ProcedureUri, TopicUri } from '../session/api.ts';
import type { CallResult, WampEvent } from '../session/events.ts';
import { checkCall, checkPublish, checkRegister, checkSubscribe, type CallArgs } from '../session/option-checks.ts';
import type { CloseDetails } from '../session/config.ts';
import type { Handler } from '../session/invocation.ts';
import type {
  CallOptions,
  Given,
  Payload,
  Publication,
  PublishOptions,
  RegisterOptions,
  Registration,
  SubscribeOptions,
  UserError,
} from '../session/options.ts';
import { PORT, type Port } from '../session/port.ts';
import { observeRegistration } from '../session/registration.ts';
import type { Session, Wamp } from '../session/session.ts';
import { observeSubscription } from '../session/subscription.ts';
import type {
  CallParameters,
  EventOf,
  FinalOnly,
  FinalResultOf,
  HandlerOf,
  PatternEventOf,
  ProgressResultOf,
  PublishParameters,
  Members,
  TypedWamp,
} from '../session/contract-types.ts';
import { Engine } from './engine.ts';
import type { WireMessage } from './message-tap.ts';
import { resolveOptions, type BaseOptions } from './client-options.ts';
import type { LifecycleEvent, Status } from './status.ts';

/**
 * A WAMP client whose streams outlive its connection. Nothing is dialled until it is used: `connect()`, subscribing to
 * a verb or to `session$`, and `publish()` dial.
 */
export class Client<Api = unknown> implements Wamp, TypedWamp<Api> {
  static {
    // where the runtime knows `await using`
    if (typeof Symbol.asyncDispose === 'symbol') {
      Object.defineProperty(this.prototype, Symbol.asyncDispose, {
        async value(this: Client) {
          await this.close();
        },
      });
    }
  }

  /** Closes the client at the end of an `await using` block, where the runtime has `Symbol.asyncDispose`. */
  declare readonly [Symbol.asyncDispose]: () => Promise<void>;
  /** The contract, which is there for the compiler alone. */
  declare readonly '~api'?: Api;
  /** The same once more, for older compilers. */
  declare readonly '~members'?: Members<Api>;
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

  /** The present status. */
  get status(): Status<Api> {
    return this.#engine.notifier.status as Status<Api>;
  }

  /** Dials without waiting for a stream; tries again after `failed`. Returns {@link session$}. */
  connect(): Observable<Session<Api>> {
    return this.#engine.connect() as Observable<Session<Api>>;
  }

  subscribe<P extends AnyPattern<Api>, M extends 'prefix' | 'wildcard'>(
    pattern: P,
    options: Given<SubscribeOptions> & { readonly match: M },
  ): Observable<PatternEventOf<Api, P, M>>;
  subscribe<U extends TopicUri<Api>>(topic: U, options?: Given<SubscribeOptions>): Observable<EventOf<Api, U>>;
  /**
   * Events of a topic. One router subscription per (topic, match) is shared by all observers; it is healed after a
   * loss, and given back at the end of the turn in which the last observer left (WAMP, "Publish and Subscribe").
   *
   * Errors with ApplicationError when the router refuses or withdraws the subscription, with the client's error when
   * it gives up; completes at `close()`.
   *
   * @param topic a URI, or a pattern with `match`
   * @throws TypeError, InvalidUriError for arguments that cannot be right
   * @example
   * wamp.subscribe<Price>('com.shop.price').pipe(map((event) => event.value));
   */
  subscribe<T = unknown, U extends Uri = Uri>(
    topic: OtherUri<Api, TopicUri<Api>, U>,
    options?: Given<SubscribeOptions>,
  ): Observable<WampEvent<T>>;
  subscribe(topic: Uri, options?: Given<SubscribeOptions>): Observable<unknown> {
    return observeSubscription(this.#engine.streams, checkSubscribe(topic, options));
  }

  call<U extends ProcedureUri<Api>>(
    procedure: U,
    ...rest: CallParameters<Api, U, FinalOnly>
  ): Observable<FinalResultOf<Api, U>>;
  call<U extends ProcedureUri<Api>>(
    procedure: U,
    ...rest: CallParameters<Api, U>
  ): Observable<FinalResultOf<Api, U> | ProgressResultOf<Api, U>>;
  /**
   * Calls a procedure for each subscriber. Emits progressive results (with `progress: true`), then the final one, and
   * completes. Unsubscribing before that cancels the call (WAMP, "Remote Procedure Calls", "Call Canceling").
   *
   * Errors with ApplicationError for an ERROR of callee or router, CallTimeoutError, ConnectionLostError (at once when
   * the link is lost, or when there is no session within `waitTimeout`), SerializationError, ClosedError.
   *
   * @param args positional values; an Observable of such lists streams them (WAMP, "Progressive Call Invocations"); or
   * one object with args, kwargs and options
   * @throws TypeError, InvalidUriError for arguments that cannot be right
   * @example
   * wamp.call<number>('com.calc.add', [2, 3]).subscribe(({ value }) => show(value));
   */
  call<T = unknown, U extends Uri = Uri>(
    procedure: OtherUri<Api, ProcedureUri<Api>, U>,
    args?: CallArgs | (Given<CallOptions> & Payload<CallArgs>),
    kwargs?: object,
    options?: Given<CallOptions>,
  ): Observable<CallResult<T>>;
  call(procedure: Uri, args?: unknown, kwargs?: unknown, options?: unknown): Observable<unknown> {
    return this.#engine.call(checkCall(procedure, args as CallArgs, kwargs as object, options as CallOptions));
  }

  register<M extends 'prefix' | 'wildcard'>(
    pattern: AnyPattern<Api>,
    handler: Handler,
    options: Given<RegisterOptions> & { readonly match: M },
  ): Observable<Registration>;
  register<U extends ProcedureUri<Api>>(
    procedure: U,
    handler: HandlerOf<Api, U>,
    options?: Given<RegisterOptions>,
  ): Observable<Registration>;
  /**
   * Registers a procedure for as long as it is observed; emits each confirmed registration, anew after every healing
   * (WAMP, "Registering and Unregistering").
   *
   * Errors as `subscribe()` does, and with InvalidStateError where this client has registered the procedure already.
   *
   * @param handler answers an invocation with a value, a Promise or Observable of it, or `result(args, kwargs)`
   * @throws TypeError, InvalidUriError for arguments that cannot be right
   * @example
   * wamp.register('com.calc.add', ({ args: [a, b] }) => Number(a) + Number(b)).subscribe();
   */
  register<U extends Uri = Uri>(
    procedure: OtherUri<Api, ProcedureUri<Api>, U>,
    handler: Handler,
    options?: Given<RegisterOptions>,
  ): Observable<Registration>;
  register(procedure: Uri, handler: never, options?: Given<RegisterOptions>): Observable<Registration> {
    return observeRegistration(this.#engine.streams, checkRegister(procedure, handler, options), handler);
  }

  publish<U extends TopicUri<Api>>(topic: U, ...rest: PublishParameters<Api, U>): Observable<Publication>;
  /**
   * Publishes at once, or queues while there is no session; nobody need subscribe. The report is replayed to those who
   * do: `{ acknowledged: false }` once written, or with `acknowledge: true` the router's answer (WAMP, "Publishing").
   * Never sent twice; routers do not send it back to this client unless `excludeMe: false`.
   *
   * Errors with ConnectionLostError (`maybeDelivered` where it was written and not answered), ApplicationError,
   * SerializationError, ClosedError; those that nobody observes go to lifecycle$ as `publisherror`.
   *
   * @throws TypeError, InvalidUriError for arguments that cannot be right
   * @example
   * wamp.publish('com.shop.price', [{ item: 'tea', price: 3 }]);
   */
  publish<U extends Uri = Uri>(
    topic: OtherUri<Api, TopicUri<Api>, U>,
    args?: List | (Given<PublishOptions> & Payload),
    kwargs?: object,
    options?: Given<PublishOptions>,
  ): Observable<Publication>;
  publish(topic: Uri, args?: unknown, kwargs?: unknown, options?: unknown): Observable<Publication> {
    return this.#engine.publish(checkPublish(topic, args as List, kwargs as object, options as PublishOptions));
  }

  /**
   * Ends it all, for good: what is queued is sent if there is a session, GOODBYE is said, the transport is closed;
   * at most `closeTimeout`. Topics and registrations complete, open calls error with ClosedError.
   *
   * @param reason a URI, `wamp.close.normal` by default
   * @param message a text for the router's log
   */
  close(reason: Uri = 'wamp.close.normal', message?: string): Promise<CloseDetails> {
    return this.#engine.close({ reason, ...(message !== undefined && { message }) });
  }
}
