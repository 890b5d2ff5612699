import { asapScheduler, Observable, Subscription } from 'rxjs';
import { callUserCode } from '../async.ts';
import { checkOptions, FUNCTION } from '../protocol/attributes.ts';
import { ClosedError } from '../protocol/errors.ts';
import { kindOf } from '../protocol/kind-of.ts';
import { guarded } from '../session/error-mapping.ts';
import type { Session } from '../session/session.ts';
import type { Typed } from '../session/contract-types.ts';
import { engineOf, type AnyClient } from '../client/engine-of.ts';
import { runOn, type SessionTask } from './session-task.ts';
import { KeepOpen } from '../client/keep-open.ts';

/** Options of {@link runClient}. */
export interface RunOptions {
  /**
   * Whether `main` is to run again, on a new session, after it has failed with this error.
   * @default never
   */
  readonly restart?: ((error: unknown) => boolean) | undefined;
}

/** A session that was left for these reasons was meant to end, by whichever side. */
const DONE: ReadonlySet<string> = new Set(['wamp.close.normal', 'wamp.close.goodbye_and_out']);

/**
 * Runs a program on a client: `main` on the session that it joins, to its end, and then leaves and closes the client.
 * Emits what `main` gives, and completes when the client is closed.
 *
 * | what happens | what becomes of it |
 * |---|---|
 * | `main` ends: it returned, its Promise was resolved, its Observable completed | the client is closed; completes |
 * | `main` fails | told on userErrors$; the client is closed; errors with it; with `restart` it runs again |
 * | the session is left with `wamp.close.normal` or `wamp.close.goodbye_and_out`, by `session.leave()` or by the router | `main` is stopped, the client closed; completes |
 * | the session is left for another reason, or lost | `main` is stopped; the client joins anew, as its `reconnect` says, and `main` runs again from its beginning |
 * | the client gives up | errors with its error |
 * | `close()` is called | `main` is stopped; completes |
 * | the Observable is unsubscribed | `main` is stopped, the client closed |
 *
 * A `main` that is stopped has its signal aborted, and is unsubscribed where it is an Observable; what its Promise becomes
 * after that is nobody's business. Without `main` it runs until the session is left.
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
  checkOptions(() => 'runClient()', { restart: FUNCTION }, options);
  return new Observable<T>((subscriber) => {
    const watching = new Subscription();
    let current: Session | undefined;
    let run: Subscription | undefined;
    const stop = (): void => {
      current = undefined;
      guarded(() => run?.unsubscribe());
    };
    /** Stops, closes, and then tells how it ended. */
    const end = (tell: () => void): void => {
      if (watching.closed) return;
      watching.unsubscribe();
      stop();
      void engine.close({ reason: 'wamp.close.normal' }).then(tell);
    };
    const done = (): void => end(() => subscriber.complete());
    const fail = (error: unknown): void => end(() => subscriber.error(error));

    const failed = (session: Session, error: unknown): void => {
      // a session that is over fails what was asked of it: its end decides
      if (!session.open) return;
      engine.userError(error, 'main of runClient');
      if (!restarts(error)) fail(error);
      else {
        stop();
        session.leave('wamp.error.runtime_error');
      }
    };
    const restarts = (error: unknown): boolean => {
      const told = (failure: unknown): void => engine.userError(failure, 'restart of runClient');
      return callUserCode(() => options.restart?.(error), told) === true;
    };
    const begin = (session: Session): void => {
      // news may be late
      if (!session.open || session === current) return;
      stop();
      current = session;
      if (main === undefined) return;
      const running = runOn(session as Session<Api>, main).subscribe({
        next: (value) => subscriber.next(value),
        error: (error: unknown) => failed(session, error),
        // not on the spot, so that what it sent last is on its way
        complete: () => session.open && asapScheduler.schedule(done),
      });
      // it may have been stopped from within
      if (current === session) run = running;
      else running.unsubscribe();
    };

    // whoever gave up before tries again
    engine.connect();
    if (engine.refusal) {
      subscriber.error(engine.refusal);
      return;
    }
    watching.add(
      engine.notifier.lifecycle$.subscribe((event) => {
        if (event.type !== 'leave' || event.session !== current) return;
        stop();
        if (DONE.has(event.reason)) done();
      }),
    );
    // while main only thinks, the client is in use all the same
    const use = new KeepOpen(engine.streams, (error) =>
      error && !(error instanceof ClosedError) ? fail(error) : done(),
    );
    watching.add(() => engine.streams.remove(use));
    engine.streams.add(use);
    if (!watching.closed) watching.add(engine.session$.subscribe(begin));
    subscriber.add(() => {
      if (watching.closed) return;
      watching.unsubscribe();
      stop();
      void engine.close({ reason: 'wamp.close.normal' });
    });
  });
}
