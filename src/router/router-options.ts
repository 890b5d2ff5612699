import type { Message } from '../protocol/messages.ts';
import type { Dict, List } from '../protocol/payload.ts';
import type { Id } from '../protocol/ids.ts';
import type { Match, Uri } from '../protocol/uris.ts';
import type { Serializer } from '../serializers/serializer.ts';
import type { MaybeAsync } from '../async.ts';
import type { LinkCredentials, RouterAuthenticator } from './auth-options.ts';
import type { QuirkName, RouterProfile } from './quirks.ts';
import type { SessionView } from './view-types.ts';

/** What a session may want to do with a URI. */
export type Action = 'call' | 'register' | 'publish' | 'subscribe';

/** A session that wants something, as the `authorize` hook sees it. */
export interface AuthorizationRequest {
  /** Who wants it. */
  readonly session: SessionView;
  /** Which verb it is. */
  readonly action: Action;
  /** The topic or procedure, or its pattern. */
  readonly uri: Uri;
  /** How `uri` matches: `exact` for calls and publications. */
  readonly match: Match;
  /** The request's options as on the wire. */
  readonly options: Readonly<Dict>;
}

/** The answer of the `authorize` hook; `true` stands for `{ allow: true }`. */
export interface Verdict {
  /** Whether it may. */
  readonly allow: boolean;
  /** Tells the session's identity to callees or subscribers, or keeps it from them, whatever the session asked for. */
  readonly disclose?: boolean;
  /** The error URI of a refusal, `wamp.error.not_authorized` by default. */
  readonly error?: Uri;
  /** A text for the caller or subscriber, with the ERROR of a refusal. */
  readonly message?: string;
}

/** What the sessions of a role may do. The longest matching pattern decides; where none matches, nothing is allowed. */
export interface Permission {
  /** Whether they may call it; false by default. */
  readonly call?: boolean;
  /** Whether they may register it; false by default. */
  readonly register?: boolean;
  /** Whether they may publish to it; false by default. */
  readonly publish?: boolean;
  /** Whether they may subscribe to it; false by default. */
  readonly subscribe?: boolean;
  /** A URI or pattern. */
  readonly uri: Uri;
  /** 'exact' by default. */
  readonly match?: Match;
}

/** Events to keep for `wamp.subscription.get_events`. */
export interface TopicHistoryOptions {
  /** The topic, or the pattern of topics, whose events are kept. */
  readonly topic: Uri;
  /** 'exact' by default. */
  readonly match?: Match;
  /**
   * How many events are kept.
   *
   * @default 1000
   */
  readonly limit?: number;
}

/** One realm of the router. */
export interface RealmOptions {
  /**
   * How clients may join; of the methods in a HELLO the first that is here counts.
   *
   * @default [acceptAnonymous()]
   */
  readonly auth?: readonly RouterAuthenticator[];
  /** The roles that exist, with what they may do (`true`: everything). Without this any role may do everything. */
  readonly roles?: Readonly<Record<string, true | readonly Permission[]>>;
  /** Asked for every call, registration, publication and subscription that the role allows. */
  readonly authorize?: (request: AuthorizationRequest) => MaybeAsync<boolean | Verdict>;
  /**
   * Whether callers and publishers are named: to those who asked for it or where the callee did (`onRequest`), always,
   * or never: asking is then refused with `wamp.error.option_disallowed.disclose_me`.
   *
   * @default 'onRequest'
   */
  readonly disclosure?: 'onRequest' | 'always' | 'never';
  /**
   * Topics and patterns whose events are kept, or how many events of each topic: for `wamp.subscription.get_events`. An
   * event that the caller's serializer cannot write is left out of its answer.
   */
  readonly history?: readonly TopicHistoryOptions[] | number;
  /**
   * Only lower-case letters, digits and `_` in URI components.
   *
   * @default false
   */
  readonly strictUris?: boolean;
}

/** Upper bounds, so that a runaway client cannot use up the memory of the test that runs it. */
export interface Limits {
  /**
   * Subscriptions that a session may have at a time.
   *
   * @default 100000
   */
  readonly subscriptionsPerSession?: number;
  /**
   * Registrations that a session may have at a time.
   *
   * @default 100000
   */
  readonly registrationsPerSession?: number;
  /**
   * Calls that a session may have under way.
   *
   * @default 100000
   */
  readonly callsPerSession?: number;
  /**
   * Testaments that a session may leave.
   *
   * @default 1000
   */
  readonly testamentsPerSession?: number;
  /**
   * Retained events; and topics whose events are kept where `history` is a number.
   *
   * @default 100000
   */
  readonly retainedPerRealm?: number;
  /**
   * Realms that the router may have, those made on demand included.
   *
   * @default 1000
   */
  readonly realms?: number;
}

/** Options of `createRouter`. */
export interface RouterOptions {
  /**
   * The realms: their names, or their options by name.
   *
   * @default ['realm1']
   */
  readonly realms?: readonly string[] | Readonly<Record<string, RealmOptions>>;
  /**
   * Realms that are not listed are made when a client joins them: `true`, or with these options.
   *
   * @default false
   */
  readonly autoCreateRealms?: boolean | RealmOptions;
  /** Behave as this router does, where it leaves the specification: see `QUIRKS`. */
  readonly like?: RouterProfile;
  /** Single habits, on or off. */
  readonly quirks?: Partial<Record<QuirkName, boolean>>;
  /** Where random ids and choices start, so that they are the same each time; they differ by default. */
  readonly seed?: number;
  /**
   * Ids of invocations: counted for each callee as the specification has it, or random as with routers that share one
   * generator among sessions.
   *
   * @default 'sequential'
   */
  readonly invocationIds?: 'sequential' | 'random';
  /**
   * How frames in memory move: by themselves at the end of the turn (asapScheduler), or only when `flush()` is called,
   * which delivers all of them synchronously.
   *
   * @default 'asap'
   */
  readonly delivery?: 'asap' | 'flush';
  /**
   * The serializer of in-memory links.
   *
   * @default json()
   */
  readonly serializer?: Serializer;
  /**
   * Bytes that one message may have.
   *
   * @default 16777216
   */
  readonly maxMessageSize?: number;
  /**
   * Milliseconds that a session may take to answer the router's GOODBYE before its link is closed.
   *
   * @default 2000
   */
  readonly closeTimeout?: number;
  /** Upper bounds for what clients can pile up. */
  readonly limits?: Limits;
}

/** The router's way to one client: what an adapter gives to `attach()`. */
export interface RouterPeer {
  /** Sends one message, in order. It must not throw for a lost link. */
  send(message: Message): void;
  /** Whether the client's serializer can write a message; any where this is absent. It only asks: nothing is sent. */
  canWrite?(message: Message): boolean;
  /** Hangs up after what was sent. `code` is a WebSocket close code. */
  close(code?: number, reason?: string): void;
  /** Cuts the link without a word; `close()` is used where this is absent. */
  drop?(): void;
  /** Sends a frame as it is, for `sendRaw()`. */
  raw?(frame: string | Uint8Array): void;
  /** What authenticators may want to know of the link. */
  readonly credentials?: LinkCredentials;
}

/** The other direction: what `attach()` gives to the adapter. */
export interface RouterLink {
  /** A decoded frame came, whatever it holds. */
  receive(value: unknown): void;
  /** A frame came that cannot be decoded, or is not of the agreed kind. */
  undecodable(message: string): void;
  /** The link is gone. */
  lost(): void;
  /** Whether a fault keeps the link silent: pings must not be answered then. */
  readonly silent: boolean;
}

/** A message that passed the router, as `messages$` shows it. */
export interface RouterFrame {
  /** The session, once it is known. */
  readonly session: Id | undefined;
  /** The link, counted from 1. */
  readonly link: number;
  /** As the router sees it: `in` from the client, `out` to it. */
  readonly direction: 'in' | 'out';
  /** The message. `in` also shows what was malformed. */
  readonly message: Message;
  /** Milliseconds of the scheduler's clock. */
  readonly time: number;
}

/**
 * Looks at each message on its way and may change the course: return the message itself or another, a list of messages
 * `{ instead: [...] }`, or `undefined` to make it vanish.
 */
export type Intercept = (
  message: Message,
  context: {
    /** The session, once it is known. */
    readonly session: Id | undefined;
    /** As the router sees it: `in` from the client, `out` to it. */
    readonly direction: 'in' | 'out';
  },
) =>
  | Message
  | {
      /** The messages that take its place, in order; none to make it vanish. */
      readonly instead: readonly Message[];
    }
  | undefined;

/** The payload that `router.publish` takes. */
export interface RouterPublishOptions {
  /** The realm, where the router has more than one. */
  readonly realm?: string;
  /** Positional values; none by default. */
  readonly args?: List;
  /** Keyword values; none by default. */
  readonly kwargs?: Readonly<Dict>;
  /** PUBLISH.Options as on the wire: `retain`, `eligible` … */
  readonly options?: Readonly<Dict>;
}
