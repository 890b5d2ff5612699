import {
  asapScheduler,
  auditTime,
  defer,
  distinctUntilChanged,
  endWith,
  filter,
  ignoreElements,
  map,
  merge,
  Subject,
  takeUntil,
  type Observable,
} from 'rxjs';
import { camelised } from '../protocol/attributes.ts';
import type { Id } from '../protocol/ids.ts';
import { EVENT, PUBLISH, PUBLISHED } from '../protocol/messages.ts';
import type { Dict } from '../protocol/payload.ts';
import type { Match, Uri } from '../protocol/uris.ts';
import { Call } from '../session/call.ts';
import { RunningInvocation } from '../session/invocation.ts';
import type { Recoverable, StreamInfo } from '../session/recoverable.ts';
import type { ProcedureRegistration } from '../session/registration.ts';
import { TopicSubscription } from '../session/subscription.ts';
import { engineOf, type AnyClient, type Engine } from '../client/engine.ts';

/** One thing that a client holds, as {@link streams} lists it. */
export interface StreamState {
  /** `setup`: a function that `forEachSession()` runs; `invocation`: a call that a handler is answering. */
  readonly kind: StreamInfo['kind'] | 'call' | 'invocation';
  /** The topic or procedure, or its pattern; the name of a `setup`. */
  readonly uri: Uri;
  /** How `uri` matches; `exact` for calls and setups. */
  readonly match: Match;
  /** The router's id of the subscription or registration, or the id of the request; undefined while there is none. */
  readonly id: Id | undefined;
  /** How many share it: observers of a topic; of anything else there is one. */
  readonly observers: number;
  /** What it was requested with, in camelCase. */
  readonly options: Readonly<Dict>;
  /**
   * - `waiting`: nothing was requested yet: there is no session, or its turn has not come
   * - `requested`: the router, or for an invocation the handler, has not answered yet
   * - `confirmed`: the router has confirmed it
   * - `healing`: an earlier session had it, and it is not confirmed again
   */
  readonly state: 'waiting' | 'requested' | 'confirmed' | 'healing';
  /** Since when it is in this state, for calls and invocations since when they are open: milliseconds since the epoch. */
  readonly since: number;
}

/** Messages that begin, change and end nothing that is listed. */
const PASSING: ReadonlySet<number> = new Set([EVENT, PUBLISH, PUBLISHED]);

/**
 * Lists what a client holds: topics, registrations and what `forEachSession()` runs, in the order in which they came, then
 * its open calls, and the invocations that its handlers are answering. Emits the list at the end of the turn, and again at
 * the end of each turn in which it changed; an entry that has not changed is the same object as before. Completes after
 * `close()`.
 *
 * Does not dial, and costs nothing unobserved.
 *
 * @throws TypeError for what is no client
 * @example
 * streams(wamp).subscribe((all) => console.table(all.filter(({ state }) => state !== 'confirmed')));
 */
export function streams(client: AnyClient): Observable<readonly StreamState[]> {
  const engine = engineOf(client, 'streams()');
  const { recovery, notifier, tap } = engine;
  return defer(() => {
    const touched = (recovery.touched ??= new Subject());
    const closed$ = notifier.status$.pipe(ignoreElements(), endWith(true));
    let known = new Map<object, StreamState>();
    const list = (): StreamState[] => {
      const before = known;
      known = new Map();
      for (const [held, now, options] of heldBy(engine)) {
        const seen = before.get(held);
        known.set(held, seen && isSame(seen, now) ? seen : { ...now, options: options() });
        // a call may end without a message
        if (!seen && held instanceof Call) held.subscriber.add(() => touched.next());
      }
      return [...known.values()];
    };
    return merge(
      notifier.status$,
      merge(touched, tap.pipe(filter(({ message }) => !PASSING.has(message[0])))).pipe(takeUntil(closed$)),
    ).pipe(
      auditTime(0, asapScheduler),
      map(list),
      distinctUntilChanged((a, b) => a.length === b.length && a.every((state, i) => state === b[i])),
    );
  });
}

/** What may change, and what is made only when it did. */
type Held = readonly [held: object, now: Omit<StreamState, 'options'>, options: () => Readonly<Dict>];

const isSame = (a: Held[1], b: Held[1]): boolean =>
  a.state === b.state && a.id === b.id && a.observers === b.observers && a.since === b.since;

/** What a client holds now. */
function* heldBy({ recovery, outbox, present }: Engine): Generator<Held> {
  for (const stream of recovery.streams.values()) {
    const held = holderOf(stream);
    if (held) yield ofStream(held, present !== undefined);
  }
  for (const item of outbox.items.keys()) if (item instanceof Call) yield ofCall(item, undefined);
  if (!present) return;
  const { requests, calls, invocations } = present.dispatch;
  for (const [id, request] of requests) {
    // one that streams its arguments is its own key until it has an id
    if (request instanceof Call) yield ofCall(request, request === id ? undefined : (id as Id));
  }
  for (const call of calls.waiting) if (call instanceof Call && !call.over) yield ofCall(call, undefined);
  for (const [id, running] of invocations) if (running instanceof RunningInvocation) yield ofInvocation(running, id);
}

/** What an application holds: not what was given up and waits for the router's answer alone, but what waits for that. */
function holderOf(stream: Recoverable): Recoverable | undefined {
  if (stream instanceof TopicSubscription) return stream.observers > 0 ? stream : undefined;
  if (stream.state.phase !== 'leaving') return stream;
  const next = (stream as ProcedureRegistration).successor;
  return next?.state.phase === 'ended' ? undefined : next;
}

function ofStream(stream: Recoverable, joined: boolean): Held {
  const { kind, uri, match, since, wire } = stream;
  const id = (kind !== 'setup' && stream.id) || undefined;
  const observers = stream instanceof TopicSubscription ? stream.observers : 1;
  const options = (): Dict => {
    const { match: _, ...others } = camelised(wire);
    return others;
  };
  return [stream, { kind, uri, match, id, observers, state: standing(stream, joined), since }, options];
}

/** Where a stream stands, as the application sees it. */
function standing({ state: { phase }, confirmedOnce }: Recoverable, joined: boolean): StreamState['state'] {
  if (phase === 'confirmed') return 'confirmed';
  if (confirmedOnce && joined) return 'healing';
  return phase === 'requested' ? 'requested' : 'waiting';
}

function ofCall(call: Call, id: Id | undefined): Held {
  const { uri, options } = call.request;
  const state = id === undefined ? 'waiting' : 'requested';
  return [
    call,
    { kind: 'call', uri, match: 'exact', id, observers: 1, state, since: call.since },
    () => options as Dict,
  ];
}

function ofInvocation(running: RunningInvocation, id: Id): Held {
  const { invocation, since } = running;
  const { procedure: uri } = invocation.details;
  return [
    running,
    { kind: 'invocation', uri, match: 'exact', id, observers: 1, state: 'requested', since },
    () => invocation.details.toJSON(),
  ];
}
