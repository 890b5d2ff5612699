import {
  asyncScheduler,
  defer,
  distinctUntilChanged,
  interval,
  map,
  startWith,
  takeWhile,
  type Observable,
} from 'rxjs';
import { checkOptions, NUMBER } from '../protocol/kinds.ts';
import { portOf, type Port } from '../session/verbs.ts';
import type { Wamp } from '../session/options.ts';

/** How full the way to the router is. */
export interface Backpressure {
  /** Bytes that were accepted for sending and not yet handed to the network. */
  readonly bufferedAmount: number;
  /** Publications that wait for a session. */
  readonly queued: number;
  /** True from above `high` until no more than `low` is left, and while there is no session. */
  readonly congested: boolean;
}

/** Options of {@link backpressure}. */
export interface BackpressureOptions {
  /**
   * Bytes from above which the link counts as congested.
   * @default 65536
   */
  readonly high?: number | undefined;
  /**
   * Bytes down to which it remains so.
   * @default half of `high`
   */
  readonly low?: number | undefined;
  /**
   * Milliseconds between two looks: a WebSocket does not tell when it has drained.
   * @default 50
   */
  readonly period?: number | undefined;
}

/** Bytes from above which a link counts as congested. */
export const HIGH = 65_536;

/** Whether what is sent now would wait. */
export const congestedNow = (port: Port, above: number): boolean => !port.open || port.bufferedAmount > above;

/**
 * How full the way to the router is: at once, and whenever it has changed. Looks every `period` milliseconds while it is
 * observed, and costs nothing otherwise; goes on over reconnects, and completes when the client is closed or has given
 * up, or the session is over.
 *
 * A sender that can wait waits for `congested` to be false, as a handler does between two progressive results:
 * `firstValueFrom(backpressure(wamp).pipe(first((link) => !link.congested)))`.
 *
 * @throws TypeError for what is no client or session, and for options that are wrong
 * @example
 * backpressure(wamp).subscribe(({ bufferedAmount }) => meter.show(bufferedAmount));
 */
export function backpressure(wamp: Wamp, options: BackpressureOptions = {}): Observable<Backpressure> {
  const port = portOf(wamp, 'backpressure()');
  checkOptions(() => 'backpressure()', { high: NUMBER, low: NUMBER, period: NUMBER }, options);
  const { high = HIGH, low = high / 2, period = 50 } = options;
  return defer(() => {
    let congested = false;
    return interval(period, asyncScheduler).pipe(
      startWith(0),
      takeWhile(() => port.refusal === undefined),
      map(() => {
        congested = congestedNow(port, congested ? low : high);
        return { bufferedAmount: port.bufferedAmount, queued: port.queued, congested };
      }),
      distinctUntilChanged(
        (a, b) => a.bufferedAmount === b.bufferedAmount && a.queued === b.queued && a.congested === b.congested,
      ),
    );
  });
}
