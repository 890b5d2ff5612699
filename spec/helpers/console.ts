// The command line within this process: what it prints, and its exit code.
import { Subject, filter, firstValueFrom, startWith, timeout } from 'rxjs';
import { run } from '../../src/cli/run.ts';

/** `rxwamp` with arguments. */
export class Console {
  out = '';
  err = '';
  readonly #changes = new Subject<undefined>();
  #stop: (signal?: NodeJS.Signals) => void = () => undefined;
  readonly code: Promise<number>;

  constructor(args: readonly string[], screen?: NodeJS.WritableStream) {
    const stopped = new Promise<NodeJS.Signals | undefined>((resolve) => (this.#stop = resolve));
    this.code = run(args, {
      out: (text) => {
        this.out += text;
        this.#changes.next(undefined);
      },
      err: (text) => {
        this.err += text;
        this.#changes.next(undefined);
      },
      stopped: () => stopped,
      screen,
    });
  }

  stop(signal?: NodeJS.Signals): void {
    this.#stop(signal);
  }

  /** Resolves with what a pattern finds in what was printed. */
  printed(pattern: RegExp): Promise<RegExpExecArray> {
    return this.#found(() => pattern.exec(this.out));
  }

  /** The same on standard error. */
  shown(pattern: RegExp): Promise<RegExpExecArray> {
    return this.#found(() => pattern.exec(this.err));
  }

  #found(look: () => RegExpExecArray | null): Promise<RegExpExecArray> {
    return firstValueFrom(
      this.#changes.pipe(
        startWith(undefined),
        filter(() => look() !== null),
        timeout(10_000),
      ),
    ).then(() => look() as RegExpExecArray);
  }
}

/** Runs a command line to its end. */
export async function ran(
  ...args: string[]
): Promise<{ readonly code: number; readonly out: string; readonly err: string }> {
  const it = new Console(args);
  const code = await it.code;
  return { code, out: it.out, err: it.err };
}
