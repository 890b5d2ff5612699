import type { Id } from '../protocol/ids.ts';
import type { Dict } from '../protocol/payload.ts';
import type { Match, Uri } from '../protocol/uris.ts';

/** A joined session, as plain data. */
export interface SessionView {
  /** The session's id. */
  readonly id: Id;
  /** The realm that it has joined. */
  readonly realm: string;
  /** Who joined. */
  readonly authid: string;
  /** The role that its permissions depend on. */
  readonly authrole: string;
  /** How it was authenticated: `anonymous`, `ticket` … */
  readonly authmethod: string;
  /** Where its identity comes from: `static`, `dynamic` … */
  readonly authprovider: string;
  /** What the client calls itself. */
  readonly agent?: string;
  /** What it came by. */
  readonly link: LinkInfo;
  /** HELLO.Details.roles. */
  readonly roles: Readonly<Dict>;
  /** Whether its link is gone and the router does not know (fault `ghost`). */
  readonly ghost: boolean;
}

/** A subscription, as plain data. */
export interface SubscriptionView {
  /** The id of the subscription. */
  readonly id: Id;
  /** The realm that it is in. */
  readonly realm: string;
  /** The topic, or the pattern. */
  readonly topic: Uri;
  /** How `topic` matches. */
  readonly match: Match;
  /** When it was made: ISO 8601. */
  readonly created: string;
  /** The ids of its subscribers. */
  readonly sessions: readonly Id[];
}

/** A registration, as plain data. */
export interface RegistrationView {
  /** The id of the registration. */
  readonly id: Id;
  /** The realm that it is in. */
  readonly realm: string;
  /** The procedure, or the pattern. */
  readonly procedure: Uri;
  /** How `procedure` matches. */
  readonly match: Match;
  /** How calls are distributed over its callees: `single`, `roundrobin` … (WAMP, "Shared Registration"). */
  readonly invoke: string;
  /** When it was made: ISO 8601. */
  readonly created: string;
  /** The ids of its callees, in the order in which they registered. */
  readonly sessions: readonly Id[];
}

/** A call under way, as plain data. */
export interface CallView {
  /** The caller. */
  readonly session: Id;
  /** The realm that it is in. */
  readonly realm: string;
  /** The procedure that was called. */
  readonly procedure: Uri;
  /** The caller's id of the call. */
  readonly request: Id;
}

/** What carries a link. */
export interface LinkInfo {
  /** `memory`, `websocket` … */
  readonly type: string;
  /** The serializer's id. */
  readonly serializer?: string;
  /** Where the client is. */
  readonly peer?: string;
}
