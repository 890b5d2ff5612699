import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { asyncScheduler, Observable, type Subscriber } from 'rxjs';
import { isDict } from '../protocol/kinds.ts';
import { ApplicationError } from '../protocol/errors.ts';
import type { Dict, List } from '../protocol/payload.ts';
import { isLooseUri } from '../protocol/uris.ts';
import { result } from '../session/invocation.ts';
import type { Invocation, Result } from '../session/events.ts';
import { SECRETS } from './connect/flags.ts';
import { lineOf, valueOf } from './values.ts';

/** Milliseconds between the wish and the order to end. */
const GRACE = 2_000;
/** What the operating system takes as one variable, with a margin: a longer one is on standard input alone. */
const LONGEST = 100_000;

/** Runs a command of the user for each call: some at a time, some waiting, and no more. */
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
    // whoever ends at once takes what it began along
    process.on('exit', () => {
      for (const child of this.#children) kill(child, 'SIGKILL');
    });
  }

  /** Resolves when no command runs. */
  async idle(): Promise<void> {
    if (this.#children.size > 0) await new Promise<void>((resolve) => (this.#whenIdle = resolve));
  }

  /**
   * The answer to a call: each line of standard output is a value; a line `{"args": […], "kwargs": {…}}` is the final
   * answer as it stands, one with `"error": "com.app.uri"` an error. Unsubscribing ends the command.
   */
  answer(invocation: Invocation): Observable<unknown> {
    return new Observable((subscriber) => {
      const begin = (): void => {
        this.#running++;
        subscriber.add(() => {
          this.#running--;
          this.#waiting.shift()?.();
        });
        this.#run(invocation, subscriber);
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

  #run(invocation: Invocation, subscriber: Subscriber<unknown>): void {
    const child = spawn(this.#command, {
      shell: true,
      // a group of its own, so that what the shell has started can be ended with it
      detached: process.platform !== 'win32',
      stdio: ['pipe', 'pipe', 'inherit'],
      env: environmentOf(invocation),
    });
    this.#children.add(child);
    let final: Result | ApplicationError | undefined;
    createInterface({ input: child.stdout, crlfDelay: Infinity }).on('line', (line) => {
      const value = line === '' ? undefined : valueOf(line);
      const whole = wholeOf(value);
      if (whole) final = whole;
      else if (line !== '') subscriber.next(value);
    });
    // a command need not read what it is given
    child.stdin.on('error', () => undefined);
    child.stdin.end(`${lineOf(described(invocation))}\n`);
    child.on('error', (error: NodeJS.ErrnoException) => {
      this.#ended(child);
      subscriber.error(failure(`the command could not be run: ${error.code ?? error.message}`, {}));
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
      const order = asyncScheduler.schedule(() => {
        kill(child, 'SIGKILL');
      }, GRACE);
      child.on('close', () => {
        order.unsubscribe();
      });
    });
  }

  #ended(child: ChildProcess): void {
    this.#children.delete(child);
    if (this.#children.size === 0) this.#whenIdle();
  }
}

/** What a command is told on standard input. */
const described = ({ args, kwargs, details }: Invocation): Dict => ({
  procedure: details.procedure,
  args,
  kwargs,
  details: details.toJSON(),
});

/** The environment of a command: ours without its secrets, and the call. */
function environmentOf({ args, kwargs, details }: Invocation): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = { ...process.env };
  for (const name of SECRETS) Reflect.deleteProperty(env, name);
  // an address with a password is a secret, too; every other one is of use to a command that asks the router itself
  if (/\/\/[^/]*@/.test(env['RXWAMP_URL'] ?? '')) delete env['RXWAMP_URL'];
  const call = {
    RXWAMP_PROCEDURE: details.procedure,
    RXWAMP_ARGS: lineOf(args),
    RXWAMP_KWARGS: lineOf(kwargs),
    RXWAMP_DETAILS: lineOf(details.toJSON()),
  };
  const short = Object.entries(call).filter(([, text]) => text.length <= LONGEST && !text.includes('\0'));
  return { ...env, ...Object.fromEntries(short) };
}

/** A line that is an answer as a whole. */
function wholeOf(value: unknown): Result | ApplicationError | undefined {
  if (!isDict(value)) return undefined;
  const { error, args = [], kwargs = {}, ...others } = value;
  const named = 'args' in value || 'kwargs' in value || 'error' in value;
  if (!named || Object.keys(others).length > 0 || !Array.isArray(args) || !isDict(kwargs)) return undefined;
  if (error === undefined) return result(args as List, kwargs);
  return isLooseUri(error) ? new ApplicationError(error, args as List, kwargs) : undefined;
}

const failure = (message: string, kwargs: Dict): ApplicationError =>
  new ApplicationError('wamp.error.runtime_error', [message], kwargs);

/** Signals a command and what it has started. */
function kill(child: ChildProcess, signal: NodeJS.Signals): void {
  try {
    if (process.platform === 'win32' || child.pid === undefined) child.kill(signal);
    else process.kill(-child.pid, signal);
  } catch {
    // gone already
  }
}
