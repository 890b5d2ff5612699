import { asapScheduler, type Observable, type Subscriber, type Unsubscribable } from 'rxjs';
import { InvalidStateError, type WampError } from '../protocol/errors.ts';
import { SUBSCRIBE, SUBSCRIBED, UNSUBSCRIBE, type MessageOf } from '../protocol/messages.ts';
import type { Dict } from '../protocol/payload.ts';
import { callUserCode } from '../async.ts';
import { describeRequest } from '../protocol/uris.ts';
import { WampEvent } from './events.ts';
import type { StreamRequest } from './option-checks.ts';
import { Observers, Observing } from './observers.ts';
import type { SubscribeOptions } from './options.ts';
import type { RequestPort } from './request-port.ts';
import type { Session } from './session.ts';
import { finish, keyOf, Recoverable, unlessOver, type Recovery } from './recovery.ts';

/** One observer of a topic; its own teardown. */
class TopicObserver extends Observing implements Unsubscribable {
  readonly topic: TopicSubscription;
  readonly subscriber: Subscriber<WampEvent>;
  readonly options: SubscribeOptions;
  /** The session that it dies with, if it does. */
  readonly session: Session | undefined;
  /** The session of the subscription that it was told of last. */
  told: Session | undefined;
  /** Whether a retained event is still due to it. */
  retainedDue = false;

  constructor(
    topic: TopicSubscription,
    subscriber: Subscriber<WampEvent>,
    options: SubscribeOptions,
    session: Session | undefined,
  ) {
    super();
    this.topic = topic;
    this.subscriber = subscriber;
    this.options = options;
    this.session = session;
  }

  /** Whether the next SUBSCRIBE shall ask for the retained event on its behalf. */
  get wantsRetained(): boolean {
    const { getRetained } = this.options;
    return getRetained === true || (getRetained === 'once' && this.told === undefined);
  }

  unsubscribe(): void {
    this.topic.leave(this);
  }
}

/** Not a closure for each event. */
const next = (observer: TopicObserver, event: WampEvent): void => observer.subscriber.next(event);

/** One router subscription, shared by all observers of its (topic, match). */
export class TopicSubscription extends Recoverable {
  readonly kind = 'topic';
  /** SUBSCRIBE.Options but `get_retained`. */
  readonly wire: Dict;
  readonly #observers = new Observers<TopicObserver>();
  #ended = false;

  constructor(streams: Recovery, { uri, match, wire }: StreamRequest<SubscribeOptions>) {
    super(streams, uri, match);
    this.wire = wire;
  }

  join(subscriber: Subscriber<WampEvent>, options: SubscribeOptions, session: Session | undefined): Unsubscribable {
    const observer = new TopicObserver(this, subscriber, options, session);
    this.#observers.add(observer);
    const { link } = this.streams;
    const wanting = observer.wantsRetained;
    if (this.id > 0 && link?.open) this.#tell(observer, link);
    // a stream that is not asked for yet asks for all its observers when it is
    if (wanting && link?.open && (this.id > 0 || this.asking > 0)) this.#ask(link, [observer]);
    return observer;
  }

  leave(observer: TopicObserver): void {
    // at the end of the turn: somebody may come back, and then no frame is spent and no event lost
    if (this.#observers.remove(observer) && this.#observers.empty) asapScheduler.schedule(() => this.#close());
  }

  /** Hands an event to the observers. */
  deliver(message: MessageOf<36>): void {
    const event = new WampEvent(message, this.uri);
    if (message[3]['retained'] === true) {
      this.#observers.each((observer) => {
        if (!observer.retainedDue) return;
        // of a pattern, each topic may have its own
        if (this.match === 'exact') observer.retainedDue = false;
        observer.subscriber.next(event);
      });
    } else this.#observers.each(next, event);
  }

  override ask(link: RequestPort): void {
    const wanting: TopicObserver[] = [];
    this.#observers.each((observer) => {
      if (observer.wantsRetained) wanting.push(observer);
    });
    this.#ask(link, wanting);
  }

  #ask(link: RequestPort, wanting: readonly TopicObserver[]): void {
    const options = wanting.length > 0 ? { ...this.wire, get_retained: true } : this.wire;
    this.request(link, [SUBSCRIBE, link.nextId, options, this.uri], (reply) => {
      if (reply[0] === SUBSCRIBED) this.#subscribed(link, reply, wanting);
      else this.#refused(this.errorOf(link, reply), wanting);
    });
  }

  #subscribed(link: RequestPort, [, , id]: MessageOf<33>, wanting: readonly TopicObserver[]): void {
    const before = this.id;
    if (before !== id) this.streams.topics.delete(before);
    this.streams.topics.set(id, this);
    if (before === 0) this.streams.confirm(this, id);
    this.id = id;
    if (wanting.length > 0) {
      // what was due from an earlier answer came before this one
      if (this.match !== 'exact') this.#observers.each((observer) => (observer.retainedDue = false));
      for (const observer of wanting) observer.retainedDue = true;
    }
    if (before === 0) this.#observers.each((observer) => this.#tell(observer, link));
    if (this.#observers.empty) this.#close();
  }

  #refused(error: Error, wanting: readonly TopicObserver[]): void {
    // it stands: only those fail who asked for more
    if (this.id > 0) {
      for (const observer of wanting) finish(observer.subscriber, error);
      // they may all have left meanwhile
      this.#close();
    } else if (this.asking > 0) return;
    else if (this.#observers.empty) this.streams.remove(this);
    else this.streams.refused(this, error);
  }

  /** The router withdrew the subscription. */
  revoked(reason: unknown): void {
    this.streams.topics.delete(this.id);
    this.streams.fail(this, this.revocation(reason, 'wamp.error.no_such_subscription'));
  }

  override detached(session: Session, error: WampError | undefined): void {
    this.#observers.each((observer) => {
      observer.retainedDue = false;
      if (observer.session !== session) return;
      this.#observers.remove(observer);
      finish(observer.subscriber, error);
    });
    if (this.#observers.empty) this.#close();
  }

  override end(error?: Error): void {
    this.#ended = true;
    this.#observers.each((observer) => finish(observer.subscriber, error));
  }

  /** Nobody observes it: gives the subscription back. While a SUBSCRIBE is under way its answer will bring us here again. */
  #close(): void {
    if (!this.#observers.empty || this.asking > 0 || this.#ended) return;
    this.#ended = true;
    const { link } = this.streams;
    const id = this.id;
    this.streams.remove(this);
    if (id === 0 || !link?.open) return;
    this.streams.topics.delete(id);
    link.tell([UNSUBSCRIBE, link.nextId, id], null);
  }

  #tell(observer: TopicObserver, link: RequestPort): void {
    const { session } = link;
    // whoever came on hearing of the confirmation was told when it came
    if (observer.told === session) return;
    const again = observer.told !== undefined;
    observer.told = session;
    const { onSubscribed } = observer.options;
    if (onSubscribed === undefined) return;
    const { lostAt } = this.streams;
    const { id, uri, match } = this;
    callUserCode(
      () =>
        onSubscribed({
          id,
          topic: uri,
          match,
          session,
          again,
          // told before means another session, which was lost
          ...(again && { lostAt: lostAt as number }),
        }),
      (error) => link.userError(error, `onSubscribed of ${uri}`),
    );
  }
}

/** Whether two SUBSCRIBEs of one key ask for the same; `match` is part of the key. */
const sameOptions = (a: Dict, b: Dict): boolean =>
  a === b ||
  Object.keys({ ...a, ...b }).every((name) => name === 'match' || JSON.stringify(a[name]) === JSON.stringify(b[name]));

/** Observes a topic: joins its live stream, or makes one. */
export function observeSubscription<T>(
  streams: Recovery,
  request: StreamRequest<SubscribeOptions>,
  session?: Session,
): Observable<WampEvent<T>> {
  const key = keyOf('topic', request.uri, request.match);
  return unlessOver<WampEvent<T>>(streams, session, (subscriber) => {
    let topic = streams.get(key) as TopicSubscription | undefined;
    if (topic !== undefined && !sameOptions(topic.wire, request.wire)) {
      throw new InvalidStateError(
        `${describeRequest('subscribe', request.uri)}: subscribed already with other options, ${JSON.stringify(topic.wire)}`,
      );
    }
    const made = topic === undefined;
    topic ??= new TopicSubscription(streams, request);
    const observer = topic.join(subscriber, request.options, session);
    if (made) streams.add(topic);
    return observer;
  });
}
