import { catchError, throwError, type Observable } from 'rxjs';
import { checkOptions, STRING } from '../protocol/kinds.ts';
import type { Id } from '../protocol/ids.ts';
import { assertUri, type Uri } from '../protocol/uris.ts';
import type { WampEvent } from '../session/events.ts';
import type { Wamp } from '../session/options.ts';
import {
  callMeta,
  assertId,
  checkLookup,
  command,
  first,
  listen,
  lookedUp,
  second,
  uriOf,
  type LookupOptions,
  type MetaEventOptions,
} from './call-meta.ts';
import {
  AN_ID,
  COUNTED,
  ID_OR_NONE,
  IDS,
  IDS_BY_MATCH,
  SUBSCRIPTION,
  type IdsByMatch,
  type MetaSubscription,
} from './readers.ts';
import type { RemoveOptions } from './registrations.ts';

/** A subscription that was made, and the session that was its first subscriber. */
export interface SubscriptionCreated {
  readonly session: Id;
  readonly subscription: MetaSubscription;
}

/** A session that became or ceased to be a subscriber, or was the last of a subscription that is deleted. */
export interface SubscriptionChanged {
  readonly session: Id;
  /** The id of the subscription. */
  readonly subscription: Id;
}

/** The ids of all subscriptions of the realm (`wamp.subscription.list`). */
export const listSubscriptions = (wamp: Wamp): Observable<IdsByMatch> =>
  callMeta(wamp, 'wamp.subscription.list', [], IDS_BY_MATCH);

/** The id of the subscription of exactly this URI or pattern (`wamp.subscription.lookup`), or null. */
export function lookupSubscription(wamp: Wamp, topic: Uri, options: LookupOptions = {}): Observable<Id | null> {
  const match = checkLookup('lookupSubscription', topic, options);
  return callMeta(wamp, 'wamp.subscription.lookup', lookedUp(topic, match), ID_OR_NONE);
}

/** The ids of all subscriptions that an event of this topic would go to (`wamp.subscription.match`); none: an empty list. */
export function matchSubscriptions(wamp: Wamp, topic: Uri): Observable<readonly Id[]> {
  assertUri(topic, 'matchSubscriptions()');
  return callMeta(wamp, 'wamp.subscription.match', [topic], IDS);
}

/** What a subscription is (`wamp.subscription.get`). Errors with `wamp.error.no_such_subscription`. */
export function getSubscription(wamp: Wamp, subscription: Id): Observable<MetaSubscription> {
  assertId('getSubscription', 'subscription', subscription);
  return callMeta(wamp, 'wamp.subscription.get', [subscription], SUBSCRIPTION);
}

/**
 * The sessions that hold a subscription (`wamp.subscription.list_subscribers`). Errors with
 * `wamp.error.no_such_subscription`, in nexus also where nobody holds it.
 */
export function listSubscribers(wamp: Wamp, subscription: Id): Observable<readonly Id[]> {
  assertId('listSubscribers', 'subscription', subscription);
  return callMeta(wamp, 'wamp.subscription.list_subscribers', [subscription], IDS);
}

/**
 * How many sessions hold a subscription (`wamp.subscription.count_subscribers`, or what nexus calls it). Errors with
 * `wamp.error.no_such_subscription`, in nexus with `wamp.error.no_such_session`.
 */
export function countSubscribers(wamp: Wamp, subscription: Id): Observable<number> {
  assertId('countSubscribers', 'subscription', subscription);
  return callMeta(wamp, 'wamp.subscription.count_subscribers', [subscription], COUNTED).pipe(
    catchError((error: unknown) =>
      uriOf(error) === 'wamp.error.no_such_procedure'
        ? // the name in nexus
          callMeta(wamp, 'wamp.subscription.count_suscribers', [subscription], COUNTED).pipe(
            // whoever has neither is told of the right one
            catchError((second: unknown) =>
              throwError(() => (uriOf(second) === 'wamp.error.no_such_procedure' ? error : second)),
            ),
          )
        : throwError(() => error),
    ),
  );
}

/**
 * Takes a session out of a subscription, as by UNSUBSCRIBE (`wamp.subscription.remove_subscriber`; Crossbar.io alone).
 * Emits once when it is done.
 */
export function removeSubscriber(
  wamp: Wamp,
  subscription: Id,
  session: Id,
  options: RemoveOptions = {},
): Observable<void> {
  assertId('removeSubscriber', 'subscription', subscription);
  assertId('removeSubscriber', 'session', session);
  checkOptions(() => 'removeSubscriber()', { reason: STRING }, options);
  const { reason } = options;
  return command(
    wamp,
    'wamp.subscription.remove_subscriber',
    [subscription, session],
    reason === undefined ? {} : { reason },
  );
}

/** Reads `wamp.subscription.on_create`. */
export const subscriptionCreated = (event: WampEvent): SubscriptionCreated => ({
  session: first(AN_ID, event),
  subscription: second(SUBSCRIPTION, event),
});

const subscriptionChanged = (event: WampEvent): SubscriptionChanged => ({
  session: first(AN_ID, event),
  subscription: second(AN_ID, event),
});

/**
 * Each subscription that is made (`wamp.subscription.on_create`); `onSubscribe` follows for its first subscriber. Topics
 * of the meta API do not count. nexus does not tell a session of what it does itself, here and in the next three.
 */
export const onSubscriptionCreate = (wamp: Wamp, options?: MetaEventOptions): Observable<SubscriptionCreated> =>
  listen(wamp, 'wamp.subscription.on_create', subscriptionCreated, options);

/** Each session that becomes a subscriber (`wamp.subscription.on_subscribe`). */
export const onSubscribe = (wamp: Wamp, options?: MetaEventOptions): Observable<SubscriptionChanged> =>
  listen(wamp, 'wamp.subscription.on_subscribe', subscriptionChanged, options);

/** Each session that ceases to be a subscriber (`wamp.subscription.on_unsubscribe`); nexus does not tell of those that are lost. */
export const onUnsubscribe = (wamp: Wamp, options?: MetaEventOptions): Observable<SubscriptionChanged> =>
  listen(wamp, 'wamp.subscription.on_unsubscribe', subscriptionChanged, options);

/** Each subscription that is deleted, its last subscriber being gone (`wamp.subscription.on_delete`). */
export const onSubscriptionDelete = (wamp: Wamp, options?: MetaEventOptions): Observable<SubscriptionChanged> =>
  listen(wamp, 'wamp.subscription.on_delete', subscriptionChanged, options);
