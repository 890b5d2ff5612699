import { catchError, filter, map, mergeMap, of, take, throwError, distinctUntilChanged, type Observable } from 'rxjs';
import { checkOptions } from '../protocol/attributes.ts';
import type { Id } from '../protocol/ids.ts';
import { assertUri, matchesUri, type Match, type Uri } from '../protocol/uris.ts';
import type { WampEvent } from '../session/events.ts';
import type { Session, Wamp } from '../session/session.ts';
import { checkLookup, first, second, uriOf, type LookupOptions } from './call-meta.ts';
import { follow, REFRESH, type Effect, type FollowOptions } from './follow.ts';
import { AN_ID, SUBSCRIPTION } from './readers.ts';
import { listCallees, lookupRegistration, matchRegistration, registrationCreated } from './registrations.ts';
import { ON_LEAVE } from './sessions.ts';
import { listSubscribers, lookupSubscription } from './subscriptions.ts';

/** Options of {@link subscribers$} and {@link callees$}. */
export interface MembersOptions extends FollowOptions, LookupOptions {}

/** The sessions behind one subscription or registration. */
interface Members {
  /** Its id; null while there is none of this URI. */
  id: Id | null;
  readonly sessions: Set<Id>;
  /** Ids that are known to be of other URIs: none is asked about twice. */
  readonly foreign: Set<Id>;
}

interface Kinship {
  readonly what: string;
  readonly needs: string;
  /** `wamp.subscription` or `wamp.registration`. */
  readonly api: Uri;
  readonly comes: Uri;
  readonly goes: Uri;
  readonly lookup: (session: Session) => Observable<Id | null>;
  readonly list: (session: Session, id: Id) => Observable<readonly Id[]>;
  /** The error of `list` where there is none of this id. */
  readonly gone: Uri;
  /** Whether sessions that leave the realm are not always told of otherwise. */
  readonly watchesLeave: boolean;
}

function members(
  wamp: Wamp,
  { what, needs, api, comes, goes, lookup, list, gone, watchesLeave }: Kinship,
  uri: Uri,
  match: Match,
  { refresh }: FollowOptions,
): Observable<readonly Id[]> {
  const about = (state: Members, event: WampEvent): boolean => second(AN_ID, event) === state.id;
  const remove = ({ sessions }: Members, session: Id): Effect => (sessions.delete(session) ? 'changed' : 'unchanged');
  return follow<Members>(
    wamp,
    {
      what,
      needs,
      fetch: (session, before) =>
        lookup(session).pipe(
          mergeMap((id) =>
            id === null
              ? of({ id, sessions: [] })
              : list(session, id).pipe(
                  // gone since it was looked up; or nobody holds it, and it stays nevertheless
                  catchError((error: unknown) => (uriOf(error) === gone ? of([]) : throwError(() => error))),
                  map((sessions) => ({ id, sessions })),
                ),
          ),
          map(({ id, sessions }) => ({ id, sessions: new Set(sessions), foreign: before?.foreign ?? new Set() })),
        ),
      events: {
        [`${api}.on_create`]: (state, event) => {
          const made = second(SUBSCRIPTION, event);
          if (made.uri !== uri || made.match !== match) {
            state.foreign.add(made.id);
            return 'unchanged';
          }
          if (made.id === state.id) return 'unchanged';
          // made again under another id: whoever held the one before holds it no more
          state.id = made.id;
          state.sessions.clear();
          return 'changed';
        },
        [`${api}.${comes}`]: (state, event) => {
          const id = second(AN_ID, event);
          if (id === state.id) {
            const before = state.sessions.size;
            return state.sessions.add(first(AN_ID, event)).size > before ? 'changed' : 'unchanged';
          }
          // of one that was made without a word to us it may be the first that we hear
          if (state.id !== null || state.foreign.has(id)) return 'unchanged';
          state.foreign.add(id);
          return 'unknown';
        },
        [`${api}.${goes}`]: (state, event) => (about(state, event) ? remove(state, first(AN_ID, event)) : 'unchanged'),
        [`${api}.on_delete`]: (state, event) => {
          state.foreign.delete(second(AN_ID, event));
          if (!about(state, event)) return 'unchanged';
          state.id = null;
          if (state.sessions.size === 0) return 'unchanged';
          state.sessions.clear();
          return 'changed';
        },
        ...(watchesLeave && {
          [ON_LEAVE]: (state: Members, event: WampEvent) => remove(state, first(AN_ID, event)),
        }),
      },
      optional: [ON_LEAVE],
    },
    { refresh },
  ).pipe(
    map(({ sessions }) => [...sessions]),
    distinctUntilChanged((a, b) => a.length === b.length && a.every((id, i) => id === b[i])),
  );
}

function checkMembers(what: string, uri: Uri, { refresh, ...lookup }: MembersOptions): Match {
  checkOptions(() => `${what}()`, { refresh: REFRESH }, { refresh });
  return checkLookup(what, uri, lookup);
}

/**
 * The ids of the sessions that subscribe to exactly this topic (or pattern, with `match`): the whole list at once, and
 * again whenever it has changed. Kept as {@link sessions$} is: no gap between list and events, fetched anew after a
 * reconnect, also where the subscription ends and is made again under another id.
 *
 * nexus does not tell a session of what it subscribes to itself: there this client's own session may be missing until
 * `refresh` emits. Errors with ApplicationError that says what the router lacks; completes at `close()`.
 *
 * @throws TypeError, InvalidUriError for arguments that cannot be right
 * @example
 * subscribers$(wamp, 'com.chat.room.1').subscribe((sessions) => badge.show(sessions.length));
 */
export function subscribers$(wamp: Wamp, topic: Uri, options: MembersOptions = {}): Observable<readonly Id[]> {
  const match = checkMembers('subscribers$', topic, options);
  return members(
    wamp,
    {
      what: 'subscribers$',
      needs:
        'the subscription meta API: permission to call wamp.subscription.lookup and .list_subscribers, and to subscribe ' +
        'to wamp.subscription.on_create, .on_subscribe, .on_unsubscribe and .on_delete',
      api: 'wamp.subscription',
      comes: 'on_subscribe',
      goes: 'on_unsubscribe',
      lookup: (session) => lookupSubscription(session, topic, { match }),
      list: listSubscribers,
      gone: 'wamp.error.no_such_subscription',
      // nexus tells of a session that is lost only where it was the last
      watchesLeave: true,
    },
    topic,
    match,
    options,
  );
}

/**
 * The ids of the sessions that have registered exactly this procedure (or pattern, with `match`), kept as
 * {@link subscribers$} keeps those of a topic. Needs the registration meta API.
 *
 * @throws TypeError, InvalidUriError for arguments that cannot be right
 */
export function callees$(wamp: Wamp, procedure: Uri, options: MembersOptions = {}): Observable<readonly Id[]> {
  const match = checkMembers('callees$', procedure, options);
  return members(
    wamp,
    {
      what: 'callees$',
      needs:
        'the registration meta API: permission to call wamp.registration.lookup and .list_callees, and to subscribe ' +
        'to wamp.registration.on_create, .on_register, .on_unregister and .on_delete',
      api: 'wamp.registration',
      comes: 'on_register',
      goes: 'on_unregister',
      lookup: (session) => lookupRegistration(session, procedure, { match }),
      list: listCallees,
      gone: 'wamp.error.no_such_registration',
      watchesLeave: false,
    },
    procedure,
    match,
    options,
  );
}

/**
 * Waits until a call of this URI would find a callee, be it registered exactly or under a pattern: emits the id of the
 * registration and completes; at once where it is there. Waits over reconnects; bound it with `timeout()`.
 *
 * In tests, `whenRegistered()` of `rxwamp/testing` asks the test router itself, and gives a Promise.
 *
 * Errors with ApplicationError that says what the router lacks.
 *
 * @throws TypeError, InvalidUriError for arguments that cannot be right
 * @example
 * awaitRegistration(wamp, 'com.app.add').pipe(switchMap(() => wamp.call<number>('com.app.add', [2, 3])));
 */
export function awaitRegistration(wamp: Wamp, procedure: Uri): Observable<Id> {
  assertUri(procedure, 'awaitRegistration()');
  return follow<{ id: Id | null }>(
    wamp,
    {
      what: 'awaitRegistration',
      needs:
        'the registration meta API: permission to call wamp.registration.match, and to subscribe to ' +
        'wamp.registration.on_create and .on_delete',
      fetch: (session) => matchRegistration(session, procedure).pipe(map((id) => ({ id }))),
      events: {
        'wamp.registration.on_create': (state, event) => {
          const { id, uri, match } = registrationCreated(event).registration;
          if (state.id !== null || !matchesUri(procedure, uri, match)) return 'unchanged';
          state.id = id;
          return 'changed';
        },
        // one that came and went while we asked is no reason to go on
        'wamp.registration.on_delete': (state, event) => {
          if (second(AN_ID, event) !== state.id) return 'unchanged';
          state.id = null;
          return 'unknown';
        },
      },
    },
    {},
  ).pipe(
    map(({ id }) => id),
    filter((id) => id !== null),
    take(1),
  );
}
