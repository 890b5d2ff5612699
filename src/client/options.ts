import type { MonoTypeOperatorFunction } from 'rxjs';
import type { Authenticator } from '../auth/authenticator.ts';
import { FUNCTION, isDict, LIST, TEXT, type Kind } from '../protocol/attributes.ts';
import { kindOf } from '../protocol/errors.ts';
import { assertUri, type Uri } from '../protocol/uris.ts';
import { mergeIdentities } from '../session/asking.ts';
import type { ErrorMapping } from '../session/errors.ts';
import type { Session } from '../session/session.ts';
import type { Transport } from '../transports/transport.ts';
import type { BackoffOptions } from './backoff.ts';
import type { KeepaliveOptions } from './keepalive.ts';

/** When and how to try again. Built from `retry()`. */
export interface ReconnectOptions extends BackoffOptions {
  /** Retries since the last stable session before the client gives up; `Infinity` by default. */
  readonly maxRetries?: number;
  /** Milliseconds that a session must have lived for the counting to begin anew; 10 000 by default. */
  readonly stableAfter?: number;
  /**
   * Overrules which ends are final: true tries again, false gives up, undefined leaves it to the table in the README.
   */
  readonly retryable?: (error: Error) => boolean | undefined;
}

/** Options of a client that is told its transports. */
export interface BaseOptions {
  /** The realm to join. */
  readonly realm: Uri;
  /** Ways to reach the router, tried in turn: the next one after a failure, the same one after a success. */
  readonly transports: readonly Transport[];
  /** Ways to authenticate, by preference. None, the default, is anonymous. */
  readonly auth?: readonly Authenticator[];
  /** When to try again; `false` for never; or an operator that resubscribes (retries), errors or completes (gives up). */
  readonly reconnect?: ReconnectOptions | false | MonoTypeOperatorFunction<Session>;
  /** Milliseconds from dialling to a joined session, not counting what the application is asked for; 10 000 by default. */
  readonly joinTimeout?: number;
  /** Milliseconds that a call waits for a session; 30 000 by default. */
  readonly waitTimeout?: number;
  /** Milliseconds that closing may take; 2 000 by default. */
  readonly closeTimeout?: number;
  /** Milliseconds without use after which the client hangs up until it is used again; `Infinity` by default. */
  readonly idleTimeout?: number;
  /** How half-open links are noticed; `false` for not at all. */
  readonly keepalive?: KeepaliveOptions | false;
  /** Bounds of the publications that wait for a session: how many, and for how many milliseconds each. */
  readonly publishQueue?: { readonly size?: number; readonly ttl?: number };
  /** Exceptions and the error URIs that they stand for, both ways: `[[BadThing, 'com.app.bad']]`. */
  readonly errors?: ErrorMapping;
  /** What HELLO says of this software; `rxwamp` by default. */
  readonly agent?: string;
}

const TIME: Kind = { expected: 'milliseconds (a number from 0)', test: (v) => typeof v === 'number' && v >= 0 };
const AMOUNT: Kind = { expected: 'a number from 0', test: TIME.test };

type Checks = Readonly<Record<string, Kind>>;

const OPTIONS = {
  realm: TEXT,
  transports: { expected: 'a list of at least one transport', test: (v) => LIST.test(v) && (v as []).length > 0 },
  auth: LIST,
  reconnect: { expected: 'an object, false, or an operator', test: (v) => v === false || isDict(v) || FUNCTION.test(v) },
  joinTimeout: TIME,
  waitTimeout: TIME,
  closeTimeout: TIME,
  idleTimeout: TIME,
  keepalive: { expected: 'an object or false', test: (v) => v === false || isDict(v) },
  publishQueue: { expected: 'an object', test: isDict },
  errors: { expected: 'a list of [class, URI]', test: (v) => LIST.test(v) && (v as unknown[]).every(isMapping) },
  agent: TEXT,
} satisfies Record<keyof BaseOptions, Kind>;

const RECONNECT = {
  initialDelay: TIME,
  maxDelay: TIME,
  growth: { expected: 'a number from 1', test: (v) => typeof v === 'number' && v >= 1 },
  jitter: { expected: 'a number from 0 to 1', test: (v) => typeof v === 'number' && v >= 0 && v <= 1 },
  random: FUNCTION,
  maxRetries: AMOUNT,
  stableAfter: TIME,
  retryable: FUNCTION,
} satisfies Record<keyof ReconnectOptions, Kind>;

const KEEPALIVE = { interval: TIME, timeout: TIME, probe: TEXT } satisfies Record<keyof KeepaliveOptions, Kind>;
const QUEUE = { size: AMOUNT, ttl: TIME } satisfies Record<keyof NonNullable<BaseOptions['publishQueue']>, Kind>;

const isMapping = (pair: unknown): boolean =>
  Array.isArray(pair) && typeof pair[0] === 'function' && typeof pair[1] === 'string';

function check(what: string, checks: Checks, options: unknown): void {
  if (!isDict(options)) return;
  for (const name of Object.keys(options)) {
    const value = options[name];
    const kind = Object.hasOwn(checks, name) ? checks[name] : undefined;
    if (kind === undefined) throw new TypeError(`${what}: unknown option '${name}'; known are ${Object.keys(checks).join(', ')}`);
    if (value !== undefined && !kind.test(value)) {
      throw new TypeError(`${what}: ${name} must be ${kind.expected}, got ${kindOf(value)}`);
    }
  }
}

/** What a client is made with, complete. */
export interface Settings {
  readonly realm: Uri;
  readonly transports: readonly Transport[];
  readonly auth: readonly Authenticator[];
  readonly reconnect: NonNullable<BaseOptions['reconnect']>;
  readonly joinTimeout: number;
  readonly waitTimeout: number;
  readonly closeTimeout: number;
  readonly idleTimeout: number;
  readonly keepalive: KeepaliveOptions | false;
  readonly publishQueue: { readonly size: number; readonly ttl: number };
  readonly errors: ErrorMapping;
  readonly agent: string;
}

/**
 * Checks the options of a client and fills in what was left out; the one place where defaults stand.
 *
 * @throws TypeError that names the option, what it must be and what it was; InvalidUriError for the realm
 */
export function settle(options: BaseOptions): Settings {
  if (!isDict(options)) throw new TypeError(`WampClient: options must be an object, got ${kindOf(options)}`);
  check('WampClient', OPTIONS, options);
  assertUri(options.realm, 'WampClient: realm');
  check('WampClient: reconnect', RECONNECT, options.reconnect);
  check('WampClient: keepalive', KEEPALIVE, options.keepalive);
  check('WampClient: publishQueue', QUEUE, options.publishQueue);
  if (options.transports === undefined) throw new TypeError('WampClient: url or transports must be given');
  for (const transport of options.transports) {
    if (typeof transport.open !== 'function') throw new TypeError('WampClient: transports must have a method open()');
  }
  const { auth = [], errors = [], publishQueue: { size = 1000, ttl = 60_000 } = {} } = options;
  const { reconnect = {}, keepalive = {}, agent = 'rxwamp' } = options;
  const { joinTimeout = 10_000, waitTimeout = 30_000, closeTimeout = 2_000, idleTimeout = Infinity } = options;
  mergeIdentities(auth.flatMap(({ identity }) => identity ?? []));
  return {
    realm: options.realm,
    transports: options.transports,
    auth,
    reconnect,
    joinTimeout,
    waitTimeout,
    closeTimeout,
    idleTimeout,
    keepalive,
    publishQueue: { size, ttl },
    errors,
    agent,
  };
}
