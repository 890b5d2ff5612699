import { catchError, EMPTY, from, map, mergeMap, throwError, toArray, type Observable } from 'rxjs';
import type { Client } from '../client/client.ts';
import {
  getRegistration,
  getSession,
  getSubscription,
  listRegistrations,
  listSessions,
  listSubscriptions,
  registrations$,
  sessions$,
  subscriptions$,
  type IdsByMatch,
} from '../meta/index.ts';
import { isDict } from '../protocol/kinds.ts';
import type { Id } from '../protocol/ids.ts';
import type { Dict } from '../protocol/payload.ts';

/** The description of one session, registration or subscription. */
export type Row = Readonly<Dict>;

/** One kind of objects in a realm. */
export interface Kind {
  /** In the singular. */
  readonly name: string;
  /** The keys to show. */
  readonly columns: readonly [id: string, ...others: string[]];
  /** The present ones: by calls alone, which need fewer permissions than `follow`. */
  readonly list: (wamp: Client) => Observable<readonly Row[]>;
  /** The present ones, again after each change. */
  readonly follow: (wamp: Client) => Observable<readonly Row[]>;
}

/** Descriptions that are requested at a time. */
const AT_A_TIME = 8;

/** Gets the description of each id, except of those that have gone since. */
const described = (ids: Observable<readonly Id[]>, get: (id: Id) => Observable<object>): Observable<readonly Row[]> =>
  ids.pipe(
    mergeMap((all) =>
      from(all).pipe(
        mergeMap(
          (id, at) =>
            get(id).pipe(
              map((found) => ({ at, row: { ...found } })),
              catchError((error: unknown) => {
                const gone = isDict(error) && String(error['uri']).startsWith('wamp.error.no_such_');
                return gone && error['uri'] !== 'wamp.error.no_such_procedure' ? EMPTY : throwError(() => error);
              }),
            ),
          AT_A_TIME,
        ),
        toArray(),
        // in the order of the list, not of the answers
        map((rows) => rows.sort((a, b) => a.at - b.at).map(({ row }) => row)),
      ),
    ),
  );

const listed = ({ exact, prefix, wildcard }: IdsByMatch): readonly Id[] => [...exact, ...prefix, ...wildcard];
const rows = (all: readonly object[]): readonly Row[] => all.map((each) => ({ ...each }));

/** The kinds, by their names on the command line. */
export const KINDS: Readonly<Record<string, Kind>> = {
  sessions: {
    name: 'session',
    columns: ['session', 'authid', 'authrole', 'authmethod'],
    list: (wamp) => described(listSessions(wamp), (id) => getSession(wamp, id)),
    follow: (wamp) => sessions$(wamp).pipe(map(rows)),
  },
  registrations: {
    name: 'registration',
    columns: ['id', 'uri', 'match', 'invoke', 'created'],
    list: (wamp) => described(listRegistrations(wamp).pipe(map(listed)), (id) => getRegistration(wamp, id)),
    follow: (wamp) => registrations$(wamp).pipe(map(rows)),
  },
  subscriptions: {
    name: 'subscription',
    columns: ['id', 'uri', 'match', 'created'],
    list: (wamp) => described(listSubscriptions(wamp).pipe(map(listed)), (id) => getSubscription(wamp, id)),
    follow: (wamp) => subscriptions$(wamp).pipe(map(rows)),
  },
};
