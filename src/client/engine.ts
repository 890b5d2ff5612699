import { asapScheduler, Observable, Subject, take, type Subscription } from 'rxjs';
import { ClosedError, ConnectionLostError, type WampError } from '../protocol/errors.ts';
import type { Uri } from '../protocol/uris.ts';
import type { Call } from '../session/call.ts';
import type { Dispatch } from '../session/dispatch.ts';
import { finish, guarded, type ErrorEntry } from '../session/error-mapping.ts';
import type { Joined } from '../session/join.ts';
import type { PayloadRequest } from '../session/option-checks.ts';
import type { CloseDetails, CloseOptions, Publication, PublishOptions, UserError, Wamp } from '../session/options.ts';
import { PendingPublication, publishOn, type Unobserved } from '../session/publication.ts';
import { Recovery } from '../session/recovery.ts';
import type { Session } from '../session/session.ts';
import { after, now } from '../session/time.ts';
import { portOf, type Port } from '../session/verbs.ts';
import type { Wire } from '../session/wire.ts';
import type { Settings } from './client-options.ts';
import { makeConnection, type Connection, type ConnectionCallbacks, type ConnectionConfig } from './connection.ts';
import { whenIdle } from './keepalive.ts';
import { MessageTap } from './message-tap.ts';
import { Outbox } from './outbox.ts';
import type { Present } from './present.ts';
import { healDelay } from './retry-policy.ts';
import { Notifier } from './status.ts';

/** What drives a client: dials when something is used, brings streams and what was queued into each session, gives up, closes. */
export class Engine implements Port, ConnectionCallbacks {
  readonly notifier = new Notifier();
  readonly tap = new MessageTap();
  readonly userErrors = new Subject<UserError>();
  readonly errors: ErrorEntry[];
  readonly outbox: Outbox;
  readonly recovery: Recovery;
  /** What the next connection is made with. */
  settings: Settings;
  /** Whether these settings ever led to a session. */
  joinedBefore = false;
  /** Why nothing can be begun: the client is closed, or has given up. */
  refusal: WampError | undefined;
  /** What dials, and holds the present session. Another one may take its place while that goes on. */
  connection: Connection | undefined;
  /** The session that another one has taken the place of, while what began there goes on. */
  declare previous?: Joined | undefined;
  #present: Present | undefined;
  #closed: Promise<CloseDetails> | undefined;
  /** The time that a `close()` may take which waits for a session. */
  #limit: Subscription | undefined;
  /** Ends that waiting. */
  #goOn: (() => void) | undefined;
  #idle: Subscription | undefined;
  readonly wires = new Set<Wire>();

  readonly session$ = new Observable<Session>((subscriber) => {
    const subscription = this.notifier.session$.subscribe(subscriber);
    // not one that is about to be emitted, or that is over though its end is not reported yet
    if (this.#present && this.direct) subscriber.next(this.#present.session);
    this.dial();
    return subscription;
  });

  constructor(settings: Settings) {
    this.settings = settings;
    this.errors = settings.errors;
    this.outbox = new Outbox(settings);
    this.recovery = new Recovery({
      port: () => (this.#present?.phase === 'entering' ? undefined : this.#present?.dispatch),
      refusal: () => this.refusal,
      changed: () => this.#changed(),
      retryDelay: (stream, error, tries, since) => {
        const delay = healDelay(this.settings, error, tries, since);
        if (delay !== undefined) this.notifier.emit({ type: 'heal', stream, error, tries, delay });
        return delay;
      },
    });
  }

  /** The session that is joined now. */
  get present(): Present | undefined {
    return this.#present;
  }

  /** Where calls and publications go directly: to the present session, once what was queued has been sent. */
  get direct(): Dispatch | undefined {
    const present = this.#present;
    if (!present?.dispatch.open || present.phase === 'entering' || present.phase === 'flushing') return undefined;
    return present.dispatch.wire.channel.closing ? undefined : present.dispatch;
  }

  connect(): Observable<Session> {
    if (this.#closed === undefined) this.refusal = undefined;
    this.dial();
    return new Observable((subscriber) => {
      const failed = (error: WampError): void => {
        // a failure that connect() has begun to mend does not count
        if (this.refusal === error) finish(subscriber, error);
      };
      subscriber.add(
        this.notifier.status$.subscribe((status) => {
          // at the end of the turn: what tries again at once does not recurse
          if (status.state === 'failed') subscriber.add(asapScheduler.schedule(() => failed(status.error)));
        }),
      );
      subscriber.add(this.session$.pipe(take(1)).subscribe(subscriber));
    });
  }

  start(call: Call): void {
    const { direct } = this;
    if (direct) call.start(direct);
    else {
      this.outbox.addCall(call, this.#lastError);
      this.dial();
    }
  }

  publish(request: PayloadRequest<PublishOptions>): Observable<Publication> {
    const dispatch = this.direct;
    if (dispatch && this.outbox.mayPass(dispatch)) return publishOn(dispatch, request, this.unobserved);
    const pending = new PendingPublication(request, this.unobserved);
    if (this.refusal !== undefined) return pending.failLater(this.refusal);
    this.outbox.addPublication(pending, this.#lastError);
    if (dispatch) this.outbox.flushLater(dispatch);
    else this.dial();
    return pending.report;
  }

  readonly userError = (error: unknown, context: string): void =>
    guarded(() => this.userErrors.next({ error, context }));

  readonly unobserved: Unobserved = (error, topic) => this.notifier.emit({ type: 'publisherror', topic, error });
  readonly #lastError = (): unknown => this.connection?.lastError;

  dial(): void {
    const { dispatch } = this.#present ?? {};
    // where a link is needed, one that the router is closing is over, though TCP has not ended
    if (dispatch?.wire.channel.closing) dispatch.drop(new ConnectionLostError('The router hung up'));
    if (this.connection !== undefined || this.refusal !== undefined) return;
    this.connection = makeConnection(this.config(), this);
    this.connection.start();
  }

  /** What a connection is made with. */
  config(): ConnectionConfig {
    const { settings, recovery, tap, userError, notifier, joinedBefore, wires, unobserved } = this;
    return { ...settings, recovery, tap, userError, notifier, joinedBefore, wires, unobserved };
  }

  /** Lets go of the connection; what is used next dials anew. */
  disconnect(): void {
    const { connection } = this;
    this.connection = undefined;
    this.lost();
    connection?.life.unsubscribe();
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
    // before any observer is called: what it begins is refused
    this.refusal = error;
    const { notifier, tap, userErrors, present, outbox } = this;
    // the session that is being dialled takes what is queued
    const waits = !present && !this.#goOn && this.connection && outbox.publications > 0;
    if (present?.dispatch.open) notifier.setStatus({ state: 'leaving', reason: details.reason });
    // what was queued is sent even where an observer of the new session led here
    if (present) outbox.flush(present.dispatch, Infinity);
    this.lost();
    for (const stream of this.recovery.take()) stream.end();
    for (const item of outbox.take(waits)) item.fail(error);
    if (waits) {
      // also for what follows: the GOODBYE of that session, and the end of its link
      this.#limit = after(this.settings.closeTimeout, () => {
        this.#goOn?.();
        for (const wire of this.wires) wire.drop();
      });
      this.#goOn = () => {
        this.#shutDown(details, done);
        this.#goOn = undefined;
      };
      return;
    }
    present?.dispatch.leave(details.reason, details.message, error);
    this.disconnect();
    const closed = (): void => {
      // earlier sessions may be hanging up still
      if (this.wires.size > 0) return;
      this.#limit?.unsubscribe();
      details = { ...present?.dispatch.farewell, ...details };
      if (present) notifier.left(present.session, details);
      notifier.closed(details, [tap, userErrors], () => done(details));
    };
    closed();
    for (const { gone } of this.wires) gone.add(closed);
  }

  /** At WELCOME, in one run: status, streams, what was queued, session$, lifecycle. */
  joined(joined: Joined): void {
    const { session, dispatch } = joined;
    const { notifier } = this;
    const present: Present = { ...joined, phase: 'entering' };
    this.joinedBefore = true;
    this.#present = present;
    notifier.setStatus({ state: 'joined', session, since: now(), healing: this.recovery.streams.size });
    present.phase = 'flushing';
    this.recovery.attach();
    this.outbox.flush(dispatch);
    this.#goOn?.();
    // an observer may have closed the client
    if (!dispatch.open) return;
    present.phase = 'announced';
    notifier.post(() => notifier.session$.next(session));
    notifier.emit({ type: 'join', session });
    // not before: what waits for the session may be confirmed by now
    present.phase = 'healing';
    this.#changed();
    this.#watchIdle(present);
  }

  /** The session is over, or is to be. */
  lost(): void {
    this.#present = undefined;
    this.#idle?.unsubscribe();
  }

  gaveUp(error: WampError, attempts: number): void {
    this.#goOn?.();
    if (this.#closed) return;
    this.refusal = error;
    this.disconnect();
    // taken before any observer is called: what it begins belongs to the next connection
    const streams = this.recovery.take();
    const waiting = this.outbox.take();
    this.notifier.setStatus({ state: 'failed', error, attempts });
    for (const stream of streams) stream.end(error);
    for (const item of waiting) item.fail(error);
  }

  /** Streams came, went or were confirmed. */
  #changed(): void {
    const { recovery, notifier } = this;
    if (recovery.streams.size > 0) this.dial();
    const present = this.#present;
    const { status } = notifier;
    // streams that end with a session do not count in it any more
    if (!present?.dispatch.open || present.phase === 'entering' || status.state !== 'joined') return;
    const { healing } = recovery;
    if (status.healing !== healing) notifier.setStatus({ ...status, healing });
    if (healing === 0 && present.phase === 'healing') {
      present.phase = 'ready';
      notifier.emit({ type: 'ready', session: present.session });
    }
  }

  /** Hangs up after `idleTimeout` without use. */
  #watchIdle({ dispatch, session }: Present): void {
    if (!dispatch.open) return;
    this.#idle = whenIdle(
      this.settings.idleTimeout,
      // bytes that the network has not taken yet are in use, too: to hang up may lose them
      () =>
        this.recovery.streams.size +
        this.outbox.items.size +
        dispatch.requests.size +
        dispatch.calls.waiting.length +
        dispatch.invocations.size +
        dispatch.wire.channel.bufferedAmount,
      () => dispatch.nextId - dispatch.probes,
      () => {
        const reason = 'wamp.close.normal';
        dispatch.leave(reason, undefined, new ClosedError('The client was idle'));
        this.disconnect();
        this.notifier.left(session, { reason });
        // an observer may have begun something already
        if (!this.connection && !this.refusal) this.notifier.setStatus({ state: 'idle' });
      },
    );
  }
}

/** A whole client rather than one of its sessions: what functions take that look after its sessions. */
export interface AnyClient extends Wamp {
  /** Ends the client; reason and message go to the router in GOODBYE. Resolves when the link is closed. */
  close(options?: Uri | CloseOptions, message?: string): Promise<unknown>;
}

/** The engine of a client; `what` names the function that needs it, for the error. */
export function engineOf(client: AnyClient, what: string): Engine {
  const port = portOf(client, what);
  if (!(port instanceof Engine)) throw new TypeError(`${what}: expected a WampClient, got a Session`);
  return port;
}
