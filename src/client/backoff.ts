/** How waiting times grow from one retry to the next. */
export interface BackoffOptions {
  /** Milliseconds before the first retry; 1500 by default. */
  readonly initialDelay?: number | undefined;
  /** The longest wait, in milliseconds; 300 000 (five minutes) by default. */
  readonly maxDelay?: number | undefined;
  /** What each wait is multiplied with for the next; 1.5 by default. */
  readonly growth?: number | undefined;
  /** How far a wait may stray to either side, as a fraction of it; 0.1 by default, 0 for none. */
  readonly jitter?: number | undefined;
  /** Where the straying comes from: a number from 0 to 1. `Math.random` by default. */
  readonly random?: (() => number) | undefined;
}

/** Milliseconds before the first retry where nothing else is said. */
export const INITIAL_DELAY = 1500;

/**
 * A pure function from the number of a retry (1, 2, …) to milliseconds: exponential, capped, jittered so that a
 * thousand clients of a restarted router do not come back in step.
 */
export function backoff(options: BackoffOptions = {}): (retry: number) => number {
  const {
    initialDelay = INITIAL_DELAY,
    maxDelay = 300_000,
    growth = 1.5,
    jitter = 0.1,
    random = Math.random,
  } = options;
  return (retry) => {
    const delay = Math.min(maxDelay, initialDelay * growth ** Math.max(0, retry - 1));
    return Math.min(maxDelay, Math.round(delay * (1 + jitter * (2 * random() - 1))));
  };
}
