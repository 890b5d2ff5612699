import { ApplicationError } from '../protocol/errors.ts';
import { isId, type Id } from '../protocol/ids.ts';
import type { Args, Dict, List } from '../protocol/messages.ts';
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
}

/** What a query found. */
export interface PastEvents {
  readonly events: readonly PastEvent[];
  /** Whether `limit` cut something off. */
  readonly cut: boolean;
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

  add(event: PastEvent): void {
    this.#events.push(event);
    if (this.#events.length > this.#limit) this.#events.shift();
  }

  /**
   * The events that meet all conditions, oldest first unless `reverse`.
   *
   * @throws ApplicationError invalid_argument for a malformed condition
   */
  query(conditions: Readonly<Dict>): PastEvents {
    const { reverse, limit, topic } = conditions;
    if (reverse !== undefined && typeof reverse !== 'boolean') throw wrong('reverse', 'a boolean');
    if (limit !== undefined && !isId(limit)) throw wrong('limit', 'an integer above 0');
    if (topic !== undefined && typeof topic !== 'string') throw wrong('topic', 'a URI');
    const from = instant(conditions, 'from_time');
    const after = instant(conditions, 'after_time');
    const before = instant(conditions, 'before_time');
    const until = instant(conditions, 'until_time');
    const [begin, end] = this.#range(conditions);
    let events = this.#events.slice(begin, end).filter((event) => {
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
    const cut = typeof limit === 'number' && events.length > limit;
    if (cut) events = events.slice(0, limit);
    return { events, cut };
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
  if (quirks.simpleHistory) {
    const limit = args[1] ?? kwargs['limit'] ?? 10;
    return { args: [history.query({ reverse: true, limit }).events.map(row)] };
  }
  const { events, cut } = history.query(kwargs);
  if (!quirks.capitalHistory) return { args: [events.map(row)] };
  const rows = events.map(({ subscription, publication, details, args: list = [], kwargs: named = {} }) => ({
    Subscription: subscription,
    Publication: publication,
    Details: details,
    Arguments: list,
    ArgumentsKw: named,
  }));
  return { args: rows, kwargs: { is_limit_reached: cut } };
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
