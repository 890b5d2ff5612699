import { catchError, from, map, mergeMap, Observable, take, throwError } from 'rxjs';
import type { Kind } from '../protocol/kinds.ts';
import { BOOL, checkOptions, ID } from '../protocol/kinds.ts';
import { toWire } from '../protocol/names.ts';
import type { ApplicationError } from '../protocol/errors.ts';
import type { Id } from '../protocol/ids.ts';
import type { Dict } from '../protocol/payload.ts';
import { isUri, type Match, type Uri } from '../protocol/uris.ts';
import { checkSubscribe } from '../session/option-checks.ts';
import { portOf } from '../session/verbs.ts';
import type { SubscriptionInfo, Wamp } from '../session/options.ts';
import { ABOVE_ZERO } from './distinct.ts';
import { eventsOf, GET_EVENTS, type HistoryEvent } from './history-rows.ts';

/** Options of {@link history}: an event must meet all conditions. */
export interface HistoryOptions {
  /** How the topic matches; `'exact'` by default. */
  readonly match?: Match | undefined;
  /** Newest first; `false` by default. */
  readonly reverse?: boolean | undefined;
  /** The largest number of events: the oldest that meet the conditions, with `reverse` the newest. */
  readonly limit?: number | undefined;
  /** Events at this time or later: a Date, or a text by RFC 3339. */
  readonly fromTime?: Date | string | undefined;
  /** Events later than this. */
  readonly afterTime?: Date | string | undefined;
  /** Events earlier than this. */
  readonly beforeTime?: Date | string | undefined;
  /** Events at this time or earlier. */
  readonly untilTime?: Date | string | undefined;
  /** With a pattern: events of this topic. */
  readonly topic?: Uri | undefined;
  /** This publication and those after it. A publication that the router no longer has is no bound. */
  readonly fromPublication?: Id | undefined;
  /** The publications after this one. */
  readonly afterPublication?: Id | undefined;
  /** The publications before this one. */
  readonly beforePublication?: Id | undefined;
  /** This publication and those before it. */
  readonly untilPublication?: Id | undefined;
}

const TIME: Kind = {
  expected: 'a Date, or a time by RFC 3339',
  test: (value) =>
    value instanceof Date
      ? !Number.isNaN(value.getTime())
      : typeof value === 'string' &&
        /^\d{4}-\d\d-\d\dT.+(Z|[+-]\d\d:\d\d)$/i.test(value) &&
        !Number.isNaN(Date.parse(value)),
};
const TABLE = {
  reverse: BOOL,
  limit: ABOVE_ZERO,
  fromTime: TIME,
  afterTime: TIME,
  beforeTime: TIME,
  untilTime: TIME,
  topic: { expected: 'a URI', test: (value: unknown) => isUri(value) },
  fromPublication: ID,
  afterPublication: ID,
  beforePublication: ID,
  untilPublication: ID,
};

const millis = (time: Date | string | undefined): number =>
  time === undefined ? Number.NaN : typeof time === 'string' ? Date.parse(time) : time.getTime();

/** The conditions as kwargs. */
function wireOf({ match = 'exact', reverse, topic, ...others }: HistoryOptions, uri: Uri): Dict {
  const wire: Dict = reverse === true ? { reverse } : {};
  // events of an exact subscription carry no topic: nexus would find none
  if (topic !== undefined && (match !== 'exact' || topic !== uri)) wire['topic'] = topic;
  for (const [name, value] of Object.entries(others)) {
    if (value !== undefined) wire[toWire(name)] = value instanceof Date ? value.toISOString() : value;
  }
  return wire;
}

/** Whether the newest is first; `otherwise` where the times do not show it. */
function isReversed(events: readonly HistoryEvent[], otherwise: boolean): boolean {
  const first = events[0]?.timestamp?.getTime();
  const last = events.at(-1)?.timestamp?.getTime();
  return first === undefined || last === undefined || first === last ? otherwise : first > last;
}

/** Applies all conditions, which the router may have ignored, to events with the oldest first. */
function select<T>(events: HistoryEvent<T>[], options: HistoryOptions): HistoryEvent<T>[] {
  const { reverse, limit, topic, fromPublication, afterPublication, beforePublication, untilPublication } = options;
  const from = millis(options.fromTime);
  const after = millis(options.afterTime);
  const before = millis(options.beforeTime);
  const until = millis(options.untilTime);
  const at = (publication: Id | undefined): number =>
    publication === undefined ? -1 : events.findIndex(({ details }) => details.publication === publication);
  const end = (index: number, past: number): number => (index < 0 ? events.length : index + past);
  const begin = Math.max(at(fromPublication), at(afterPublication) + 1, 0);
  const found = events
    .slice(begin, Math.min(end(at(beforePublication), 0), end(at(untilPublication), 1)))
    .filter(({ timestamp, details }) => {
      // comparisons with NaN, for an unknown time, are false
      const time = millis(timestamp);
      return (
        (topic === undefined || details.topic === topic) &&
        !(time < from || time <= after || time >= before || time > until)
      );
    });
  if (reverse === true) found.reverse();
  return limit === undefined ? found : found.slice(0, limit);
}

/** Requests past events of a subscription from the router of its session. */
export function fetchHistory<T>(
  { id, topic, session }: SubscriptionInfo,
  options: HistoryOptions,
): Observable<HistoryEvent<T>[]> {
  const get = (args: readonly unknown[], kwargs: Dict, newestFirst: boolean): Observable<HistoryEvent<T>[]> =>
    session.call(GET_EVENTS, args, kwargs).pipe(
      map((result) => {
        const events = eventsOf<T>(result.args, topic, id);
        if (isReversed(events, newestFirst)) events.reverse();
        return select(events, options);
      }),
    );
  const { reverse = false, limit } = options;
  const wire = wireOf(options, topic);
  if (session.supports('broker', 'event_history')) {
    return get([id], wire, reverse).pipe(
      catchError((error: unknown) => {
        // nexus refuses bounds by publication, other routers those that they no longer have
        const { limit: _, ...others } = wire;
        const left = Object.entries(others).filter(([name]) => !name.endsWith('_publication'));
        return left.length < Object.keys(others).length &&
          (error as ApplicationError).uri === 'wamp.error.invalid_argument'
          ? get([id], Object.fromEntries(left), reverse)
          : throwError(() => error);
      }),
    );
  }
  // Crossbar.io takes only a limit, 10 by default; null is all
  const bare = Object.keys(wire).every((name) => name === 'limit' || name === 'reverse');
  return get([id, (reverse && bare ? limit : undefined) ?? null], {}, true);
}

/** Checks the arguments that `history()` and `withHistory()` have in common. */
export function checkHistory(what: string, wamp: Wamp, topic: Uri, options: HistoryOptions): Match {
  portOf(wamp, `${what}()`);
  const { match, ...conditions } = options;
  checkOptions(() => `${what}()`, TABLE, conditions);
  return checkSubscribe(topic, { match }).match;
}

/**
 * Past events of a topic, oldest first unless `reverse`, then completes (WAMP, "Event History"). The router keeps them as
 * its configuration says, for some topics and patterns.
 *
 * The topic is subscribed until the answer comes, which needs no further permission, and no frame where it is subscribed
 * already; then `wamp.subscription.get_events` is called. Conditions that the router does not know are applied here:
 * Crossbar.io knows only a limit, nexus no bounds by publication.
 *
 * Errors with ApplicationError (`wamp.error.history_unavailable` in Crossbar.io; nexus has an empty history), and with
 * ConnectionLostError when the link is lost meanwhile. Waits for a session as `subscribe()` does.
 *
 * @throws TypeError, InvalidUriError for wrong arguments
 * @example
 * history<Price>(wamp, 'com.shop.price', { reverse: true, limit: 10 }).subscribe(({ value, timestamp }) => add(value, timestamp));
 */
export function history<T = unknown>(
  wamp: Wamp,
  topic: Uri,
  options: HistoryOptions = {},
): Observable<HistoryEvent<T>> {
  const match = checkHistory('history', wamp, topic, options);
  return new Observable<SubscriptionInfo>((subscriber) =>
    wamp
      .subscribe(topic, { match, onSubscribed: (info) => subscriber.next(info) })
      .subscribe({ error: (error) => subscriber.error(error), complete: () => subscriber.complete() }),
  ).pipe(
    // the topic stays subscribed until the answer is there
    mergeMap((info) => fetchHistory<T>(info, options)),
    take(1),
    mergeMap((events) => from(events)),
  );
}
