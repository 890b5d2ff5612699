import {
  asyncScheduler,
  defaultIfEmpty,
  defer,
  from,
  map,
  take,
  tap,
  throttle,
  timer,
  type ObservableInput,
  type OperatorFunction,
  type SchedulerLike,
} from 'rxjs';
import { checkOptions, FUNCTION, isDict, NUMBER, type Kind } from '../protocol/attributes.ts';

/** A value, and how many before it were left out. */
export interface Conflated<T> {
  readonly value: T;
  /** Values that came since the last one which was let through, and were left out. */
  readonly skipped: number;
}

/** Options of {@link conflate}: a period, or what says that the observer is ready again. */
export interface ConflateOptions<T> {
  /**
   * Milliseconds from one value to the next at least. 0: one for each turn of the scheduler.
   * @default 0
   */
  readonly period?: number | undefined;
  /**
   * The clock of `period`; `animationFrameScheduler` lets one through for each painted frame.
   * @default asyncScheduler
   */
  readonly scheduler?: SchedulerLike | undefined;
  /** Instead of a period: what the observer does with a value. The next is let through when this emits or completes. */
  readonly until?: ((value: T) => ObservableInput<unknown>) | undefined;
}

const SCHEDULER: Kind = { expected: 'a scheduler', test: (v) => isDict(v) && FUNCTION.test(v['schedule']) };
const TABLE = { period: NUMBER, scheduler: SCHEDULER, until: FUNCTION };

/**
 * For an observer that is slower than its feed: lets a value through, then only the latest of those that came while the
 * period ran or the observer was busy, with the count of those left out. The last value before completion is never left
 * out; an error passes at once.
 *
 * @throws TypeError for options that are wrong
 * @example
 * wamp.subscribe<Price>('com.shop.price').pipe(conflate({ period: 100 })).subscribe(({ value, skipped }) => show(value));
 * wamp.subscribe('com.shop.order').pipe(conflate({ until: ({ value }) => save(value) })).subscribe();
 */
export function conflate<T>(options: ConflateOptions<T> = {}): OperatorFunction<T, Conflated<T>> {
  checkOptions(() => 'conflate()', TABLE, options);
  const { period = 0, scheduler = asyncScheduler, until } = options;
  if (until !== undefined && (options.period !== undefined || options.scheduler !== undefined)) {
    throw new TypeError('conflate(): give until, or a period and its scheduler, not both');
  }
  // one that completes without a value ends the wait, too
  const ready = until && ((value: T) => from(until(value)).pipe(take(1), defaultIfEmpty(undefined)));
  return (source) =>
    defer(() => {
      let skipped = -1;
      return source.pipe(
        tap(() => skipped++),
        throttle(ready ?? (() => timer(period, scheduler)), { leading: true, trailing: true }),
        map((value) => {
          const conflated = { value, skipped };
          skipped = -1;
          return conflated;
        }),
      );
    });
}
