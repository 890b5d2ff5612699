import { catchError, throwError, type Observable } from 'rxjs';
import type { Id } from '../protocol/ids.ts';
import { assertUri, type Uri } from '../protocol/uris.ts';
import type { WampEvent } from '../session/events.ts';
import type { Wamp } from '../session/options.ts';
import { callMeta, first, metaEvents, second, uriOf, type LookupOptions, type MetaEventOptions } from './call-meta.ts';
import {
  countMembers,
  getEntry,
  listEntries,
  listMembers,
  lookupEntry,
  removeMember,
  SUBSCRIPTIONS,
  type RemoveOptions,
} from './entries.ts';
import { AN_ID, COUNTED, IDS, SUBSCRIPTION, type IdsByMatch, type MetaSubscription } from './readers.ts';

/** A subscription that was made, and the session that was its first subscriber. */
export interface SubscriptionCreated {
  /** The id of the session that subscribed first. */
  readonly session: Id;
  /** The subscription that it made. */
  readonly subscription: MetaSubscription;
}

/** A session that became or ceased to be a subscriber, or was the last of a subscription that is deleted. */
export interface SubscriptionChanged {
  /** The id of the subscriber that came or went; of a deletion, that which was the last. */
  readonly session: Id;
  /** The id of the subscription. */
  readonly subscription: Id;
}

/** The ids of all subscriptions of the realm (`wamp.subscription.list`). */
export const listSubscriptions = (wamp: Wamp): Observable<IdsByMatch> => listEntries(SUBSCRIPTIONS, wamp);

/** The id of the subscription of exactly this URI or pattern (`wamp.subscription.lookup`), or null. */
export const lookupSubscription = (wamp: Wamp, topic: Uri, options: LookupOptions = {}): Observable<Id | null> =>
  lookupEntry(SUBSCRIPTIONS, wamp, topic, options);

/** The ids of all subscriptions that an event of this topic would reach (`wamp.subscription.match`); perhaps none. */
export function matchSubscriptions(wamp: Wamp, topic: Uri): Observable<readonly Id[]> {
  assertUri(topic, 'matchSubscriptions()');
  return callMeta(wamp, 'wamp.subscription.match', [topic], IDS);
}

/** The description of a subscription (`wamp.subscription.get`). Errors with `wamp.error.no_such_subscription`. */
export const getSubscription = (wamp: Wamp, subscription: Id): Observable<MetaSubscription> =>
  getEntry(SUBSCRIPTIONS, wamp, subscription);

/**
 * The sessions that hold a subscription (`wamp.subscription.list_subscribers`). Errors with
 * `wamp.error.no_such_subscription`, in nexus also where no session holds it.
 */
export const listSubscribers = (wamp: Wamp, subscription: Id): Observable<readonly Id[]> =>
  listMembers(SUBSCRIPTIONS, wamp, subscription);

const noProcedure = (error: unknown): boolean => uriOf(error) === 'wamp.error.no_such_procedure';

/**
 * The number of sessions that hold a subscription (`wamp.subscription.count_subscribers`, or its name in nexus). Errors with
 * `wamp.error.no_such_subscription`, in nexus with `wamp.error.no_such_session`.
 */
export const countSubscribers = (wamp: Wamp, subscription: Id): Observable<number> =>
  countMembers(SUBSCRIPTIONS, wamp, subscription).pipe(
    catchError((error: unknown) => {
      if (!noProcedure(error)) throw error;
      return callMeta(wamp, 'wamp.subscription.count_suscribers', [subscription], COUNTED).pipe(
        // the error of a router that has neither names the right procedure
        catchError((nexus: unknown) => throwError(() => (noProcedure(nexus) ? error : nexus))),
      );
    }),
  );

/**
 * Takes a session out of a subscription, as by UNSUBSCRIBE (`wamp.subscription.remove_subscriber`; Crossbar.io alone).
 * Emits once when it is done.
 */
export const removeSubscriber = (
  wamp: Wamp,
  subscription: Id,
  session: Id,
  options: RemoveOptions = {},
): Observable<void> => removeMember(SUBSCRIPTIONS, wamp, subscription, session, options);

const created = (event: WampEvent): SubscriptionCreated => ({
  session: first(AN_ID, event),
  subscription: second(SUBSCRIPTION, event),
});

const changed = (event: WampEvent): SubscriptionChanged => ({
  session: first(AN_ID, event),
  subscription: second(AN_ID, event),
});

/**
 * Emits each subscription that is made (`wamp.subscription.on_create`); `onSubscribe` follows for its first subscriber. Topics
 * of the meta API do not count. nexus sends a session no event of its own subscriptions, here and in the next three.
 */
export const onSubscriptionCreate = (wamp: Wamp, options?: MetaEventOptions): Observable<SubscriptionCreated> =>
  metaEvents(wamp, 'wamp.subscription.on_create', created, options);

/** Emits each session that becomes a subscriber (`wamp.subscription.on_subscribe`). */
export const onSubscribe = (wamp: Wamp, options?: MetaEventOptions): Observable<SubscriptionChanged> =>
  metaEvents(wamp, 'wamp.subscription.on_subscribe', changed, options);

/** Emits each session that ceases to be a subscriber (`wamp.subscription.on_unsubscribe`); in nexus not those that are lost. */
export const onUnsubscribe = (wamp: Wamp, options?: MetaEventOptions): Observable<SubscriptionChanged> =>
  metaEvents(wamp, 'wamp.subscription.on_unsubscribe', changed, options);

/** Emits each subscription that is deleted, after its last subscriber has left (`wamp.subscription.on_delete`). */
export const onSubscriptionDelete = (wamp: Wamp, options?: MetaEventOptions): Observable<SubscriptionChanged> =>
  metaEvents(wamp, 'wamp.subscription.on_delete', changed, options);
