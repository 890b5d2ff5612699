import { constants } from 'node:os';
import { Observable } from 'rxjs';
import type { AnyClient } from '../client/engine.ts';
import { DRAIN, runClient, type RunOptions } from '../programs/run-client.ts';
import type { SessionTask } from '../programs/session-task.ts';
import { BOOL, checkOptions, LIST, type Kind } from '../protocol/kinds.ts';
import { kindOf } from '../protocol/kind-of.ts';
import type { Typed } from '../session/contract-types.ts';

/** A client, by itself or with its `main` and options: what `runClient()` takes. */
export type RunnableClient<Api = unknown> =
  | (AnyClient & Typed<Api>)
  | readonly [
      client: AnyClient & Typed<Api>,
      main?: SessionTask<unknown, Api> | undefined,
      options?: RunOptions | undefined,
    ];

/** The end of one client. */
export interface ClientEnd {
  /** The client that ended. */
  readonly client: AnyClient;
  /** Its index in the list. */
  readonly index: number;
  /** The error that ended it; absent where it ended in order. */
  readonly error?: unknown;
  /** The signal that ended it, if there was one. */
  readonly signal?: NodeJS.Signals;
}

/** Options of {@link runClients}. */
export interface RunClientsOptions {
  /**
   * Signals at which all clients leave, when invocations under way are answered or their `drain` is over. A second one
   * ends the process, as by default.
   * @default ['SIGINT', 'SIGTERM']
   */
  readonly signals?: readonly NodeJS.Signals[] | undefined;
  /**
   * Whether to set `process.exitCode`: 1 where a client has failed, 128 plus the number of a signal.
   * @default false
   */
  readonly exitCode?: boolean | undefined;
}

const SIGNALS: Kind = {
  expected: 'a list of signal names',
  test: (v) => LIST.test(v) && (v as unknown[]).every((name) => typeof name === 'string' && name in constants.signals),
};

/**
 * Runs several clients side by side, each as `runClient()` does, and emits the end of each, failures included; it
 * completes when all have ended, and never errors. At SIGINT and SIGTERM all unregister, answer what is under way, and
 * leave. Without running clients, signals have their default effect. Unsubscribing closes all.
 *
 * @throws TypeError for a wrong client, main function or option
 * @example
 * runClients([[weather, main], [counter, countUp], logger], { exitCode: true }).subscribe(({ index, error }) => {
 *   if (error) console.error(index, error);
 * });
 */
export function runClients<const Apis extends readonly unknown[]>(
  clients: { readonly [I in keyof Apis]: RunnableClient<Apis[I]> },
  options: RunClientsOptions = {},
): Observable<ClientEnd> {
  if (!Array.isArray(clients)) throw new TypeError(`runClients(): clients must be a list, got ${kindOf(clients)}`);
  checkOptions(() => 'runClients()', { signals: SIGNALS, exitCode: BOOL }, options);
  const { signals = ['SIGINT', 'SIGTERM'], exitCode = false } = options;
  const entries = (clients as unknown as readonly RunnableClient[]).map((entry) => {
    const [client, main, how] = isEntry(entry) ? entry : [entry];
    return { client, drain: how?.drain ?? DRAIN, program: runClient(client, main, how) };
  });
  return new Observable((subscriber) => {
    let running = entries.length;
    let caught: NodeJS.Signals | undefined;
    const removeHandlers = (): void => signals.forEach((name) => process.off(name, leave));
    const leave = (signal: NodeJS.Signals): void => {
      // a second signal ends the process
      removeHandlers();
      caught = signal;
      if (exitCode) process.exitCode = 128 + constants.signals[signal];
      for (const { client, drain } of entries) void client.close({ drain, message: signal });
    };
    const ended = (end: ClientEnd): void => {
      if ('error' in end && exitCode) process.exitCode ??= 1;
      subscriber.next(caught ? { ...end, signal: caught } : end);
      if (--running === 0) subscriber.complete();
    };
    for (const name of signals) process.on(name, leave);
    subscriber.add(removeHandlers);
    if (running === 0) subscriber.complete();
    entries.forEach(({ client, program }, index) =>
      subscriber.add(
        program.subscribe({
          error: (error: unknown) => ended({ client, index, error }),
          complete: () => ended({ client, index }),
        }),
      ),
    );
  });
}

const isEntry = (entry: RunnableClient): entry is Exclude<RunnableClient, AnyClient> => Array.isArray(entry);
