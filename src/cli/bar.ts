import { SingleBar } from 'cli-progress';
import { lineOf } from './values.ts';

/** What progress looks like: some of all. */
export interface Done {
  readonly done: number;
  readonly total: number;
}

/**
 * What a progressive result tells of how far it is: `done` and `total` as two positional or as keyword values, or one
 * number, which is a fraction up to 1 and a percentage beyond. Undefined where it tells nothing of that.
 */
export function doneOf(args: readonly unknown[], kwargs: Readonly<Record<string, unknown>>): Done | undefined {
  const [first, second] = args.length > 0 ? args : [kwargs['done'] ?? kwargs['progress'], kwargs['total']];
  if (typeof first !== 'number' || !(first >= 0)) return undefined;
  if (typeof second === 'number' && second > 0) return { done: first, total: second };
  return { done: first <= 1 ? first * 100 : first, total: 100 };
}

/** A progress bar on a terminal. */
export class Bar {
  readonly #bar: SingleBar;
  #count = 0;
  #begun = false;

  constructor(screen: NodeJS.WritableStream, title: string) {
    this.#bar = new SingleBar({
      stream: screen,
      format: `${title} {bar} {percentage}% {said}`,
      barCompleteChar: '█',
      barIncompleteChar: '░',
      hideCursor: true,
      clearOnComplete: true,
      linewrap: false,
    });
  }

  /** A progressive result; of one that tells no number, how many have come, and the last. */
  show({
    args,
    kwargs,
  }: {
    readonly args: readonly unknown[];
    readonly kwargs: Readonly<Record<string, unknown>>;
  }): void {
    this.#count++;
    const known = doneOf(args, kwargs);
    const said = known ? '' : `${this.#count}: ${lineOf(args.length > 1 ? args : args[0]).slice(0, 60)}`;
    if (!this.#begun) this.#bar.start(known?.total ?? 100, 0, { said });
    this.#begun = true;
    if (known) {
      this.#bar.setTotal(known.total);
      this.#bar.update(Math.min(known.done, known.total), { said });
    } else this.#bar.update({ said });
  }

  /** Takes it off the screen. */
  close(): void {
    if (this.#begun) this.#bar.stop();
    this.#begun = false;
  }
}
