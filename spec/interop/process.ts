// Programs that the suite starts: their readiness, their end, and what they said last.
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';

/** How a program is started. */
export interface Start {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** What its output says once it is ready. */
  readonly ready: RegExp;
  /** Milliseconds that it may take to that. */
  readonly patience: number;
}

const running = new Set<Program>();

/**
 * Ends what this process has started should it end itself without a chance to (SIGKILL): a shell in a session of its
 * own that hears of process groups on its standard input, and kills those that remain at its end.
 */
let reaper: ChildProcess | undefined;
const REAPER = `
set --
while read -r sign group; do
  if [ "$sign" = + ]; then set -- "$@" "$group"; continue; fi
  rest=
  for each; do [ "$each" = "$group" ] || rest="$rest $each"; done
  set -- $rest
done
for each; do kill -KILL "-$each" 2>/dev/null; done
`;

function watch(sign: '+' | '-', group: number | undefined): void {
  if (!reaper) {
    reaper = spawn('sh', ['-c', REAPER], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
    reaper.stdin?.on('error', () => undefined);
    reaper.unref();
    (reaper.stdin as unknown as { unref(): void }).unref();
  }
  if (group !== undefined) reaper.stdin?.write(`${sign} ${group}\n`);
}

/** A started program. */
export class Program {
  readonly #child: ChildProcess;
  #text = '';
  /** The first match of `ready`. */
  found: RegExpExecArray | undefined;

  private constructor(child: ChildProcess) {
    this.#child = child;
    running.add(this);
    watch('+', child.pid);
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (data: Buffer) => {
        this.#text = (this.#text + data.toString()).slice(-500_000);
      });
    }
    child.once('close', () => {
      running.delete(this);
      watch('-', child.pid);
    });
  }

  /** Starts it and waits until it is ready; rejects, with its last words, where it ends before that or takes too long. */
  static async start({ command, args, cwd, env, ready, patience }: Start): Promise<Program> {
    const child = spawn(command, args, {
      ...(cwd === undefined ? {} : { cwd }),
      env: { ...process.env, ...env },
      stdio: ['pipe', 'pipe', 'pipe'],
      detached: true, // a group of its own: what it starts ends with it
    });
    const program = new Program(child);
    try {
      await new Promise<void>((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error(`not ready after ${patience / 1000} s`)), patience);
        const end = (error?: Error): void => {
          clearTimeout(timer);
          if (error) reject(error);
          else resolve();
        };
        const look = (): void => {
          const found = ready.exec(program.#text);
          if (!found) return;
          program.found = found;
          end();
        };
        child.stdout.on('data', look);
        child.stderr.on('data', look);
        child.once('error', end);
        child.once('close', (code, signal) => end(new Error(`ended with ${signal ?? String(code)}`)));
      });
    } catch (error) {
      await program.kill();
      throw new Error(`${command} ${args.slice(0, 2).join(' ')}: ${(error as Error).message}\n${program.words()}`, {
        cause: error,
      });
    }
    return program;
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get over(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  /** Standard input and output, for programs that take commands. */
  get pipes(): ChildProcess {
    return this.#child;
  }

  /** What it printed last. */
  words(lines = 15): string {
    return this.#text.trimEnd().split('\n').slice(-lines).join('\n');
  }

  /** Asks it to stop, and makes it where it does not. */
  async stop(patience = 10_000): Promise<void> {
    await this.#end('SIGTERM', patience);
  }

  /** Ends it as a crash would. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL', 5_000);
  }

  async #end(signal: NodeJS.Signals, patience: number): Promise<void> {
    if (this.over || this.#child.pid === undefined) return;
    const closed = once(this.#child, 'close');
    if (signal === 'SIGKILL') this.destroy();
    else this.#child.kill(signal);
    const timer = setTimeout(() => this.destroy(), patience);
    await closed;
    clearTimeout(timer);
  }

  /** Kills it and its children. */
  destroy(): void {
    try {
      if (this.#child.pid !== undefined) process.kill(-this.#child.pid, 'SIGKILL');
    } catch {
      // over already
    }
  }
}

/** Ends all that still runs; for the way out, also after a failure. */
export async function stopAll(): Promise<void> {
  await Promise.all([...running].map((program) => program.stop(5_000)));
}

process.on('exit', () => {
  for (const program of running) program.destroy();
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => process.exit(1));

/** Ports of 127.0.0.1 that are free now. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer().listen(0, '127.0.0.1');
      await once(server, 'listening');
      return server;
    }),
  );
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
