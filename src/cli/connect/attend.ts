import {
  asapScheduler,
  catchError,
  defer,
  endWith,
  firstValueFrom,
  from,
  ignoreElements,
  map,
  merge,
  of,
  switchMap,
  take,
  timeout,
  type Observable,
} from 'rxjs';
import type { Client } from '../../client/client.ts';
import { WampClient } from '../../index.ts';
import type { Session } from '../../session/session.ts';
import { CliError, EXIT, type Terminal } from '../command.ts';
import { plain } from '../text.ts';
import { authOf } from './auth.ts';
import { explain } from './failures.ts';
import type { ConnectionFlags } from './flags.ts';
import { transportsOf } from './transports.ts';
import { watch } from './watch.ts';

/** Milliseconds that joining may take where nobody says otherwise. */
const PATIENCE = 10_000;
/** Milliseconds between attempts. */
const DELAYS = { initialDelay: 500, maxDelay: 30_000 };

/** What is done in a session. */
export interface Task {
  /** Goes on until its work is done, also in later sessions; otherwise the loss of the first one is the end. */
  readonly lasting: boolean;
  /** Who does it, where there are several, and the user is told of errors in code that is not ours. */
  readonly name?: string;
  /** Completes when the work is done. Unsubscribing gives it up. */
  work(wamp: Client, session: Session): Observable<unknown>;
}

/**
 * Joins, works until that is done or a signal comes, and leaves in order: what was begun is undone before GOODBYE.
 * Resolves with the exit code; why it is not 0 has been said on standard error.
 */
export async function attend(flags: ConnectionFlags, terminal: Terminal, task: Task): Promise<number> {
  const wamp = await clientOf(flags, task.lasting);
  const watching = watch(wamp, flags, terminal, task);
  const done = defer(() => joined(wamp, flags)).pipe(
    switchMap((session) => task.work(wamp, session)),
    ignoreElements(),
    endWith<number>(EXIT.ok),
    catchError((error: unknown) => {
      const { message, code } = explain(error);
      const stack =
        flags.verbose === true && task.name !== undefined && error instanceof Error ? error.stack : undefined;
      terminal.err(
        `rxwamp: ${task.name === undefined ? '' : `${task.name}: `}${plain(message)}\n${stack === undefined ? '' : `${stack}\n`}`,
      );
      return of(code);
    }),
  );
  const stopped = from(terminal.stopped()).pipe(map((signal) => codeOf(signal)));
  const code = await firstValueFrom(merge(done, stopped));
  // what has just been unsubscribed says so to the router at the end of the turn
  await new Promise<void>((resolve) => {
    asapScheduler.schedule(() => {
      resolve();
    });
  });
  await wamp.close();
  watching.unsubscribe();
  return code;
}

/** What shells expect of a program that left because of a signal; nobody reading any more is no failure. */
export function codeOf(signal: NodeJS.Signals | undefined): number {
  const numbers: Partial<Record<NodeJS.Signals, number>> = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 };
  return signal ? (numbers[signal] ?? EXIT.failed) : EXIT.ok;
}

/** A client as the flags want it; it does not dial. */
export async function clientOf(flags: ConnectionFlags, lasting: boolean): Promise<Client> {
  const transports = await transportsOf(flags);
  const auth = await authOf(flags);
  let begun = false;
  // a first session is tried for once at each address, or as often as the user says; a lost one for ever, where we last
  let left = flags.retries ?? transports.length - 1;
  const retryable = (): boolean | undefined => {
    const goesOn = begun ? lasting : left-- > 0;
    return goesOn ? undefined : false;
  };
  const once = !lasting && left === 0;
  try {
    // what the user's own modules import: a component may ask `instanceof WampClient`
    const wamp = new WampClient({
      realm: flags.realm,
      transports,
      auth,
      joinTimeout: flags.timeout ?? PATIENCE,
      reconnect: once ? false : { ...DELAYS, maxRetries: flags.retries, retryable },
      agent: 'rxwamp-cli',
    });
    wamp.lifecycle$.subscribe(({ type }) => {
      if (type === 'join') begun = true;
    });
    return wamp;
  } catch (error) {
    throw new CliError(plain(explain(error).message.replace(/^WampClient: /, '--')));
  }
}

/** The first session, or why there is none. */
function joined(wamp: Client, flags: ConnectionFlags): Observable<Session> {
  const failed = wamp.status$.pipe(
    map((status) => {
      if (status.state === 'failed') throw status.error;
    }),
    ignoreElements(),
  );
  const late = (): never => {
    throw new CliError(`no session within ${String(flags.timeout)} ms; give more with --timeout`, EXIT.noSession);
  };
  const first = merge(failed, wamp.session$).pipe(take(1));
  return flags.timeout === undefined ? first : first.pipe(timeout({ first: flags.timeout, with: late }));
}
