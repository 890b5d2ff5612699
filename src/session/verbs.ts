import type { Observable } from 'rxjs';
import type { WampError } from '../protocol/errors.ts';
import { kindOf } from '../protocol/kind-of.ts';
import type { List } from '../protocol/payload.ts';
import type { Uri } from '../protocol/uris.ts';
import type {
  AnyPattern,
  CallParameters,
  EventOf,
  FinalOnly,
  FinalResultOf,
  HandlerOf,
  Members,
  OtherUri,
  PatternEventOf,
  ProcedureUri,
  ProgressResultOf,
  PublishParameters,
  TopicUri,
  Typed,
} from './contract-types.ts';
import { Call } from './call.ts';
import type { Dispatch } from './dispatch.ts';
import type { ErrorEntry } from './error-mapping.ts';
import type { CallResult, Handler, WampEvent } from './events.ts';
import { checkCall, checkPublish, checkRegister, checkSubscribe, type PayloadRequest } from './option-checks.ts';
import type {
  CallArgs,
  CallOptions,
  Given,
  JoinedSession,
  Payload,
  Publication,
  PublishOptions,
  RegisterOptions,
  Registration,
  SubscribeOptions,
  Wamp,
} from './options.ts';
import { unlessOver, type Recovery } from './recovery.ts';
import { observeRegistration } from './registration.ts';
import { observeSubscription } from './subscription.ts';

/** Where a client or session keeps its {@link Port}. */
export const PORT = Symbol('port');

/** What the verbs stand on, and what functions that take a client or a session may use beside them. */
export interface Port {
  /** All subscriptions and registrations of the client. */
  readonly recovery: Recovery;
  /** The session that subscriptions and registrations made here end with; of a client none. */
  readonly session?: JoinedSession | undefined;
  /** The session that is joined now, then each later one; of a client only. */
  readonly session$?: Observable<JoinedSession>;
  /** What takes calls and publications now; undefined while they have to wait for a session, or where none will come. */
  readonly direct: Dispatch | undefined;
  /** Where publications wait for a session; of a client only. */
  readonly outbox?: { readonly publications: number };
  /** Exceptions and the error URIs that they stand for, the newest first. */
  readonly errors: ErrorEntry[];
  /** Starts a call, when there is a session. */
  start(call: Call): void;
  publish(request: PayloadRequest<PublishOptions>): Observable<Publication>;
  /** Reports an error in the application's code on `userErrors$`, with its context: `onSubscribed of com.app.news`. */
  userError(error: unknown, context: string): void;
  /** Makes a client dial, unless it is connected or connecting. */
  dial(): void;
}

/** The port of a client or session; `what` names the function that needs it, for the error. */
export function portOf(wamp: Wamp, what: string): Port {
  const port = (wamp as { readonly [PORT]?: Port } | undefined)?.[PORT];
  if (port === undefined) throw new TypeError(`${what}: expected a WampClient or a Session, got ${kindOf(wamp)}`);
  return port;
}

/** Bytes that were accepted and not yet handed to the network. */
export const bufferedAmountOf = ({ direct }: Port): number => direct?.wire.channel.bufferedAmount ?? 0;

/** Why nothing can be begun here any more, if so. */
export const refusalOf = ({ recovery, session }: Port): WampError | undefined => recovery.refusal(session);

/** The four verbs of WAMP, which a client and a session share. */
export abstract class Verbs<Api = unknown> implements Wamp, TypedWamp<Api> {
  /** The contract, which is there for the compiler alone. */
  declare readonly '~api'?: Api;
  /** The same once more, for older compilers. */
  declare readonly '~members'?: Members<Api>;

  /** @internal */
  abstract readonly [PORT]: Port;

  /** Events of all topics that a pattern matches, typed by the contract (WAMP, "Pattern-based Subscriptions"). */
  subscribe<P extends AnyPattern<Api>, M extends 'prefix' | 'wildcard'>(
    pattern: P,
    options: Given<SubscribeOptions> & {
      /** How the topic matches. */
      readonly match: M;
    },
  ): Observable<PatternEventOf<Api, P, M>>;
  /** Events of a topic of the contract. */
  subscribe<U extends TopicUri<Api>>(topic: U, options?: Given<SubscribeOptions>): Observable<EventOf<Api, U>>;
  /**
   * Events of a topic. One router subscription per (topic, match) is shared by all observers, and given back at the end
   * of the turn in which the last observer left (WAMP, "Publish and Subscribe"). On a client it is healed after a loss;
   * on a session it lives as long as the session.
   *
   * Errors with ApplicationError when the router refuses or withdraws the subscription, with the client's error when
   * it gives up, on a session with the error by which that is lost; completes at `close()`, on a session also when that
   * is left.
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
    const { recovery, session } = this[PORT];
    return observeSubscription(recovery, checkSubscribe(topic, options), session);
  }

  /** Calls a procedure of the contract: the final result alone. */
  call<U extends ProcedureUri<Api>>(
    procedure: U,
    ...rest: CallParameters<Api, U, FinalOnly>
  ): Observable<FinalResultOf<Api, U>>;
  /** Calls a procedure of the contract, with progressive results. */
  call<U extends ProcedureUri<Api>>(
    procedure: U,
    ...rest: CallParameters<Api, U>
  ): Observable<FinalResultOf<Api, U> | ProgressResultOf<Api, U>>;
  /**
   * Calls a procedure for each subscriber. Emits progressive results (with `progress: true`), then the final one, and
   * completes. Unsubscribing before that cancels the call (WAMP, "Remote Procedure Calls", "Call Canceling").
   *
   * Errors with ApplicationError for an ERROR of callee or router, CallTimeoutError, ConnectionLostError (at once when
   * the link is lost; on a client also when there is no session within `waitTimeout`, on a session at once when that has
   * ended), SerializationError, ClosedError.
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
    const port = this[PORT];
    const request = checkCall(procedure, args as CallArgs, kwargs as object, options as CallOptions);
    return unlessOver(port.recovery, port.session, (subscriber) => {
      const call = new Call(subscriber, request);
      port.start(call);
      return call;
    });
  }

  /** Registers a handler for all procedures that a pattern matches (WAMP, "Pattern-based Registrations"). */
  register<M extends 'prefix' | 'wildcard'>(
    pattern: AnyPattern<Api>,
    handler: Handler,
    options: Given<RegisterOptions> & {
      /** How the procedure matches. */
      readonly match: M;
    },
  ): Observable<Registration>;
  /** Registers a procedure of the contract. */
  register<U extends ProcedureUri<Api>>(
    procedure: U,
    handler: HandlerOf<Api, U>,
    options?: Given<RegisterOptions>,
  ): Observable<Registration>;
  /**
   * Registers a procedure for as long as it is observed, on a session no longer than that lives; emits each confirmed
   * registration, on a client anew after every healing (WAMP, "Registering and Unregistering").
   *
   * Errors and completes as `subscribe()` does, and errors with InvalidStateError where this client has registered the
   * procedure already.
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
    const { recovery, session } = this[PORT];
    return observeRegistration(recovery, checkRegister(procedure, handler, options), handler, session);
  }

  /** Publishes to a topic of the contract. */
  publish<U extends TopicUri<Api>>(topic: U, ...rest: PublishParameters<Api, U>): Observable<Publication>;
  /**
   * Publishes at once, subscribed or not; a client without a session queues the publication. The Observable only reports,
   * and replays its report: `{ acknowledged: false }` once written, or with `acknowledge: true` the router's answer
   * (WAMP, "Publishing"). Never sent twice; routers do not send it back to this client unless `excludeMe: false`.
   *
   * Errors with ConnectionLostError (`maybeDelivered` where it was written and not answered; on a session also when that
   * has ended), ApplicationError, SerializationError, ClosedError; an error of a report without an observer goes to
   * lifecycle$ as `publisherror`.
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
    return this[PORT].publish(checkPublish(topic, args as List, kwargs as object, options as PublishOptions));
  }
}

/**
 * The four verbs, typed by a contract: what clients and sessions are, and what `validated()` returns. Passes wherever the
 * untyped `Wamp` is expected.
 */
export type TypedWamp<Api> = Typed<Api> & Pick<Verbs<Api>, 'subscribe' | 'call' | 'register' | 'publish'>;
