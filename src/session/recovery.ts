import { asapScheduler, Observable, type Subject, type Subscriber, type TeardownLogic } from 'rxjs';
import { AbortError, ConnectionLostError, type WampError } from '../protocol/errors.ts';
import type { Id } from '../protocol/ids.ts';
import { ERROR, type MessageOf } from '../protocol/messages.ts';
import type { Dict } from '../protocol/payload.ts';
import { describeRequest } from '../protocol/uris.ts';
import { finish } from './error-mapping.ts';
import type { JoinedSession } from './options.ts';
import type { Recoverable, StreamInfo } from './recoverable.ts';
import type { Reply, Request, RequestPort } from './request-port.ts';
import { REQUEST_WINDOW } from './request-window.ts';
import { after, elapsed, now } from './time.ts';

/** From how many losses on a stream whose request stood unanswered is requested last and alone. */
const SUSPECT = 2;

/** What a {@link Recovery} is made with. */
export interface RecoveryConfig {
  /** The port of the present session. */
  readonly port: () => RequestPort | undefined;
  /** Why no stream can be added any more, where the client gave up or was closed. */
  readonly refusal: () => WampError | undefined;
  /** Called when a stream came or went, or was confirmed. */
  readonly changed: () => void;
  /**
   * The policy for a stream that the router refused, though it may hold it for an earlier session: the milliseconds after
   * which to request it again, or undefined where the error is final. `tries` counts from 1, `since` is when healing
   * began.
   */
  readonly retryDelay: (stream: StreamInfo, error: Error, tries: number, since: number) => number | undefined;
}

/** All subscriptions and registrations of a client: knows what has to be requested again at each join. */
export class Recovery {
  readonly #config: RecoveryConfig;
  readonly #all = new Map<string, Recoverable>();
  /** What is held, by key, in the order in which it came. */
  readonly streams: ReadonlyMap<string, Recoverable> = this.#all;
  /** Streams whose turn to be requested in this session has not come; suspects last. */
  readonly #queue = new Set<Recoverable>();
  /** Streams that came into this session and are not yet confirmed in it. */
  #unconfirmed = new Set<Recoverable>();
  /** The keys of what the router may hold for a session that was lost, in whose way it is then. */
  readonly #held = new Set<string>();
  /** Requests of streams that are unanswered. */
  #requests = 0;
  #healingSince = 0;
  /** Emits when something was begun or given up that may show in no message and no status; only while it is observed. */
  touched: Subject<void> | undefined;
  /** When the last session was lost. */
  lostAt: number | undefined;

  constructor(config: RecoveryConfig) {
    this.#config = config;
  }

  /** The port of the present session. */
  get port(): RequestPort | undefined {
    return this.#config.port();
  }

  /** How many streams are not yet confirmed again in this session. */
  get healing(): number {
    return this.#unconfirmed.size;
  }

  /** Why nothing can be added now, on behalf of the client or of one session; undefined where it can. */
  refusal(session: JoinedSession | undefined): WampError | undefined {
    return session?.open === false
      ? new ConnectionLostError('This session has ended; its client goes on in the next')
      : this.#config.refusal();
  }

  get(key: string): Recoverable | undefined {
    return this.#all.get(key);
  }

  /** Takes a new stream in and requests it, where there is a session. */
  add(stream: Recoverable): void {
    this.#all.set(stream.key, stream);
    if (this.port) {
      this.#queue.add(stream);
      this.#requestNext();
    }
    this.#config.changed();
  }

  remove(stream: Recoverable): void {
    stream.reset();
    if (this.#all.get(stream.key) === stream) this.#all.delete(stream.key);
    this.#queue.delete(stream);
    this.#unconfirmed.delete(stream);
    this.#config.changed();
    this.touched?.next();
    this.#requestNext();
  }

  /** A session is joined: requests everything, suspects last and one by one. */
  attach(): void {
    this.#clear();
    this.#healingSince = elapsed();
    const streams = [...this.#all.values()];
    this.#unconfirmed = new Set(streams);
    for (const suspect of [false, true])
      for (const stream of streams) if (isSuspect(stream) === suspect) this.#queue.add(stream);
    this.#requestNext();
  }

  /** The present session ended, by an error or in good order; `port` was its. */
  detach(port: RequestPort, error: WampError | undefined): void {
    this.lostAt = now();
    // alone among streams of which some were confirmed
    const alone = this.#requests === 1 && port.subscriptions.size + port.registrations.size > 0;
    const blamed = hungUp(error, alone);
    this.#clear();
    for (const key of this.#held) if (!this.#all.has(key)) this.#held.delete(key);
    for (const [key, stream] of [...this.#all]) {
      if (stream.requests > 0 || stream.id > 0) this.#held.add(key);
      if (stream.requests > 0) stream.losses += blamed ? 1 : 0;
      else if (stream.id > 0) stream.losses = 0;
      stream.reset();
      stream.detached(port.session, error);
      if (stream.losses > SUSPECT && !stream.confirmedOnce) {
        this.fail(
          stream,
          new ConnectionLostError(
            `The link was lost ${stream.losses} times in a row with ${describeRequest(stream.kind, stream.uri)} unanswered`,
            { cause: error },
          ),
        );
      }
    }
  }

  /** Sends a request for a stream, again where it stays unanswered, and has `answer` take the first reply. */
  send(stream: Recoverable, port: RequestPort, type: 32 | 64, options: Dict, answer: (reply: Reply) => void): void {
    const ids: Id[] = [];
    const settle = (reply: Reply): void => {
      for (const id of ids) port.requests.delete(id);
      stream.requests--;
      stream.losses = 0;
      this.#requests--;
      // in a new session it will pass
      if (ids.length > 1 && meetsItself(reply, ids[0])) {
        this.#held.add(stream.key);
        port.drop(new ConnectionLostError(`The answer to ${describeRequest(stream.kind, stream.uri)} got lost`));
      } else answer(reply);
      this.#requestNext();
    };
    const request: Request = {
      type,
      answer: settle,
      late: (id) => {
        // the first answer may still come
        port.requests.set(id, { type, answer: settle });
        ids.push(port.nextId);
        port.tryRequest([type, port.nextId, options, stream.uri] as MessageOf<32 | 64>, request);
      },
    };
    try {
      ids.push(port.nextId);
      port.request([type, port.nextId, options, stream.uri] as MessageOf<32 | 64>, request);
      if (stream.state.phase === 'waiting') {
        stream.state = { phase: 'requested' };
        if (!stream.confirmedOnce) stream.since = now();
      }
      stream.requests++;
      this.#requests++;
    } catch (error) {
      // a channel that is down will be reported, and then healed
      if (port.open && !(error instanceof ConnectionLostError)) this.fail(stream, error as Error);
    }
  }

  /** Requests those in the queue whose turn has come. */
  #requestNext(): void {
    const { port } = this;
    for (const stream of this.#queue) {
      if (!port?.open || this.#requests >= REQUEST_WINDOW) return;
      if (isSuspect(stream) && this.#requests > 0) continue;
      this.#queue.delete(stream);
      stream.request(port);
    }
  }

  /** The router confirmed a stream. */
  confirm(stream: Recoverable, id: Id): void {
    stream.state = { phase: 'confirmed', id };
    stream.since = now();
    stream.confirmedOnce = true;
    stream.tries = 0;
    this.#held.delete(stream.key);
    this.#unconfirmed.delete(stream);
    this.#config.changed();
  }

  /** The router refused a stream: ends it, or requests it again later. */
  refused(stream: Recoverable, error: Error): void {
    const { port } = this;
    const delay = this.#held.has(stream.key)
      ? this.#config.retryDelay(stream, error, ++stream.tries, this.#healingSince)
      : undefined;
    if (delay === undefined || port === undefined) this.fail(stream, error);
    else stream.state = { phase: 'waiting', timer: after(delay, () => port.open && stream.request(port)) };
  }

  /** Ends one stream with an error. */
  fail(stream: Recoverable, error: Error): void {
    this.remove(stream);
    stream.end(error);
  }

  /** Hands out all streams, and forgets them: the caller ends them. */
  take(): Recoverable[] {
    const streams = [...this.#all.values()];
    this.#all.clear();
    this.#clear();
    for (const stream of streams) stream.reset();
    this.#config.changed();
    return streams;
  }

  /** Forgets what belongs to one session. */
  #clear(): void {
    this.#queue.clear();
    this.#unconfirmed.clear();
    this.#requests = 0;
  }
}

/**
 * Whether the router hung up of itself, which an unanswered request may be the cause of: with ABORT, or a close frame that
 * is not about the router's own going or restarting. A link that was cut says so only of what was the last to be answered.
 */
function hungUp(error: WampError | undefined, alone: boolean): boolean {
  if (error instanceof AbortError) return true;
  const { code = 0 }: Partial<ConnectionLostError> = error ?? {};
  // smaller ones are HTTP's
  return code === 1006 ? alone : code > 1001 && code !== 1012;
}

/** Whether a REGISTER that was sent again found that the first one had succeeded, though its answer was lost. */
const meetsItself = (reply: Reply, first: Id | undefined): boolean =>
  reply[0] === ERROR && reply[4] === 'wamp.error.procedure_already_exists' && reply[2] !== first;

const isSuspect = ({ losses }: Recoverable): boolean => losses >= SUSPECT;

/**
 * What a verb returns: begun for each subscriber, which errors with what is thrown then. Where it is too late for it, the
 * subscriber errors at the end of the turn.
 */
export const unlessOver = <T>(
  recovery: Recovery,
  session: JoinedSession | undefined,
  begin: (subscriber: Subscriber<T>) => TeardownLogic,
): Observable<T> =>
  new Observable((subscriber) => {
    const refusal = recovery.refusal(session);
    if (refusal) return asapScheduler.schedule(() => finish(subscriber, refusal));
    recovery.touched?.next();
    return begin(subscriber);
  });
