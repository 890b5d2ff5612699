import { asapScheduler, interval, isObservable, Observable } from 'rxjs';
import { BOOL, checkOptions, type Kind } from '../protocol/kinds.ts';
import { MAX_ID } from '../protocol/ids.ts';
import { CALL, UNSUBSCRIBE } from '../protocol/messages.ts';
import { now } from '../session/time.ts';
import { type Engine, engineOf, type AnyClient } from '../client/engine.ts';
import { bufferedAmountOf } from '../session/verbs.ts';
import { Counters, Meter, type RoundTrip, type Traffic } from './meter.ts';

/** What {@link metrics} emits: counters since `since`, and gauges at `time`. */
export interface Metrics {
  /** The number of this report, from 1. */
  readonly cycle: number;
  /** When the counters stood at 0, in milliseconds since the epoch. */
  readonly since: number;
  /** When the report was made, in milliseconds since the epoch. */
  readonly time: number;
  /** Milliseconds between the two. */
  readonly duration: number;
  /** The serializer in use; absent while there is no session. */
  readonly serializer?: string;
  /** What was sent to the router since the counters stood at 0. */
  readonly sent: Traffic;
  /** What came from the router since the counters stood at 0. */
  readonly received: Traffic;
  /** Of requests that the router answers by itself; absent where there was none. */
  readonly roundTrip?: RoundTrip;
  /** Sessions that were joined after the one before was lost or left. */
  readonly reconnects: number;
  /** Publications that were dropped, for lack of room or of a session in time. */
  readonly dropped: number;
  /** Calls that wait for an answer, or for a session. */
  readonly calls: number;
  /** Invocations that run. */
  readonly invocations: number;
  /** Subscriptions and registrations in force. */
  readonly subscriptions: number;
  /** Registrations in force: those that the router confirmed in the present session. */
  readonly registrations: number;
  /** Publications that wait for a session. */
  readonly queued: number;
  /** Bytes that wait for the network. */
  readonly bufferedAmount: number;
}

/** Options of {@link metrics}. */
export interface MetricsOptions {
  /**
   * Milliseconds between two reports.
   * @default 1000
   */
  readonly period?: number | undefined;
  /** Reports also after this many rated messages (see {@link Traffic}) since the counters stood at 0. */
  readonly ratedMessages?: number | undefined;
  /**
   * Whether the counters begin at 0 after each report; or an Observable that resets them.
   * @default false
   */
  readonly reset?: boolean | Observable<unknown> | undefined;
  /**
   * Whether to send a probe, once a period, where no other request showed the round-trip time: an UNSUBSCRIBE of no
   * subscription, which needs no permission.
   * @default true
   */
  readonly probe?: boolean | undefined;
}

const ABOVE: Kind = { expected: 'a number above 0', test: (v) => typeof v === 'number' && v > 0 };
const RESET: Kind = { expected: 'a boolean or an Observable', test: (v) => BOOL.test(v) || isObservable(v) };
const TABLE = { period: ABOVE, ratedMessages: ABOVE, reset: RESET, probe: BOOL };

const meters = new WeakMap<Engine, Meter>();

/**
 * The traffic between a client and its router, and the client's gauges, each `period` while it is observed. Counts from the
 * subscription on, over reconnects; costs nothing without an observer, dials nothing, and completes at `close()`.
 *
 * Bytes are those of joined sessions, as the serializer writes and reads them (Autobahn's statistics of serializers),
 * without the handshake.
 *
 * @throws TypeError where the first argument is no client, or an option is wrong
 * @example
 * metrics(wamp, { period: 5000, reset: true }).subscribe(({ sent, received, roundTrip }) => {
 *   console.log(sent.bytes / 5, received.bytes / 5, roundTrip?.mean);
 * });
 */
export function metrics(client: AnyClient, options: MetricsOptions = {}): Observable<Metrics> {
  const engine = engineOf(client, 'metrics()');
  checkOptions(() => 'metrics()', TABLE, options);
  const { period = 1000, ratedMessages = Infinity, reset = false, probe = true } = options;
  return new Observable((subscriber) => {
    let counters = new Counters();
    let droppedBefore = engine.outbox.dropped;
    let cycle = 0;
    let due = false;
    let samples = 0;
    const restart = (): void => {
      counters = new Counters();
      droppedBefore = engine.outbox.dropped;
      samples = 0;
    };
    const report = (): void => {
      due = false;
      const { since, sent, received, roundTrip, reconnects } = counters;
      const time = now();
      cycle++;
      const metrics: Metrics = {
        cycle,
        since,
        time,
        duration: time - since,
        sent: { ...sent },
        received: { ...received },
        ...(roundTrip && { roundTrip }),
        reconnects,
        dropped: engine.outbox.dropped - droppedBefore,
        ...gauges(engine),
      };
      if (reset === true) restart();
      subscriber.next(metrics);
    };
    const counted = (): void => {
      if (due || counters.sent.ratedMessages + counters.received.ratedMessages < ratedMessages) return;
      due = true;
      // not within send(), as the observer may send
      asapScheduler.schedule(() => due && !subscriber.closed && report());
    };
    let meter = meters.get(engine);
    if (!meter) meters.set(engine, (meter = new Meter(engine)));
    subscriber.add(meter.count(() => counters, counted));
    if (isObservable(reset)) subscriber.add(reset.subscribe({ next: restart, error: () => undefined }));
    subscriber.add(engine.notifier.status$.subscribe({ complete: () => subscriber.complete() }));
    subscriber.add(
      interval(period).subscribe(() => {
        const quiet = counters.trips.samples === samples;
        samples = counters.trips.samples;
        report();
        if (probe && quiet) sendProbe(engine);
      }),
    );
  });
}

/** Sends a request that the router answers at once. */
function sendProbe({ present }: Engine): void {
  if (!present?.dispatch.open) return;
  const { dispatch } = present;
  dispatch.probes++;
  dispatch.tryRequest([UNSUBSCRIBE, dispatch.nextId, MAX_ID]);
}

/** The gauges. */
function gauges(engine: Engine) {
  const { present, outbox } = engine;
  const queued = outbox.publications;
  const dispatch = present?.dispatch;
  const open = [...(dispatch?.requests.values() ?? [])].filter(({ type }) => type === CALL).length;
  return {
    ...(present && { serializer: present.session.details.serializer }),
    calls: open + outbox.items.size - queued,
    invocations: dispatch?.invocations.size ?? 0,
    subscriptions: dispatch?.subscriptions.size ?? 0,
    registrations: dispatch?.registrations.size ?? 0,
    queued,
    bufferedAmount: bufferedAmountOf(engine),
  };
}
