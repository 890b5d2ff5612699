import { from, Observable, Subscription, type ObservableInput } from 'rxjs';
import { FUNCTION, isDict, type Kind } from '../protocol/kinds.ts';
import { ApplicationError } from '../protocol/errors.ts';
import type { Uri } from '../protocol/uris.ts';
import type { WampEvent } from '../session/events.ts';
import { portOf } from '../session/verbs.ts';
import type { JoinedSession, Wamp } from '../session/options.ts';
import { uriOf } from './call-meta.ts';

/** Options of the streams of a current state. */
export interface FollowOptions {
  /**
   * Fetches everything anew whenever this emits, for routers that do not send events of all changes: nexus sends a session
   * none of its own subscriptions. An error of it ends the stream.
   */
  readonly refresh?: ObservableInput<unknown> | undefined;
}

export const REFRESH: Kind = {
  expected: 'an Observable',
  test: (value) => isDict(value) && (FUNCTION.test(value['subscribe']) || FUNCTION.test(value['then'])),
};

/** What an event did to a state; after `unknown` it is fetched anew. */
export type Effect = 'changed' | 'unchanged' | 'unknown';

/** How a state is fetched, and which events change it. */
export interface Plan<S> {
  /** The function's name, for errors. */
  readonly what: string;
  /** What the router must support and permit, for errors. */
  readonly needs: string;
  /** Fetches the current state; `before` is the last one of the same session, if there is one. */
  readonly fetch: (session: JoinedSession, before: S | undefined) => Observable<S>;
  /** Applies an event to the state, by topics. */
  readonly events: Readonly<Record<Uri, (state: S, event: WampEvent) => Effect>>;
  /** Topics that the router may refuse. */
  readonly optional?: readonly Uri[];
}

/**
 * A state that is fetched once and then changed by events. These are subscribed to first, and those that come while the state
 * is fetched are applied afterwards, so that none is missed. In the next session all of this begins anew, and until it is done
 * nothing is emitted.
 *
 * Emits the same object each time: map it to a copy.
 */
export function follow<S>(wamp: Wamp, plan: Plan<S>, { refresh }: FollowOptions): Observable<S> {
  portOf(wamp, `${plan.what}()`);
  return new Observable<S>((subscriber) => new Following(wamp, plan, subscriber).start(refresh));
}

class Following<S> {
  readonly #wamp: Wamp;
  readonly #plan: Plan<S>;
  readonly #subscriber: { next(state: S): void; error(error: unknown): void; complete(): void };
  /** Topics that this session has not subscribed to yet. */
  readonly #missing: Set<Uri>;
  /** Optional topics that the router refused. */
  readonly #refused = new Set<Uri>();
  readonly #all = new Subscription();
  #session: JoinedSession | undefined;
  /** Undefined while the state is fetched. */
  #state: { readonly value: S } | undefined;
  /** The last state of this session. */
  #before: S | undefined;
  /** Events that came while the state is fetched. */
  #backlog: [Uri, WampEvent][] = [];
  #fetching: Subscription | undefined;

  constructor(
    wamp: Wamp,
    plan: Plan<S>,
    subscriber: { next(state: S): void; error(error: unknown): void; complete(): void },
  ) {
    this.#wamp = wamp;
    this.#plan = plan;
    this.#subscriber = subscriber;
    this.#missing = new Set(Object.keys(plan.events));
  }

  start(refresh: ObservableInput<unknown> | undefined): Subscription {
    const all = this.#all;
    all.add(() => this.#fetching?.unsubscribe());
    const { events, optional } = this.#plan;
    for (const topic of Object.keys(events)) {
      if (all.closed) return all;
      all.add(
        this.#wamp.subscribe(topic, { onSubscribed: ({ session }) => this.#subscribed(topic, session) }).subscribe({
          next: (event) => {
            if (this.#state) this.#apply([[topic, event]]);
            else this.#backlog.push([topic, event]);
          },
          error: (error) => {
            if (optional?.includes(topic) === true && uriOf(error) !== undefined) {
              this.#refused.add(topic);
              this.#subscribed(topic, this.#session);
            } else this.#fail(error);
          },
          complete: () => this.#subscriber.complete(),
        }),
      );
    }
    if (refresh !== undefined) {
      all.add(
        from(refresh).subscribe({
          next: () => this.#missing.size === 0 && this.#fetch(),
          error: (error) => this.#subscriber.error(error),
        }),
      );
    }
    return all;
  }

  #subscribed(topic: Uri, session: JoinedSession | undefined): void {
    if (session !== this.#session) {
      // changes of the time between the sessions are unknown
      this.#session = session;
      this.#fetching?.unsubscribe();
      this.#state = undefined;
      this.#before = undefined;
      this.#backlog = [];
      for (const each of Object.keys(this.#plan.events)) if (!this.#refused.has(each)) this.#missing.add(each);
    }
    this.#missing.delete(topic);
    if (this.#missing.size === 0) this.#fetch();
  }

  #fetch(): void {
    const session = this.#session;
    if (!session?.open) return;
    this.#fetching?.unsubscribe();
    this.#state = undefined;
    this.#backlog = [];
    const fetching = new Subscription();
    this.#fetching = fetching;
    fetching.add(
      this.#plan.fetch(session, this.#before).subscribe({
        next: (value) => {
          const backlog = this.#backlog;
          this.#backlog = [];
          this.#state = { value };
          this.#before = value;
          this.#apply(backlog, true);
        },
        // after a lost session another one follows, or the topics end with it
        error: (error) => session.open && this.#fail(error),
      }),
    );
  }

  #apply(events: readonly [Uri, WampEvent][], changed = false): void {
    const { value } = this.#state as { readonly value: S };
    let unknown = false;
    try {
      for (const [topic, event] of events) {
        const effect = this.#plan.events[topic]?.(value, event);
        if (effect === 'changed') changed = true;
        if (effect === 'unknown') unknown = true;
      }
    } catch (error) {
      this.#subscriber.error(error);
      return;
    }
    if (changed) this.#subscriber.next(value);
    if (unknown && !this.#all.closed) this.#fetch();
  }

  /** Ends the stream; an ERROR of the router becomes a sentence that names what it lacks, with the same URI. */
  #fail(error: unknown): void {
    const uri = uriOf(error);
    if (!(error instanceof ApplicationError) || typeof uri !== 'string') {
      this.#subscriber.error(error);
      return;
    }
    const { what, needs } = this.#plan;
    const { procedure, topic, kwargs, details } = error;
    const said = `${what}() needs ${needs}; the router answered ${error.message}`;
    this.#subscriber.error(
      new ApplicationError(uri, [said], kwargs, {
        details,
        cause: error,
        ...(procedure !== undefined && { procedure }),
        ...(topic !== undefined && { topic }),
      }),
    );
  }
}
