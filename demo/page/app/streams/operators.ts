import {
  bufferTime,
  defer,
  filter,
  map,
  pairwise,
  scan,
  type MonoTypeOperatorFunction,
  type Observable,
  type OperatorFunction,
} from 'rxjs';
import type { Wamp, WampEvent } from 'rxwamp';
import { withHistory } from 'rxwamp/flow';
import { span } from '../clock.ts';
import { extend, type Sample, type Table } from './samples.ts';

const past = 2_000; // events: a minute of the fastest topic

/**
 * A topic with its last minute, which the router has kept. After a loss it goes on with what was missed meanwhile, so
 * that charts have a hole only where nothing was measured.
 */
export function recent<T>(wamp: Wamp, topic: string, match: 'exact' | 'prefix' = 'exact'): Observable<WampEvent<T>> {
  return withHistory<T>(wamp, topic, { match, past, limit: past });
}

function timeOf(event: WampEvent): number {
  return Number(event.kwargs['time']);
}

/** Values that are drawn unchanged. */
export function levels<T>(
  read: (value: T, event: WampEvent<T>) => Sample['values'],
): OperatorFunction<WampEvent<T>, Sample> {
  return map((event) => ({ time: timeOf(event), values: read(event.value, event) }));
}

/** Counters that are drawn as their growth per second. There is no rate where a counter was reset. */
export function rates<T>(read: (value: T) => readonly number[]): OperatorFunction<WampEvent<T>, Sample> {
  return (source) =>
    source.pipe(
      pairwise(),
      map(([before, now]) => growth(before, now, read)),
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
function batched<T>(ms: number): OperatorFunction<T, T[]> {
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
