/// <reference lib="esnext.disposable" preserve="true" />
import { asapScheduler, Observable, Subject, type Subscription } from 'rxjs';
import { ClosedError, type WampError } from '../protocol/errors.ts';
import type { Dict, List } from '../protocol/messages.ts';
import type { Uri } from '../protocol/uris.ts';
import type { CallResult, WampEvent } from '../session/arrivals.ts';
import { Call } from '../session/call.ts';
import { checkCall, checkPublish, checkRegister, checkSubscribe, type CallArgs } from '../session/checks.ts';
import { provideProcedure } from '../session/procedure.ts';
import type { Handler } from '../session/invocation.ts';
import type { Joined } from '../session/join.ts';
import type { CloseDetails, SessionLink } from '../session/link.ts';
import type {
  CallOptions,
  Payload,
  Publication,
  PublishOptions,
  RegisterOptions,
  Registration,
  SubscribeOptions,
  UserError,
} from '../session/options.ts';
import { PendingPublication, publishOn } from '../session/publication.ts';
import type { Session, Wamp } from '../session/session.ts';
import { Streams } from '../session/streams.ts';
import { after, now } from '../session/time.ts';
import { observeTopic } from '../session/topic.ts';
import { Connection } from './connection.ts';
import { healDelay } from './healing.ts';
import { MessageTap, type MessageEvent } from './messages.ts';
import { settle, type BaseOptions, type Settings } from './options.ts';
import { Outbox, snapshot } from './outbox.ts';
import { Board, type LifecycleEvent, type Status } from './status.ts';

/** How often an idle client looks whether it is, within its idleTimeout. */
const IDLE_LOOKS = 10;

/**
 * A WAMP client whose streams outlive its connection. Nothing is dialled until it is used: `connect()`, subscribing to
 * a verb or to `session$`, and `publish()` dial.
 */
export class Client implements Wamp {
  static {
    // where the runtime knows `await using`
    if (typeof Symbol.asyncDispose === 'symbol') {
      Object.defineProperty(this.prototype, Symbol.asyncDispose, {
        value(this: Client) {
          return this.close();
        },
      });
    }
  }

  /** Closes the client at the end of an `await using` block, where the runtime has `Symbol.asyncDispose`. */
  declare readonly [Symbol.asyncDispose]: () => Promise<CloseDetails>;
  readonly #settings: Settings;
  readonly #board = new Board();
  readonly #tap = new MessageTap();
  readonly #userErrors = new Subject<UserError>();
  readonly #streams: Streams;
  readonly #outbox: Outbox;
  #connection: Connection | undefined;
  #joined: (Joined & { since: number; announced: boolean; ready: boolean }) | undefined;
  /** Where calls and publications go directly: the joined link, once what was queued has been sent. */
  #live: SessionLink | undefined;
  #joinedBefore = false;
  #failure: WampError | undefined;
  #closed: Promise<CloseDetails> | undefined;
  #idle: Subscription | undefined;

  /** What the client is doing: replays the present status, never errors, and ends after `closed` only. */
  readonly status$: Observable<Status> = this.#board.status$.asObservable();
  /** What happens to the connection and its streams, hot. */
  readonly lifecycle$: Observable<LifecycleEvent> = this.#board.lifecycle$.asObservable();
  /** Wire messages, hot, with what proves an identity masked; costs nothing unobserved. */
  readonly messages$: Observable<MessageEvent> = this.#tap.asObservable();
  /** Errors of handlers, hooks and callbacks that the client called. */
  readonly userErrors$: Observable<UserError> = this.#userErrors.asObservable();
  /** The session that is joined now, if any, then each later one. Subscribing dials; completes at `close()`. */
  readonly session$: Observable<Session> = new Observable((subscriber) => {
    const subscription = this.#board.session$.subscribe(subscriber);
    if (this.#joined?.announced) subscriber.next(this.#joined.session);
    this.#dial();
    return subscription;
  });

  /**
   * @param options what to connect to, and how
   * @throws TypeError that names the option that is wrong
   */
  constructor(options: BaseOptions) {
    this.#settings = settle(options);
    const { publishQueue, waitTimeout } = this.#settings;
    this.#outbox = new Outbox({ ...publishQueue, waitTimeout });
    this.#streams = new Streams({
      changed: () => this.#streamsChanged(),
      healDelay: (stream, error, tries, since) => {
        const delay = healDelay(this.#settings, error, tries, since);
        if (delay !== undefined) this.#board.tell({ type: 'heal', stream, error, tries, delay });
        return delay;
      },
      refusal: () => this.#refusal(),
    });
  }

  /** The present status. */
  get status(): Status {
    return this.#board.status;
  }

  /** Dials without waiting for a stream; tries again after `failed`. Returns {@link session$}. */
  connect(): Observable<Session> {
    if (this.#closed === undefined) this.#failure = undefined;
    this.#dial();
    return this.session$;
  }

  /**
   * Events of a topic. One router subscription per (topic, match) is shared by all observers; it is healed after a
   * loss, and given back at the end of the turn in which the last observer left (WAMP, "Publish and Subscribe").
   *
   * Errors with ApplicationError when the router refuses or withdraws the subscription, with the client's error when
   * it gives up; completes at `close()`.
   *
   * @param topic a URI, or a pattern with `match`
   * @throws TypeError, InvalidUriError for arguments that cannot be right
   * @example
   * wamp.subscribe<Price>('com.shop.price').pipe(map((event) => event.value));
   */
  subscribe<T = unknown>(topic: Uri, options?: SubscribeOptions): Observable<WampEvent<T>> {
    return observeTopic<T>(this.#streams, checkSubscribe(topic, options));
  }

  /**
   * Calls a procedure for each subscriber. Emits progressive results (with `progress: true`), then the final one, and
   * completes. Unsubscribing before that cancels the call (WAMP, "Remote Procedure Calls", "Call Canceling").
   *
   * Errors with ApplicationError for an ERROR of callee or router, CallTimeoutError, ConnectionLostError (at once when
   * the link is lost, or when there is no session within `waitTimeout`), SerializationError, ClosedError.
   *
   * @param args positional values; an Observable of such lists streams them (WAMP, "Progressive Call Invocations"); or
   * one object with args, kwargs and options
   * @throws TypeError, InvalidUriError for arguments that cannot be right
   * @example
   * wamp.call<number>('com.calc.add', [2, 3]).subscribe(({ value }) => show(value));
   */
  call<T = unknown>(
    procedure: Uri,
    args?: CallArgs | (CallOptions & Payload<CallArgs>),
    kwargs?: Readonly<Dict>,
    options?: CallOptions,
  ): Observable<CallResult<T>> {
    const request = checkCall(procedure, args, kwargs, options);
    return new Observable((subscriber) => {
      const refusal = this.#refusal();
      if (refusal !== undefined) return asapScheduler.schedule(() => subscriber.error(refusal));
      const call = new Call<T>(subscriber, request);
      if (this.#live?.open) call.start(this.#live);
      else {
        this.#outbox.addCall(call as Call, procedure, () => this.#connection?.lastError);
        this.#dial();
      }
      return call;
    });
  }

  /**
   * Registers a procedure for as long as it is observed; emits each confirmed registration, anew after every healing
   * (WAMP, "Registering and Unregistering").
   *
   * Errors as `subscribe()` does, and with InvalidStateError where this client has registered the procedure already.
   *
   * @param handler answers an invocation with a value, a Promise or Observable of it, or `result(args, kwargs)`
   * @throws TypeError, InvalidUriError for arguments that cannot be right
   * @example
   * wamp.register('com.calc.add', ({ args: [a, b] }) => Number(a) + Number(b)).subscribe();
   */
  register(procedure: Uri, handler: Handler, options?: RegisterOptions): Observable<Registration> {
    return provideProcedure(this.#streams, checkRegister(procedure, handler, options), handler);
  }

  /**
   * Publishes at once, or queues while there is no session; nobody need subscribe. The report is replayed to those who
   * do: `{ acknowledged: false }` once written, or with `acknowledge: true` the router's answer (WAMP, "Publishing").
   * Never sent twice; routers do not send it back to this client unless `excludeMe: false`.
   *
   * Errors with ConnectionLostError (`maybeDelivered` where it was written and not answered), ApplicationError,
   * SerializationError, ClosedError; those that nobody observes go to lifecycle$ as `publisherror`.
   *
   * @throws TypeError, InvalidUriError for arguments that cannot be right
   * @example
   * wamp.publish('com.shop.price', [{ item: 'tea', price: 3 }]);
   */
  publish(
    topic: Uri,
    args?: List | (PublishOptions & Payload),
    kwargs?: Readonly<Dict>,
    options?: PublishOptions,
  ): Observable<Publication> {
    const request = checkPublish(topic, args, kwargs, options);
    if (this.#live?.open) return publishOn(this.#live, request, this.#unseen);
    const refusal = this.#refusal();
    try {
      const pending = new PendingPublication(snapshot(request), this.#unseen);
      if (refusal !== undefined) pending.fail(refusal);
      else {
        this.#outbox.addPublication(pending, () => this.#connection?.lastError);
        this.#dial();
      }
      return pending.report;
    } catch (error) {
      const failed = new PendingPublication(request, this.#unseen);
      failed.fail(error);
      return failed.report;
    }
  }

  /**
   * Ends it all, for good: what is queued is sent if there is a session, GOODBYE is said, the transport is closed;
   * at most `closeTimeout`. Topics and registrations complete, open calls error with ClosedError.
   *
   * @param reason a URI, `wamp.close.normal` by default
   * @param message a text for the router's log
   */
  close(reason: Uri = 'wamp.close.normal', message?: string): Promise<CloseDetails> {
    if (this.#closed === undefined) {
      let done = (_: CloseDetails): void => undefined;
      this.#closed = new Promise((resolve) => (done = resolve));
      this.#shutDown({ reason, ...(message !== undefined && { message }) }, done);
    }
    return this.#closed;
  }

  #shutDown(details: CloseDetails, done: (details: CloseDetails) => void): void {
    const error = new ClosedError(`The client was closed (${details.reason})`);
    // before anybody is told: whoever comes back is refused
    this.#failure = error;
    const joined = this.#joined;
    if (joined?.link.open) this.#board.setStatus({ state: 'leaving', reason: details.reason });
    this.#live = undefined;
    this.#idle?.unsubscribe();
    this.#streams.end();
    this.#outbox.fail(error);
    joined?.link.leave(details.reason, details.message, error);
    this.#disconnect();
    const closed = (): void => {
      if (joined) this.#board.tell({ type: 'leave', session: joined.session, ...details });
      if (joined) this.#board.tell({ type: 'disconnect', wasClean: true });
      this.#board.setStatus({ state: 'closed', details });
      this.#board.post(() => {
        this.#board.status$.complete();
        this.#board.lifecycle$.complete();
        this.#board.session$.complete();
        this.#tap.complete();
        this.#userErrors.complete();
        done(details);
      });
    };
    if (joined) joined.link.whenGone(closed);
    else closed();
  }

  /** Why nothing can be begun: the client is closed, or has given up. */
  #refusal(): WampError | undefined {
    return this.#failure;
  }

  readonly #unseen = (error: unknown, topic: Uri): void => this.#board.tell({ type: 'publisherror', topic, error });

  #dial(): void {
    if (this.#connection !== undefined || this.#failure !== undefined) return;
    const settings = this.#settings;
    const connection = new Connection(
      settings,
      {
        ...settings,
        streams: this.#streams,
        tap: this.#tap,
        userError: (error, context) => this.#userErrors.next({ error, context }),
        unseen: this.#unseen,
      },
      this.#board,
      {
        joined: (joined) => this.#enter(joined),
        lost: () => this.#forget(),
        gaveUp: (error, attempts) => this.#giveUp(error, attempts),
      },
      this.#joinedBefore,
    );
    this.#connection = connection;
    connection.start();
  }

  /** At WELCOME, in one run: status, streams, what was queued, session$, lifecycle. */
  #enter({ session, link }: Joined): void {
    this.#joinedBefore = true;
    const joined = { session, link, since: now(), announced: false, ready: false };
    this.#joined = joined;
    this.#board.setStatus({ state: 'joined', session, since: joined.since, healing: this.#streams.size });
    this.#streams.attach(link);
    this.#outbox.flush(link);
    if (!link.open) return;
    this.#live = link;
    joined.announced = true;
    this.#board.post(() => this.#board.session$.next(session));
    this.#board.tell({ type: 'join', session });
    this.#streamsChanged();
    this.#watchIdle(link);
  }

  #forget(): void {
    this.#joined = undefined;
    this.#live = undefined;
    this.#idle?.unsubscribe();
  }

  #disconnect(): void {
    const connection = this.#connection;
    this.#connection = undefined;
    this.#forget();
    connection?.unsubscribe();
  }

  #giveUp(error: WampError, attempts: number): void {
    if (this.#closed) return;
    this.#failure = error;
    this.#disconnect();
    this.#board.setStatus({ state: 'failed', error, attempts });
    this.#streams.end(error);
    this.#outbox.fail(error);
  }

  /** Streams came, went or were confirmed. */
  #streamsChanged(): void {
    if (this.#streams.size > 0) this.#dial();
    const joined = this.#joined;
    const { status } = this;
    if (joined === undefined || status.state !== 'joined') return;
    const { healing } = this.#streams;
    if (status.healing !== healing && this.#streams.link === joined.link) this.#board.setStatus({ ...status, healing });
    if (healing === 0 && joined.announced && !joined.ready) {
      joined.ready = true;
      this.#board.tell({ type: 'ready', session: joined.session });
    }
  }

  /** Hangs up after `idleTimeout` without use. Looks now and then, so that using it costs nothing. */
  #watchIdle(link: SessionLink): void {
    const { idleTimeout } = this.#settings;
    let usedAt = now();
    let sent = link.nextId;
    const look = (): void => {
      this.#idle = after(idleTimeout / IDLE_LOOKS, () => {
        if (this.#streams.size > 0 || this.#outbox.size > 0 || link.requests.size > 0 || link.nextId !== sent) {
          usedAt = now();
          sent = link.nextId;
        }
        if (now() - usedAt < idleTimeout) look();
        else {
          link.leave('wamp.close.normal', undefined, new ClosedError('The client was idle'));
          this.#disconnect();
          this.#board.setStatus({ state: 'idle' });
        }
      });
    };
    look();
  }
}
