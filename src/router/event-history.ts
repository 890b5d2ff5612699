import { ApplicationError } from '../protocol/errors.ts';
import { isId, type Id } from '../protocol/ids.ts';
import type { Args, Dict, List } from '../protocol/payload.ts';
import type { Uri } from '../protocol/uris.ts';
import type { Quirks } from './quirks.ts';

/** An event that was kept. */
export interface PastEvent {
  readonly timestamp: string;
  readonly subscription: Id;
  readonly publication: Id;
  readonly topic: Uri;
  readonly details: Dict;
  readonly args: Args | undefined;
  readonly kwargs: Dict | undefined;
  /** Who published it, as Crossbar.io tells. */
  readonly publisher: Dict;
}

const wrong = (name: string, expected: string): ApplicationError =>
  new ApplicationError('wamp.error.invalid_argument', [`${name}: expected ${expected}`]);

/** The last events of one subscription (WAMP, section "Event History"). */
export class History {
  readonly #limit: number;
  readonly #events: PastEvent[] = [];

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Whether each event that comes drops one. */
  get full(): boolean {
    return this.#events.length >= this.#limit;
  }

  add(event: PastEvent): void {
    this.#events.push(event);
    if (this.#events.length > this.#limit) this.#events.shift();
  }

  /**
   * The events that meet all conditions, oldest first unless `reverse`.
   *
   * @throws ApplicationError invalid_argument for a malformed condition
   */
  query(conditions: Readonly<Dict>): readonly PastEvent[] {
    const { reverse, limit, topic } = conditions;
    if (reverse !== undefined && typeof reverse !== 'boolean') throw wrong('reverse', 'a boolean');
    if (limit !== undefined && !isId(limit)) throw wrong('limit', 'an integer above 0');
    if (topic !== undefined && typeof topic !== 'string') throw wrong('topic', 'a URI');
    const from = instant(conditions, 'from_time');
    const after = instant(conditions, 'after_time');
    const before = instant(conditions, 'before_time');
    const until = instant(conditions, 'until_time');
    const [begin, end] = this.#range(conditions);
    const events = this.#events.slice(begin, end).filter((event) => {
      const time = Date.parse(event.timestamp);
      return (
        (topic === undefined || event.topic === topic) &&
        !(time < from) &&
        !(time <= after) &&
        !(time >= before) &&
        !(time > until)
      );
    });
    if (reverse === true) events.reverse();
    return typeof limit === 'number' ? events.slice(0, limit) : events;
  }

  /** Where publications bound the range: ids have no order, so it goes by position. */
  #range(conditions: Readonly<Dict>): [number, number] {
    const at = (name: string): number | undefined => {
      const id = conditions[name];
      if (id === undefined) return undefined;
      const index = this.#events.findIndex((event) => event.publication === id);
      if (index < 0) throw wrong(name, 'the id of a publication that is kept');
      return index;
    };
    const [from, after, before, until] = ['from', 'after', 'before', 'until'].map((name) => at(`${name}_publication`));
    return [
      Math.max(from ?? 0, (after ?? -1) + 1),
      Math.min(before ?? this.#events.length, (until ?? this.#events.length) + 1),
    ];
  }
}

/** A time of a query in milliseconds; NaN, which no comparison holds for, where there is none. */
function instant(conditions: Readonly<Dict>, name: string): number {
  const value = conditions[name];
  if (value === undefined) return Number.NaN;
  const time = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(time)) throw wrong(name, 'a time as in RFC 3339');
  return time;
}

/** What `wamp.subscription.get_events` answers: one list of events, or as an imitated router does. */
export function historyRows(history: History, args: List, kwargs: Dict, quirks: Quirks): { args: List; kwargs?: Dict } {
  if (quirks.simpleHistory) return simpleRows(history, args, kwargs);
  if (!quirks.capitalHistory) return { args: [history.query(kwargs).map(row)] };
  for (const name of Object.keys(kwargs)) if (name.endsWith('_publication')) throw wrong(name, 'its own kind of id');
  const { limit: _, ...conditions } = kwargs;
  const rows = history
    .query(conditions)
    .map(({ subscription, publication, details, args: list = null, kwargs: named = null }) => ({
      Subscription: subscription,
      Publication: publication,
      Details: details,
      Arguments: list,
      ArgumentsKw: named,
    }));
  return { args: rows, kwargs: { is_limit_reached: history.full } };
}

function simpleRows(history: History, args: List, { limit: named = 10, ...others }: Dict): { args: List } {
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) {
    throw new ApplicationError('wamp.error.runtime_error', [`got an unexpected keyword argument '${unknown}'`]);
  }
  // null is Python's None: all
  const limit = args.length > 1 ? args[1] : named;
  const events = history.query({ reverse: true, ...(limit === null ? {} : { limit }) });
  return {
    args: [
      events.map(({ timestamp, publication, topic, args: list = null, kwargs: dict = null, publisher }) => ({
        time_ns: Date.parse(timestamp) * 1e6,
        ...publisher,
        publication,
        topic,
        args: list,
        kwargs: dict,
      })),
    ],
  };
}

function row({ timestamp, subscription, publication, details, args, kwargs }: PastEvent): Dict {
  return {
    timestamp,
    subscription,
    publication,
    details,
    ...(args === undefined ? {} : { args }),
    ...(kwargs === undefined ? {} : { kwargs }),
  };
}
