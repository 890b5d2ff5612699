import { asyncScheduler, Subscription, type Observable } from 'rxjs';

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
   * @param timeout milliseconds to wait, 4000 by default
   * @returns the values; rejects when the stream ends before, or in time-out, and then says what came
   */
  next(n?: number, timeout?: number): Promise<readonly T[]>;
  /**
   * Resolves with all values when it completes; rejects with its error, or in time-out.
   *
   * @param timeout milliseconds to wait, 4000 by default
   */
  done(timeout?: number): Promise<readonly T[]>;
  /** Unsubscribes. */
  stop(): void;
  /** The same as `stop()`, so that a recording can be added to a Subscription. */
  unsubscribe(): void;
}

interface Waiter {
  /** Whether it is settled now. */
  check(): boolean;
}

/** Shows a value in an error message, shortened. */
export function show(value: unknown): string {
  let text: string | undefined;
  try {
    text = JSON.stringify(value, (_, v: unknown) =>
      typeof v === 'bigint' ? `${v}n` : v instanceof Error ? `${v.name}: ${v.message}` : v,
    );
  } catch {
    text = String(value);
  }
  text ??= String(value);
  return text.length > 300 ? `${text.slice(0, 297)}…` : text;
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
  const values: T[] = [];
  let error: unknown;
  let state: 'open' | 'errored' | 'completed' | 'stopped' = 'open';
  let handedOut = 0;
  const waiters = new Set<Waiter>();
  const wake = (): void => {
    for (const waiter of [...waiters]) if (waiter.check()) waiters.delete(waiter);
  };
  const subscription = new Subscription();
  const summary = (): string =>
    `${values.length} values came` +
    (values.length > 0 ? `, the last ${show(values.at(-1))}` : '') +
    (state === 'errored' ? `, then the error ${show(error)}` : state === 'open' ? '' : `, then it ${state}`);

  function wait<R>(
    timeout: number,
    what: string,
    look: () => { result: R } | { reason: unknown } | undefined,
  ): Promise<R> {
    return new Promise<R>((resolve, reject) => {
      const timer = new Subscription();
      const waiter: Waiter = {
        check() {
          const found = look();
          if (found === undefined) return false;
          timer.unsubscribe();
          if ('result' in found) resolve(found.result);
          // what a stream errors with is handed on as it is
          // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors
          else reject(found.reason);
          return true;
        },
      };
      if (waiter.check()) return;
      waiters.add(waiter);
      timer.add(
        asyncScheduler.schedule(() => {
          waiters.delete(waiter);
          reject(new Error(`Waited ${timeout} ms for ${what}: ${summary()}`));
        }, timeout),
      );
    });
  }

  const recording: Recording<T> = {
    values,
    get error() {
      return error;
    },
    get completed() {
      return state === 'completed';
    },
    get ended() {
      return state === 'errored' || state === 'completed';
    },
    next(n = 1, timeout = 4000) {
      const begin = handedOut;
      handedOut += n;
      return wait(timeout, n === 1 ? 'a value' : `${n} values`, () => {
        if (values.length >= begin + n) return { result: values.slice(begin, begin + n) };
        if (state === 'open') return undefined;
        return { reason: state === 'errored' ? error : new Error(`Expected ${n} more values: ${summary()}`) };
      });
    },
    done(timeout = 4000) {
      return wait(timeout, 'the end', () => {
        if (state === 'open') return undefined;
        return state === 'errored' ? { reason: error } : { result: values };
      });
    },
    stop() {
      subscription.unsubscribe();
      if (state === 'open') state = 'stopped';
      wake();
    },
    unsubscribe() {
      recording.stop();
    },
  };
  subscription.add(
    source.subscribe({
      next(value) {
        values.push(value);
        wake();
      },
      error(reason: unknown) {
        error = reason;
        state = 'errored';
        wake();
      },
      complete() {
        state = 'completed';
        wake();
      },
    }),
  );
  return recording;
}
