import { asapScheduler, ReplaySubject, Subject, Subscription } from 'rxjs';
import type { WampError } from '../protocol/errors.ts';
import type { Uri } from '../protocol/uris.ts';
import { guarded } from '../session/error-mapping.ts';
import type { CloseDetails } from '../session/options.ts';
import type { Session } from '../session/session.ts';
import type { StreamInfo } from '../session/recoverable.ts';
import { now } from '../session/time.ts';
import type { TransportDetails } from '../transports/transport.ts';

/** What a client is doing, with what belongs to it. Every badge on a dashboard derives from this one value. */
export type Status<Api = unknown> =
  /** Nothing needs a connection. */
  | { readonly state: 'idle' }
  /** Dialling. `attempt` counts from 1, anew after a session that was stable. */
  | { readonly state: 'connecting'; readonly attempt: number; readonly transport: string }
  /** The transport is open; HELLO was sent. */
  | { readonly state: 'joining'; readonly attempt: number; readonly transport: string; readonly authmethod?: string }
  /** In a session since `since` (milliseconds since the epoch); `healing` streams are not yet confirmed again. */
  | { readonly state: 'joined'; readonly session: Session<Api>; readonly since: number; readonly healing: number }
  /** Between two attempts. `delay` in milliseconds, and `retryAt`, are absent when a custom operator decides. */
  | {
      readonly state: 'waiting';
      readonly attempt: number;
      readonly delay?: number;
      readonly retryAt?: number;
      readonly error: Error;
    }
  /** GOODBYE was sent. */
  | { readonly state: 'leaving'; readonly reason: Uri }
  /** Given up; `connect()` tries again. */
  | { readonly state: 'failed'; readonly error: WampError; readonly attempts: number }
  /** `close()` was called; final. */
  | { readonly state: 'closed'; readonly details: CloseDetails };

/** What happened, for timelines and logs. `time` is in milliseconds since the epoch. */
export type LifecycleEvent<Api = unknown> = { readonly time: number } & LifecycleNews<Api>;

/** A lifecycle event before it is dated. */
export type LifecycleNews<Api = unknown> =
  /** A transport is open. */
  | { readonly type: 'connect'; readonly transport: TransportDetails; readonly attempt: number }
  /** The router demands a proof. */
  | { readonly type: 'challenge'; readonly method: string }
  /**
   * A secret is sent as it is (`ticket()`) over a link that others can read: without TLS, to another machine. Once for each
   * client; nothing else changes. `url` is the address that was dialled.
   */
  | { readonly type: 'insecure'; readonly method: string; readonly url: string }
  | { readonly type: 'join'; readonly session: Session<Api> }
  /** Every topic and registration is confirmed in this session, and what `forEachSession()` runs has settled. */
  | { readonly type: 'ready'; readonly session: Session<Api> }
  /** The session ended. */
  | { readonly type: 'leave'; readonly session: Session<Api>; readonly reason: Uri; readonly message?: string }
  /** The transport of a session is gone. */
  | { readonly type: 'disconnect'; readonly wasClean: boolean; readonly error?: Error }
  /** An attempt failed before a session was joined. */
  | { readonly type: 'connectfailure'; readonly attempt: number; readonly transport: string; readonly error: Error }
  /** The router refused to take a stream back; it is requested again after `delay` milliseconds. */
  | {
      readonly type: 'heal';
      readonly stream: StreamInfo;
      readonly error: Error;
      readonly tries: number;
      readonly delay: number;
    }
  /** A publication failed and its report had no observer. */
  | { readonly type: 'publisherror'; readonly topic: Uri; readonly error: unknown };

/**
 * Delivers statuses and events to observers, in one order for all of them: what is posted during a delivery waits for its
 * turn.
 */
export class Notifier {
  readonly status$ = new ReplaySubject<Status>(1);
  readonly lifecycle$ = new Subject<LifecycleEvent>();
  readonly session$ = new Subject<Session>();
  /** The present status, also before observers receive it. */
  status: Status = { state: 'idle' };
  readonly #queue: (() => void)[] = [];
  #delivering = false;

  constructor() {
    this.status$.next(this.status);
  }

  setStatus(status: Status): void {
    this.status = status;
    this.post(() => this.status$.next(status));
  }

  /** Emits a lifecycle event. */
  emit(news: LifecycleNews): void {
    const event = { time: now(), ...news };
    this.post(() => this.lifecycle$.next(event));
  }

  /** Reports that a session is over, and how its link ended. */
  left(
    session: Session,
    why: { readonly reason: Uri; readonly message?: string },
    end: { readonly wasClean: boolean; readonly error?: Error } = { wasClean: true },
  ): void {
    this.emit({ type: 'leave', session, ...why });
    this.emit({ type: 'disconnect', ...end });
  }

  /** Reports that the client has given up, at the end of the turn: what tries again at once does not recurse. */
  onFailure(report: (error: WampError) => void): Subscription {
    const all = new Subscription();
    all.add(
      this.status$.subscribe((status) => {
        if (status.state === 'failed') all.add(asapScheduler.schedule(() => report(status.error)));
      }),
    );
    return all;
  }

  /** Reports the end, and at the end of the turn, behind reports of what failed with it, completes all observables. */
  closed(details: CloseDetails, others: readonly { complete(): void }[], done: () => void): void {
    this.setStatus({ state: 'closed', details });
    asapScheduler.schedule(() =>
      this.post(() => {
        for (const subject of [this.status$, this.lifecycle$, this.session$, ...others]) {
          guarded(() => subject.complete());
        }
        done();
      }),
    );
  }

  /** Runs a delivery after those that are under way. */
  post(delivery: () => void): void {
    this.#queue.push(delivery);
    if (this.#delivering) return;
    this.#delivering = true;
    // observers do not throw into us: RxJS reports their errors by itself
    for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) next();
    this.#delivering = false;
  }
}
