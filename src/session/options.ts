import type { Dict, List } from '../protocol/messages.ts';
import type { Id } from '../protocol/ids.ts';
import type { Match, Uri } from '../protocol/uris.ts';
import type { Session } from './session.ts';

/** One hop of a message that was forwarded from router to router. */
export interface ForwardHop {
  readonly session: Id;
  readonly authid: string;
  readonly authrole: string;
}

/** Tags for tracing: kept on this side, never sent. */
export interface CorrelationOptions {
  readonly correlationId?: unknown;
  readonly correlationUri?: unknown;
  readonly correlationIsAnchor?: unknown;
  readonly correlationIsLast?: unknown;
}

/** Attributes outside the standard travel as they are: `x_something` and `_something`. */
export type PrivateAttributes = Readonly<Record<`x_${string}` | `_${string}`, unknown>>;

/** What `onSubscribed` is told. */
export interface SubscriptionInfo {
  /** The router's id of the subscription. */
  readonly id: Id;
  readonly topic: Uri;
  readonly match: Match;
  readonly session: Session;
  /** True from the second time on: the stream was healed, and events may have been missed in between. */
  readonly again: boolean;
  /** When the link was lost, milliseconds since the epoch; only with `again`. */
  readonly lostAt?: number;
}

/** Options of `subscribe()` (WAMP, SUBSCRIBE.Options). */
export interface SubscribeOptions extends CorrelationOptions, PrivateAttributes {
  /** How the topic matches; `'exact'` by default. */
  readonly match?: Match;
  /**
   * Asks for the topic's retained event, for this observer alone. Asked again after every healing, unless `'once'`.
   * `false` by default.
   */
  readonly getRetained?: boolean | 'once';
  /** Key of a sharded subscription. */
  readonly nkey?: string;
  readonly forwardFor?: readonly ForwardHop[];
  /** Called before the first event of each subscription: now, and again after every healing. */
  readonly onSubscribed?: (subscription: SubscriptionInfo) => void;
}

/** Options of `publish()` (WAMP, PUBLISH.Options). */
export interface PublishOptions extends CorrelationOptions, PrivateAttributes {
  /** Waits for the router's PUBLISHED or ERROR; `false` by default, and then errors of the router are never told. */
  readonly acknowledge?: boolean;
  /** `false` to receive one's own event, too; routers exclude the publisher by default. */
  readonly excludeMe?: boolean;
  /** Sessions that shall not receive the event. */
  readonly exclude?: Id | readonly Id[];
  readonly excludeAuthid?: string | readonly string[];
  readonly excludeAuthrole?: string | readonly string[];
  /** The only sessions that may receive the event. */
  readonly eligible?: Id | readonly Id[];
  readonly eligibleAuthid?: string | readonly string[];
  readonly eligibleAuthrole?: string | readonly string[];
  /** Tells subscribers who published, where the router allows it. */
  readonly discloseMe?: boolean;
  /** Keeps the event for those who subscribe later with `getRetained`. */
  readonly retain?: boolean;
  /** Key of a sharded subscription. */
  readonly rkey?: string;
  readonly transactionHash?: string;
  readonly forwardFor?: readonly ForwardHop[];
}

/** How a call is cancelled (WAMP, "Call Canceling"). */
export type CancelMode = 'skip' | 'kill' | 'killnowait';

/** Options of `call()` (WAMP, CALL.Options). */
export interface CallOptions extends CorrelationOptions, PrivateAttributes {
  /** Asks for progressive results; `false` by default. */
  readonly progress?: boolean;
  /**
   * Milliseconds to the first and between results. Runs here, and at the router where it announced `call_timeout`.
   */
  readonly timeout?: number;
  /** Milliseconds for the whole, waiting for a session included. Runs here. */
  readonly deadline?: number;
  /** What unsubscribing early sends; `'killnowait'` by default. */
  readonly cancelMode?: CancelMode;
  /** Tells the callee who calls, where the router allows it. */
  readonly discloseMe?: boolean;
  /** Key of a sharded registration; with `runmode: 'partition'`. */
  readonly rkey?: string;
  readonly runmode?: string;
  /** Between routers: on whose behalf the call is made. */
  readonly caller?: Id;
  readonly callerAuthid?: string;
  readonly callerAuthrole?: string;
  readonly transactionHash?: string;
  readonly forwardFor?: readonly ForwardHop[];
}

/** Options of `register()` (WAMP, REGISTER.Options). */
export interface RegisterOptions extends CorrelationOptions, PrivateAttributes {
  /** How the procedure matches; `'exact'` by default. */
  readonly match?: Match;
  /** How calls are shared between callees of one procedure; `'single'` (no sharing) by default. */
  readonly invoke?: 'single' | 'first' | 'last' | 'roundrobin' | 'random';
  /** How many invocations the router may have under way at this callee (Crossbar.io). */
  readonly concurrency?: number;
  /** Evicts whoever registered the procedure before (Crossbar.io). */
  readonly forceReregister?: boolean;
  /** Asks the router to tell who calls. */
  readonly discloseCaller?: boolean;
  /** This callee runs the timer of `call({ timeout })`, not the router. */
  readonly forwardTimeout?: boolean;
  readonly forwardFor?: readonly ForwardHop[];
}

/** Payload of `call()` and `publish()` in one object with the options. */
export interface Payload<A = List> {
  readonly args?: A;
  readonly kwargs?: Readonly<Dict>;
}

/** A registration that the router confirmed; emitted again after every healing. */
export interface Registration {
  /** The router's id of the registration. */
  readonly id: Id;
  readonly procedure: Uri;
  readonly match: Match;
  readonly session: Session;
  /** True from the second time on: the registration was healed. */
  readonly again: boolean;
}

/** What became of a publication. */
export type Publication =
  | { readonly acknowledged: false }
  | {
      readonly acknowledged: true;
      /** The router's id of the publication. */
      readonly publication: Id;
    };

/** An error of a handler, hook or callback that the library called. */
export interface UserError {
  readonly error: unknown;
  /** What was called: `handler of com.app.add`, `onSubscribed of com.app.news`. */
  readonly context: string;
}
