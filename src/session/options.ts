import type { Observable } from 'rxjs';
import type { Dict, List } from '../protocol/payload.ts';
import type { Id } from '../protocol/ids.ts';
import type { Match, Uri } from '../protocol/uris.ts';
import type { TransportDetails } from '../transports/transport.ts';
import type { CallResult, ForwardHop, Handler, WampEvent } from './events.ts';

/** Tags for tracing: shown on messages$ beside what is sent for them, and never sent themselves. */
export interface CorrelationOptions {
  /** Which messages belong together. */
  readonly correlationId?: unknown;
  /** What it began with, for instance the procedure. */
  readonly correlationUri?: unknown;
  /** Whether this message is the first. */
  readonly correlationIsAnchor?: unknown;
  /** Whether this message is the last. */
  readonly correlationIsLast?: unknown;
}

/** Attributes outside the standard travel as they are: `x_something` and `_something`. */
export type PrivateAttributes = Readonly<Record<`x_${string}` | `_${string}`, unknown>>;

/** Options as they are given: by themselves, or with attributes outside the standard. */
export type Given<Options> = Options | (Options & PrivateAttributes);

/** How a payload is packed for routers that pass it through (WAMP, "Payload Passthru Mode"). Needs a payload codec. */
export interface PassthruOptions {
  /** `wamp`, `mqtt`, or `x_` and a name of one's own: switches the mode on. */
  readonly pptScheme?: string | undefined;
  /** `native`, `json`, `msgpack`, `cbor` … */
  readonly pptSerializer?: string | undefined;
  /** The cipher, `xsalsa20poly1305` for instance; without one the payload is packed in clear. */
  readonly pptCipher?: string | undefined;
  /** Names the key, for a cipher with several. */
  readonly pptKeyid?: string | undefined;
}

/** Options of `result()` (WAMP, YIELD.Options). */
export interface ResultOptions extends PassthruOptions {
  /** Between routers: on whose behalf the call was answered. */
  readonly callee?: Id | undefined;
  /** The authid of that callee. */
  readonly calleeAuthid?: string | undefined;
  /** The authrole of that callee. */
  readonly calleeAuthrole?: string | undefined;
  /** Between routers: the way of the message so far. */
  readonly forwardFor?: readonly ForwardHop[] | undefined;
}

/** What `onSubscribed` is called with. */
export interface SubscriptionInfo {
  /** The router's id of the subscription. */
  readonly id: Id;
  /** The topic, or the pattern. */
  readonly topic: Uri;
  /** How `topic` matches: exactly, as a prefix, or as a wildcard (WAMP, "Pattern-based Subscriptions"). */
  readonly match: Match;
  /** The session that it is part of. */
  readonly session: JoinedSession;
  /** True from the second time on: the stream was healed, and events may have been missed in between. */
  readonly again: boolean;
  /** When the link was lost, milliseconds since the epoch; only with `again`. */
  readonly lostAt?: number;
}

/** Options of `subscribe()` (WAMP, SUBSCRIBE.Options). */
export interface SubscribeOptions extends CorrelationOptions {
  /** How the topic matches; `'exact'` by default (WAMP, "Pattern-based Subscriptions"). */
  readonly match?: Match | undefined;
  /**
   * Asks for the topic's retained event, for this observer alone. Asked again after every healing, unless `'once'`.
   * `false` by default (WAMP, "Event Retention").
   */
  readonly getRetained?: boolean | 'once' | undefined;
  /** Key of a sharded subscription; none by default (WAMP, "Sharded Subscription"). */
  readonly nkey?: string | undefined;
  /** Between routers: the way of the message so far. */
  readonly forwardFor?: readonly ForwardHop[] | undefined;
  /**
   * Called before the first event of each subscription: now, and again after every healing. Not waited for; what it throws
   * or rejects with is reported on `userErrors$`.
   */
  readonly onSubscribed?: ((subscription: SubscriptionInfo) => void) | undefined;
}

/** Options of `publish()` (WAMP, PUBLISH.Options). */
export interface PublishOptions extends CorrelationOptions, PassthruOptions {
  /** Waits for the router's PUBLISHED or ERROR; `false` by default, and then errors of the router are not reported. */
  readonly acknowledge?: boolean | undefined;
  /** `false` to receive one's own event, too; routers exclude the publisher by default (WAMP, "Publisher Exclusion"). */
  readonly excludeMe?: boolean | undefined;
  /** Sessions that shall not receive the event; none by default (WAMP, "Subscriber Black- and Whitelisting"). */
  readonly exclude?: Id | readonly Id[] | undefined;
  /** Users, by authid, that shall not receive it; none by default. */
  readonly excludeAuthid?: string | readonly string[] | undefined;
  /** Roles that shall not receive it; none by default. */
  readonly excludeAuthrole?: string | readonly string[] | undefined;
  /** The only sessions that may receive the event; all by default. An empty list: none. */
  readonly eligible?: Id | readonly Id[] | undefined;
  /** The only users, by authid, that may receive it; all by default. */
  readonly eligibleAuthid?: string | readonly string[] | undefined;
  /** The only roles that may receive it; all by default. */
  readonly eligibleAuthrole?: string | readonly string[] | undefined;
  /** Discloses the publisher, where the router allows it; false by default (WAMP, "Publisher Identification"). */
  readonly discloseMe?: boolean | undefined;
  /** Keeps the event for later subscribers with `getRetained`; false by default (WAMP, "Event Retention"). */
  readonly retain?: boolean | undefined;
  /** Key of a sharded subscription; none by default (WAMP, "Sharded Subscription"). */
  readonly rkey?: string | undefined;
  /** A hash that is passed on with the message (Crossbar.io). */
  readonly transactionHash?: string | undefined;
  /** Between routers: the way of the message so far. */
  readonly forwardFor?: readonly ForwardHop[] | undefined;
}

/** How a call is cancelled (WAMP, "Call Canceling"). */
export type CancelMode = 'skip' | 'kill' | 'killnowait';

/** Options of `call()` (WAMP, CALL.Options). */
export interface CallOptions extends CorrelationOptions, PassthruOptions {
  /** Asks for progressive results; `false` by default (WAMP, "Progressive Call Results"). */
  readonly progress?: boolean | undefined;
  /**
   * Milliseconds to the first and between results; no bound by default. Runs here, and at the router where it announced
   * `call_timeout` (WAMP, "Call Timeout"). Then the call is cancelled, and errors with CallTimeoutError.
   */
  readonly timeout?: number | undefined;
  /** Milliseconds for the whole, waiting for a session included; no bound by default. Runs here, and ends as `timeout`. */
  readonly deadline?: number | undefined;
  /** What unsubscribing early sends; `'killnowait'` by default (WAMP, "Call Canceling"). */
  readonly cancelMode?: CancelMode | undefined;
  /** Discloses the caller, where the router allows it; false by default (WAMP, "Caller Identification"). */
  readonly discloseMe?: boolean | undefined;
  /** Key of a sharded registration; with `runmode: 'partition'` (WAMP, "Sharded Registration"). */
  readonly rkey?: string | undefined;
  /** `'partition'` calls the one shard that `rkey` selects. */
  readonly runmode?: string | undefined;
  /** Between routers: on whose behalf the call is made. */
  readonly caller?: Id | undefined;
  /** The authid of that caller. */
  readonly callerAuthid?: string | undefined;
  /** The authrole of that caller. */
  readonly callerAuthrole?: string | undefined;
  /** A hash that is passed on with the message (Crossbar.io). */
  readonly transactionHash?: string | undefined;
  /** Between routers: the way of the message so far. */
  readonly forwardFor?: readonly ForwardHop[] | undefined;
}

/** Options of `register()` (WAMP, REGISTER.Options). */
export interface RegisterOptions extends CorrelationOptions {
  /** How the procedure matches; `'exact'` by default (WAMP, "Pattern-based Registrations"). */
  readonly match?: Match | undefined;
  /** How calls are shared between callees of one procedure; `'single'` (no sharing) by default (WAMP, "Shared Registration"). */
  readonly invoke?: 'single' | 'first' | 'last' | 'roundrobin' | 'random' | undefined;
  /** How many invocations the router may have under way at this callee; no bound by default (Crossbar.io). */
  readonly concurrency?: number | undefined;
  /** Evicts an earlier registration of the procedure; false by default (Crossbar.io). */
  readonly forceReregister?: boolean | undefined;
  /** Asks the router to disclose callers; false by default (WAMP, "Caller Identification"). */
  readonly discloseCaller?: boolean | undefined;
  /** This callee runs the timer of `call({ timeout })`, not the router; false by default (WAMP, "Call Timeout"). */
  readonly forwardTimeout?: boolean | undefined;
  /** Between routers: the way of the message so far. */
  readonly forwardFor?: readonly ForwardHop[] | undefined;
}

/** Payload of `call()` and `publish()` in one object with the options. */
export interface Payload<A = List> {
  /** Positional values; none by default. Of a call also an Observable of lists. */
  readonly args?: A | undefined;
  /** Keyword values: a plain object; none by default. */
  readonly kwargs?: object | undefined;
}

/** A registration that the router confirmed; emitted again after every healing. */
export interface Registration {
  /** The router's id of the registration. */
  readonly id: Id;
  /** The procedure, or the pattern. */
  readonly procedure: Uri;
  /** How `procedure` matches: exactly, as a prefix, or as a wildcard (WAMP, "Pattern-based Registrations"). */
  readonly match: Match;
  /** The session that it is part of. */
  readonly session: JoinedSession;
  /** True from the second time on: the registration was healed. */
  readonly again: boolean;
}

/** What became of a publication. */
export type Publication =
  | {
      /** It was written to the link; whether the router took it is not known. */
      readonly acknowledged: false;
    }
  | {
      /** The router confirmed it: with the option `acknowledge`. */
      readonly acknowledged: true;
      /** The router's id of the publication: that of its events. */
      readonly publication: Id;
    };

/** An error of a handler, hook or callback that the library called. */
export interface UserError {
  /** What was thrown. */
  readonly error: unknown;
  /** What was called: `handler of com.app.add`, `onSubscribed of com.app.news`. */
  readonly context: string;
}

/** Arguments of a call: a list, or an Observable of lists for a progressive invocation. */
export type CallArgs = List | Observable<List>;

/** The four verbs, untyped: what helpers take, and what a client and a session both are. */
export interface Wamp {
  /** Events of a topic, for as long as they are observed. */
  subscribe<T = unknown>(topic: Uri, options?: Given<SubscribeOptions>): Observable<WampEvent<T>>;
  /** Calls a procedure for each subscriber; unsubscribing cancels the call. */
  call<T = unknown>(
    procedure: Uri,
    args?: CallArgs | (Given<CallOptions> & Payload<CallArgs>),
    kwargs?: object,
    options?: Given<CallOptions>,
  ): Observable<CallResult<T>>;
  /** Registers a procedure for as long as it is observed. */
  register(procedure: Uri, handler: Handler, options?: Given<RegisterOptions>): Observable<Registration>;
  /** Publishes at once; the Observable reports how that went. */
  publish(
    topic: Uri,
    args?: List | (Given<PublishOptions> & Payload),
    kwargs?: object,
    options?: Given<PublishOptions>,
  ): Observable<Publication>;
}

/** The identity, realm and router of a session (WAMP, WELCOME). */
export interface SessionDetails {
  /** The realm; empty where the router assigned one without naming it. */
  readonly realm: Uri;
  /** The session's id. */
  readonly session: Id;
  /** Who joined. */
  readonly authid?: string;
  /** The role that the router assigned, on which permissions depend. */
  readonly authrole?: string;
  /** How the session was authenticated: `anonymous`, `ticket`, `wampcra` … (WAMP, "Authentication Methods"). */
  readonly authmethod?: string;
  /** Which part of the router authenticated it. */
  readonly authprovider?: string;
  /** What the method of authentication or the router adds. */
  readonly authextra?: Readonly<Dict>;
  /** The router's software. */
  readonly agent?: string;
  /** What the router announced. */
  readonly roles: Readonly<Dict>;
  /** Session resumption, which no router in use offers: shown as it comes, never requested. */
  readonly resumed?: boolean;
  /** Whether the router would resume this session after a loss. */
  readonly resumable?: boolean;
  /** What a resumption would be requested with. */
  readonly resumeToken?: string;
  /** The serializer in use, `json`. */
  readonly serializer: string;
  /** The connection below. */
  readonly transport: TransportDetails;
  /** Everything else that the router sent, in camelCase. */
  readonly [name: string]: unknown;
}

/** A joined session as options and reports refer to it: the class `Session` is one. */
export interface JoinedSession extends Wamp {
  /** What WELCOME held, and the transport. */
  readonly details: SessionDetails;
  /** The session's id. */
  readonly id: Id;
  /** The realm; empty where the router assigned one without naming it. */
  readonly realm: Uri;
  /** True until the session leaves or is lost. */
  readonly open: boolean;
  /** Whether the router announced an advanced feature (WAMP, "Feature Announcement"). */
  supports(role: 'broker' | 'dealer', feature: string): boolean;
  /** Says GOODBYE; see `Session.leave()`. */
  leave(reason?: Uri, message?: string): void;
}

/** Options of `close()`. */
export interface CloseOptions {
  /** A URI; `wamp.close.normal` by default. */
  readonly reason?: Uri | undefined;
  /** A text for the router's log. */
  readonly message?: string | undefined;
  /**
   * For callees: unregisters all procedures first, and lets the invocations that run be answered, for at most so many
   * milliseconds. 0 by default: what runs is stopped, and its callers get an error.
   */
  readonly drain?: number | undefined;
}

/** How a client was closed: its own reason, and what the router's answer held (WAMP, GOODBYE). */
export interface CloseDetails {
  /** As it was given to `close()`: routers answer with reasons of their own, which mean nothing. */
  readonly reason: Uri;
  /** As it was given to `close()`; otherwise the router's. */
  readonly message?: string;
  /** Whether the router would take the session up again; none in use does. */
  readonly resumable?: boolean;
  /** Everything else that the router sent, in camelCase. */
  readonly [name: string]: unknown;
}
