import { asapScheduler, Observable, Subscription } from 'rxjs';
import { callUserCode } from '../async.ts';
import { checkOptions, FUNCTION, NUMBER } from '../protocol/kinds.ts';
import { ClosedError } from '../protocol/errors.ts';
import { kindOf } from '../protocol/kind-of.ts';
import type { Session } from '../session/session.ts';
import type { Typed } from '../session/contract-types.ts';
import { engineOf, type AnyClient } from '../client/engine.ts';
import { CurrentRun, type SessionTask } from './session-task.ts';
import { drained } from '../client/drain.ts';
import { KeepOpen } from '../client/keep-open.ts';

/** Options of {@link runClient}. */
export interface RunOptions {
  /**
   * Whether `main` is to run again, on a new session, after it has failed with this error.
   * @default never
   */
  readonly restart?: ((error: unknown) => boolean) | undefined;
  /**
   * Milliseconds that invocations under way may take to be answered before the client is closed. Its procedures are
   * unregistered first; without them nothing is waited for.
   * @default 5000
   */
  readonly drain?: number | undefined;
}

/** Milliseconds that invocations may take at the end, by default. */
export const DRAIN = 5000;

/** A session that was left for these reasons, by either side, was meant to end. */
const DONE: ReadonlySet<string> = new Set(['wamp.close.normal', 'wamp.close.goodbye_and_out']);

/**
 * Runs a program on a client: `main` on the session that it joins, to its end, and then lets invocations under way be
 * answered (`drain`), leaves, and closes the client. Emits what `main` gives, and completes when the client is closed.
 *
 * | what happens | what becomes of it |
 * |---|---|
 * | `main` ends: it returned, its Promise was resolved, its Observable completed | the client is closed; completes |
 * | `main` fails | reported on userErrors$; the client is closed; errors with it; with `restart` it runs again |
 * | the session is left with `wamp.close.normal` or `wamp.close.goodbye_and_out`, by `session.leave()` or by the router | `main` is stopped, the client closed; completes |
 * | the session is left for another reason, or lost | `main` is stopped; the client joins anew, as its `reconnect` says, and `main` runs again from its beginning |
 * | the client gives up | errors with its error |
 * | `close()` is called | `main` is stopped; completes |
 * | the Observable is unsubscribed | `main` is stopped, the client closed |
 *
 * A `main` that is stopped has its signal aborted, and is unsubscribed where it is an Observable; what its Promise becomes
 * after that is ignored. Without `main` it runs until the session is left.
 *
 * @param main gets the session, and a signal that is aborted when it is stopped
 * @throws TypeError for what is no client, no function, or no option
 * @example
 * runClient(wamp, async (session, signal) => {
 *   const { value } = await firstValueFrom(session.call<number>('com.calc.add', [2, 3]));
 *   return value;
 * }).subscribe({ next: console.log, error: console.error });
 */
export function runClient<T = never, Api = unknown>(
  client: AnyClient & Typed<Api>,
  main?: SessionTask<T, Api>,
  options: RunOptions = {},
): Observable<T> {
  const engine = engineOf(client, 'runClient()');
  if (main !== undefined && !FUNCTION.test(main)) {
    throw new TypeError(`runClient(): main must be a function, got ${kindOf(main)}`);
  }
  checkOptions(() => 'runClient()', { restart: FUNCTION, drain: NUMBER }, options);
  const { drain = DRAIN } = options;
  return new Observable<T>((subscriber) => {
    const watching = new Subscription();
    const current = new CurrentRun<Api>();
    /** Stops, lets invocations be answered, closes, and then reports how it ended. */
    const end = (report?: () => void): void => {
      if (watching.closed) return;
      watching.unsubscribe();
      current.stop();
      drained(engine, drain, () => void engine.close({ reason: 'wamp.close.normal' }).then(report));
    };
    const done = (): void => end(() => subscriber.complete());
    const fail = (error: unknown): void => end(() => subscriber.error(error));

    const failed = (session: Session<Api>, error: unknown): void => {
      // a session that is over fails its requests: its end decides
      if (!session.open) return;
      engine.userError(error, 'main of runClient');
      if (!restarts(error)) fail(error);
      else {
        current.stop();
        session.leave('wamp.error.runtime_error');
      }
    };
    const restarts = (error: unknown): boolean => {
      const failed = (failure: unknown): void => engine.userError(failure, 'restart of runClient');
      return callUserCode(() => options.restart?.(error), failed) === true;
    };
    const begin = (session: Session<Api>): void => {
      if (!current.enter(session) || main === undefined) return;
      current.run(main, {
        next: (value) => subscriber.next(value),
        error: (error: unknown) => failed(session, error),
        // not on the spot, so that what it sent last is on its way
        complete: () => session.open && asapScheduler.schedule(done),
      });
    };

    // also a client that has given up
    engine.connect();
    if (engine.refusal) {
      subscriber.error(engine.refusal);
      return;
    }
    watching.add(
      engine.notifier.lifecycle$.subscribe((event) => {
        if (event.type !== 'leave' || event.session !== current.session) return;
        current.stop();
        if (DONE.has(event.reason)) done();
      }),
    );
    // while main only thinks, the client is in use all the same
    const use = new KeepOpen(engine.recovery, (error) =>
      error && !(error instanceof ClosedError) ? fail(error) : done(),
    );
    watching.add(() => engine.recovery.remove(use));
    engine.recovery.add(use);
    if (!watching.closed) watching.add(engine.session$.subscribe((session) => begin(session as Session<Api>)));
    subscriber.add(() => end());
  });
}
