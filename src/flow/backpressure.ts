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
import { bufferedAmountOf, portOf, refusalOf, type Port } from '../session/verbs.ts';
import type { Wamp } from '../session/options.ts';

/** The backlog towards the router. */
export interface Backpressure {
  /** Bytes that wait for the network. */
  readonly bufferedAmount: number;
  /** Publications that wait for a session. */
  readonly queued: number;
  /** True from above `high` until at most `low` is left, and while there is no session. */
  readonly congested: boolean;
}

/** Options of {@link backpressure}. */
export interface BackpressureOptions {
  /**
   * Bytes above which the link is congested.
   * @default 65536
   */
  readonly high?: number | undefined;
  /**
   * Bytes at which congestion ends.
   * @default half of `high`
   */
  readonly low?: number | undefined;
  /**
   * Milliseconds between two checks, as a WebSocket has no event for a drained buffer.
   * @default 50
   */
  readonly period?: number | undefined;
}

/** The default of `high`, in bytes. */
export const HIGH = 65_536;

/** Whether the link is congested now. */
export const congestedNow = (port: Port, above: number): boolean => !port.direct || bufferedAmountOf(port) > above;

/**
 * The backlog towards the router: at once, and after each change. Checks every `period` milliseconds while it is observed,
 * and costs nothing otherwise; goes on over reconnects, and completes when the client is closed or has failed, or the
 * session is over.
 *
 * A sender that can wait, such as a handler between two progressive results, waits for `congested` to be false:
 * `firstValueFrom(backpressure(wamp).pipe(first((link) => !link.congested)))`.
 *
 * @throws TypeError where the first argument is no client or session, or an option is wrong
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
      takeWhile(() => refusalOf(port) === undefined),
      map(() => {
        congested = congestedNow(port, congested ? low : high);
        return { bufferedAmount: bufferedAmountOf(port), queued: port.outbox?.publications ?? 0, congested };
      }),
      distinctUntilChanged(
        (a, b) => a.bufferedAmount === b.bufferedAmount && a.queued === b.queued && a.congested === b.congested,
      ),
    );
  });
}
