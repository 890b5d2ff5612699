import { ApplicationError } from '../protocol/errors.ts';
import type { Id } from '../protocol/ids.ts';
import { EVENT, PUBLISHED, SUBSCRIBED, UNSUBSCRIBED, withPayload, type MessageOf } from '../protocol/messages.ts';
import type { Args, Dict, List } from '../protocol/payload.ts';
import type { Match, Uri } from '../protocol/uris.ts';
import type { Authorizer } from './authorizer.ts';
import { LIMIT_EXCEEDED, timestamp, type RealmContext } from './context.ts';
import { isEligible, mayReceive } from './eligible.ts';
import type { HistoryRequest, PastEvent } from './event-history.ts';
import { SubscriptionHistories, TopicHistories, type Histories } from './histories.ts';
import { Retention, type Publication } from './router-publication.ts';
import type { Quirks } from './quirks.ts';
import { assertPassthru, assertWellFormed, relay } from './relay.ts';
import type { RouterSession, Subscription } from './router-session.ts';
import { UriIndex } from './uri-index.ts';

/** Who publishes what: a session, or the router itself. */
export interface PublishRequest {
  readonly topic: Uri;
  readonly options: Dict;
  readonly args?: Args | undefined;
  readonly kwargs?: Dict | undefined;
  readonly publisher?: RouterSession | undefined;
}

const isMeta = (uri: Uri): boolean => uri.startsWith('wamp.');

/** The broker of one realm (WAMP, sections "Publish and Subscribe" and "Advanced PubSub"). */
export class Broker {
  readonly #context: RealmContext;
  readonly #authorizer: Authorizer;
  readonly #byUri = new UriIndex<Subscription>();
  readonly #byId = new Map<Id, Subscription>();
  readonly #retention: Retention;
  readonly #histories: Histories;

  constructor(context: RealmContext, authorizer: Authorizer) {
    this.#context = context;
    this.#authorizer = authorizer;
    this.#retention = new Retention(context.limits.retainedPerRealm);
    this.#histories = this.#createHistories();
  }

  get subscriptions(): Iterable<Subscription> {
    return this.#byId.values();
  }

  get(id: Id): Subscription | undefined {
    return this.#byId.get(id);
  }

  find(topic: Uri, match: Match): Subscription | undefined {
    return this.#byUri.find(topic, match);
  }

  /** What is kept of the events of a subscription, as far as the session may see it; undefined where nothing is kept. */
  history(subscription: Subscription, session: RouterSession): HistoryRequest | undefined {
    const history = this.#histories.of(subscription);
    const visible = ({ options }: PastEvent): boolean => isEligible(session, options, this.#context.quirks);
    return history && { subscription, events: history.events.filter(visible), full: history.full };
  }

  /** All subscriptions that an event on this topic goes to. */
  matching(topic: Uri): Subscription[] {
    return this.#byUri.covering(topic);
  }

  subscribe(session: RouterSession, message: MessageOf<32>, refused: (error: ApplicationError) => void): void {
    const [, request, options, topic] = message;
    const match = (options['match'] ?? 'exact') as Match;
    assertWellFormed(topic, match, this.#context.options.strictUris === true, false);
    this.#authorizer.check(
      session,
      'subscribe',
      topic,
      match,
      options,
      () => {
        const known = this.find(topic, match);
        if (
          !known?.subscribers.has(session) &&
          session.subscriptions.size >= this.#context.limits.subscriptionsPerSession
        ) {
          refused(new ApplicationError(LIMIT_EXCEEDED, ['Too many subscriptions of one session']));
          return;
        }
        const subscription = known ?? this.#create(topic, match, false);
        const joins = !subscription.subscribers.has(session);
        subscription.subscribers.add(session);
        session.subscriptions.add(subscription);
        session.send([SUBSCRIBED, request, subscription.id]);
        if (options['get_retained'] === true && !this.#context.quirks.noRetention)
          this.#sendRetained(session, subscription);
        if (!isMeta(topic)) {
          if (!known)
            this.announce(
              'wamp.subscription.on_create',
              [session.id, describeSubscription(subscription, this.#context.quirks)],
              session,
            );
          if (joins) this.announce('wamp.subscription.on_subscribe', [session.id, subscription.id], session);
        }
        this.#context.changed();
      },
      refused,
    );
  }

  unsubscribe(session: RouterSession, message: MessageOf<34>): void {
    const [, request, id] = message;
    const subscription = this.#byId.get(id);
    if (!subscription?.subscribers.has(session)) {
      throw new ApplicationError('wamp.error.no_such_subscription', [
        `Session ${session.id} has no subscription ${id}`,
      ]);
    }
    session.send([UNSUBSCRIBED, request]);
    this.#remove(subscription, session);
  }

  publish(session: RouterSession, message: MessageOf<16>, refused: (error: ApplicationError) => void): void {
    const [, request, options, topic, args, kwargs] = message;
    const { quirks } = this.#context;
    assertWellFormed(topic, 'exact', this.#context.options.strictUris === true, true);
    assertPassthru(quirks.dropsUnknownKeys ? {} : options, session, 'publisher');
    const disclosure = this.#context.options.disclosure ?? 'onRequest';
    const wanted = options['disclose_me'] === true && !quirks.ignoresDisclosure;
    if (wanted && disclosure === 'never') {
      throw new ApplicationError('wamp.error.option_disallowed.disclose_me', ['This realm does not name publishers']);
    }
    this.#authorizer.check(
      session,
      'publish',
      topic,
      'exact',
      options,
      (disclose) => {
        const named = disclose ?? (wanted || disclosure === 'always');
        const id = this.#context.random.id();
        if (options['acknowledge'] === true) session.send([PUBLISHED, request, id]);
        this.#distribute({
          id,
          topic,
          options,
          details: this.#details(options, named ? session : undefined, session.trustlevel),
          args,
          kwargs,
          publisher: session,
        });
      },
      refused,
    );
  }

  /** Publishes in the router's own name: meta events, testaments, and what a test wants. */
  publishFromRouter({ topic, options, args, kwargs, publisher }: PublishRequest): Id {
    const id = this.#context.random.id();
    this.#distribute({
      id,
      topic,
      options,
      details: this.#details(options, undefined, undefined),
      args,
      kwargs,
      publisher,
    });
    return id;
  }

  /** Publishes a meta event. `cause` is the session whose doing it tells of. */
  announce(topic: Uri, args: List, cause?: RouterSession): void {
    const hidden = topic.startsWith('wamp.subscription.') && this.#context.quirks.metaNotToCause;
    this.publishFromRouter({ topic, options: hidden ? {} : { exclude_me: false }, args, publisher: cause });
  }

  /** Takes a session out of all its subscriptions. */
  leave(session: RouterSession): void {
    for (const subscription of [...session.subscriptions]) {
      this.#remove(subscription, session, !this.#context.quirks.metaNotToCause);
    }
  }

  /** Ends a subscription by the router's will: for some sessions, or for all. */
  revoke(subscription: Subscription, sessions: Iterable<RouterSession>, reason: string | undefined): void {
    const { quirks } = this.#context;
    for (const session of [...sessions]) {
      if (!subscription.subscribers.has(session)) continue;
      if (
        quirks.revokesUnannounced ||
        (!quirks.noRevocation && session.supports('subscriber', 'subscription_revocation'))
      ) {
        session.send([UNSUBSCRIBED, 0, { subscription: subscription.id, ...(reason === undefined ? {} : { reason }) }]);
      }
      this.#remove(subscription, session);
    }
  }

  #create(uri: Uri, match: Match, permanent: boolean): Subscription {
    const subscription: Subscription = {
      id: this.#context.random.id(),
      uri,
      match,
      created: timestamp(),
      subscribers: new Set(),
      permanent,
    };
    this.#byUri.add(subscription);
    this.#byId.set(subscription.id, subscription);
    return subscription;
  }

  #remove(subscription: Subscription, session: RouterSession, tellLeaving = true): void {
    subscription.subscribers.delete(session);
    session.subscriptions.delete(subscription);
    const ends = subscription.subscribers.size === 0 && !subscription.permanent;
    if (ends) {
      this.#byUri.delete(subscription);
      this.#byId.delete(subscription.id);
    }
    if (!isMeta(subscription.uri)) {
      if (tellLeaving) this.announce('wamp.subscription.on_unsubscribe', [session.id, subscription.id], session);
      if (ends) this.announce('wamp.subscription.on_delete', [session.id, subscription.id], session);
    }
    this.#context.changed();
  }

  #details(options: Dict, publisher: RouterSession | undefined, trustlevel: number | undefined): Dict {
    const details: Dict = {};
    if (publisher) {
      details['publisher'] = publisher.id;
      details['publisher_authid'] = publisher.authid;
      details['publisher_authrole'] = publisher.authrole;
    }
    if (trustlevel !== undefined) details['trustlevel'] = trustlevel;
    if (options['transaction_hash'] !== undefined) details['transaction_hash'] = options['transaction_hash'];
    return relay(options, details, this.#context.quirks);
  }

  #distribute(publication: Publication): void {
    const { topic, options } = publication;
    if (options['retain'] === true && !this.#context.quirks.noRetention) this.#retention.keep(publication);
    const subscriptions = this.matching(topic);
    this.#histories.keep(publication, subscriptions);
    for (const subscription of subscriptions) {
      const event = this.#event(subscription, publication, false);
      for (const session of subscription.subscribers) {
        if (mayReceive(session, options, publication.publisher?.id, this.#context.quirks)) session.send(event);
      }
    }
  }

  /** Of each topic that the subscription matches the latest event that the session may receive. */
  #sendRetained(session: RouterSession, subscription: Subscription): void {
    const { quirks, random } = this.#context;
    for (const events of this.#retention.matching(subscription)) {
      const event = events.find(({ options, publisher }) => mayReceive(session, options, publisher, quirks));
      if (!event) continue;
      session.send(this.#event(subscription, quirks.retainsAnew ? { ...event, id: random.id() } : event, true));
    }
  }

  #event(subscription: Subscription, publication: Omit<Publication, 'publisher'>, retained: boolean): MessageOf<36> {
    const details = { ...publication.details };
    const { retainsAnew, nullArgs } = this.#context.quirks;
    if (subscription.match !== 'exact' && !(retained && retainsAnew)) details['topic'] = publication.topic;
    if (retained) details['retained'] = true;
    const { args, kwargs } = publication;
    const event = withPayload<MessageOf<36>>([EVENT, subscription.id, publication.id, details], args, kwargs);
    return nullArgs && (args === undefined || args.length === 0) && event.length > 5
      ? ([...event.slice(0, 4), null, kwargs] as unknown as MessageOf<36>)
      : event;
  }

  #createHistories(): Histories {
    const { options, limits } = this.#context;
    const { history = [] } = options;
    if (typeof history === 'number') return new TopicHistories(history, limits.retainedPerRealm);
    const histories = new SubscriptionHistories();
    for (const { topic, match = 'exact', limit = 1000 } of history) {
      histories.add(this.#create(topic, match, true), limit);
    }
    return histories;
  }
}

/** A subscription as the meta API describes it. */
export function describeSubscription({ id, created, uri, match }: Subscription, { bareDefaults }: Quirks): Dict {
  return { id, created, uri, match: bareDefaults && match === 'exact' ? '' : match };
}
