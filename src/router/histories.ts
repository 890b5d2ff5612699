import { matchesUri, type Uri } from '../protocol/uris.ts';
import { History, pastEvent, type PastEvent } from './event-history.ts';
import type { Publication } from './router-publication.ts';
import type { Subscription } from './router-session.ts';

/** What is kept of a realm's events: for some subscriptions, for every topic, or nothing. */
export interface Histories {
  keep(publication: Publication, subscriptions: readonly Subscription[]): void;
  /** The events that the subscription would have got, oldest first; undefined where none are kept. */
  of(subscription: Subscription): Pick<History, 'events' | 'full'> | undefined;
}

/** The last events of the subscriptions that the configuration names. */
export class SubscriptionHistories implements Histories {
  readonly #bySubscription = new Map<Subscription, History>();

  add(subscription: Subscription, limit: number): void {
    this.#bySubscription.set(subscription, new History(limit));
  }

  keep(publication: Publication, subscriptions: readonly Subscription[]): void {
    if (this.#bySubscription.size === 0 || isForSessions(publication)) return;
    for (const subscription of subscriptions) this.of(subscription)?.add(pastEvent(publication));
  }

  of(subscription: Subscription): History | undefined {
    return this.#bySubscription.get(subscription);
  }
}

/** An event of one of several topics. */
interface NumberedEvent extends PastEvent {
  readonly number: number;
}

/** The last events of every topic, whether it is subscribed to or not. */
export class TopicHistories implements Histories {
  readonly #byTopic = new Map<Uri, History<NumberedEvent>>();
  readonly #events: number;
  readonly #topics: number;
  #count = 0;

  /**
   * @param events how many of each topic
   * @param topics of how many topics; the one that was longest without an event goes first
   */
  constructor(events: number, topics: number) {
    this.#events = events;
    this.#topics = topics;
  }

  keep(publication: Publication): void {
    const { topic } = publication;
    if (isForSessions(publication) || topic.startsWith('wamp.')) return;
    const history = this.#byTopic.get(topic) ?? new History<NumberedEvent>(this.#events);
    history.add({ ...pastEvent(publication), number: this.#count++ });
    this.#byTopic.delete(topic);
    this.#byTopic.set(topic, history);
    if (this.#byTopic.size <= this.#topics) return;
    for (const oldest of this.#byTopic.keys()) {
      this.#byTopic.delete(oldest);
      return;
    }
  }

  of({ uri, match }: Subscription): { readonly events: readonly PastEvent[]; readonly full: boolean } {
    const exact = match === 'exact' && this.#byTopic.get(uri);
    const histories = exact
      ? [exact]
      : [...this.#byTopic].filter(([topic]) => matchesUri(topic, uri, match)).map(([, history]) => history);
    const events = histories.flatMap((history) => history.events);
    // of several topics: back in the order in which they were published
    if (histories.length > 1) events.sort((a, b) => a.number - b.number);
    return { events, full: histories.some((history) => history.full) };
  }
}

/** Lists of session ids say that the event is not for sessions to come. */
const isForSessions = ({ options }: Publication): boolean =>
  options['eligible'] !== undefined || options['exclude'] !== undefined;
