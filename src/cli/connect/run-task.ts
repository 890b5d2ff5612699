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
  ReplaySubject,
  switchMap,
  take,
  timeout,
  type Observable,
} from 'rxjs';
import type { Client } from '../../client/client.ts';
import { drained } from '../../client/drain.ts';
import { engineOf } from '../../client/engine.ts';
import { WampClient } from '../../index.ts';
import type { Session } from '../../session/session.ts';
import { CliError, EXIT, type Terminal } from '../command.ts';
import { plain } from '../text.ts';
import { authOf } from './auth.ts';
import { explain } from './failures.ts';
import type { ConnectionFlags } from './flags.ts';
import { transportsOf } from './transports.ts';
import { watch, type Logged } from './watch.ts';

/** Milliseconds for joining, by default. */
const JOIN_TIMEOUT = 10_000;
/** Milliseconds between attempts. */
const DELAYS = { initialDelay: 500, maxDelay: 30_000 };

/** The work of a command. */
export interface Task extends Logged {
  /** Milliseconds that calls under way may take to be answered at the end; none by default. */
  readonly drain?: number;
  /** Completes when the work is done. Unsubscribing ends it. */
  work(wamp: Client, session: Session): Observable<unknown>;
}

/**
 * Joins, runs the task until it is done or a signal comes, lets calls be answered that are under way, undoes the task's
 * subscriptions and registrations, and says GOODBYE. Resolves with the exit code; the reason for one other than 0 was
 * printed on standard error.
 */
export async function runTask(flags: ConnectionFlags, terminal: Terminal, task: Task): Promise<number> {
  const wamp = await clientOf(flags, task.lasting);
  const log = watch(wamp, flags, terminal, task);
  const done = defer(() => joined(wamp, flags)).pipe(
    switchMap((session) => task.work(wamp, session)),
    ignoreElements(),
    endWith<number>(EXIT.ok),
    catchError((error: unknown) => {
      const { message, code } = explain(error);
      terminal.err(`rxwamp: ${task.name === undefined ? '' : `${task.name}: `}${plain(message)}\n`);
      const isComponent = task.name !== undefined;
      if (flags.verbose === true && isComponent && error instanceof Error) terminal.err(`${error.stack}\n`);
      return of(code);
    }),
  );
  const stopped = from(terminal.stopped()).pipe(map((signal) => codeOf(signal)));
  const outcome = new ReplaySubject<number>(1);
  const running = done.subscribe(outcome);
  const code = await firstValueFrom(merge(outcome, stopped));
  // while the task still runs, since its handlers may need it
  await answered(wamp, task, terminal);
  running.unsubscribe();
  // UNSUBSCRIBE and UNREGISTER are sent at the end of the turn
  await new Promise<void>((resolve) => void asapScheduler.schedule(() => resolve()));
  await wamp.close();
  log.unsubscribe();
  return code;
}

/** Resolves when the calls under way are answered, within the time that the task gives them. */
function answered(wamp: Client, { drain = 0, name }: Task, { err }: Terminal): Promise<void> {
  const engine = engineOf(wamp, 'rxwamp');
  const calls = engine.present?.dispatch.invocations.size ?? 0;
  if (drain > 0 && calls > 0) {
    err(`rxwamp: ${name === undefined ? '' : `${name}: `}calls under way: ${calls}; Ctrl+C again ends at once\n`);
  }
  return new Promise((resolve) => drained(engine, drain, resolve));
}

/** The exit code of shells for a signal; 0 where the output was closed, which is no failure. */
export function codeOf(signal: NodeJS.Signals | undefined): number {
  const numbers: Partial<Record<NodeJS.Signals, number>> = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 };
  return signal ? (numbers[signal] ?? EXIT.failed) : EXIT.ok;
}

/** A client with the settings of the flags; it does not dial. */
async function clientOf(flags: ConnectionFlags, lasting: boolean): Promise<Client> {
  const transports = await transportsOf(flags);
  const auth = await authOf(flags);
  let joinedBefore = false;
  // the first session: one attempt for each address, or --retries; a lost one: for ever, if the task is lasting
  let left = flags.retries ?? transports.length - 1;
  const retryable = (): boolean | undefined => ((joinedBefore ? lasting : left-- > 0) ? undefined : false);
  const once = !lasting && left === 0;
  try {
    // the public class, as a component may test `instanceof WampClient`
    const wamp = new WampClient({
      realm: flags.realm,
      transports,
      auth,
      joinTimeout: flags.timeout ?? JOIN_TIMEOUT,
      reconnect: once ? false : { ...DELAYS, maxRetries: flags.retries, retryable },
      agent: 'rxwamp-cli',
    });
    wamp.lifecycle$.subscribe(({ type }) => {
      if (type === 'join') joinedBefore = true;
    });
    return wamp;
  } catch (error) {
    throw new CliError(plain(explain(error).message.replace(/^WampClient: /, '--')));
  }
}

/** The first session; errors where there is none. */
function joined(wamp: Client, flags: ConnectionFlags): Observable<Session> {
  const failed = wamp.status$.pipe(
    map((status) => {
      if (status.state === 'failed') throw status.error;
    }),
    ignoreElements(),
  );
  const late = (): never => {
    throw new CliError(`no session within ${String(flags.timeout)} ms; raise --timeout`, EXIT.noSession);
  };
  const first = merge(failed, wamp.session$).pipe(take(1));
  return flags.timeout === undefined ? first : first.pipe(timeout({ first: flags.timeout, with: late }));
}
