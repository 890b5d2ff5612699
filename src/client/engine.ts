import { asapScheduler, Observable, Subject, type Subscription } from 'rxjs';
import { ClosedError, type WampError } from '../protocol/errors.ts';
import type { Uri } from '../protocol/uris.ts';
import { Call } from '../session/call.ts';
import type { CallArgs, PayloadRequest } from '../session/option-checks.ts';
import type { CloseDetails } from '../session/config.ts';
import type { CallResult } from '../session/events.ts';
import { guarded, type ErrorEntry } from '../session/error-mapping.ts';
import type { Joined } from '../session/join.ts';
import type { Dispatch } from '../session/dispatch.ts';
import type { CallOptions, Publication, PublishOptions, UserError } from '../session/options.ts';
import type { Port } from '../session/port.ts';
import { PendingPublication, publishOn } from '../session/publication.ts';
import type { Session } from '../session/session.ts';
import { Recovery, unlessOver, type StreamInfo, type RecoveryOwner } from '../session/recovery.ts';
import { now } from '../session/time.ts';
import { makeConnection, type Connection, type ConnectionOwner } from './connection.ts';
import { healDelay } from './healing.ts';
import { whenIdle } from './idle.ts';
import { MessageTap } from './message-tap.ts';
import type { Settings } from './client-options.ts';
import { Outbox } from './outbox.ts';
import { Notifier } from './status.ts';

/** What drives a client: dials when something is used, brings streams and what was queued into each session, gives up, closes. */
export class Engine implements Port, ConnectionOwner, RecoveryOwner {
  readonly notifier = new Notifier();
  readonly tap = new MessageTap();
  readonly userErrors = new Subject<UserError>();
  readonly streams: Recovery;
  readonly errors: ErrorEntry[];
  /** What the next connection is made with. */
  settings: Settings;
  /** The session that is joined, and whether `ready` was told, or is not to be yet. */
  current: (Joined & { ready: boolean }) | undefined;
  readonly session$ = new Observable<Session>((subscriber) => {
    const subscription = this.notifier.session$.subscribe(subscriber);
    // not one that is about to be told, or over and about to be told so
    if (this.#live?.open) subscriber.next(this.#live.session);
    this.dial();
    return subscription;
  });
  readonly outbox: Outbox;
  readonly #wires = new Set<Subscription>();
  #connection: Connection | undefined;
  /** Where calls and publications go directly: the joined link, once what was queued has been sent. */
  #live: Dispatch | undefined;
  joinedBefore = false;
  /** Why nothing can be begun: the client is closed, or has given up. */
  refusal: WampError | undefined;
  #closed: Promise<CloseDetails> | undefined;
  #idle: Subscription | undefined;

  constructor(settings: Settings) {
    this.settings = settings;
    this.errors = settings.errors;
    this.outbox = new Outbox(settings);
    this.streams = new Recovery(this);
  }

  get open(): boolean {
    return this.#live?.open === true;
  }

  get bufferedAmount(): number {
    return this.#live?.open ? this.#live.wire.channel.bufferedAmount : 0;
  }

  get queued(): number {
    return this.outbox.publications;
  }

  connect(): Observable<Session> {
    if (this.#closed === undefined) this.refusal = undefined;
    this.dial();
    return this.session$;
  }

  call<T>(request: PayloadRequest<CallOptions, CallArgs>): Observable<CallResult<T>> {
    return unlessOver(this.streams, undefined, (subscriber) => {
      const call = new Call<T>(subscriber, request);
      if (this.#live?.open) call.start(this.#live);
      else {
        this.outbox.addCall(call, request.uri, this.#whyNot);
        this.dial();
      }
      return call;
    });
  }

  publish(request: PayloadRequest<PublishOptions>): Observable<Publication> {
    if (this.#live?.open) return publishOn(this.#live, request, this.#unseen);
    const pending = new PendingPublication(request, this.#unseen);
    if (this.refusal !== undefined) return pending.failLater(this.refusal);
    this.outbox.addPublication(pending, this.#whyNot);
    this.dial();
    return pending.report;
  }

  close(details: CloseDetails): Promise<CloseDetails> {
    if (this.#closed === undefined) {
      let done = (_: CloseDetails): void => undefined;
      this.#closed = new Promise((resolve) => (done = resolve));
      this.#shutDown(details, done);
    }
    return this.#closed;
  }

  #shutDown(details: CloseDetails, done: (details: CloseDetails) => void): void {
    const error = new ClosedError(`The client was closed (${details.reason})`);
    // before anybody is told: whoever comes back is refused
    this.refusal = error;
    const joined = this.current;
    const { notifier: board, tap, userErrors } = this;
    if (joined?.link.open) board.setStatus({ state: 'leaving', reason: details.reason });
    // what was queued is sent even where the news of the session led here
    if (joined) this.outbox.flush(joined.link);
    this.#live = undefined;
    const streams = this.streams.take();
    for (const stream of streams) stream.end();
    for (const item of this.outbox.take()) item.fail(error);
    joined?.link.leave(details.reason, details.message, error);
    this.disconnect();
    const closed = (): void => {
      details = { ...joined?.link.farewell, ...details };
      if (joined) board.left(joined.session, details);
      board.setStatus({ state: 'closed', details });
      // at the end of the turn: reports of what failed come first
      asapScheduler.schedule(() =>
        board.post(() => {
          for (const subject of [board.status$, board.lifecycle$, board.session$, tap, userErrors]) {
            guarded(() => subject.complete());
          }
          done(details);
        }),
      );
    };
    // earlier sessions may be hanging up still
    const links = [...this.#wires];
    if (links.length === 0) closed();
    for (const link of links) link.add(() => this.#wires.size === 0 && closed());
  }

  readonly userError = (error: unknown, context: string): void => this.userErrors.next({ error, context });

  readonly #unseen = (error: unknown, topic: Uri): void => this.notifier.tell({ type: 'publisherror', topic, error });
  readonly #whyNot = (): unknown => this.#connection?.lastError;

  dial(): void {
    if (this.#connection !== undefined || this.refusal !== undefined) return;
    const { settings, streams, tap, userError } = this;
    const config = { ...settings, streams, tap, userError, wires: this.#wires, unseen: this.#unseen };
    this.#connection = makeConnection(config, this);
    this.#connection.start();
  }

  /** At WELCOME, in one run: status, streams, what was queued, session$, lifecycle. */
  joined(begun: Joined): void {
    const { session, link } = begun;
    this.joinedBefore = true;
    const joined = { ...begun, ready: true };
    this.current = joined;
    this.notifier.setStatus({ state: 'joined', session, since: now(), healing: this.streams.size });
    this.streams.attach(link);
    this.outbox.flush(link);
    // whoever was told may have closed us
    if (!link.open) return;
    this.#live = link;
    this.notifier.post(() => this.notifier.session$.next(session));
    this.notifier.tell({ type: 'join', session });
    // not before: what waits for the session may be settled by now
    joined.ready = false;
    this.changed();
    this.#watchIdle(link);
  }

  /** The session is over, or is to be. */
  lost(): void {
    this.current = undefined;
    this.#live = undefined;
    this.#idle?.unsubscribe();
  }

  /** Lets go of the connection; what is used next dials anew. */
  disconnect(): void {
    const connection = this.#connection;
    this.#connection = undefined;
    this.lost();
    connection?.unsubscribe();
  }

  /** Nothing more will be tried. */
  gaveUp(error: WampError, attempts: number): void {
    if (this.#closed) return;
    this.refusal = error;
    this.disconnect();
    // taken before anybody is told: what is begun on hearing it belongs to the next connection
    const streams = this.streams.take();
    const waiting = this.outbox.take();
    this.notifier.setStatus({ state: 'failed', error, attempts });
    for (const stream of streams) stream.end(error);
    for (const item of waiting) item.fail(error);
  }

  healDelay(stream: StreamInfo, error: Error, tries: number, since: number): number | undefined {
    const delay = healDelay(this.settings, error, tries, since);
    if (delay !== undefined) this.notifier.tell({ type: 'heal', stream, error, tries, delay });
    return delay;
  }

  /** Streams came, went or were confirmed. */
  changed(): void {
    if (this.streams.size > 0) this.dial();
    const joined = this.current;
    const { status } = this.notifier;
    if (joined === undefined || status.state !== 'joined') return;
    const { healing, link } = this.streams;
    // streams that end with a session are no longer counted in it
    if (link !== joined.link) return;
    if (status.healing !== healing) this.notifier.setStatus({ ...status, healing });
    if (healing === 0 && !joined.ready) {
      joined.ready = true;
      this.notifier.tell({ type: 'ready', session: joined.session });
    }
  }

  /** Hangs up after `idleTimeout` without use. */
  #watchIdle(link: Dispatch): void {
    this.#idle = whenIdle(
      this.settings.idleTimeout,
      // bytes that the network has not taken yet are in use, too: to hang up may lose them
      () => this.streams.size + this.outbox.size + link.requests.size + link.invocations.size + this.bufferedAmount,
      () => link.nextId - link.probes,
      () => {
        const reason = 'wamp.close.normal';
        link.leave(reason, undefined, new ClosedError('The client was idle'));
        this.disconnect();
        this.notifier.left(link.session, { reason });
        // whoever was told may have gone on already
        if (!this.#connection && !this.refusal) this.notifier.setStatus({ state: 'idle' });
      },
    );
  }
}
