import {
  Subject,
  bufferTime,
  defer,
  filter,
  map,
  merge,
  pairwise,
  scan,
  type MonoTypeOperatorFunction,
  type Observable,
  type OperatorFunction,
} from 'rxjs';
import type { Wamp, WampEvent } from 'rxwamp';
import { span } from '../clock.ts';
import { extend, gap, type Sample, type Table } from './samples.ts';

/** The link was lost at that time, and is back: events may be missing in between. */
export interface Gap {
  readonly lostAt: number;
}

export type EventOrGap<T> = WampEvent<T> | Gap;

function isGap<T>(item: EventOrGap<T>): item is Gap {
  return 'lostAt' in item;
}

function timeOf(event: WampEvent): number {
  return Number(event.kwargs['time']);
}

/** A topic's events, with the gaps of reconnects in their order. */
export function eventsWithGaps<T>(
  wamp: Wamp,
  topic: string,
  match: 'exact' | 'prefix' = 'exact',
): Observable<EventOrGap<T>> {
  return defer(() => {
    const gaps = new Subject<Gap>();
    const events = wamp.subscribe<T>(topic, {
      match,
      onSubscribed: ({ again, lostAt }) => {
        if (again && lostAt !== undefined) gaps.next({ lostAt });
      },
    });
    return merge(gaps, events);
  });
}

/** Values that are drawn unchanged. */
export function levels<T>(
  read: (value: T, event: WampEvent<T>) => Sample['values'],
): OperatorFunction<EventOrGap<T>, Sample> {
  return map((item) => (isGap(item) ? gap(item.lostAt) : { time: timeOf(item), values: read(item.value, item) }));
}

/** Counters that are drawn as their growth per second. There is no rate across a gap, or where a counter was reset. */
export function rates<T>(read: (value: T) => readonly number[]): OperatorFunction<EventOrGap<T>, Sample> {
  return (source) =>
    source.pipe(
      pairwise(),
      map(([before, now]) => {
        if (isGap(now)) return gap(now.lostAt);
        return isGap(before) ? undefined : growth(before, now, read);
      }),
      filter((sample) => sample !== undefined),
    );
}

function growth<T>(before: WampEvent<T>, now: WampEvent<T>, read: (value: T) => readonly number[]): Sample | undefined {
  const seconds = (timeOf(now) - timeOf(before)) / 1000;
  const earlier = read(before.value);
  const values = read(now.value).map((value, index) => (value - (earlier[index] ?? NaN)) / seconds);
  return seconds > 0 && values.every((value) => value >= 0) ? { time: timeOf(now), values } : undefined;
}

/** Collects the values of `ms`, so that a fast stream changes the page only once in that time. */
export function batched<T>(ms: number): OperatorFunction<T, T[]> {
  return (source) =>
    source.pipe(
      bufferTime(ms),
      filter((batch) => batch.length > 0),
    );
}

/** The last minute of a stream as the table that a chart draws. */
export function table(ms = 200): OperatorFunction<Sample, Table> {
  return (source) =>
    source.pipe(
      batched(ms),
      scan((rows: Table, batch) => extend(rows, batch, span), [[]]),
    );
}

/** Reports the rate of a stream to `report` once a second. */
export function metered<T>(report: (perSecond: number) => void): MonoTypeOperatorFunction<T> {
  return (source) =>
    defer(() => {
      let count = 0;
      let since = performance.now();
      return source.pipe(
        map((value) => {
          count += 1;
          const elapsed = performance.now() - since;
          if (elapsed >= 1_000) {
            report((count * 1_000) / elapsed);
            count = 0;
            since += elapsed;
          }
          return value;
        }),
      );
    });
}
