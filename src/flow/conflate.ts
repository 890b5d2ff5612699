import {
  asyncScheduler,
  defer,
  Observable,
  take,
  takeUntil,
  timer,
  type ObservableInput,
  type OperatorFunction,
  type SchedulerLike,
} from 'rxjs';
import { checkOptions, FUNCTION, isDict, NUMBER, type Kind } from '../protocol/kinds.ts';

/** A value, and the number of values before it that were dropped. */
export interface Conflated<T> {
  /** The newest value, or what the options merged it into. */
  readonly value: T;
  /** Values that were dropped since the last emitted one. */
  readonly skipped: number;
}

/** Options of {@link conflate}: a period, or a function that handles a value. */
export interface ConflateOptions<T> {
  /**
   * The least number of milliseconds between two values. 0: one for each turn of the scheduler.
   * @default 0
   */
  readonly period?: number | undefined;
  /**
   * The clock of `period`; `animationFrameScheduler` emits one for each painted frame.
   * @default asyncScheduler
   */
  readonly scheduler?: SchedulerLike | undefined;
  /** Instead of a period: the handling of a value. The next value is emitted when this emits or completes. */
  readonly until?: ((value: T) => ObservableInput<unknown>) | undefined;
}

const SCHEDULER: Kind = { expected: 'a scheduler', test: (v) => isDict(v) && FUNCTION.test(v['schedule']) };
const TABLE = { period: NUMBER, scheduler: SCHEDULER, until: FUNCTION };

/**
 * For an observer that is slower than its source: emits a value, then only the latest of those that came while the period
 * ran or the observer was busy, with the number of dropped ones. The last value before completion is never dropped, and
 * with `until` completion waits until it is handled; an error passes at once.
 *
 * @throws TypeError for wrong options
 * @example
 * wamp.subscribe<Price>('com.shop.price').pipe(conflate({ period: 100 })).subscribe(({ value, skipped }) => show(value));
 * wamp.subscribe('com.shop.order').pipe(conflate({ until: ({ value }) => save(value) })).subscribe();
 */
export function conflate<T>(options: ConflateOptions<T> = {}): OperatorFunction<T, Conflated<T>> {
  checkOptions(() => 'conflate()', TABLE, options);
  const { period = 0, scheduler = asyncScheduler, until } = options;
  if (until !== undefined && (options.period !== undefined || options.scheduler !== undefined)) {
    throw new TypeError('conflate(): pass until, or period and scheduler, not both');
  }
  const work = until ? (value: T) => until(value) : () => timer(period, scheduler);
  return (source) =>
    new Observable((subscriber) => {
      let latest: T;
      /** Values since the last emitted one. */
      let pending = 0;
      let busy = false;
      let ended = false;
      const ready = (): void => {
        busy = false;
        if (pending > 0) emit();
        else if (ended) subscriber.complete();
      };
      const emit = (): void => {
        const value = latest;
        const skipped = pending - 1;
        pending = 0;
        // before next(), which may bring more values
        busy = true;
        subscriber.next({ value, skipped });
        if (subscriber.closed) return;
        // no period behind the last value
        if (ended && !until && pending === 0) subscriber.complete();
        else {
          subscriber.add(
            defer(() => work(value))
              .pipe(take(1))
              .subscribe({ error: (error) => subscriber.error(error), complete: ready }),
          );
        }
      };
      // stops a source that emits while it is being subscribed to
      const unsubscribed = new Observable<void>((observer) => subscriber.add(() => observer.next()));
      subscriber.add(
        source.pipe(takeUntil(unsubscribed)).subscribe({
          next: (value) => {
            latest = value;
            pending++;
            if (!busy) emit();
          },
          error: (error) => subscriber.error(error),
          complete: () => {
            ended = true;
            if (!busy || (!until && pending === 0)) subscriber.complete();
          },
        }),
      );
    });
}
