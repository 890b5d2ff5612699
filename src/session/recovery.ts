import { asapScheduler, Observable, type Subscriber, type Subscription, type TeardownLogic } from 'rxjs';
import { ApplicationError, ConnectionLostError, type WampError } from '../protocol/errors.ts';
import type { Id } from '../protocol/ids.ts';
import type { MessageOf } from '../protocol/messages.ts';
import { describeRequest, type Match, type Uri } from '../protocol/uris.ts';
import { guarded } from './error-mapping.ts';
import type { ProcedureRegistration } from './registration.ts';
import type { RequestPort, Reply } from './request-port.ts';
import type { Session } from './session.ts';
import { after, now } from './time.ts';
import type { TopicSubscription } from './subscription.ts';

/** What a stream is, for those who decide about it. */
export interface StreamInfo {
  /** `setup`: a function that `forEachSession()` runs. */
  readonly kind: 'topic' | 'procedure' | 'setup';
  readonly uri: Uri;
  readonly match: Match;
}

/** How the owner of streams looks after them. */
export interface RecoveryOwner {
  /** A stream came or went, was confirmed or lost: whatever counts streams may count again. */
  changed(): void;
  /**
   * The router refused a stream that it had confirmed in an earlier session: the milliseconds after which to ask
   * again, or undefined where the error is final. `tries` counts from 1, `since` is when healing began.
   */
  healDelay(stream: StreamInfo, error: Error, tries: number, since: number): number | undefined;
  /** The error for a stream that is wanted now, where the owner gave up or was closed. */
  readonly refusal: WampError | undefined;
}

/** A topic or registration that outlives its sessions. */
export abstract class Recoverable implements StreamInfo {
  abstract readonly kind: StreamInfo['kind'];
  readonly uri: Uri;
  readonly match: Match;
  protected readonly streams: Recovery;
  /** The router's id in the present session, 0 while not confirmed. */
  id: Id = 0;
  /** Requests under way that ask for it. */
  asking = 0;
  /** Whether any session ever confirmed it. */
  confirmed = false;
  /** Waits for its turn or its time, so nobody else may ask for it. */
  held = false;
  /** Counted among those that are not yet confirmed again. */
  healing = false;
  /** Losses in a row at which a request of it was unanswered. */
  unanswered = 0;
  tries = 0;
  #timer: Subscription | undefined;

  constructor(streams: Recovery, uri: Uri, match: Match) {
    this.streams = streams;
    this.uri = uri;
    this.match = match;
  }

  get key(): string {
    return keyOf(this.kind, this.uri, this.match);
  }

  /** Sends the request for it. */
  abstract ask(link: RequestPort): void;
  /** The session is gone; observers that were bound to it end with `error`, or complete where there is none. */
  abstract detached(session: Session, error: WampError | undefined): void;
  /** Ends it, with an error or without one. */
  abstract end(error?: Error): void;

  /** Sends a request for it; `settle` deals with the answer. */
  protected request(link: RequestPort, message: MessageOf<32 | 64>, settle: (reply: Reply) => void): void {
    try {
      link.request(message, {
        type: message[0],
        settle: (reply) => {
          this.streams.answered(this);
          settle(reply);
        },
      });
      this.streams.asked(this);
    } catch (error) {
      // a channel that is down will be reported, and then healed
      if (link.open && !(error instanceof ConnectionLostError)) this.streams.fail(this, error as Error);
    }
  }

  /** The error for an ERROR that came for it. */
  protected errorOf(link: RequestPort, reply: Reply): Error {
    return link.errorOf(reply as MessageOf<8>, { [this.kind]: this.uri });
  }

  /** The error of a stream that the router withdrew. */
  protected revocation(reason: unknown, otherwise: Uri): Error {
    return new ApplicationError(typeof reason === 'string' ? reason : otherwise, [], {}, { [this.kind]: this.uri });
  }

  /** Asks after a while, unless the session or the stream has ended by then. */
  askLater(link: RequestPort, delay: number): void {
    this.held = true;
    this.#timer = after(delay, () => {
      this.held = false;
      if (link.open) this.ask(link);
    });
  }

  /** Forgets what belongs to one session. */
  reset(): void {
    this.#timer?.unsubscribe();
    this.held = false;
    this.id = 0;
    this.asking = 0;
    this.tries = 0;
  }
}

/** The key under which there is one stream. */
export const keyOf = (kind: Recoverable['kind'], uri: Uri, match: Match): string => `${kind} ${match} ${uri}`;

/** From how many losses on a stream whose request stood unanswered is asked for last and alone. */
const SUSPECT = 2;

/** All topics and registrations of a client (or of a session that stands alone): asks for them at each join. */
export class Recovery {
  readonly owner: RecoveryOwner;
  /** The session in which they live now. */
  link: RequestPort | undefined;
  /** When the last session was lost. */
  lostAt: number | undefined;
  /** By the router's ids in this session: where events and invocations go. */
  readonly topics = new Map<Id, TopicSubscription>();
  readonly procedures = new Map<Id, ProcedureRegistration>();
  readonly #all = new Map<string, Recoverable>();
  #suspects: Recoverable[] = [];
  /** How many are not yet confirmed again in this session. */
  healing = 0;
  /** Requests for streams that are under way. */
  #asked = 0;
  #healingSince = 0;

  constructor(owner: RecoveryOwner) {
    this.owner = owner;
  }

  get size(): number {
    return this.#all.size;
  }

  /** Why nothing can be added now, on behalf of the owner or of one session; undefined where it can. */
  refusal(session: Session | undefined): WampError | undefined {
    if (session?.open === false) return sessionOver();
    return this.owner.refusal;
  }

  get(key: string): Recoverable | undefined {
    return this.#all.get(key);
  }

  /** Takes a new stream in and asks for it, where there is a session. */
  add(stream: Recoverable): void {
    this.#all.set(stream.key, stream);
    if (this.link?.open) stream.ask(this.link);
    this.owner.changed();
  }

  remove(stream: Recoverable): void {
    stream.reset();
    if (this.#all.get(stream.key) === stream) this.#all.delete(stream.key);
    this.#suspects = this.#suspects.filter((s) => s !== stream);
    this.#healed(stream);
    this.owner.changed();
    this.#nextSuspect();
  }

  /** A session is joined: asks for everything, suspects last and one by one. */
  attach(link: RequestPort): void {
    this.link = link;
    this.#healingSince = now();
    const streams = [...this.#all.values()];
    this.#suspects = streams.filter((stream) => stream.unanswered >= SUSPECT);
    for (const stream of streams) {
      stream.healing = true;
      stream.held = stream.unanswered >= SUSPECT;
    }
    this.healing = streams.length;
    for (const stream of streams) if (!stream.held && link.open) stream.ask(link);
    this.#nextSuspect();
  }

  /** The session ended, by an error or in good order. */
  detach(link: RequestPort, error: WampError | undefined): void {
    if (this.link !== link) return;
    this.link = undefined;
    this.lostAt = now();
    this.#asked = 0;
    this.healing = 0;
    this.topics.clear();
    this.procedures.clear();
    for (const stream of [...this.#all.values()]) {
      stream.unanswered = stream.asking > 0 ? stream.unanswered + 1 : stream.id === 0 ? stream.unanswered : 0;
      stream.reset();
      stream.healing = false;
      stream.detached(link.session, error);
      if (stream.unanswered > SUSPECT) {
        this.fail(
          stream,
          new ConnectionLostError(
            `The link was lost ${stream.unanswered} times in a row with ${describeRequest(stream.kind, stream.uri)} unanswered`,
            { cause: error },
          ),
        );
      }
    }
  }

  /** A request for a stream was sent. */
  asked(stream: Recoverable): void {
    stream.asking++;
    this.#asked++;
  }

  /** A request for a stream was answered, by whatever. */
  answered(stream: Recoverable): void {
    stream.asking--;
    stream.unanswered = 0;
    this.#asked--;
    // at the end of the turn: the answer is dealt with first
    if (this.#suspects.length > 0) asapScheduler.schedule(() => this.#nextSuspect());
  }

  /** The router confirmed a stream. */
  confirm(stream: Recoverable, id: Id): void {
    stream.id = id;
    stream.confirmed = true;
    stream.tries = 0;
    this.#healed(stream);
    this.owner.changed();
  }

  /** The router refused a stream: ends it, or asks again later. */
  refused(stream: Recoverable, error: Error): void {
    const delay = stream.confirmed
      ? this.owner.healDelay(stream, error, ++stream.tries, this.#healingSince)
      : undefined;
    if (delay === undefined || this.link === undefined) this.fail(stream, error);
    else stream.askLater(this.link, delay);
  }

  /** Ends one stream with an error. */
  fail(stream: Recoverable, error: Error): void {
    this.remove(stream);
    stream.end(error);
  }

  /** Hands out all streams, and forgets them: to be ended by whoever takes them. */
  take(): Recoverable[] {
    const streams = [...this.#all.values()];
    this.#all.clear();
    this.#suspects = [];
    this.healing = 0;
    for (const stream of streams) stream.reset();
    this.owner.changed();
    return streams;
  }

  #healed(stream: Recoverable): void {
    if (!stream.healing) return;
    stream.healing = false;
    this.healing--;
  }

  #nextSuspect(): void {
    if (this.#asked > 0 || !this.link?.open) return;
    const suspect = this.#suspects.shift();
    if (suspect === undefined) return;
    suspect.held = false;
    suspect.ask(this.link);
  }
}

/** The error for what comes too late for its session. */
export const sessionOver = (): WampError =>
  new ConnectionLostError('This session has ended; its client goes on in the next');

/**
 * What a verb gives: begun for each subscriber, which what is thrown then errors, unless it comes too late; that is told at
 * the end of the turn.
 */
export const unlessOver = <T>(
  streams: Recovery,
  session: Session | undefined,
  begin: (subscriber: Subscriber<T>) => TeardownLogic,
): Observable<T> =>
  new Observable((subscriber) => {
    const refusal = streams.refusal(session);
    return refusal ? asapScheduler.schedule(() => finish(subscriber, refusal)) : begin(subscriber);
  });

/** Ends a subscriber with an error, or completes it where there is none. */
export function finish(subscriber: Subscriber<never>, error: Error | undefined): void {
  guarded(() => {
    if (error) subscriber.error(error);
    else subscriber.complete();
  });
}
