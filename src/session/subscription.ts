import { asapScheduler, type Observable, type Subscriber, type Unsubscribable } from 'rxjs';
import { callUserCode } from '../async.ts';
import { InvalidStateError, type WampError } from '../protocol/errors.ts';
import type { Id } from '../protocol/ids.ts';
import { SUBSCRIBE, SUBSCRIBED, UNSUBSCRIBE, type MessageOf } from '../protocol/messages.ts';
import type { Dict } from '../protocol/payload.ts';
import { describeRequest } from '../protocol/uris.ts';
import { WampEvent } from './events.ts';
import type { StreamRequest } from './option-checks.ts';
import type { JoinedSession, SubscribeOptions } from './options.ts';
import type { RequestPort } from './request-port.ts';
import { unlessOver, type Recovery } from './recovery.ts';
import { finish } from './error-mapping.ts';
import { keyOf, Recoverable } from './recoverable.ts';

/** Something that can be in {@link Observers}, which keep these three. */
export abstract class Observing {
  /** How many had come when it came, with itself; 0 while it is not in a list. */
  number = 0;
  before: this | undefined = undefined;
  after: this | undefined = undefined;
}

/**
 * A linked list that may change while it is being walked: an item that leaves is not visited any more, one that comes waits
 * for the next walk. Coming and leaving cost the same among ten thousand as alone, and a lone observer is one step away.
 */
export class Observers<T extends Observing> {
  #first: T | undefined;
  #last: T | undefined;
  /** How many ever came. */
  #came = 0;

  /** How many there are. */
  size = 0;

  add(item: T): void {
    item.number = ++this.#came;
    this.size++;
    item.before = this.#last;
    if (this.#last) this.#last.after = item;
    else this.#first = item;
    this.#last = item;
  }

  /** Takes an item out; false where it is not in (any more). */
  remove(item: T): boolean {
    const { number, before, after } = item;
    if (number === 0) return false;
    item.number = 0;
    this.size--;
    if (before) before.after = after;
    else this.#first = after;
    if (after) after.before = before;
    else this.#last = before;
    // `after` stays: a walk that stands here goes on from it
    item.before = undefined;
    return true;
  }

  /** Calls `visit` for each that was there at the beginning and still is, with `what`. It must not throw. */
  each<W = undefined>(visit: (item: T, what: W) => void, what?: W): void {
    const came = this.#came;
    for (let item = this.#first; item && item.number <= came; item = item.after)
      if (item.number > 0) visit(item, what as W);
  }
}

/** One observer of a subscription; its own teardown. */
class SubscriptionObserver extends Observing implements Unsubscribable {
  readonly subscription: TopicSubscription;
  readonly subscriber: Subscriber<WampEvent>;
  readonly options: SubscribeOptions;
  /** The session that it ends with, if it does. */
  readonly session: JoinedSession | undefined;
  /** The session of the last subscription that it was part of. */
  subscribedIn: JoinedSession | undefined;
  /** Whether a retained event is still due to it. */
  retainedDue = false;

  constructor(
    subscription: TopicSubscription,
    subscriber: Subscriber<WampEvent>,
    options: SubscribeOptions,
    session: JoinedSession | undefined,
  ) {
    super();
    this.subscription = subscription;
    this.subscriber = subscriber;
    this.options = options;
    this.session = session;
  }

  /** Whether the next SUBSCRIBE shall ask for the retained event on its behalf. */
  get wantsRetained(): boolean {
    const { getRetained } = this.options;
    return getRetained === true || (getRetained === 'once' && this.subscribedIn === undefined);
  }

  unsubscribe(): void {
    this.subscription.leave(this);
  }
}

/** Not a closure for each event. */
const next = (observer: SubscriptionObserver, event: WampEvent): void => observer.subscriber.next(event);

/** One router subscription, shared by all observers of its (topic, match). */
export class TopicSubscription extends Recoverable {
  readonly #recovery: Recovery;
  readonly kind = 'topic';
  /** SUBSCRIBE.Options but `get_retained`. */
  readonly wire: Dict;
  readonly #observers = new Observers<SubscriptionObserver>();

  constructor(recovery: Recovery, { uri, match, wire }: StreamRequest<SubscribeOptions>) {
    super(uri, match);
    this.#recovery = recovery;
    this.wire = wire;
  }

  /** How many observers share it. */
  get observers(): number {
    return this.#observers.size;
  }

  join(
    subscriber: Subscriber<WampEvent>,
    options: SubscribeOptions,
    session: JoinedSession | undefined,
  ): Unsubscribable {
    const observer = new SubscriptionObserver(this, subscriber, options, session);
    this.#observers.add(observer);
    const { port } = this.#recovery;
    if (!port?.open) return observer;
    const { wantsRetained } = observer;
    if (this.id > 0) this.#announce(observer, port);
    // a subscription that is not requested yet asks for all its observers when it is
    if (wantsRetained && (this.id > 0 || this.requests > 0)) this.#request(port, [observer]);
    return observer;
  }

  leave(observer: SubscriptionObserver): void {
    if (!this.#observers.remove(observer)) return;
    this.#recovery.touched?.next();
    // at the end of the turn: another observer may come by then, and no frame is spent and no event lost
    if (this.#observers.size === 0) asapScheduler.schedule(() => this.#giveBack());
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

  override request(port: RequestPort): void {
    const wanting: SubscriptionObserver[] = [];
    this.#observers.each((observer) => {
      if (observer.wantsRetained) wanting.push(observer);
    });
    this.#request(port, wanting);
  }

  #request(port: RequestPort, wanting: readonly SubscriptionObserver[]): void {
    const options = wanting.length > 0 ? { ...this.wire, get_retained: true } : this.wire;
    this.#recovery.send(this, port, SUBSCRIBE, options, (reply) => {
      if (reply[0] === SUBSCRIBED) this.#subscribed(port, reply[2], wanting);
      else this.#refused(this.errorOf(port, reply), wanting);
    });
  }

  #subscribed(port: RequestPort, id: Id, wanting: readonly SubscriptionObserver[]): void {
    const before = this.id;
    if (before !== id) port.subscriptions.delete(before);
    port.subscriptions.set(id, this);
    if (before === 0) this.#recovery.confirm(this, id);
    else this.state = { phase: 'confirmed', id };
    if (wanting.length > 0) {
      // what was due from an earlier answer came before this one
      if (this.match !== 'exact') this.#observers.each((observer) => (observer.retainedDue = false));
      for (const observer of wanting) observer.retainedDue = true;
    }
    if (before === 0) this.#observers.each((observer) => this.#announce(observer, port));
    if (this.#observers.size === 0) this.#giveBack();
  }

  #refused(error: Error, wanting: readonly SubscriptionObserver[]): void {
    // it stands: only those fail that asked for the retained event
    if (this.id > 0) {
      for (const observer of wanting) finish(observer.subscriber, error);
      // they may all have left meanwhile
      this.#giveBack();
    } else if (this.requests > 0) return;
    else if (this.#observers.size === 0) this.#recovery.remove(this);
    else this.#recovery.refused(this, error);
  }

  /** The router withdrew the subscription. */
  revoked(reason: unknown): void {
    this.#recovery.fail(this, this.revocation(reason, 'wamp.error.no_such_subscription'));
  }

  override detached(session: JoinedSession, error: WampError | undefined): void {
    this.#observers.each((observer) => {
      observer.retainedDue = false;
      if (observer.session !== session) return;
      this.#observers.remove(observer);
      finish(observer.subscriber, error);
    });
    if (this.#observers.size === 0) this.#giveBack();
  }

  override end(error?: Error): void {
    this.close();
    this.#observers.each((observer) => finish(observer.subscriber, error));
  }

  /** Unsubscribes where there is no observer. While a SUBSCRIBE is unanswered its answer will lead here again. */
  #giveBack(): void {
    if (this.#observers.size > 0 || this.requests > 0 || this.state.phase === 'ended') return;
    const { port } = this.#recovery;
    const { id } = this;
    this.close();
    this.#recovery.remove(this);
    if (id === 0 || !port?.open) return;
    port.subscriptions.delete(id);
    port.tryRequest([UNSUBSCRIBE, port.nextId, id]);
  }

  /** Calls onSubscribed of an observer, once for each session. */
  #announce(observer: SubscriptionObserver, { session, userError }: RequestPort): void {
    // one that came while the confirmation was announced
    if (observer.subscribedIn === session) return;
    const again = observer.subscribedIn !== undefined;
    observer.subscribedIn = session;
    const { onSubscribed } = observer.options;
    if (onSubscribed === undefined) return;
    const { lostAt } = this.#recovery;
    const { id, uri, match } = this;
    callUserCode(
      () =>
        onSubscribed({
          id,
          topic: uri,
          match,
          session,
          again,
          // a second time means another session, and the first was lost
          ...(again && { lostAt: lostAt as number }),
        }),
      (error) => userError(error, `onSubscribed of ${uri}`),
    );
  }
}

/** Whether two SUBSCRIBEs of one key ask for the same; `match` is part of the key. */
const sameOptions = (a: Dict, b: Dict): boolean =>
  a === b ||
  Object.keys({ ...a, ...b }).every((name) => name === 'match' || JSON.stringify(a[name]) === JSON.stringify(b[name]));

/** Observes a topic: joins its subscription, or makes one. */
export function observeSubscription<T>(
  recovery: Recovery,
  request: StreamRequest<SubscribeOptions>,
  session?: JoinedSession,
): Observable<WampEvent<T>> {
  const key = keyOf('topic', request.uri, request.match);
  return unlessOver<WampEvent<T>>(recovery, session, (subscriber) => {
    const found = recovery.get(key) as TopicSubscription | undefined;
    if (found !== undefined && !sameOptions(found.wire, request.wire)) {
      throw new InvalidStateError(
        `${describeRequest('subscribe', request.uri)}: subscribed already with other options, ${JSON.stringify(found.wire)}`,
      );
    }
    const subscription = found ?? new TopicSubscription(recovery, request);
    const observer = subscription.join(subscriber, request.options, session);
    if (found === undefined) recovery.add(subscription);
    return observer;
  });
}
