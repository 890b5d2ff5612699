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
 * out, and with `until` completion waits for what is done with it; an error passes at once.
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
  const work = until ? (value: T) => until(value) : () => timer(period, scheduler);
  return (source) =>
    new Observable((subscriber) => {
      let latest: T;
      /** How many came since the last which was let through. */
      let came = 0;
      let busy = false;
      let ended = false;
      const ready = (): void => {
        busy = false;
        if (came > 0) letThrough();
        else if (ended) subscriber.complete();
      };
      const letThrough = (): void => {
        const value = latest;
        const skipped = came - 1;
        came = 0;
        // before anybody is told: what comes meanwhile waits
        busy = true;
        subscriber.next({ value, skipped });
        if (subscriber.closed) return;
        // the work of the last value is done, too; a period behind it is for nobody
        if (ended && !until && came === 0) subscriber.complete();
        else {
          subscriber.add(
            defer(() => work(value))
              .pipe(take(1))
              .subscribe({ error: (error) => subscriber.error(error), complete: ready }),
          );
        }
      };
      // for a source that emits while it is being subscribed to
      const gone = new Observable<void>((observer) => subscriber.add(() => observer.next()));
      subscriber.add(
        source.pipe(takeUntil(gone)).subscribe({
          next: (value) => {
            latest = value;
            came++;
            if (!busy) letThrough();
          },
          error: (error) => subscriber.error(error),
          complete: () => {
            ended = true;
            if (!busy || (!until && came === 0)) subscriber.complete();
          },
        }),
      );
    });
}
