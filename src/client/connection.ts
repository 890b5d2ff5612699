import { defer, Observable, retry, Subscription, tap, type MonoTypeOperatorFunction } from 'rxjs';
import type { AbortError } from '../protocol/errors.ts';
import { ConnectFailedError, ConnectionLostError, GoodbyeError, type WampError } from '../protocol/errors.ts';
import { asWampError } from '../session/errors.ts';
import type { JoinConfig } from '../session/config.ts';
import { join, type Joined } from '../session/join.ts';
import type { Session } from '../session/session.ts';
import { now } from '../session/time.ts';
import type { Transport } from '../transports/transport.ts';
import { backoff } from './backoff.ts';
import { keepAlive } from './keepalive.ts';
import type { ReconnectOptions, Settings } from './options.ts';
import { Policy } from './policy.ts';
import { pause } from './reconnect.ts';
import type { Board } from './status.ts';

/** Sessions shorter than this do not count as success: milliseconds. */
const STABLE_AFTER = 10_000;
/** How much longer the first wait is after the session was killed. */
const SLOWLY = 10;
/** Errors kept for the one that says that everything failed. */
const ERRORS_KEPT = 20;

/** What a connection is made with: the settings of the client, and what its sessions need. */
export type ConnectionConfig = Settings & Omit<JoinConfig, 'progress'>;

/** Whom a connection belongs to. */
export interface ConnectionOwner {
  /** Where it tells what it does. */
  readonly board: Board;
  /** Whether there was a session ever. */
  readonly joinedBefore: boolean;
  joined(joined: Joined): void;
  /** A joined session is over. */
  lost(error: WampError): void;
  /** Nothing more will be tried. */
  gaveUp(error: WampError, attempts: number): void;
}

/** The one pipe: attempt after attempt, session after session, until it is given up or unsubscribed. */
export class Connection extends Subscription {
  /** Why the last attempt or session ended. */
  lastError: WampError | undefined;
  readonly #config: ConnectionConfig;
  readonly #board: Board;
  readonly #owner: ConnectionOwner;
  readonly #policy = new Policy();
  #transports: readonly Transport[];
  #index = 0;
  #attempts = 0;
  /** Retries since the last stable session. */
  #retries = 0;
  #errors: WampError[] = [];
  /** When the present session was joined. */
  #since: number | undefined;
  #stable = false;
  /** What the waits are multiplied with. */
  #slowness = 1;

  constructor(config: ConnectionConfig, owner: ConnectionOwner) {
    super();
    this.#config = config;
    this.#board = owner.board;
    this.#owner = owner;
    this.#transports = config.transports;
  }

  /** Begins. Separate from making it, since a transport may join before this returns. */
  start(): void {
    const attempts = defer(() => this.#attempt());
    this.add(
      // an operator that cannot be made is one that errors
      defer(() => attempts.pipe(this.#operator())).subscribe({
        error: (error: unknown) => this.#giveUp(asWampError(error)),
        complete: () => this.#giveUp(this.#exhausted('The reconnect operator completed')),
      }),
    );
  }

  #operator(): MonoTypeOperatorFunction<Session> {
    const { reconnect } = this.#config;
    if (reconnect === false) return tap();
    if (typeof reconnect === 'function') {
      return (sessions) => sessions.pipe(tap({ error: () => this.#waiting() }), reconnect);
    }
    const delays = backoff(reconnect);
    return retry({ delay: (error: WampError) => this.#judge(error, reconnect, delays) });
  }

  #attempt(): Observable<Session> {
    const { keepalive } = this.#config;
    const transport = this.#transports[this.#index % this.#transports.length] as Transport;
    const attempt = ++this.#attempts;
    this.#board.setStatus({ state: 'connecting', attempt, transport: transport.name });
    const config: JoinConfig = {
      ...this.#config,
      progress: (event) => {
        const state = { state: 'joining', attempt, transport: transport.name } as const;
        if (event.type === 'connect') {
          this.#board.setStatus(state);
          this.#board.tell({ type: 'connect', transport: event.transport, attempt });
        } else {
          this.#board.setStatus({ ...state, authmethod: event.method });
          this.#board.tell(event);
        }
      },
    };
    return new Observable((subscriber) => {
      let session: Session | undefined;
      return join(transport, attempt, config).subscribe({
        next: (joined) => {
          ({ session } = joined);
          if (keepalive !== false) subscriber.add(keepAlive(joined.link, keepalive));
          this.#since = now();
          this.#policy.joined();
          this.#owner.joined(joined);
          subscriber.next(session);
        },
        error: (error: WampError) => {
          this.#ended(error, transport, session);
          subscriber.error(error);
        },
      });
    });
  }

  #ended(error: WampError, transport: Transport, session: Session | undefined): void {
    settleStacks(error);
    this.lastError = error;
    this.#errors = [...this.#errors, error].slice(-ERRORS_KEPT);
    const { reconnect } = this.#config;
    const stableAfter = (typeof reconnect === 'object' ? reconnect.stableAfter : undefined) ?? STABLE_AFTER;
    this.#stable = this.#since !== undefined && now() - this.#since >= stableAfter;
    this.#since = undefined;
    if (this.#stable) {
      this.#attempts = 0;
      this.#retries = 0;
      this.#errors = [error];
      this.#slowness = 1;
    } else {
      // the next one's turn; a transport that was good for a while keeps its place
      this.#index++;
    }
    if (session === undefined) {
      this.#board.tell({ type: 'connectfailure', attempt: this.#attempts, transport: transport.name, error });
      return;
    }
    // before anybody is told: whoever closes the client on hearing it has no session to leave any more
    this.#owner.lost(error);
    this.#board.left(session, leaveReason(error), { wasClean: error instanceof GoodbyeError, error });
  }

  /** What the default operator does after a failure: waits for the Observable, or gives up with what is thrown. */
  #judge(error: WampError, options: ReconnectOptions, delays: (retry: number) => number): Observable<unknown> {
    let verdict: boolean | undefined;
    try {
      verdict = options.retryable?.(error);
    } catch (failure) {
      this.#config.userError(failure, 'retryable');
    }
    const judged = this.#policy.judge(error, {
      joinedBefore: this.#owner.joinedBefore,
      renewable: this.#config.auth.some(({ renewable }) => renewable),
      stable: this.#stable,
    });
    const final = verdict === undefined ? judged : verdict ? 'retry' : 'failed';
    if (final === 'failed') throw error;
    if (final === 'transport failed') {
      const failed = (this.#stable ? this.#index : this.#index - 1) % this.#transports.length;
      this.#transports = this.#transports.filter((_, i) => i !== failed);
      // whoever moved up into its place is next
      this.#index = failed;
      if (this.#transports.length === 0) {
        throw this.#config.transports.length === 1 ? error : this.#exhausted('All transports failed');
      }
    }
    const { maxRetries = Infinity } = options;
    if (this.#retries >= maxRetries) throw this.#exhausted(`Gave up after ${maxRetries} retries`);
    if (final === 'retry slowly') this.#slowness = SLOWLY;
    const delay = delays(++this.#retries) * this.#slowness;
    this.#waiting(delay);
    return pause(delay);
  }

  #exhausted(why: string): WampError {
    return new ConnectFailedError(
      `${why}; the last error: ${this.lastError?.message ?? ''}`,
      this.#attempts,
      this.#errors,
    );
  }

  #waiting(delay?: number): void {
    this.#board.setStatus({
      state: 'waiting',
      attempt: this.#attempts,
      ...(delay !== undefined && { delay, retryAt: now() + delay }),
      error: this.lastError ?? new ConnectionLostError('The link is down'),
    });
  }

  #giveUp(error: WampError): void {
    this.#owner.gaveUp(error, this.#attempts);
  }
}

/** Until its stack is read, an Error keeps alive all that was on it: here, whole sessions that are over. */
function settleStacks(error: unknown): void {
  if (error instanceof Error && error.stack !== undefined) settleStacks(error.cause);
}

function leaveReason(error: WampError): { reason: string; message?: string } {
  const { details, reason } = error as Partial<GoodbyeError | AbortError>;
  if (reason === undefined) return { reason: 'wamp.close.transport_lost', message: error.message };
  const message = details?.['message'];
  return { reason, ...(typeof message === 'string' && { message }) };
}
