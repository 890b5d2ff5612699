import { Subscription, type Observable, type Subscriber, type Unsubscribable } from 'rxjs';
import { FUNCTION } from '../protocol/kinds.ts';
import { kindOf } from '../protocol/kind-of.ts';
import type { Session } from '../session/session.ts';
import { unlessOver } from '../session/recovery.ts';
import { finish } from '../session/error-mapping.ts';
import type { Typed } from '../session/contract-types.ts';
import { type Engine, engineOf, type AnyClient } from '../client/engine.ts';
import { CurrentRun, type SessionTask } from './session-task.ts';
import { KeepOpen } from '../client/keep-open.ts';

/** What {@link forEachSession} reports of each run of its function. */
export type SessionRun<T = unknown, Api = unknown> =
  | {
      /** The function was called with this session. */
      readonly state: 'running';
      /** The session that it runs in. */
      readonly session: Session<Api>;
    }
  | {
      /** It has returned, its Promise was resolved, or its Observable emitted or completed. */
      readonly state: 'settled';
      /** The session that it runs in. */
      readonly session: Session<Api>;
      /** What it returned, its Promise was resolved with, or its Observable emitted first. */
      readonly value?: T;
    }
  | {
      /** It threw, or its Promise or Observable failed, while the session lived. */
      readonly state: 'failed';
      /** The session that it ran in. */
      readonly session: Session<Api>;
      /** What it threw, or what its Promise or Observable failed with. */
      readonly error: unknown;
    }
  | {
      /** The session is over, and what belonged to the run with it. */
      readonly state: 'ended';
      /** The session that is over. */
      readonly session: Session<Api>;
    };

/** One observer of `forEachSession()`: counts as confirmed when the function has settled. */
class Setup<T, Api> extends KeepOpen implements Unsubscribable {
  readonly #engine: Engine;
  readonly #setup: SessionTask<T, Api>;
  readonly #subscriber: Subscriber<SessionRun<T, Api>>;
  readonly #sessions = new Subscription();
  readonly #current = new CurrentRun<Api>();

  constructor(engine: Engine, setup: SessionTask<T, Api>, subscriber: Subscriber<SessionRun<T, Api>>) {
    super(engine.recovery, (error) => {
      this.#sessions.unsubscribe();
      this.#stop();
      finish(subscriber, error);
    });
    this.#engine = engine;
    this.#setup = setup;
    this.#subscriber = subscriber;
  }

  override request(): void {
    // it begins with the session on session$, when what was queued has been sent
  }

  start(): void {
    this.recovery.add(this);
    this.#sessions.add(this.#engine.session$.subscribe((session) => this.#begin(session as Session<Api>)));
  }

  #begin(session: Session<Api>): void {
    if (!this.#current.enter(session)) return;
    let settled = false;
    const settle = (outcome: { state: 'settled'; value?: T } | { state: 'failed'; error: unknown }): void => {
      // its end may come from within the function, and is the last report of a run
      if (settled || this.#current.session !== session) return;
      settled = true;
      this.#subscriber.next({ session, ...outcome });
      // its observer may have left on that
      if (this.#current.session === session && session.open) this.recovery.confirm(this, 1);
    };
    this.#subscriber.next({ state: 'running', session });
    if (this.#sessions.closed) return;
    this.#current.run(this.#setup, {
      next: (value) => settle({ state: 'settled', value }),
      complete: () => settle({ state: 'settled' }),
      error: (error: unknown) => {
        // a session that is over fails its requests: its end is reported by itself
        if (!session.open) return;
        this.#engine.userError(error, 'forEachSession');
        if (settled) this.#subscriber.next({ state: 'failed', session, error });
        else settle({ state: 'failed', error });
      },
    });
  }

  override detached(): void {
    this.#stop();
  }

  unsubscribe(): void {
    this.#sessions.unsubscribe();
    this.#stop();
    this.recovery.remove(this);
  }

  #stop(): void {
    const session = this.#current.stop();
    if (session) this.#subscriber.next({ state: 'ended', session });
  }
}

/**
 * Runs a function on every session that the client joins, and undoes it when the session ends: what has to be done anew on
 * each, beyond topics and registrations, which heal by themselves. `ready` on lifecycle$ waits for it, and until it has
 * settled it counts among those that heal (`status.healing`).
 *
 * It has settled when it returned (or threw), its Promise was resolved or rejected, or its Observable emitted, completed or
 * failed; an Observable stays subscribed until the session ends. Streams of the session itself (`session.subscribe()`,
 * `session.register()`) end with it. What it throws goes to userErrors$ as well, and harms neither the session nor the
 * next run.
 *
 * Subscribing dials; unsubscribing undoes the present run. Completes at `close()`, errors when the client gives up.
 *
 * @param setup gets the session, and a signal that is aborted when it ends
 * @throws TypeError for what is no client, or no function
 * @example
 * forEachSession(wamp, async (session) => {
 *   await firstValueFrom(session.call('com.app.login', [session.id]));
 * }).subscribe(({ state }) => console.log(state));
 */
export function forEachSession<T, Api = unknown>(
  client: AnyClient & Typed<Api>,
  setup: SessionTask<T, Api>,
): Observable<SessionRun<T, Api>> {
  const engine = engineOf(client, 'forEachSession()');
  if (!FUNCTION.test(setup)) {
    throw new TypeError(`forEachSession(): setup must be a function, got ${kindOf(setup)}`);
  }
  return unlessOver(engine.recovery, undefined, (subscriber) => {
    const made = new Setup<T, Api>(engine, setup, subscriber);
    made.start();
    return made;
  });
}
