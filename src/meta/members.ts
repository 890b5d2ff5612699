import { catchError, distinctUntilChanged, filter, map, mergeMap, of, take, throwError, type Observable } from 'rxjs';
import { checkOptions } from '../protocol/kinds.ts';
import type { Id } from '../protocol/ids.ts';
import { assertUri, matchesUri, type Uri } from '../protocol/uris.ts';
import type { WampEvent } from '../session/events.ts';
import type { Wamp } from '../session/options.ts';
import { checkLookup, first, second, uriOf, type LookupOptions } from './call-meta.ts';
import { listMembers, lookupEntry, REGISTRATIONS, SUBSCRIPTIONS, type Entries } from './entries.ts';
import { follow, REFRESH, type Effect, type FollowOptions } from './follow.ts';
import { AN_ID, REGISTRATION, SUBSCRIPTION } from './readers.ts';
import { matchRegistration } from './registrations.ts';
import { ON_LEAVE } from './sessions.ts';

/** Options of {@link subscribers$} and {@link callees$}. */
export interface MembersOptions extends FollowOptions, LookupOptions {}

/** The sessions of one subscription or registration. */
interface Members {
  /** Its id; null while there is none of this URI. */
  id: Id | null;
  readonly sessions: Set<Id>;
  /** Ids that are known to belong to other URIs, so that none is looked up twice. */
  readonly foreign: Set<Id>;
}

/** {@link subscribers$} and {@link callees$}; `verb` as in `on_subscribe`. */
function members(
  entries: Entries,
  verb: 'subscribe' | 'register',
  wamp: Wamp,
  uri: Uri,
  { refresh, ...lookup }: MembersOptions,
): Observable<readonly Id[]> {
  const { entry, member } = entries;
  const what = `${member}s$`;
  checkOptions(() => `${what}()`, { refresh: REFRESH }, { refresh });
  const match = checkLookup(what, uri, lookup);
  const api = `wamp.${entry}`;
  const [comes, goes] = [`${api}.on_${verb}`, `${api}.on_un${verb}`];
  const about = (state: Members, event: WampEvent): boolean => second(AN_ID, event) === state.id;
  const remove = ({ sessions }: Members, session: Id): Effect => (sessions.delete(session) ? 'changed' : 'unchanged');
  return follow<Members>(
    wamp,
    {
      what,
      needs:
        `the ${entry} meta API: permission to call ${api}.lookup and .list_${member}s, and to subscribe ` +
        `to ${api}.on_create, .on_${verb}, .on_un${verb} and .on_delete`,
      fetch: (session, before) =>
        lookupEntry(entries, session, uri, { match }).pipe(
          mergeMap((id) =>
            id === null
              ? of({ id, sessions: [] })
              : listMembers(entries, session, id).pipe(
                  // deleted since it was looked up; or it stays though no session holds it
                  catchError((error: unknown) =>
                    uriOf(error) === `wamp.error.no_such_${entry}` ? of([]) : throwError(() => error),
                  ),
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
          // made again under another id, without the sessions of the one before
          state.id = made.id;
          state.sessions.clear();
          return 'changed';
        },
        [comes]: (state, event) => {
          const id = second(AN_ID, event);
          if (id === state.id) {
            const before = state.sessions.size;
            return state.sessions.add(first(AN_ID, event)).size > before ? 'changed' : 'unchanged';
          }
          // it may be the first event of one that was made without on_create
          if (state.id !== null || state.foreign.has(id)) return 'unchanged';
          state.foreign.add(id);
          return 'unknown';
        },
        [goes]: (state, event) => (about(state, event) ? remove(state, first(AN_ID, event)) : 'unchanged'),
        [`${api}.on_delete`]: (state, event) => {
          state.foreign.delete(second(AN_ID, event));
          if (!about(state, event)) return 'unchanged';
          state.id = null;
          if (state.sessions.size === 0) return 'unchanged';
          state.sessions.clear();
          return 'changed';
        },
        // nexus sends on_unsubscribe for a session that is lost only where it was the last
        ...(entry === 'subscription' && {
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

/**
 * The ids of the sessions that subscribe to exactly this topic (or pattern, with `match`): the whole list at once, and
 * again whenever it has changed. Kept up to date as {@link sessions$} does it, also where the subscription ends and is made
 * again under another id.
 *
 * nexus sends a session no events of its own subscriptions: there this client's own session may be missing until `refresh`
 * emits. Errors with an ApplicationError that names what the router lacks; completes at `close()`.
 *
 * @throws TypeError, InvalidUriError for wrong arguments
 * @example
 * subscribers$(wamp, 'com.chat.room.1').subscribe((sessions) => badge.show(sessions.length));
 */
export const subscribers$ = (wamp: Wamp, topic: Uri, options: MembersOptions = {}): Observable<readonly Id[]> =>
  members(SUBSCRIPTIONS, 'subscribe', wamp, topic, options);

/**
 * The ids of the sessions that have registered exactly this procedure (or pattern, with `match`), kept up to date as
 * {@link subscribers$} does it. Needs the registration meta API.
 *
 * @throws TypeError, InvalidUriError for wrong arguments
 */
export const callees$ = (wamp: Wamp, procedure: Uri, options: MembersOptions = {}): Observable<readonly Id[]> =>
  members(REGISTRATIONS, 'register', wamp, procedure, options);

/**
 * Waits until a call of this URI would reach a callee, registered exactly or under a pattern: emits the id of the
 * registration, at once where there is one, and completes. Waits over reconnects; bound it with `timeout()`.
 *
 * Errors with an ApplicationError that names what the router lacks.
 *
 * @throws TypeError, InvalidUriError for wrong arguments
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
          const { id, uri, match } = second(REGISTRATION, event);
          if (state.id !== null || !matchesUri(procedure, uri, match)) return 'unchanged';
          state.id = id;
          return 'changed';
        },
        // the registration that was found may be deleted while its match was fetched
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
