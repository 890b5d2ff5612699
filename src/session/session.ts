import type { Observable } from 'rxjs';
import { camelised } from '../protocol/attributes.ts';
import { ClosedError } from '../protocol/errors.ts';
import type { Id } from '../protocol/ids.ts';
import type { Dict, List } from '../protocol/payload.ts';
import type { Uri } from '../protocol/uris.ts';
import type { TransportDetails } from '../transports/transport.ts';
import type { AnyPattern, OtherUri, ProcedureUri, TopicUri } from './api.ts';
import type { CallResult, WampEvent } from './events.ts';
import { Call } from './call.ts';
import { checkCall, checkPublish, checkRegister, checkSubscribe, type CallArgs } from './option-checks.ts';
import type { Handler } from './invocation.ts';
import type { Dispatch } from './dispatch.ts';
import type {
  CallOptions,
  Given,
  Payload,
  Publication,
  PublishOptions,
  RegisterOptions,
  Registration,
  SubscribeOptions,
} from './options.ts';
import { PORT, type SessionInside } from './port.ts';
import { observeRegistration } from './registration.ts';
import { PendingPublication, publishOn } from './publication.ts';
import { sessionOver, unlessOver, type Recovery } from './recovery.ts';
import { observeSubscription } from './subscription.ts';
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
} from './contract-types.ts';

/** The four verbs, untyped: what helpers take, and what a client and a session both are. */
export interface Wamp {
  subscribe<T = unknown>(topic: Uri, options?: Given<SubscribeOptions>): Observable<WampEvent<T>>;
  call<T = unknown>(
    procedure: Uri,
    args?: CallArgs | (Given<CallOptions> & Payload<CallArgs>),
    kwargs?: object,
    options?: Given<CallOptions>,
  ): Observable<CallResult<T>>;
  register(procedure: Uri, handler: Handler, options?: Given<RegisterOptions>): Observable<Registration>;
  publish(
    topic: Uri,
    args?: List | (Given<PublishOptions> & Payload),
    kwargs?: object,
    options?: Given<PublishOptions>,
  ): Observable<Publication>;
}

/** Who joined what, and how (WAMP, WELCOME). */
export interface SessionDetails {
  /** The realm; empty where the router assigned one and does not tell which. */
  readonly realm: Uri;
  /** The session's id. */
  readonly session: Id;
  readonly authid?: string;
  readonly authrole?: string;
  readonly authmethod?: string;
  readonly authprovider?: string;
  readonly authextra?: Readonly<Dict>;
  /** The router's software. */
  readonly agent?: string;
  /** What the router announced. */
  readonly roles: Readonly<Dict>;
  /** Session resumption, which no router in use offers: told as it comes, never asked for. */
  readonly resumed?: boolean;
  readonly resumable?: boolean;
  readonly resumeToken?: string;
  /** The serializer in use, `json`. */
  readonly serializer: string;
  readonly transport: TransportDetails;
  /** Whatever else the router told, in camelCase. */
  readonly [name: string]: unknown;
}

/** WELCOME as the application sees it. */
export function sessionDetails(
  realm: Uri | null,
  session: Id,
  welcome: Dict,
  transport: TransportDetails,
): SessionDetails {
  const { authmethods: _, ...told } = camelised(welcome);
  return { roles: {}, realm: realm ?? '', ...told, session, serializer: transport.serializer, transport };
}

/**
 * One joined session. Its four verbs are those of the client, but end with it: topics and registrations complete when
 * it is left in good order, and error when it is lost.
 */
export class Session<Api = unknown> implements Wamp, TypedWamp<Api> {
  /** The contract, which is there for the compiler alone. */
  declare readonly '~api'?: Api;
  /** The same once more, for older compilers. */
  declare readonly '~members'?: Members<Api>;
  readonly details: SessionDetails;
  readonly #link: Dispatch;
  readonly #streams: Recovery;
  readonly #unseen: (error: unknown, topic: Uri) => void;

  /** @internal */
  constructor(
    link: Dispatch,
    streams: Recovery,
    details: SessionDetails,
    unseen: (error: unknown, topic: Uri) => void,
  ) {
    this.#link = link;
    this.#streams = streams;
    this.#unseen = unseen;
    this.details = details;
    link.session = this;
  }

  /** The session's id. */
  get id(): Id {
    return this.details.session;
  }

  get realm(): Uri {
    return this.details.realm;
  }

  /** True until the session leaves or is lost. */
  get open(): boolean {
    return this.#link.open;
  }

  /** Whether the router announced an advanced feature (WAMP, "Feature Announcement"). */
  supports(role: 'broker' | 'dealer', feature: string): boolean {
    return this.#link.supports(role, feature);
  }

  subscribe<P extends AnyPattern<Api>, M extends 'prefix' | 'wildcard'>(
    pattern: P,
    options: Given<SubscribeOptions> & { readonly match: M },
  ): Observable<PatternEventOf<Api, P, M>>;
  subscribe<U extends TopicUri<Api>>(topic: U, options?: Given<SubscribeOptions>): Observable<EventOf<Api, U>>;
  /** Events of a topic, for as long as this session lives. See `WampClient.subscribe()`. */
  subscribe<T = unknown, U extends Uri = Uri>(
    topic: OtherUri<Api, TopicUri<Api>, U>,
    options?: Given<SubscribeOptions>,
  ): Observable<WampEvent<T>>;
  subscribe(topic: Uri, options?: Given<SubscribeOptions>): Observable<unknown> {
    return observeSubscription(this.#streams, checkSubscribe(topic, options), this);
  }

  call<U extends ProcedureUri<Api>>(
    procedure: U,
    ...rest: CallParameters<Api, U, FinalOnly>
  ): Observable<FinalResultOf<Api, U>>;
  call<U extends ProcedureUri<Api>>(
    procedure: U,
    ...rest: CallParameters<Api, U>
  ): Observable<FinalResultOf<Api, U> | ProgressResultOf<Api, U>>;
  /** Calls a procedure. See `WampClient.call()`; a call that comes too late errors at once. */
  call<T = unknown, U extends Uri = Uri>(
    procedure: OtherUri<Api, ProcedureUri<Api>, U>,
    args?: CallArgs | (Given<CallOptions> & Payload<CallArgs>),
    kwargs?: object,
    options?: Given<CallOptions>,
  ): Observable<CallResult<T>>;
  call(procedure: Uri, args?: unknown, kwargs?: unknown, options?: unknown): Observable<unknown> {
    const request = checkCall(procedure, args as CallArgs, kwargs as object, options as CallOptions);
    return unlessOver(this.#streams, this, (subscriber) => {
      const call = new Call(subscriber, request);
      call.start(this.#link);
      return call;
    });
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
  /** Registers a procedure, for as long as this session lives. See `WampClient.register()`. */
  register<U extends Uri = Uri>(
    procedure: OtherUri<Api, ProcedureUri<Api>, U>,
    handler: Handler,
    options?: Given<RegisterOptions>,
  ): Observable<Registration>;
  register(procedure: Uri, handler: never, options?: Given<RegisterOptions>): Observable<Registration> {
    return observeRegistration(this.#streams, checkRegister(procedure, handler, options), handler, this);
  }

  publish<U extends TopicUri<Api>>(topic: U, ...rest: PublishParameters<Api, U>): Observable<Publication>;
  /** Publishes at once. See `WampClient.publish()`. */
  publish<U extends Uri = Uri>(
    topic: OtherUri<Api, TopicUri<Api>, U>,
    args?: List | (Given<PublishOptions> & Payload),
    kwargs?: object,
    options?: Given<PublishOptions>,
  ): Observable<Publication>;
  publish(topic: Uri, args?: unknown, kwargs?: unknown, options?: unknown): Observable<Publication> {
    const request = checkPublish(topic, args as List, kwargs as object, options as PublishOptions);
    if (this.open) return publishOn(this.#link, request, this.#unseen);
    return new PendingPublication(request, this.#unseen).failLater(sessionOver());
  }

  /** @internal */
  get [PORT](): SessionInside {
    return { session: this, link: this.#link, streams: this.#streams };
  }

  /**
   * Says GOODBYE. A client that is not closed takes this for a loss and joins anew: a way to begin a fresh session.
   *
   * @param reason a URI, `wamp.close.normal` by default
   */
  leave(reason: Uri = 'wamp.close.normal', message?: string): void {
    this.#link.leave(reason, message, new ClosedError(`The session was left (${reason})`));
  }
}
