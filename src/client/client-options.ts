import type { MonoTypeOperatorFunction } from 'rxjs';
import type { Authenticator } from '../auth/authenticator.ts';
import {
  BOOL,
  checkOptions,
  DICT,
  FUNCTION,
  isDict,
  kind,
  LIST,
  listOf,
  NUMBER,
  REALM,
  TEXT,
  type Kind,
  type OptionTable,
} from '../protocol/kinds.ts';
import { assertUri, type Uri } from '../protocol/uris.ts';
import { mergeIdentities } from '../auth/identities.ts';
import type { ErrorEntry, ErrorMapping } from '../session/error-mapping.ts';
import type { Interceptors } from '../session/interceptors.ts';
import type { Session } from '../session/session.ts';
import type { Transport } from '../transports/transport.ts';
import type { BackoffOptions } from './backoff.ts';
import type { KeepaliveOptions } from './keepalive.ts';

/** When and how to try again. Built from `retry()`. */
export interface ReconnectOptions extends BackoffOptions {
  /** Retries since the last stable session before the client gives up; `Infinity` by default. */
  readonly maxRetries?: number | undefined;
  /** Milliseconds that a session must have lived for the counting to begin anew; 10 000 by default. */
  readonly stableAfter?: number | undefined;
  /**
   * Overrules which ends are final: true tries again, false gives up, undefined leaves it to the table in src/client/README.md.
   */
  readonly retryable?: (error: Error) => boolean | undefined;
}

/** Options of a client with its transports. */
export interface BaseOptions {
  /**
   * The realm to join; `null` leaves it to the router, by the client's identity, and `session.realm` shows which it was.
   * Crossbar.io does that; the specification wants a name.
   */
  readonly realm: Uri | null;
  /** Ways to reach the router, tried in turn: the next one after a failure, the same one after a success. */
  readonly transports: readonly Transport[];
  /** Ways to authenticate, by preference. None, the default, is anonymous. */
  readonly auth?: readonly Authenticator[] | undefined;
  /**
   * When to try again: for ever, by default, after 1.5 s and then ever longer, up to five minutes; `false` for never; or an
   * operator that resubscribes (retries), errors or completes (gives up).
   */
  readonly reconnect?: ReconnectOptions | false | MonoTypeOperatorFunction<Session> | undefined;
  /** Milliseconds from dialling to a joined session, not counting the time that the application takes for its answers; 10 000 by default. */
  readonly joinTimeout?: number | undefined;
  /** Milliseconds that a call waits for a session; 30 000 by default. */
  readonly waitTimeout?: number | undefined;
  /**
   * Milliseconds that the router may take to answer SUBSCRIBE, REGISTER and an acknowledged PUBLISH; 30 000 by default. Then a
   * subscription or registration is requested again, and the report of a publication errors with a
   * ConnectionLostError that has `maybeDelivered`. `Infinity` waits for ever. Calls have a `timeout` of their own.
   */
  readonly requestTimeout?: number | undefined;
  /** Milliseconds that closing may take; 2 000 by default. */
  readonly closeTimeout?: number | undefined;
  /** Milliseconds without use after which the client hangs up until it is used again; `Infinity` by default. */
  readonly idleTimeout?: number | undefined;
  /** How half-open links are noticed: by a probe after 30 s of silence, by default; `false` for not at all. */
  readonly keepalive?: KeepaliveOptions | false | undefined;
  /**
   * Bytes that may wait for the network; 64 MiB by default. While there are more, publications wait as they do without a
   * session.
   */
  readonly maxBufferedAmount?: number | undefined;
  /** Bounds of the publications that wait for a session; what exceeds them errors. */
  readonly publishQueue?:
    | {
        /** How many may wait; 1000 by default. */
        readonly size?: number;
        /** Milliseconds that each may wait; 60 000 by default. */
        readonly ttl?: number;
      }
    | undefined;
  /**
   * Exceptions and the error URIs that they stand for, both ways: `[[BadThing, 'com.app.bad']]`; with `'prefix'` behind
   * it, an entry is for all URIs that begin so. See also `define()`.
   */
  readonly errors?: ErrorMapping | undefined;
  /**
   * Whether an option that changes what a request means (`match`, `invoke`, `retain`, `discloseMe` …) is refused here
   * where the router did not announce its feature; true by default. False for routers that do more than they announce.
   */
  readonly checkFeatures?: boolean | undefined;
  /** See and may change every message: for logging, metadata, encryption. None by default; the one nearest to the application first. */
  readonly interceptors?: Interceptors | undefined;
  /** What HELLO says of this software; `rxwamp` by default. */
  readonly agent?: string | undefined;
}

const isTransport = (v: unknown): boolean => isDict(v) && FUNCTION.test(v['open']);
const isMapping = (pair: unknown): boolean =>
  Array.isArray(pair) &&
  FUNCTION.test(pair[0]) &&
  TEXT.test(pair[1]) &&
  /^(undefined|exact|prefix)$/.test(String(pair[2]));
const isOff = (v: unknown): boolean => v === false;

const OPTIONS = {
  realm: REALM,
  transports: kind(
    'a list of transports, one at least',
    (v) => Array.isArray(v) && v.length > 0 && v.every(isTransport),
  ),
  auth: { ...listOf('authenticators', isDict), secret: true },
  reconnect: kind('an object, false, or an operator', (v) => isOff(v) || isDict(v) || FUNCTION.test(v)),
  joinTimeout: NUMBER,
  waitTimeout: NUMBER,
  requestTimeout: NUMBER,
  closeTimeout: NUMBER,
  idleTimeout: NUMBER,
  keepalive: kind('an object or false', (v) => isOff(v) || isDict(v)),
  maxBufferedAmount: NUMBER,
  publishQueue: DICT,
  errors: listOf("[class, URI], or [class, URI, 'prefix']", isMapping),
  checkFeatures: BOOL,
  interceptors: listOf('interceptors', (v) => isDict(v) || FUNCTION.test(v)),
  agent: TEXT,
} satisfies Record<keyof BaseOptions, Kind>;

const RECONNECT = {
  initialDelay: NUMBER,
  maxDelay: NUMBER,
  growth: kind('a number from 1', (v) => NUMBER.test(v) && (v as number) >= 1),
  jitter: kind('a number from 0 to 1', (v) => NUMBER.test(v) && (v as number) <= 1),
  random: FUNCTION,
  maxRetries: NUMBER,
  stableAfter: NUMBER,
  retryable: FUNCTION,
} satisfies Record<keyof ReconnectOptions, Kind>;

const KEEPALIVE = { interval: NUMBER, timeout: NUMBER, probe: TEXT } satisfies Record<keyof KeepaliveOptions, Kind>;
const QUEUE = { size: NUMBER, ttl: NUMBER } satisfies Record<keyof NonNullable<BaseOptions['publishQueue']>, Kind>;

/** Options of which those that are undefined were left out. */
type Defined<T> = { [Name in keyof T]: Exclude<T[Name], undefined> };

/** What a client is made with, complete. */
export type Settings = Required<Defined<Omit<BaseOptions, 'publishQueue' | 'errors'>>> & {
  /** May grow: see `define()`. */
  readonly errors: ErrorEntry[];
  readonly publishQueue: { readonly size: number; readonly ttl: number };
};

const DEFAULTS = {
  auth: [],
  reconnect: {},
  joinTimeout: 10_000,
  waitTimeout: 30_000,
  requestTimeout: 30_000,
  closeTimeout: 2_000,
  idleTimeout: Infinity,
  keepalive: {},
  maxBufferedAmount: 64 * 1024 * 1024,
  errors: [],
  checkFeatures: true,
  interceptors: [],
  agent: 'rxwamp',
};

/**
 * Checks the options of a client and fills in what was left out; the one place where defaults stand.
 *
 * @throws TypeError that names the option, what it must be and what it was; InvalidUriError for the realm
 */
export function resolveOptions(options: BaseOptions): Settings {
  const check = <T extends object>(name: string, table: OptionTable, given: T): Defined<T> =>
    Object.fromEntries(
      checkOptions(() => `WampClient${name}`, table, given).map((option) => [option, given[option as keyof T]]),
    ) as Defined<T>;
  const given = check('', OPTIONS, options);
  if (given.realm !== null) assertUri(given.realm, 'WampClient: realm');
  // not required by the type of the whole client, where `url` may stand for it
  if (!LIST.test(given.transports)) throw new TypeError('WampClient: url or transports must be given');
  const settings = { ...DEFAULTS, ...given };
  if (isDict(settings.reconnect)) check(': reconnect', RECONNECT, settings.reconnect);
  if (isDict(settings.keepalive)) check(': keepalive', KEEPALIVE, settings.keepalive);
  mergeIdentities(settings.auth.flatMap(({ identity }) => identity ?? []));
  return {
    ...settings,
    errors: [...settings.errors],
    publishQueue: { size: 1000, ttl: 60_000, ...check(': publishQueue', QUEUE, given.publishQueue ?? {}) },
  };
}
