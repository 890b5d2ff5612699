import { constants } from 'node:os';
import { Observable } from 'rxjs';
import type { AnyClient } from '../client/engine.ts';
import { runClient, type RunOptions } from '../programs/run-client.ts';
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

/** How one of the clients ended. */
export interface ClientEnd {
  readonly client: AnyClient;
  /** Its place in the list. */
  readonly index: number;
  /** What it failed with; absent where it ended as it was meant to. */
  readonly error?: unknown;
  /** The signal that ended it, where one did. */
  readonly signal?: NodeJS.Signals;
}

/** Options of {@link runClients}. */
export interface RunClientsOptions {
  /**
   * Signals at which all clients leave. A second one does what it does by default: it ends the process.
   * @default ['SIGINT', 'SIGTERM']
   */
  readonly signals?: readonly NodeJS.Signals[] | undefined;
  /**
   * Whether to set `process.exitCode`: 1 where a client has failed, 128 and the number of the signal where one came.
   * @default false
   */
  readonly exitCode?: boolean | undefined;
}

const SIGNALS: Kind = {
  expected: 'a list of names of signals',
  test: (v) => LIST.test(v) && (v as unknown[]).every((name) => typeof name === 'string' && name in constants.signals),
};

/**
 * Runs several clients side by side, each as `runClient()` does, and emits how each has ended, failures included; it
 * completes when all have, and never errors. At SIGINT and SIGTERM all leave in good order. While nothing runs, signals do
 * what they do by default. Unsubscribing closes all.
 *
 * @throws TypeError for what is no client, no function, or no option
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
    return { client, program: runClient(client, main, how) };
  });
  return new Observable((subscriber) => {
    let running = entries.length;
    let caught: NodeJS.Signals | undefined;
    const deaf = (): void => signals.forEach((name) => process.off(name, leave));
    const leave = (signal: NodeJS.Signals): void => {
      // the next one is for those who cannot wait
      deaf();
      caught = signal;
      if (exitCode) process.exitCode = 128 + constants.signals[signal];
      for (const { client } of entries) void client.close('wamp.close.normal', signal);
    };
    const ended = (end: ClientEnd): void => {
      if ('error' in end && exitCode) process.exitCode ??= 1;
      subscriber.next(caught ? { ...end, signal: caught } : end);
      if (--running === 0) subscriber.complete();
    };
    for (const name of signals) process.on(name, leave);
    subscriber.add(deaf);
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
