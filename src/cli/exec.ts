import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { asyncScheduler, Observable, type Subscriber } from 'rxjs';
import { isDict } from '../protocol/kinds.ts';
import { ApplicationError } from '../protocol/errors.ts';
import type { Dict, List } from '../protocol/payload.ts';
import { isLooseUri } from '../protocol/uris.ts';
import { result } from '../session/invocation.ts';
import type { Invocation, Result } from '../session/events.ts';
import { shown } from '../transports/address.ts';
import { SECRETS } from './connect/flags.ts';
import { lineOf, valueOf } from './values.ts';

/** Milliseconds from SIGTERM to SIGKILL. */
const GRACE = 2_000;
/** Bytes of one environment variable: Linux takes 128 KiB. Longer values are on standard input only. */
const MAX_VARIABLE = 100_000;

/** Runs a command of the user for each call: `concurrency` at a time, while `queueSize` wait. */
export class Executor {
  readonly #command: string;
  readonly #concurrency: number;
  readonly #queueSize: number;
  #running = 0;
  readonly #waiting: (() => void)[] = [];
  readonly #children = new Set<ChildProcess>();
  #whenIdle: () => void = () => undefined;

  constructor(command: string, concurrency: number, queueSize: number) {
    this.#command = command;
    this.#concurrency = concurrency;
    this.#queueSize = queueSize;
    // a program that exits at once ends its commands as well
    process.on('exit', () => {
      for (const child of this.#children) kill(child, 'SIGKILL');
    });
  }

  /** Resolves when no command runs. */
  async idle(): Promise<void> {
    if (this.#children.size > 0) await new Promise<void>((resolve) => (this.#whenIdle = resolve));
  }

  /**
   * The result of a call: each line of standard output is a value; a line `{"args": […], "kwargs": {…}}` is the whole
   * final result, one with `"error": "com.app.uri"` an error. Unsubscribing ends the command.
   */
  run(invocation: Invocation): Observable<unknown> {
    return new Observable((subscriber) => {
      const begin = (): void => {
        this.#running++;
        subscriber.add(() => {
          this.#running--;
          this.#waiting.shift()?.();
        });
        this.#spawn(invocation, subscriber);
      };
      if (this.#running < this.#concurrency) begin();
      else if (this.#waiting.length >= this.#queueSize) {
        subscriber.error(new ApplicationError('wamp.error.unavailable', ['too many calls at a time']));
      } else {
        this.#waiting.push(begin);
        subscriber.add(() => {
          const at = this.#waiting.indexOf(begin);
          if (at >= 0) this.#waiting.splice(at, 1);
        });
      }
    });
  }

  #spawn(invocation: Invocation, subscriber: Subscriber<unknown>): void {
    let child;
    try {
      child = spawn(this.#command, {
        shell: true,
        // a process group of its own, so that the shell's children end with it
        detached: process.platform !== 'win32',
        stdio: ['pipe', 'pipe', 'inherit'],
        env: environmentOf(invocation),
      });
    } catch (error) {
      // some failures of the operating system are thrown, others come as an event
      subscriber.error(notRun(error as NodeJS.ErrnoException));
      return;
    }
    this.#children.add(child);
    let final: Result | ApplicationError | undefined;
    createInterface({ input: child.stdout, crlfDelay: Infinity }).on('line', (line) => {
      const value = line === '' ? undefined : valueOf(line);
      const whole = finalOf(value);
      if (whole) final = whole;
      else if (line !== '') subscriber.next(value);
    });
    // a command may end without reading its input
    child.stdin.on('error', () => undefined);
    child.stdin.end(`${lineOf(inputOf(invocation))}\n`);
    child.on('error', (error: NodeJS.ErrnoException) => {
      this.#ended(child);
      subscriber.error(notRun(error));
    });
    child.on('close', (code, signal) => {
      this.#ended(child);
      if (final instanceof ApplicationError) subscriber.error(final);
      else if (signal !== null) subscriber.error(failure(`the command was ended by ${signal}`, { signal }));
      else if (code !== 0) subscriber.error(failure(`the command ended with exit code ${code}`, { exitCode: code }));
      else {
        if (final) subscriber.next(final);
        subscriber.complete();
      }
    });
    subscriber.add(() => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      kill(child, 'SIGTERM');
      const timer = asyncScheduler.schedule(() => kill(child, 'SIGKILL'), GRACE);
      child.on('close', () => timer.unsubscribe());
    });
  }

  #ended(child: ChildProcess): void {
    this.#children.delete(child);
    if (this.#children.size === 0) this.#whenIdle();
  }
}

/** The call, for standard input. */
const inputOf = ({ args, kwargs, details }: Invocation): Dict => ({
  procedure: details.procedure,
  args,
  kwargs,
  details: details.toJSON(),
});

/** The environment of a command: ours without secrets, and the call. */
function environmentOf({ args, kwargs, details }: Invocation): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = { ...process.env };
  for (const name of SECRETS) Reflect.deleteProperty(env, name);
  // an address without password and query serves commands that call the router themselves
  const url = env['RXWAMP_URL'] ?? '';
  if (shown(url) !== url || url.includes('@')) delete env['RXWAMP_URL'];
  const call = {
    RXWAMP_PROCEDURE: details.procedure,
    RXWAMP_ARGS: lineOf(args),
    RXWAMP_KWARGS: lineOf(kwargs),
    RXWAMP_DETAILS: lineOf(details.toJSON()),
  };
  const fitting = Object.entries(call).filter(
    ([, text]) => Buffer.byteLength(text) <= MAX_VARIABLE && !text.includes('\0'),
  );
  return { ...env, ...Object.fromEntries(fitting) };
}

/** The final result or the error that a line is. */
function finalOf(value: unknown): Result | ApplicationError | undefined {
  if (!isDict(value)) return undefined;
  const { error, args = [], kwargs = {}, ...others } = value;
  const named = 'args' in value || 'kwargs' in value || 'error' in value;
  if (!named || Object.keys(others).length > 0 || !Array.isArray(args) || !isDict(kwargs)) return undefined;
  if (error === undefined) return result(args as List, kwargs);
  return isLooseUri(error) ? new ApplicationError(error, args as List, kwargs) : undefined;
}

const notRun = ({ code, message }: NodeJS.ErrnoException): ApplicationError =>
  failure(
    `the command could not be run: ${code === 'E2BIG' ? 'command and environment are too long (E2BIG)' : (code ?? message)}`,
    {},
  );

const failure = (message: string, kwargs: Dict): ApplicationError =>
  new ApplicationError('wamp.error.runtime_error', [message], kwargs);

/** Sends a signal to a command and its children. */
function kill(child: ChildProcess, signal: NodeJS.Signals): void {
  try {
    if (process.platform === 'win32' || child.pid === undefined) child.kill(signal);
    else process.kill(-child.pid, signal);
  } catch {
    // it has ended
  }
}
