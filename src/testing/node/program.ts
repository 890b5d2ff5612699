import { spawn, type ChildProcess } from 'node:child_process';
import { asyncScheduler } from 'rxjs';

/** How a program is started. */
export interface ProgramOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** What its output says once it is ready. */
  readonly ready: RegExp;
  /** Milliseconds that it may take to that. */
  readonly timeout: number;
}

/** Bytes of output that are kept. */
const KEPT = 50_000;

/** A program that runs beside the tests, in a process group of its own: what it starts ends with it. */
export class Program {
  readonly #child: ChildProcess;
  /** Resolves when it has ended, however it came to it. */
  readonly #ended: Promise<void>;
  /** The same, and all that it started has let go of its output. */
  readonly #over: Promise<void>;
  #output = '';

  constructor({ command, args, env }: ProgramOptions) {
    const child = spawn(command, args, {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    this.#child = child;
    const first = (event: string): Promise<void> =>
      new Promise((resolve) => {
        child.once(event, () => resolve());
        child.once('error', () => resolve());
      });
    this.#ended = first('exit');
    this.#over = first('close');
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (data: Buffer) => {
        this.#output = (this.#output + data.toString()).slice(-KEPT);
      });
    }
    // tests that end in disorder leave nothing behind
    const destroy = (): void => this.#destroy();
    process.once('exit', destroy);
    void this.#over.then(() => process.off('exit', destroy));
  }

  /** Resolves once it is ready; rejects where it cannot be started, ends before that, or takes too long. */
  ready({ ready, timeout }: ProgramOptions): Promise<void> {
    const child = this.#child;
    return new Promise((resolve, reject) => {
      const timer = asyncScheduler.schedule(
        () => reject(new Error(`it was not ready after ${timeout} ms; timeout allows more`)),
        timeout,
      );
      const look = (): void => {
        if (!ready.test(this.#output)) return;
        timer.unsubscribe();
        this.#unref();
        resolve();
      };
      const failed = (error: Error): void => {
        timer.unsubscribe();
        reject(error);
      };
      child.stdout?.on('data', look);
      child.stderr?.on('data', look);
      child.once('error', failed);
      child.once('close', (code, signal) =>
        failed(new Error(`it ended with ${signal ?? `exit code ${String(code)}`}`)),
      );
    });
  }

  /** The process id; 0 where it could not be started. */
  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** What it printed last. */
  get output(): string {
    return this.#output;
  }

  /** Asks it to end, and makes it, with all that it started, where it does not within so many milliseconds. */
  async stop(timeout: number): Promise<void> {
    const { exitCode, signalCode } = this.#child;
    if (this.pid !== 0 && exitCode === null && signalCode === null) this.#child.kill('SIGTERM');
    const timer = asyncScheduler.schedule(() => this.#destroy(), timeout);
    await this.#ended;
    timer.unsubscribe();
    // what it started, and did not take along
    this.#destroy();
    await this.#over;
  }

  /** From now on it does not keep this process alive: tests that forget to end it end all the same, and it with them. */
  #unref(): void {
    const { stdout, stderr } = this.#child;
    this.#child.unref();
    // their type does not say that they are sockets
    for (const stream of [stdout, stderr] as unknown as { unref?(): void }[]) stream.unref?.();
  }

  #destroy(): void {
    if (this.pid === 0) return;
    try {
      process.kill(-this.pid, 'SIGKILL');
    } catch {
      // all over
    }
  }
}
