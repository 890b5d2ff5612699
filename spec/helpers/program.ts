// Programs as users start them: processes, their output and their exit codes. Nothing here waits for a while: either
// something is printed, or the process ends.
import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { FROM_SOURCE } from './from-source.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** A program of Node, from the root of the repository. */
export class Program {
  /** What it printed, errors included. */
  out = '';
  /** Resolves with the exit code, or the signal, when it has ended and all its output was read. */
  readonly code: Promise<number | string>;
  readonly #child: ChildProcess;
  #ended = false;
  readonly #waiting = new Set<() => void>();

  constructor(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
    const inherited = Object.entries(process.env).filter(([name]) => !/^(RXWAMP_|NODE_V8_COVERAGE)/.test(name));
    this.#child = spawn(process.execPath, [...FROM_SOURCE, ...args], {
      cwd: ROOT,
      env: { ...Object.fromEntries(inherited), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const look = (): void => [...this.#waiting].forEach((each) => each());
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.on('data', (data: Buffer) => {
        this.out += data.toString();
        look();
      });
    }
    this.code = new Promise((resolve, reject) => {
      this.#child.once('error', reject);
      this.#child.once('close', (code, signal) => {
        this.#ended = true;
        resolve(code ?? signal ?? '');
        look();
      });
    });
  }

  /** Resolves with what a pattern finds in what was printed. */
  prints(pattern: RegExp): Promise<RegExpExecArray> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        const found = pattern.exec(this.out);
        if (!found && !this.#ended) return;
        this.#waiting.delete(look);
        if (found) resolve(found);
        else reject(new Error(`It ended and never said ${String(pattern)}, but:\n${this.out}`));
      };
      this.#waiting.add(look);
      look();
    });
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }
}

/** Starts programs that are ended after the spec, whatever becomes of it. To be called inside `describe`. */
export function programs(): (args: readonly string[], env?: Readonly<Record<string, string>>) => Program {
  let started: Program[] = [];
  afterEach(async () => {
    const all = started;
    started = [];
    for (const each of all) each.signal('SIGKILL');
    await Promise.all(all.map(({ code }) => code));
  });
  return (args, env) => {
    const made = new Program(args, env);
    started.push(made);
    return made;
  };
}
