import { isDict } from '../protocol/kinds.ts';
import { ProtocolError } from '../protocol/errors.ts';
import { kindOf } from '../protocol/kind-of.ts';
import { isId, type Id } from '../protocol/ids.ts';
import { EVENT } from '../protocol/messages.ts';
import type { Args, Dict, List } from '../protocol/payload.ts';
import type { Uri } from '../protocol/uris.ts';
import { WampEvent } from '../session/events.ts';

/**
 * An event of the past: as it was delivered, with the time of its publication. With Crossbar.io `details` hold little
 * more than the publisher.
 */
export class HistoryEvent<T = unknown> extends WampEvent<T> {
  /** When the router received it; undefined with a router that does not say, such as nexus. Neither unique nor monotonic. */
  readonly timestamp: Date | undefined;

  /** @internal */
  constructor(topic: Uri, timestamp: Date | undefined, [subscription, publication, details, args, kwargs]: Row) {
    super([EVENT, subscription, publication, details, args, kwargs] as never, topic);
    this.timestamp = timestamp;
  }
}

type Row = readonly [Id, Id, Dict, Args | undefined, Dict | undefined];

export const GET_EVENTS = 'wamp.subscription.get_events';

function wrong(expected: string, value: unknown): never {
  throw new ProtocolError(`${GET_EVENTS}: expected ${expected}, got ${kindOf(value)}`);
}

/** The time of an event: `timestamp`, or Crossbar.io's nanoseconds since the epoch. */
function timeOf({ timestamp, time_ns: nanoseconds }: Dict): Date | undefined {
  const time =
    typeof timestamp === 'string'
      ? new Date(timestamp)
      : typeof nanoseconds === 'number' || typeof nanoseconds === 'bigint'
        ? new Date(Number(nanoseconds) / 1e6)
        : undefined;
  return time === undefined || Number.isNaN(time.getTime()) ? undefined : time;
}

/** The details of an event, with a topic and publisher that the router sends beside them. */
function detailsOf({ details, topic, session_id: session, authid, authrole }: Dict): Dict {
  return {
    ...(typeof topic === 'string' && { topic }),
    ...(isId(session) && { publisher: session }),
    ...(typeof authid === 'string' && { publisher_authid: authid }),
    ...(typeof authrole === 'string' && { publisher_authrole: authrole }),
    ...(isDict(details) && details),
  };
}

function eventOf<T>(row: unknown, topic: Uri, requested: Id): HistoryEvent<T> {
  if (!isDict(row)) return wrong('an event', row);
  // nexus capitalises the keys
  const {
    Subscription,
    Publication,
    Details,
    Arguments,
    ArgumentsKw,
    subscription = Subscription ?? requested,
    publication = Publication,
    args = Arguments ?? undefined,
    kwargs = ArgumentsKw ?? undefined,
  } = row;
  if (!isId(subscription)) return wrong('an event with the id of its subscription', subscription);
  if (!isId(publication)) return wrong('an event with the id of its publication', publication);
  if (!Array.isArray(args ?? []) && !(args instanceof Uint8Array)) return wrong('an event with a list as args', args);
  if (!isDict(kwargs ?? {})) return wrong('an event with an object as kwargs', kwargs);
  const details = detailsOf(isDict(Details) ? { ...row, details: Details } : row);
  return new HistoryEvent<T>(topic, timeOf(row), [
    subscription,
    publication,
    details,
    (args ?? undefined) as Args | undefined,
    (kwargs ?? undefined) as Dict | undefined,
  ]);
}

/**
 * The events of a result, in the router's order: one list (the specification's examples, Crossbar.io), or one event for
 * each positional argument (nexus).
 */
export function eventsOf<T>(args: List, topic: Uri, subscription: Id): HistoryEvent<T>[] {
  const [first = []] = args;
  const rows = args.length <= 1 && !isDict(first) ? (first ?? []) : args;
  if (!Array.isArray(rows)) return wrong('a list of events', rows);
  return (rows as List).map((row) => eventOf<T>(row, topic, subscription));
}
