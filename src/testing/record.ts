import { Subject, Subscription, type Observable } from 'rxjs';
import { show } from './show.ts';
import { when, type WaitOptions } from './waiting.ts';

/** What {@link record} collects of an Observable. */
export interface Recording<T> {
  /** The values so far, oldest first. */
  readonly values: readonly T[];
  /** What it errored with, if it did. */
  readonly error: unknown;
  /** Whether it completed. */
  readonly completed: boolean;
  /** Whether it errored or completed. */
  readonly ended: boolean;
  /**
   * Resolves with the next `n` values that `next` has not handed out yet, those already there included.
   *
   * @param n how many; 1 by default
   * @returns the values; rejects when the stream ends before, or in time-out, and then says what came
   */
  next(n?: number, options?: WaitOptions): Promise<readonly T[]>;
  /** Resolves with all values when it completes; rejects with its error, or in time-out. */
  done(options?: WaitOptions): Promise<readonly T[]>;
  /** Unsubscribes. */
  stop(): void;
  /** The same as `stop()`, so that a recording can be added to a Subscription. */
  unsubscribe(): void;
}

/**
 * Subscribes to an Observable and keeps what it emits, for assertions.
 *
 * @param source what to record; it is subscribed to at once
 * @returns the recording, which grows as values come
 * @example
 * const events = record(wamp.subscribe('com.app.topic'));
 * await router.whenSubscribed('com.app.topic');
 * router.publish('com.app.topic', [1]);
 * expect((await events.next())[0]?.value).toBe(1);
 */
export function record<T>(source: Observable<T>): Recording<T> {
  return new Recorder(source);
}

class Recorder<T> implements Recording<T> {
  readonly values: T[] = [];
  error: unknown;
  #state: 'open' | 'errored' | 'completed' | 'stopped' = 'open';
  #handedOut = 0;
  readonly #changes = new Subject<void>();
  readonly #subscription = new Subscription();

  constructor(source: Observable<T>) {
    this.#subscription.add(
      source.subscribe({
        next: (value) => {
          this.values.push(value);
          this.#changes.next();
        },
        error: (error: unknown) => {
          this.error = error;
          this.#end('errored');
        },
        complete: () => this.#end('completed'),
      }),
    );
  }

  get completed(): boolean {
    return this.#state === 'completed';
  }

  get ended(): boolean {
    return this.#state === 'errored' || this.#state === 'completed';
  }

  next(n = 1, options?: WaitOptions): Promise<readonly T[]> {
    const begin = this.#handedOut;
    this.#handedOut += n;
    const look = (): readonly T[] | undefined => {
      if (this.values.length >= begin + n) return this.values.slice(begin, begin + n);
      if (this.#state === 'errored') throw this.error;
      if (this.#state !== 'open') throw new Error(`Expected ${n} more values; instead there is ${this.#summary()}`);
      return undefined;
    };
    return this.#when('next', n === 1 ? 'a value' : `${n} values`, look, options);
  }

  done(options?: WaitOptions): Promise<readonly T[]> {
    const look = (): readonly T[] | undefined => {
      if (this.#state === 'errored') throw this.error;
      return this.#state === 'open' ? undefined : this.values;
    };
    return this.#when('done', 'the end', look, options);
  }

  stop(): void {
    this.#subscription.unsubscribe();
    if (this.#state === 'open') this.#end('stopped');
  }

  unsubscribe(): void {
    this.stop();
  }

  #end(state: 'errored' | 'completed' | 'stopped'): void {
    this.#state = state;
    this.#changes.next();
  }

  #when<R>(by: string, what: string, look: () => R | undefined, options?: WaitOptions): Promise<R> {
    return when({ by, changes: this.#changes, look, what, instead: () => this.#summary() }, options);
  }

  #summary(): string {
    const { length } = this.values;
    const last = length > 0 ? `, the last ${show(this.values.at(-1))}` : '';
    const state = this.#state;
    const end =
      state === 'open' ? '' : state === 'errored' ? `, then the error ${show(this.error)}` : `, then it ${state}`;
    return `${length} ${length === 1 ? 'value' : 'values'}${last}${end}`;
  }
}
