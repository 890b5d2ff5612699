import { ApplicationError } from '../protocol/errors.ts';
import type { Id } from '../protocol/ids.ts';
import { EVENT, PUBLISHED, SUBSCRIBED, UNSUBSCRIBED, withPayload, type MessageOf } from '../protocol/messages.ts';
import type { Args, Dict, List } from '../protocol/payload.ts';
import { matchesUri, type Match, type Uri } from '../protocol/uris.ts';
import type { Authorizer } from './authorizer.ts';
import { LIMIT_EXCEEDED, timestamp, type RealmContext } from './context.ts';
import { History } from './event-history.ts';
import { isEligible } from './eligible.ts';
import { Retention, type Publication } from './router-publication.ts';
import type { Quirks } from './quirks.ts';
import { assertPassthru, assertWellFormed, relay } from './relay.ts';
import type { RouterSession, Subscription } from './router-session.ts';

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
  readonly #byUri: Record<Match, Map<Uri, Subscription>> = { exact: new Map(), prefix: new Map(), wildcard: new Map() };
  readonly #byId = new Map<Id, Subscription>();
  readonly #retention: Retention;
  readonly #histories = new Map<Subscription, History>();

  constructor(context: RealmContext, authorizer: Authorizer) {
    this.#context = context;
    this.#authorizer = authorizer;
    this.#retention = new Retention(context.limits.retainedPerRealm);
    for (const { topic, match = 'exact', limit = 1000 } of context.options.history ?? []) {
      this.#histories.set(this.#create(topic, match, true), new History(limit));
    }
  }

  get subscriptions(): Iterable<Subscription> {
    return this.#byId.values();
  }

  get(id: Id): Subscription | undefined {
    return this.#byId.get(id);
  }

  find(topic: Uri, match: Match): Subscription | undefined {
    return this.#byUri[match].get(topic);
  }

  history(subscription: Subscription): History | undefined {
    return this.#histories.get(subscription);
  }

  /** All subscriptions that an event on this topic goes to. */
  matching(topic: Uri): Subscription[] {
    const exact = this.#byUri.exact.get(topic);
    const found = exact ? [exact] : [];
    for (const match of ['prefix', 'wildcard'] as const) {
      for (const subscription of this.#byUri[match].values()) {
        if (matchesUri(topic, subscription.uri, match)) found.push(subscription);
      }
    }
    return found;
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
    this.#byUri[match].set(uri, subscription);
    this.#byId.set(subscription.id, subscription);
    return subscription;
  }

  #remove(subscription: Subscription, session: RouterSession, tellLeaving = true): void {
    subscription.subscribers.delete(session);
    session.subscriptions.delete(subscription);
    const ends = subscription.subscribers.size === 0 && !subscription.permanent;
    if (ends) {
      this.#byUri[subscription.match].delete(subscription.uri);
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
    for (const subscription of this.matching(topic)) {
      this.#keep(subscription, publication);
      const event = this.#event(subscription, publication, false);
      for (const session of subscription.subscribers) {
        const own = session === publication.publisher && options['exclude_me'] !== false;
        if (!own && isEligible(session, options, this.#context.quirks)) session.send(event);
      }
    }
  }

  /** The latest event of each topic that the subscription matches, as far as the session may have it. */
  #sendRetained(session: RouterSession, subscription: Subscription): void {
    for (const publication of this.#retention.matching(subscription)) {
      // exclude_me is about the live event: who publishes a state and reads it back wants it
      if (!isEligible(session, publication.options, this.#context.quirks)) continue;
      const anew = this.#context.quirks.retainsAnew;
      session.send(
        this.#event(subscription, anew ? { ...publication, id: this.#context.random.id() } : publication, true),
      );
    }
  }

  #event(subscription: Subscription, publication: Publication, retained: boolean): MessageOf<36> {
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

  #keep(subscription: Subscription, { id, topic, options, details, args, kwargs, publisher }: Publication): void {
    // lists of sessions say that the event is not for others, who could read it from the history
    if (options['eligible'] !== undefined || options['exclude'] !== undefined) return;
    this.#histories.get(subscription)?.add({
      timestamp: timestamp(),
      subscription: subscription.id,
      publication: id,
      topic,
      details: subscription.match === 'exact' ? details : { ...details, topic },
      args,
      kwargs,
      publisher: publisher
        ? { realm: publisher.realm, session_id: publisher.id, authid: publisher.authid, authrole: publisher.authrole }
        : {},
    });
  }
}

/** A subscription as the meta API describes it. */
export function describeSubscription({ id, created, uri, match }: Subscription, { bareDefaults }: Quirks): Dict {
  return { id, created, uri, match: bareDefaults && match === 'exact' ? '' : match };
}
