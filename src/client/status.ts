import { asapScheduler, ReplaySubject, Subject } from 'rxjs';
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
  | {
      /** Nothing needs a connection. */
      readonly state: 'idle';
    }
  | {
      /** Dialling. */
      readonly state: 'connecting';
      /** Counts from 1, anew after a session that was stable. */
      readonly attempt: number;
      /** The name of the transport: `websocket ws://host/ws`. */
      readonly transport: string;
    }
  | {
      /** The transport is open; HELLO was sent. */
      readonly state: 'joining';
      /** The number of the attempt, as while connecting. */
      readonly attempt: number;
      /** The name of the transport that is open. */
      readonly transport: string;
      /** The method that the router has asked for in CHALLENGE; absent before, and where it asks for none. */
      readonly authmethod?: string;
    }
  | {
      /** In a session. */
      readonly state: 'joined';
      /** The session that the four verbs use. */
      readonly session: Session<Api>;
      /** When it was joined: milliseconds since the epoch. */
      readonly since: number;
      /** How many topics and registrations of the time before are not yet confirmed again; 0 when all are. */
      readonly healing: number;
    }
  | {
      /** Between two attempts. */
      readonly state: 'waiting';
      /** Attempts so far, since the last session that was stable: 0 when such a one has just ended. */
      readonly attempt: number;
      /** Milliseconds until the next attempt; absent when a custom operator decides. */
      readonly delay?: number;
      /** When that is: milliseconds since the epoch; absent when a custom operator decides. */
      readonly retryAt?: number;
      /** Why the last attempt failed, or the session ended. */
      readonly error: Error;
    }
  | {
      /** GOODBYE was sent. */
      readonly state: 'leaving';
      /** The reason that it gives: a URI. */
      readonly reason: Uri;
    }
  | {
      /** Given up; `connect()` tries again. */
      readonly state: 'failed';
      /** What made the client give up; all its streams end with it. */
      readonly error: WampError;
      /** Attempts since the last session that was stable. */
      readonly attempts: number;
    }
  | {
      /** `close()` was called; final. */
      readonly state: 'closed';
      /** The reason that was given, and what the router's answer held. */
      readonly details: CloseDetails;
    };

/** What happened, for timelines and logs. */
export type LifecycleEvent<Api = unknown> = {
  /** When: milliseconds since the epoch. */
  readonly time: number;
} & (
  | {
      /** A transport is open. */
      readonly type: 'connect';
      /** How it was opened: address, serializer, TLS. */
      readonly transport: TransportDetails;
      /** The number of the attempt, from 1. */
      readonly attempt: number;
    }
  | {
      /** The router demands a proof (WAMP, CHALLENGE). */
      readonly type: 'challenge';
      /** The method that it asks for. */
      readonly method: string;
    }
  | {
      /**
       * A secret is sent as it is (`ticket()`) over a link that others can read: without TLS, to another machine. Once for
       * each client; nothing else changes.
       */
      readonly type: 'insecure';
      /** The method that sends it. */
      readonly method: string;
      /** The address that was dialled, without its own secrets. */
      readonly url: string;
    }
  | {
      /** A session was joined (WAMP, WELCOME). */
      readonly type: 'join';
      /** The new session. */
      readonly session: Session<Api>;
    }
  | {
      /** Every topic and registration is confirmed in this session, and what `forEachSession()` runs has settled. */
      readonly type: 'ready';
      /** The session that is ready. */
      readonly session: Session<Api>;
    }
  | {
      /** The session ended. */
      readonly type: 'leave';
      /** The session that is over. */
      readonly session: Session<Api>;
      /** Why: the URI of the GOODBYE or ABORT, or one of this library for a lost link. */
      readonly reason: Uri;
      /** A text with the reason. */
      readonly message?: string;
    }
  | {
      /** The transport of a session is gone. */
      readonly type: 'disconnect';
      /** Whether it was closed in order, rather than lost. */
      readonly wasClean: boolean;
      /** What it was lost by. */
      readonly error?: Error;
    }
  | {
      /** An attempt failed before a session was joined. */
      readonly type: 'connectfailure';
      /** The number of the attempt, from 1. */
      readonly attempt: number;
      /** The name of the transport that was tried. */
      readonly transport: string;
      /** Why it failed. */
      readonly error: Error;
    }
  | {
      /** The router refused to take a stream back; it is requested again. */
      readonly type: 'heal';
      /** The topic or procedure. */
      readonly stream: StreamInfo;
      /** The refusal. */
      readonly error: Error;
      /** Refusals in a row. */
      readonly tries: number;
      /** Milliseconds until the next request. */
      readonly delay: number;
    }
  | {
      /** A publication failed and its report had no observer. */
      readonly type: 'publisherror';
      /** The topic that was published to. */
      readonly topic: Uri;
      /** Why it failed. */
      readonly error: unknown;
    }
);

type Undated<Event> = Event extends unknown ? Omit<Event, 'time'> : never;
/** A lifecycle event before it is dated. */
export type LifecycleNews = Undated<LifecycleEvent>;

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
    // also what is posted meanwhile: it stands at the end
    for (const next of this.#queue) guarded(next);
    this.#queue.length = 0;
    this.#delivering = false;
  }
}
