import { config } from 'rxjs';

/** An unhandled error, and what ran into it, where that is known. */
export interface Unhandled {
  readonly error: unknown;
  readonly context?: string;
}

/** The collectors that are open; the last one gets what comes. */
const open: UnhandledErrors[] = [];
let before: typeof config.onUnhandledError;
const collect = (error: unknown): void => open.at(-1)?.add(error);

/**
 * Takes what RxJS reports as unhandled: the error of a stream whose observer has no `error`, what an
 * observer throws. Without it such an error hits whichever test runs a moment later.
 */
export class UnhandledErrors {
  #errors: Unhandled[] = [];

  constructor() {
    // a test may have set its own while another collector was open
    if (config.onUnhandledError !== collect) {
      before = config.onUnhandledError;
      config.onUnhandledError = collect;
    }
    open.push(this);
  }

  add(error: unknown, context?: string): void {
    this.#errors.push({ error, ...(context === undefined ? {} : { context }) });
  }

  /** Gives what was collected, and forgets it. */
  take(): readonly Unhandled[] {
    const errors = this.#errors;
    this.#errors = [];
    return errors;
  }

  /** Collects no longer. */
  close(): void {
    const at = open.indexOf(this);
    if (at < 0) return;
    open.splice(at, 1);
    if (open.length === 0 && config.onUnhandledError === collect) config.onUnhandledError = before;
  }
}
