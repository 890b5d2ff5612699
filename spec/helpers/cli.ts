// The command line as users meet it: processes, their output and their exit codes. Nothing here waits for a while: either
// something is printed, or the process ends.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { bundledCommand, COMMAND } from './from-source.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** How a process is started. */
export interface Surroundings {
  readonly env?: Readonly<Record<string, string>>;
  /** Where it stands, to which paths are relative; the repository by default. */
  readonly cwd?: string;
}

/** `rxwamp` with arguments, as a process. */
export class Cli {
  readonly child: ChildProcess;
  out = '';
  err = '';
  #ended = false;
  readonly #waiting = new Set<() => void>();
  /** Resolves with the exit code, or the signal, when it has ended and all its output was read. */
  readonly code: Promise<number | string>;

  constructor(args: readonly string[], { env = {}, cwd = ROOT }: Surroundings = {}) {
    // components are sources, and share their classes with the command line
    const command = args[0] === 'run' ? COMMAND : bundledCommand();
    const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('RXWAMP_'));
    this.child = spawn(process.execPath, [...command, ...args], {
      cwd,
      env: { ...Object.fromEntries(inherited), ...env },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    const changed = (): void => {
      for (const look of [...this.#waiting]) look();
    };
    this.child.stdout?.on('data', (data: Buffer) => {
      this.out += data.toString();
      changed();
    });
    this.child.stderr?.on('data', (data: Buffer) => {
      this.err += data.toString();
      changed();
    });
    this.code = once(this.child, 'close').then(([code, signal]: (number | string | null)[]) => {
      this.#ended = true;
      changed();
      return code ?? signal ?? '';
    });
  }

  /** Resolves with what a pattern finds on standard output. */
  prints(pattern: RegExp): Promise<RegExpExecArray> {
    return this.#finds(pattern, () => this.out);
  }

  /** Resolves with what a pattern finds on standard error. */
  tells(pattern: RegExp): Promise<RegExpExecArray> {
    return this.#finds(pattern, () => this.err);
  }

  /** The lines of standard output, as JSON. */
  get values(): unknown[] {
    return this.out
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as unknown);
  }

  signal(name: NodeJS.Signals): void {
    this.child.kill(name);
  }

  #finds(pattern: RegExp, text: () => string): Promise<RegExpExecArray> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        const found = pattern.exec(text());
        if (!found && !this.#ended) return;
        this.#waiting.delete(look);
        if (found) resolve(found);
        else reject(new Error(`It ended and never said ${String(pattern)}, but:\n${this.out}\n${this.err}`));
      };
      this.#waiting.add(look);
      look();
    });
  }
}

/** Starts command lines that are ended after the spec, whatever becomes of it. To be made inside `describe`. */
export function cliStarter(): (args: readonly string[], surroundings?: Surroundings) => Cli {
  let started: Cli[] = [];
  afterEach(async () => {
    const all = started;
    started = [];
    // the commands that they run end with them
    for (const each of all) each.signal('SIGTERM');
    await Promise.all(all.map(({ code }) => code));
  }, 30_000);
  return (args, surroundings) => {
    const made = new Cli(args, surroundings);
    started.push(made);
    return made;
  };
}
