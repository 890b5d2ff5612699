import { Observable, Subscription, type Subscriber } from 'rxjs';
import { checkOptions, COUNT } from '../protocol/kinds.ts';
import type { Id } from '../protocol/ids.ts';
import type { Match, Uri } from '../protocol/uris.ts';
import type { WampEvent } from '../session/events.ts';
import type { SubscriptionInfo, Wamp } from '../session/options.ts';
import { ABOVE_ZERO, Remembered } from './distinct.ts';
import type { HistoryEvent } from './history-rows.ts';
import { checkHistory, fetchHistory } from './history.ts';

/** Options of {@link withHistory}. */
export interface WithHistoryOptions {
  /** How the topic matches; `'exact'` by default. */
  readonly match?: Match | undefined;
  /**
   * The number of events from before the first subscription to begin with.
   * @default 0
   */
  readonly past?: number | undefined;
  /**
   * The largest number of missed events to fetch after a loss: the newest.
   * @default 1000
   */
  readonly limit?: number | undefined;
}

/**
 * A topic without gaps: its events, and after each reconnect first the missed ones from the router's history, then those
 * that came meanwhile, each publication once (WAMP, "Event History"). A missed event is a HistoryEvent, with a `timestamp`
 * where the router sends it.
 *
 * The router must keep the topic's events: those that it does not keep (published with `exclude` or `eligible`, or beyond
 * its bounds) stay missed. The publications of the last `limit` events are remembered, to recognise them.
 *
 * Errors as `subscribe()` does, and with ApplicationError where the history is refused.
 *
 * @throws TypeError, InvalidUriError for wrong arguments
 * @example
 * withHistory<Trade>(wamp, 'com.shop.trade', { past: 20 }).subscribe(({ value }) => table.add(value));
 */
export function withHistory<T = unknown>(
  wamp: Wamp,
  topic: Uri,
  options: WithHistoryOptions = {},
): Observable<WampEvent<T>> {
  const { past = 0, limit = 1000, match, ...others } = options;
  checkOptions(() => 'withHistory()', { past: COUNT, limit: ABOVE_ZERO }, { past, limit, ...others });
  checkHistory('withHistory', wamp, topic, { match });
  return new Observable<WampEvent<T>>((subscriber) => {
    const catchingUp = new CatchUp(subscriber, match, past, limit);
    const events = wamp.subscribe<T>(topic, { match, onSubscribed: (info) => catchingUp.subscribed(info) }).subscribe({
      next: (event) => catchingUp.live(event),
      error: (error) => subscriber.error(error),
      complete: () => subscriber.complete(),
    });
    return () => {
      events.unsubscribe();
      catchingUp.unsubscribe();
    };
  });
}

class CatchUp<T> {
  readonly #subscriber: Subscriber<WampEvent<T>>;
  readonly #match: Match | undefined;
  readonly #past: number;
  readonly #limit: number;
  readonly #emitted: Remembered;
  /** The newest event in the history when the first subscription began: older ones were not missed. */
  #anchor: Id | undefined;
  #begun = false;
  /** Live events that came while the history is fetched. */
  #backlog: WampEvent<T>[] | undefined = [];
  #fetching = new Subscription();

  constructor(subscriber: Subscriber<WampEvent<T>>, match: Match | undefined, past: number, limit: number) {
    this.#subscriber = subscriber;
    this.#match = match;
    this.#past = past;
    this.#limit = limit;
    this.#emitted = new Remembered(Math.max(limit, past));
  }

  live(event: WampEvent<T>): void {
    if (this.#backlog) this.#backlog.push(event);
    else this.#emit(event);
  }

  subscribed(info: SubscriptionInfo): void {
    this.#fetching.unsubscribe();
    if (!this.#begun && this.#backlog !== undefined && this.#backlog.length > 0) {
      // the first session was lost before the history answered: the stream begins with these
      this.#begun = true;
      for (const event of this.#backlog.splice(0)) this.#emit(event);
    }
    // events of a session without an answer come after those that were missed before it
    this.#backlog ??= [];
    const limit = this.#begun ? this.#limit : Math.max(this.#past, 1);
    const fetching = (this.#fetching = new Subscription());
    fetching.add(
      fetchHistory<T>(info, { match: this.#match, reverse: true, limit }).subscribe({
        next: (newestFirst) => this.#caughtUp(newestFirst),
        // after a loss the next session tries again
        error: (error) => info.session.open && this.#subscriber.error(error),
      }),
    );
  }

  unsubscribe(): void {
    this.#fetching.unsubscribe();
  }

  #caughtUp(newestFirst: readonly HistoryEvent<T>[]): void {
    const known = newestFirst.findIndex(({ details: { publication } }) => this.#knows(publication));
    const missed = this.#begun ? newestFirst.slice(0, known < 0 ? undefined : known) : newestFirst.slice(0, this.#past);
    if (!this.#begun) this.#anchor = newestFirst[0]?.details.publication;
    this.#begun = true;
    for (const event of missed.reverse()) this.#emit(event);
    // emitting may bring more events, which are appended
    const backlog = this.#backlog ?? [];
    for (let event = backlog.shift(); event !== undefined; event = backlog.shift()) this.#emit(event);
    this.#backlog = undefined;
  }

  #knows(publication: Id): boolean {
    return publication === this.#anchor || this.#emitted.has(publication);
  }

  #emit(event: WampEvent<T>): void {
    if (this.#emitted.add(event.details.publication)) this.#subscriber.next(event);
  }
}
