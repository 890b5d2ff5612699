import { catchError, EMPTY, from, map, mergeMap, reduce, throwError, type Observable } from 'rxjs';
import { ATTRIBUTES } from '../protocol/attributes.ts';
import { checkOptions } from '../protocol/kinds.ts';
import type { Id } from '../protocol/ids.ts';
import type { Uri } from '../protocol/uris.ts';
import type { WampEvent } from '../session/events.ts';
import type { JoinedSession, Wamp } from '../session/options.ts';
import { second, uriOf } from './call-meta.ts';
import { getEntry, listEntries, REGISTRATIONS, SUBSCRIPTIONS, type Entries } from './entries.ts';
import { follow, REFRESH, type FollowOptions } from './follow.ts';
import { AN_ID, type MetaRegistration, type MetaSession, type MetaSubscription } from './readers.ts';
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

/** Options of {@link registrations$} and {@link subscriptions$}. */
export interface CollectionOptions extends FollowOptions {
  /**
   * How many descriptions are requested at a time.
   * @default 8
   */
  readonly concurrency?: number | undefined;
}

/** Options of {@link sessions$}. */
export interface SessionsOptions extends CollectionOptions, SessionFilter {}

/** How a collection of things with ids is fetched, and which events change it. */
interface Collection<T> {
  /** The function's name, for errors. */
  readonly what: string;
  readonly needs: string;
  readonly list: (session: JoinedSession) => Observable<readonly Id[]>;
  readonly get: (session: JoinedSession, id: Id) => Observable<T>;
  /** The error of `get` for an id that is no longer there. */
  readonly gone: Uri;
  readonly idOf: (described: T) => Id;
  readonly addedAt: Uri;
  readonly added: (event: WampEvent) => T;
  readonly removedAt: Uri;
  readonly removed: (event: WampEvent) => Id;
  readonly wanted?: (described: T) => boolean;
}

function collection<T>(
  wamp: Wamp,
  { what, needs, list, get, gone, idOf, addedAt, added, removedAt, removed, wanted = () => true }: Collection<T>,
  options: CollectionOptions,
): Observable<readonly T[]> {
  checkOptions(() => `${what}()`, { concurrency: ATTRIBUTES['concurrency'], refresh: REFRESH }, options);
  const { refresh, concurrency = 8 } = options;
  /** Emits nothing for one that ended after the list was made. */
  const describe = (session: JoinedSession, id: Id): Observable<[Id, T]> =>
    get(session, id).pipe(
      catchError((error: unknown) => (uriOf(error) === gone ? EMPTY : throwError(() => error))),
      map((found): [Id, T] => [id, found]),
    );
  return follow<Map<Id, T>>(
    wamp,
    {
      what,
      needs,
      fetch: (session) =>
        list(session).pipe(
          mergeMap((ids) =>
            from(ids).pipe(
              mergeMap((id) => describe(session, id), concurrency),
              reduce((found, [id, each]) => found.set(id, each), new Map<Id, T>()),
              // in the order of the list, whichever answer came first
              map((found) => new Map(ids.flatMap((id) => (found.has(id) ? [[id, found.get(id) as T]] : [])))),
            ),
          ),
        ),
      events: {
        [addedAt]: (all, event) => {
          const one = added(event);
          if (!wanted(one)) return 'unchanged';
          all.set(idOf(one), one);
          return 'changed';
        },
        [removedAt]: (all, event) => (all.delete(removed(event)) ? 'changed' : 'unchanged'),
      },
    },
    { refresh },
  ).pipe(map((all) => [...all.values()]));
}

/** {@link registrations$} and {@link subscriptions$}. */
const entries$ = <D extends MetaSubscription>(
  entries: Entries<D>,
  wamp: Wamp,
  options: CollectionOptions,
): Observable<readonly D[]> => {
  const { entry, reader } = entries;
  const api = `wamp.${entry}`;
  return collection<D>(
    wamp,
    {
      what: `${entry}s$`,
      needs: `the ${entry} meta API: permission to call ${api}.list and .get, and to subscribe to ${api}.on_create and .on_delete`,
      list: (session) =>
        listEntries(entries, session).pipe(map(({ exact, prefix, wildcard }) => [...exact, ...prefix, ...wildcard])),
      get: (session, id) => getEntry(entries, session, id),
      gone: `wamp.error.no_such_${entry}`,
      idOf: ({ id }) => id,
      addedAt: `${api}.on_create`,
      added: (event) => second(reader, event),
      removedAt: `${api}.on_delete`,
      removed: (event) => second(AN_ID, event),
    },
    options,
  );
};

/**
 * The sessions that are joined to the realm: the whole list at once, and again whenever one has joined or left. The events
 * are subscribed to before the list is fetched, so that none is missed. After a reconnect all is fetched anew; until that is
 * done nothing is emitted. Costs one call for each session at the beginning, `concurrency` of them at a time.
 *
 * Errors with an ApplicationError that names what the router lacks: the session meta API, or the permission for it.
 * Completes at `close()`.
 *
 * @throws TypeError for wrong options
 * @example
 * sessions$(wamp, { authroles: ['user'] }).subscribe((users) => show(users.map(({ authid }) => authid)));
 */
export function sessions$(wamp: Wamp, options: SessionsOptions = {}): Observable<readonly MetaSession[]> {
  const { authroles, ...others } = options;
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
      addedAt: ON_JOIN,
      added: joinOf,
      removedAt: ON_LEAVE,
      removed: (event) => leaveOf(event).session,
      wanted: ({ authrole }) => authroles === undefined || (authrole !== undefined && authroles.includes(authrole)),
    },
    others,
  );
}

/**
 * The registrations of the realm, kept up to date as {@link sessions$} does it. Needs the registration meta API.
 *
 * @throws TypeError for wrong options
 */
export const registrations$ = (wamp: Wamp, options: CollectionOptions = {}): Observable<readonly MetaRegistration[]> =>
  entries$(REGISTRATIONS, wamp, options);

/**
 * The subscriptions of the realm, kept up to date as {@link sessions$} does it. Needs the subscription meta API. nexus sends a
 * session no events of its own subscriptions: use `refresh`, or observe from another client.
 *
 * @throws TypeError for wrong options
 */
export const subscriptions$ = (wamp: Wamp, options: CollectionOptions = {}): Observable<readonly MetaSubscription[]> =>
  entries$(SUBSCRIPTIONS, wamp, options);
