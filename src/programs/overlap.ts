import { concat, defer, filter, ignoreElements, Observable, ReplaySubject, Subscription, take, timer } from 'rxjs';
import { ConnectionLostError, type WampError } from '../protocol/errors.ts';
import type { Dispatch } from '../session/dispatch.ts';
import type { Joined } from '../session/join.ts';
import type { Session } from '../session/session.ts';
import type { Settings } from '../client/client-options.ts';
import { makeConnection, type Connection, type ConnectionCallbacks } from '../client/connection.ts';
import type { Engine } from '../client/engine.ts';
import type { Present } from '../client/present.ts';
import { whenIdle } from '../client/keepalive.ts';
import type { Status } from '../client/status.ts';
import { flushed, Handover } from './handover.ts';

/** Milliseconds without anything under way after which the first session is left. */
const QUIET = 100;
const REASON = 'wamp.close.normal';

/** What a connection of the client calls, to spread: a spread of the engine has none of its methods. */
const callbacksOf = (engine: Engine): ConnectionCallbacks => ({
  joined: (joined) => engine.joined(joined),
  lost: () => engine.lost(),
  gaveUp: (error, attempts) => engine.gaveUp(error, attempts),
});

/** The last one of each client. */
const overlaps = new WeakMap<Engine, Overlap>();

/**
 * Two sessions of a client, one of which takes the place of the other:
 *
 * 1. The second is dialled. The first does all the work, and the status is its own; a failure ends here.
 * 2. Calls and publications wait until the router has taken those of the first session, so that their order is kept.
 * 3. The second session becomes the client's, and requests all topics and registrations: see {@link Handover}.
 * 4. When they are confirmed, and the last event of the first session has come, that gives back what it holds.
 * 5. When nothing is under way in it any more, or after `drain` milliseconds, the first session is left.
 */
class Overlap {
  /** The second session when it is the client's; errors where it cannot be. */
  readonly session = new ReplaySubject<Session>(1);
  readonly #engine: Engine;
  readonly #settings: Settings;
  readonly #joinedBefore: boolean;
  readonly #drain: number;
  readonly #first: Connection;
  readonly #second: Connection;
  /** What the status would be if the second connection were the client's. */
  #status: Status | undefined;
  /** Closed when the second session works as any. */
  readonly #moved = new Subscription();
  /** Closed when the first does. */
  #ready = Subscription.EMPTY;

  constructor(engine: Engine, settings: Settings, joinedBefore: boolean, drain: number) {
    const { notifier } = engine;
    const first = engine.connection as Connection;
    const before = overlaps.get(engine);
    overlaps.set(engine, this);
    if (before) {
      if (before.#second === first) this.#ready = before.#moved;
      // still being dialled, by older settings
      else before.#second.life.unsubscribe();
    }
    const second = makeConnection(
      {
        ...engine.config(),
        ...settings,
        joinedBefore,
        notifier: {
          setStatus: (status) => {
            this.#status = status;
            if (this.#replaced) notifier.setStatus(status);
          },
          emit: (news) => notifier.emit(news),
          left: (...end) => this.#replaced && notifier.left(...end),
        },
      },
      {
        joined: (joined) => this.#joined(joined),
        lost: () => undefined,
        gaveUp: (error) => this.#gaveUp(error),
      },
    );
    this.#engine = engine;
    this.#settings = settings;
    this.#joinedBefore = joinedBefore;
    this.#drain = drain;
    this.#first = first;
    this.#second = second;
    first.callbacks = { ...callbacksOf(engine), lost: () => this.#firstLost() };
    first.life.add(second.life);
    second.life.add(() =>
      this.session.error(engine.refusal ?? new ConnectionLostError('The client went on without the session')),
    );
    second.start();
  }

  /** Whether the second connection is the client's. */
  get #replaced(): boolean {
    return this.#engine.connection === this.#second;
  }

  /** There will be no second session; the first goes on. */
  #gaveUp(error: WampError): void {
    this.#first.callbacks = this.#engine;
    this.session.error(error);
    this.#second.life.unsubscribe();
  }

  /** The second connection becomes the client's. */
  #replace(): void {
    const engine = this.#engine;
    engine.connection = this.#second;
    engine.settings = this.#settings;
    engine.joinedBefore = this.#joinedBefore;
    this.#first.life.remove(this.#second.life);
    this.#second.callbacks = { ...callbacksOf(engine), joined: (joined) => this.#joined(joined) };
  }

  /** Before there is a second one: this one is not dialled again. */
  #firstLost(): void {
    this.#engine.lost();
    this.#replace();
    this.#first.life.unsubscribe();
    if (this.#status) this.#engine.notifier.setStatus(this.#status);
  }

  #joined(joined: Joined): void {
    this.#ready.add(() => this.#enter(joined));
  }

  /** The second session is joined, and the first is not on its way from another one. */
  #enter(joined: Joined): void {
    const engine = this.#engine;
    const { present } = engine;
    if (!joined.dispatch.open) return;
    if (!present) {
      this.#moved.unsubscribe();
      this.#begin(joined);
      return;
    }
    const { dispatch, phase } = present;
    // calls and publications wait
    present.phase = 'flushing';
    flushed(dispatch, this.#settings.closeTimeout).subscribe({
      complete: () => {
        if (engine.present !== present) return;
        if (joined.dispatch.open) this.#move(present, joined);
        else {
          // lost already and dialled again, or not wanted any more; an earlier overlap may have come as far as this, too
          present.phase = phase === 'flushing' ? 'ready' : phase;
          engine.outbox.flush(dispatch);
        }
      },
    });
  }

  /** The second session does the client's work from now on. */
  #begin(joined: Joined): void {
    this.#second.callbacks = this.#engine;
    this.#engine.joined(joined);
    this.session.next(joined.session);
    this.session.complete();
  }

  #move(present: Present, joined: Joined): void {
    const engine = this.#engine;
    const { recovery } = engine;
    const { dispatch: from } = present;
    const handover = new Handover(recovery, from, joined.dispatch, this.#settings.closeTimeout);
    const rest = new Subscription(() => this.#leave(from, handover));
    this.#replace();
    engine.previous = present;
    this.#second.life.add(rest);
    this.#first.callbacks = { ...callbacksOf(engine), lost: () => rest.unsubscribe() };
    engine.lost();
    from.left = REASON;
    // where it is its end that has led here
    recovery.detach(from, from.open ? undefined : new ConnectionLostError('The session was lost'));
    // an observer may have closed the client
    if (!joined.dispatch.open) return;
    this.#begin(joined);
    rest.add(timer(this.#drain).subscribe(() => rest.unsubscribe()));
    rest.add(this.#ending(handover, from, joined.session).subscribe({ complete: () => rest.unsubscribe() }));
  }

  /** Completes when the first session has nothing to do any more. */
  #ending(handover: Handover, from: Dispatch, session: Session): Observable<never> {
    const { notifier } = this.#engine;
    const confirmed$ = notifier.status$.pipe(
      filter((status) => status.state !== 'joined' || status.session !== session || handover.confirmed),
      take(1),
      ignoreElements(),
    );
    const idle$ = new Observable<never>((subscriber) =>
      whenIdle(
        QUIET,
        () => from.requests.size + from.invocations.size,
        () => from.nextId,
        () => subscriber.complete(),
      ),
    );
    return concat(
      confirmed$,
      flushed(from, this.#settings.closeTimeout),
      defer(() => {
        this.#end(handover);
        return handover.giveBack();
      }),
      idle$,
    );
  }

  #end(handover: Handover): void {
    handover.end(() => this.#moved.unsubscribe());
  }

  /** Leaves the first session, which is lost already where it is not open. */
  #leave(from: Dispatch, handover: Handover): void {
    const engine = this.#engine;
    const { notifier, refusal, previous } = engine;
    const { open } = from;
    if (previous?.dispatch === from) engine.previous = undefined;
    this.#end(handover);
    from.leave(REASON, undefined, refusal ?? new ConnectionLostError(`Not answered within ${this.#drain} ms`));
    this.#first.life.unsubscribe();
    if (open) notifier.left(from.session as Session, { reason: REASON });
  }
}

/**
 * Opens a second session, moves to it what the present one holds, and leaves that.
 *
 * @param settings what the second session, and all later ones, are made with
 * @param joinedBefore whether these settings have led to a session before
 * @param drain milliseconds that calls and invocations of the first session may take
 * @returns the second session when it is the client's; errors where it cannot be
 */
export const overlap = (
  engine: Engine,
  settings: Settings,
  joinedBefore: boolean,
  drain: number,
): Observable<Session> => new Overlap(engine, settings, joinedBefore, drain).session.asObservable();
