import { defer, Observable, retry, Subscription, tap, type MonoTypeOperatorFunction } from 'rxjs';
import {
  type AbortError,
  ConnectFailedError,
  ConnectionLostError,
  GoodbyeError,
  type WampError,
} from '../protocol/errors.ts';
import { callUserCode } from '../async.ts';
import { asWampError } from '../session/error-mapping.ts';
import { join, type Joined, type JoinConfig } from '../session/join.ts';
import type { Session } from '../session/session.ts';
import { elapsed, now } from '../session/time.ts';
import type { Transport } from '../transports/transport.ts';
import { backoff, INITIAL_DELAY } from './backoff.ts';
import { keepAlive } from './keepalive.ts';
import type { ReconnectOptions, Settings } from './client-options.ts';
import { RetryPolicy } from './retry-policy.ts';
import { cached$, pause } from './reconnect.ts';
import type { Notifier } from './status.ts';

/** Sessions shorter than this do not count as success: milliseconds. */
const STABLE_AFTER = 10_000;
/** How many times as long the first wait is where the next attempt is not to come soon. */
const SLOWLY = 10;
/** Errors kept for the one that says that everything failed. */
const ERRORS_KEPT = 20;

/** What a connection is made with: the settings of the client, and what its sessions need. */
export interface ConnectionConfig extends Settings, Omit<JoinConfig, 'progress' | keyof Settings> {
  /** Where it reports what it does. */
  readonly notifier: Pick<Notifier, 'setStatus' | 'emit' | 'left'>;
  /** Whether the client had a session before this connection. */
  readonly joinedBefore: boolean;
}

/** What a connection calls. */
export interface ConnectionCallbacks {
  /** A session is joined. */
  joined(joined: Joined): void;
  /** The joined session is over. */
  lost(): void;
  /** Nothing more will be tried. */
  gaveUp(error: WampError, attempts: number): void;
}

/** The one pipe: attempt after attempt, session after session, until it is given up or unsubscribed. */
export interface Connection {
  /** Unsubscribing it gives up, and leaves the session. */
  readonly life: Subscription;
  /** What it calls. Others are set where another connection takes its place. */
  callbacks: ConnectionCallbacks;
  /** Why the last attempt or session ended. */
  readonly lastError: WampError | undefined;
  /** Begins. Separate from making it, since a transport may join before this returns. */
  start(): void;
}

/** Makes one, which does nothing yet. */
export function makeConnection(config: ConnectionConfig, callbacks: ConnectionCallbacks): Connection {
  const { reconnect, keepalive, notifier } = config;
  const policy = new RetryPolicy();
  const life = new Subscription();
  let lastError: WampError | undefined;
  let { transports, joinedBefore } = config;
  /** What was dialled last. */
  let transport = transports[0] as Transport;
  let attempts = 0;
  /** Retries since the last stable session. */
  let retries = 0;
  let errors: WampError[] = [];
  /** When the present session was joined, by elapsed(). */
  let since: number | undefined;
  let stable = false;
  /** From which retry on the waits are long. */
  let slowFrom: number | undefined;

  const operator = (): MonoTypeOperatorFunction<Session> => {
    if (reconnect === false) return tap();
    if (typeof reconnect === 'function') {
      return (sessions) => sessions.pipe(tap({ error: () => showWaiting() }), reconnect);
    }
    const { initialDelay = INITIAL_DELAY } = reconnect;
    const usual = backoff(reconnect);
    const slow = backoff({ ...reconnect, initialDelay: initialDelay * SLOWLY });
    return retry({
      delay: (error: WampError) =>
        judge(error, reconnect, () => (slowFrom === undefined ? usual(retries) : slow(retries - slowFrom))),
    });
  };

  const attempt = (): Observable<Session> => {
    [transport] = transports as [Transport];
    const shown = { attempt: ++attempts, transport: transport.name };
    notifier.setStatus({ state: 'connecting', ...shown });
    const joinConfig: JoinConfig = {
      ...config,
      progress: (news) => {
        notifier.setStatus({ state: 'joining', ...shown, ...('method' in news && { authmethod: news.method }) });
        notifier.emit(news);
      },
    };
    return new Observable((subscriber) => {
      let session: Session | undefined;
      return join(transport, shown.attempt, joinConfig).subscribe({
        next: (joined) => {
          ({ session } = joined);
          if (keepalive !== false) subscriber.add(keepAlive(joined.dispatch, keepalive));
          subscriber.add(cached$.subscribe(() => joined.dispatch.drop(new ConnectionLostError('The page was left'))));
          since = elapsed();
          joinedBefore = true;
          connection.callbacks.joined(joined);
          subscriber.next(session);
        },
        error: (error: WampError) => {
          ended(error, session);
          subscriber.error(error);
        },
      });
    });
  };

  const ended = (error: WampError, session: Session | undefined): void => {
    captureStacks(error);
    lastError = error;
    errors = [...errors, error].slice(-ERRORS_KEPT);
    const { stableAfter = STABLE_AFTER } = reconnect as ReconnectOptions;
    stable = since !== undefined && elapsed() - since >= stableAfter;
    since = undefined;
    if (stable) {
      attempts = 0;
      retries = 0;
      errors = [error];
      slowFrom = undefined;
    } else {
      // the next one's turn; a transport that was good for a while keeps its place
      transports = [...transports.slice(1), transport];
    }
    if (session === undefined) {
      notifier.emit({ type: 'connectfailure', attempt: attempts, transport: transport.name, error });
      return;
    }
    // before it is reported: an observer that then closes the client has no session to leave any more
    connection.callbacks.lost();
    notifier.left(session, leaveReason(error), { wasClean: error instanceof GoodbyeError, error });
  };

  /** What the default operator does after a failure: waits for the Observable, or gives up with what is thrown. */
  const judge = (error: WampError, options: ReconnectOptions, nextDelay: () => number): Observable<unknown> => {
    const verdict = callUserCode(
      () => options.retryable?.(error),
      (failure) => config.userError(failure, 'retryable'),
    );
    const judged = policy.judge(error, {
      transport,
      joinedBefore,
      renewable: config.auth.some(({ renewable }) => renewable),
      stable,
    });
    // true tries again, at the pace of the table
    const final =
      verdict === undefined || (verdict && judged === 'retry slowly') ? judged : verdict ? 'retry' : 'failed';
    if (final === 'failed') throw error;
    if (final === 'transport failed') {
      transports = transports.filter((other) => other !== transport);
      if (transports.length === 0) {
        throw config.transports.length === 1 ? error : exhausted('All transports failed');
      }
    }
    const { maxRetries = Infinity } = options;
    if (retries >= maxRetries) throw exhausted(`Gave up after ${maxRetries} retries`);
    if (final === 'retry slowly') slowFrom ??= retries;
    retries++;
    const { retryAfter = 0 } = error as Partial<ConnectFailedError>;
    const delay = Math.max(nextDelay(), retryAfter);
    showWaiting(delay);
    // an early try counts for none
    return pause(delay, retryAfter).pipe(tap((woken) => woken && retries--));
  };

  const exhausted = (why: string): WampError =>
    new ConnectFailedError(`${why}; the last error: ${lastError?.message ?? ''}`, attempts, errors);

  const showWaiting = (delay?: number): void =>
    notifier.setStatus({
      state: 'waiting',
      attempt: attempts,
      ...(delay !== undefined && { delay, retryAt: now() + delay }),
      error: lastError ?? new ConnectionLostError('The link is down'),
    });

  const giveUp = (error: WampError): void => connection.callbacks.gaveUp(error, attempts);

  const connection: Connection = {
    life,
    callbacks,
    get lastError() {
      return lastError;
    },
    start() {
      life.add(
        // an operator that cannot be made is one that errors
        defer(() => defer(attempt).pipe(operator())).subscribe({
          error: (error: unknown) => giveUp(asWampError(error)),
          complete: () => giveUp(exhausted('The reconnect operator completed')),
        }),
      );
    },
  };
  return connection;
}

/** Until its stack is read, an Error keeps alive all that was on it: here, whole sessions that are over. */
function captureStacks(error: unknown): void {
  if (error instanceof Error && error.stack !== undefined) captureStacks(error.cause);
}

function leaveReason(error: WampError): { reason: string; message?: string } {
  const { details, reason } = error as Partial<GoodbyeError | AbortError>;
  if (reason === undefined) return { reason: 'wamp.close.transport_lost', message: error.message };
  const message = details?.['message'];
  return { reason, ...(typeof message === 'string' && { message }) };
}
