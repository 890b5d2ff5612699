import { catchError, EMPTY, from, map, mergeMap, reduce, throwError, type Observable } from 'rxjs';
import { checkOptions, POSITIVE } from '../protocol/kinds.ts';
import type { Id } from '../protocol/ids.ts';
import type { Uri } from '../protocol/uris.ts';
import type { WampEvent } from '../session/events.ts';
import type { JoinedSession, Wamp } from '../session/options.ts';
import { uriOf } from './call-meta.ts';
import { follow, REFRESH, type FollowOptions } from './follow.ts';
import {
  AN_ID,
  readAs,
  type IdsByMatch,
  type MetaRegistration,
  type MetaSession,
  type MetaSubscription,
} from './readers.ts';
import { getRegistration, listRegistrations, registrationCreated } from './registrations.ts';
import {
  filterArgs,
  getSession,
  joinOf,
  leaveOf,
  listSessions,
  ON_JOIN,
  ON_LEAVE,
  type SessionFilter,
} from './sessions.ts';
import { getSubscription, listSubscriptions, subscriptionCreated } from './subscriptions.ts';

/** Options of {@link registrations$} and {@link subscriptions$}. */
export interface CollectionOptions extends FollowOptions {
  /**
   * How many descriptions are asked for at a time.
   * @default 8
   */
  readonly concurrency?: number | undefined;
}

/** Options of {@link sessions$}. */
export interface SessionsOptions extends CollectionOptions, SessionFilter {}

/** Things that have an id, a description, and events of their begin and end. */
interface Collection<T> {
  readonly what: string;
  readonly needs: string;
  readonly list: (session: JoinedSession) => Observable<readonly Id[]>;
  readonly get: (session: JoinedSession, id: Id) => Observable<T>;
  /** The error of `get` for one that is gone. */
  readonly gone: Uri;
  readonly idOf: (described: T) => Id;
  readonly beginsAt: Uri;
  readonly begun: (event: WampEvent) => T;
  readonly endsAt: Uri;
  readonly ended: (event: WampEvent) => Id;
  readonly wanted?: (described: T) => boolean;
}

function collection<T>(
  wamp: Wamp,
  { what, needs, list, get, gone, idOf, beginsAt, begun, endsAt, ended, wanted = () => true }: Collection<T>,
  { refresh, concurrency = 8 }: CollectionOptions,
): Observable<readonly T[]> {
  return follow<Map<Id, T>>(
    wamp,
    {
      what,
      needs,
      fetch: (session) =>
        list(session).pipe(
          mergeMap((ids) =>
            from(ids).pipe(
              mergeMap(
                (id) =>
                  get(session, id).pipe(
                    // one that ended after the list was made
                    catchError((error: unknown) => (uriOf(error) === gone ? EMPTY : throwError(() => error))),
                    map((found): [Id, T] => [id, found]),
                  ),
                concurrency,
              ),
              reduce((found, [id, each]) => found.set(id, each), new Map<Id, T>()),
              // in the order of the list, whichever answer came first
              map((found) => new Map(ids.flatMap((id) => (found.has(id) ? [[id, found.get(id) as T]] : [])))),
            ),
          ),
        ),
      events: {
        [beginsAt]: (all, event) => {
          const one = begun(event);
          if (!wanted(one)) return 'unchanged';
          all.set(idOf(one), one);
          return 'changed';
        },
        [endsAt]: (all, event) => (all.delete(ended(event)) ? 'changed' : 'unchanged'),
      },
    },
    { refresh },
  ).pipe(map((all) => [...all.values()]));
}

const listed = ({ exact, prefix, wildcard }: IdsByMatch): readonly Id[] => [...exact, ...prefix, ...wildcard];
const checkCollection = (what: string, options: CollectionOptions): void =>
  void checkOptions(() => `${what}()`, { concurrency: POSITIVE, refresh: REFRESH }, options);

/**
 * The sessions that are joined to the realm: the whole list at once, and again whenever one has come or gone. The events
 * are subscribed to before the list is fetched, so that none falls between; after a reconnect all is fetched anew, and
 * the list as it was stays the last word until then. Costs one call for each session at the begin, `concurrency` of them
 * at a time.
 *
 * Errors with ApplicationError that says what the router lacks: the session meta API, or the permission for it.
 * Completes at `close()`.
 *
 * @throws TypeError for options that are wrong
 * @example
 * sessions$(wamp, { authroles: ['user'] }).subscribe((users) => show(users.map(({ authid }) => authid)));
 */
export function sessions$(wamp: Wamp, options: SessionsOptions = {}): Observable<readonly MetaSession[]> {
  const { authroles, ...others } = options;
  checkCollection('sessions$', others);
  filterArgs('sessions$', { authroles });
  return collection<MetaSession>(
    wamp,
    {
      what: 'sessions$',
      needs: `the session meta API: permission to call wamp.session.list and .get, and to subscribe to ${ON_JOIN} and ${ON_LEAVE}`,
      list: (session) => listSessions(session, { authroles }),
      get: getSession,
      gone: 'wamp.error.no_such_session',
      idOf: ({ session }) => session,
      beginsAt: ON_JOIN,
      begun: joinOf,
      endsAt: ON_LEAVE,
      ended: (event) => leaveOf(event).session,
      wanted: ({ authrole }) => authroles === undefined || (authrole !== undefined && authroles.includes(authrole)),
    },
    others,
  );
}

const deleted = ({ args, details }: WampEvent): Id => readAs(AN_ID, args[1], `${details.topic}, argument 2`);

/**
 * The registrations of the realm, kept as {@link sessions$} keeps the sessions. Needs the registration meta API.
 *
 * @throws TypeError for options that are wrong
 */
export function registrations$(wamp: Wamp, options: CollectionOptions = {}): Observable<readonly MetaRegistration[]> {
  checkCollection('registrations$', options);
  return collection<MetaRegistration>(
    wamp,
    {
      what: 'registrations$',
      needs:
        'the registration meta API: permission to call wamp.registration.list and .get, and to subscribe to ' +
        'wamp.registration.on_create and .on_delete',
      list: (session) => listRegistrations(session).pipe(map(listed)),
      get: getRegistration,
      gone: 'wamp.error.no_such_registration',
      idOf: ({ id }) => id,
      beginsAt: 'wamp.registration.on_create',
      begun: (event) => registrationCreated(event).registration,
      endsAt: 'wamp.registration.on_delete',
      ended: deleted,
    },
    options,
  );
}

/**
 * The subscriptions of the realm, kept as {@link sessions$} keeps the sessions. Needs the subscription meta API. nexus
 * does not tell a session of what it subscribes to itself: `refresh`, or observe from another client.
 *
 * @throws TypeError for options that are wrong
 */
export function subscriptions$(wamp: Wamp, options: CollectionOptions = {}): Observable<readonly MetaSubscription[]> {
  checkCollection('subscriptions$', options);
  return collection<MetaSubscription>(
    wamp,
    {
      what: 'subscriptions$',
      needs:
        'the subscription meta API: permission to call wamp.subscription.list and .get, and to subscribe to ' +
        'wamp.subscription.on_create and .on_delete',
      list: (session) => listSubscriptions(session).pipe(map(listed)),
      get: getSubscription,
      gone: 'wamp.error.no_such_subscription',
      idOf: ({ id }) => id,
      beginsAt: 'wamp.subscription.on_create',
      begun: (event) => subscriptionCreated(event).subscription,
      endsAt: 'wamp.subscription.on_delete',
      ended: deleted,
    },
    options,
  );
}
