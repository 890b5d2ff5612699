import { asapScheduler, interval, isObservable, Observable } from 'rxjs';
import { BOOL, checkOptions, type Kind } from '../protocol/kinds.ts';
import { MAX_ID } from '../protocol/ids.ts';
import { CALL, UNSUBSCRIBE } from '../protocol/messages.ts';
import { now } from '../session/time.ts';
import { type Engine, engineOf, type AnyClient } from '../client/engine.ts';
import { Counters, Meter, type RoundTrip, type Traffic } from './meter.ts';

/** What {@link metrics} tells: counters since `since`, and how things stand at `time`. */
export interface Metrics {
  /** Counts what this observer was told, from 1. */
  readonly cycle: number;
  /** When the counters stood at 0, in milliseconds since the epoch. */
  readonly since: number;
  readonly time: number;
  /** Milliseconds between the two. */
  readonly duration: number;
  /** The serializer in use; absent while there is no session. */
  readonly serializer?: string;
  readonly sent: Traffic;
  readonly received: Traffic;
  /** Of requests that the router answers by itself; absent where none was. */
  readonly roundTrip?: RoundTrip;
  /** Sessions that were joined after the one before was lost or left. */
  readonly reconnects: number;
  /** Publications that were given up, for lack of room or of a session in time. */
  readonly dropped: number;
  /** Calls that wait for an answer, or for a session. */
  readonly calls: number;
  /** Invocations that run. */
  readonly invocations: number;
  /** Subscriptions and registrations in force. */
  readonly subscriptions: number;
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
  /** Reports also when so many rated messages (see {@link Traffic}) have passed since the counters stood at 0. */
  readonly ratedMessages?: number | undefined;
  /**
   * Whether the counters begin at 0 after each report, so that each tells of its own time; or an Observable that says when.
   * @default false
   */
  readonly reset?: boolean | Observable<unknown> | undefined;
  /**
   * Whether to ask the router something, once a period, where nothing else told the round-trip time: an UNSUBSCRIBE of no
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
 * What passes between a client and its router, and how things stand: each `period`, for as long as it is observed. Counted
 * from then on, over reconnects; costs nothing while nobody observes, dials nothing, and completes at `close()`.
 *
 * Bytes are those of joined sessions, as the serializer writes and reads them (Autobahn's statistics of serializers): what
 * joins a session is not among them.
 *
 * @throws TypeError for what is no client, and for options that are wrong
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
      const told: Metrics = {
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
      subscriber.next(told);
    };
    const counted = (): void => {
      if (due || counters.sent.ratedMessages + counters.received.ratedMessages < ratedMessages) return;
      due = true;
      // not within send(): an observer may send something
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

/** Asks the router something that it answers at once. */
function sendProbe({ present }: Engine): void {
  if (!present?.dispatch.open) return;
  const { dispatch } = present;
  dispatch.probes++;
  dispatch.tryRequest([UNSUBSCRIBE, dispatch.nextId, MAX_ID]);
}

/** How things stand now. */
function gauges({ present, outbox, queued, bufferedAmount, recovery }: Engine) {
  const dispatch = present?.dispatch;
  const open = [...(dispatch?.requests.values() ?? [])].filter(({ type }) => type === CALL).length;
  return {
    ...(present && { serializer: present.session.details.serializer }),
    calls: open + outbox.size - queued,
    invocations: dispatch?.invocations.size ?? 0,
    subscriptions: recovery.subscriptions.size,
    registrations: recovery.registrations.size,
    queued,
    bufferedAmount,
  };
}
