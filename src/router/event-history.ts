import { ApplicationError } from '../protocol/errors.ts';
import { isId } from '../protocol/ids.ts';
import type { Dict, List } from '../protocol/payload.ts';
import { timestamp } from './context.ts';
import type { Quirks } from './quirks.ts';
import type { Publication } from './router-publication.ts';
import type { Subscription } from './router-session.ts';

/** An event that was kept. */
export interface PastEvent extends Omit<Publication, 'publisher'> {
  readonly timestamp: string;
  /** Who published it, as Crossbar.io has it. */
  readonly publisher: Dict;
}

/** What was published now, as an event to keep. */
export const pastEvent = ({ publisher, ...publication }: Publication): PastEvent => ({
  ...publication,
  timestamp: timestamp(),
  publisher: publisher
    ? { realm: publisher.realm, session_id: publisher.id, authid: publisher.authid, authrole: publisher.authrole }
    : {},
});

const wrong = (name: string, expected: string): ApplicationError =>
  new ApplicationError('wamp.error.invalid_argument', [`${name}: expected ${expected}`]);

/** The last events of one subscription or topic (WAMP, section "Event History"). */
export class History<E extends PastEvent = PastEvent> {
  readonly #limit: number;
  readonly #events: E[] = [];

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Whether each event that comes drops one. */
  get full(): boolean {
    return this.#events.length >= this.#limit;
  }

  add(event: E): void {
    this.#events.push(event);
    if (this.#events.length > this.#limit) this.#events.shift();
  }

  /** The events that are kept, oldest first. */
  get events(): readonly E[] {
    return this.#events;
  }
}

/**
 * The events that meet all conditions, oldest first unless `reverse`.
 *
 * @param events oldest first
 * @throws ApplicationError invalid_argument for a malformed condition
 */
function select(events: readonly PastEvent[], conditions: Readonly<Dict>): readonly PastEvent[] {
  const { reverse, limit, topic } = conditions;
  if (reverse !== undefined && typeof reverse !== 'boolean') throw wrong('reverse', 'a boolean');
  if (limit !== undefined && !isId(limit)) throw wrong('limit', 'an integer above 0');
  if (topic !== undefined && typeof topic !== 'string') throw wrong('topic', 'a URI');
  const from = instant(conditions, 'from_time');
  const after = instant(conditions, 'after_time');
  const before = instant(conditions, 'before_time');
  const until = instant(conditions, 'until_time');
  const [begin, end] = range(events, conditions);
  const found = events.slice(begin, end).filter((event) => {
    const time = Date.parse(event.timestamp);
    return (
      (topic === undefined || event.topic === topic) &&
      !(time < from) &&
      !(time <= after) &&
      !(time >= before) &&
      !(time > until)
    );
  });
  if (reverse === true) found.reverse();
  return typeof limit === 'number' ? found.slice(0, limit) : found;
}

/** Where publications bound the range: ids have no order, so it goes by position. */
function range(events: readonly PastEvent[], conditions: Readonly<Dict>): [number, number] {
  const at = (name: string): number | undefined => {
    const id = conditions[name];
    if (id === undefined) return undefined;
    const index = events.findIndex((event) => event.id === id);
    if (index < 0) throw wrong(name, 'the id of a publication that is kept');
    return index;
  };
  const [from, after, before, until] = ['from', 'after', 'before', 'until'].map((name) => at(`${name}_publication`));
  return [Math.max(from ?? 0, (after ?? -1) + 1), Math.min(before ?? events.length, (until ?? events.length) + 1)];
}

/** A time of a query in milliseconds; NaN, which no comparison holds for, where there is none. */
function instant(conditions: Readonly<Dict>, name: string): number {
  const value = conditions[name];
  if (value === undefined) return Number.NaN;
  const time = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(time)) throw wrong(name, 'a time as in RFC 3339');
  return time;
}

/** What is asked of the history of a subscription. */
export interface HistoryRequest {
  readonly subscription: Subscription;
  /** The events that the caller may see, oldest first. */
  readonly events: readonly PastEvent[];
  /** Whether each event that comes drops one. */
  readonly full: boolean;
}

/** What `wamp.subscription.get_events` answers: one list of events, or as an imitated router does. */
export function historyRows(
  request: HistoryRequest,
  args: List,
  kwargs: Dict,
  quirks: Quirks,
): { args: List; kwargs?: Dict } {
  const { subscription, events, full } = request;
  if (quirks.simpleHistory) return simpleRows(events, args, kwargs);
  if (!quirks.capitalHistory) return { args: [select(events, kwargs).map((event) => row(subscription, event))] };
  for (const name of Object.keys(kwargs)) if (name.endsWith('_publication')) throw wrong(name, 'its own kind of id');
  const { limit: _, ...conditions } = kwargs;
  const rows = select(events, conditions).map((event) => ({
    Subscription: subscription.id,
    Publication: event.id,
    Details: detailsOf(subscription, event),
    Arguments: event.args ?? null,
    ArgumentsKw: event.kwargs ?? null,
  }));
  return { args: rows, kwargs: { is_limit_reached: full } };
}

function simpleRows(events: readonly PastEvent[], args: List, { limit: named = 10, ...others }: Dict): { args: List } {
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) {
    throw new ApplicationError('wamp.error.runtime_error', [`got an unexpected keyword argument '${unknown}'`]);
  }
  // null is Python's None: all
  const limit = args.length > 1 ? args[1] : named;
  const rows = select(events, { reverse: true, ...(limit === null ? {} : { limit }) });
  return {
    args: [
      rows.map(({ timestamp: time, id, topic, args: list = null, kwargs: dict = null, publisher }) => ({
        time_ns: Date.parse(time) * 1e6,
        ...publisher,
        publication: id,
        topic,
        args: list,
        kwargs: dict,
      })),
    ],
  };
}

function row(subscription: Subscription, event: PastEvent): Dict {
  const { args, kwargs } = event;
  return {
    timestamp: event.timestamp,
    subscription: subscription.id,
    publication: event.id,
    details: detailsOf(subscription, event),
    ...(args === undefined ? {} : { args }),
    ...(kwargs === undefined ? {} : { kwargs }),
  };
}

const detailsOf = ({ match }: Subscription, { details, topic }: PastEvent): Dict =>
  match === 'exact' ? details : { ...details, topic };
