import { asyncScheduler, Subject, throttleTime, type Subscription } from 'rxjs';
import { plain } from './text.ts';
import { lineOf } from './values.ts';

/** What progress looks like: some of all. */
export interface Done {
  readonly done: number;
  readonly total: number;
}

/** A progressive result, as much as is read of it. */
export interface Progress {
  readonly args: readonly unknown[];
  readonly kwargs: Readonly<Record<string, unknown>>;
}

/**
 * How far a progressive result says that the call is: `done` and `total` as two positional or as keyword values, or one
 * number, which is a fraction up to 1 and a percentage beyond. Undefined where it says nothing of that.
 */
export function doneOf({ args, kwargs }: Progress): Done | undefined {
  const [first, second] = args.length > 0 ? args : [kwargs['done'] ?? kwargs['progress'], kwargs['total']];
  if (typeof first !== 'number' || !(first >= 0)) return undefined;
  if (typeof second === 'number' && second > 0) return { done: first, total: second };
  return { done: first <= 1 ? first * 100 : first, total: 100 };
}

/** Columns of the bar itself, and characters of the last result. */
const WIDTH = 40;
const LONGEST = 60;
/** Milliseconds between two drawings: results may come by the thousand in a second. */
const PACE = 100;
/** Back to the first column, and erase from the cursor on (ECMA-48). */
const BACK = '\r';
const ERASE = '\u001b[K';
/** Cut what is longer than the line, instead of beginning another one (DECAWM). */
const CUT = '\u001b[?7l';
const WRAP = '\u001b[?7h';

/** A progress bar on the current line of a terminal. */
export class Bar {
  readonly #screen: NodeJS.WritableStream;
  readonly #title: string;
  readonly #lines = new Subject<string>();
  readonly #drawing: Subscription;
  #count = 0;
  #part = 0;

  constructor(screen: NodeJS.WritableStream, title: string) {
    this.#screen = screen;
    this.#title = title;
    this.#drawing = this.#lines
      .pipe(throttleTime(PACE, asyncScheduler, { leading: true, trailing: true }))
      .subscribe((line) => screen.write(BACK + CUT + plain(line) + ERASE + WRAP));
  }

  /** Shows a progressive result; where it has no number, how many have come, and the last one. */
  show(result: Progress): void {
    this.#count++;
    const { args } = result;
    const known = doneOf(result);
    if (known) this.#part = Math.min(known.done / known.total, 1);
    const last = known ? '' : ` ${this.#count}: ${lineOf(args.length > 1 ? args : args[0]).slice(0, LONGEST)}`;
    const full = Math.round(this.#part * WIDTH);
    const percent = Math.floor(this.#part * 100);
    this.#lines.next(`${this.#title} ${'█'.repeat(full)}${'░'.repeat(WIDTH - full)} ${percent}%${last}`);
  }

  /** Takes the bar off the screen; it draws no more. */
  close(): void {
    if (this.#drawing.closed) return;
    this.#drawing.unsubscribe();
    if (this.#count > 0) this.#screen.write(BACK + ERASE);
  }
}
