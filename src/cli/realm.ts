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

/** What the router tells of one thing. */
export type Row = Readonly<Dict>;

/** One kind of things that a realm has. */
export interface Kind {
  /** In the singular. */
  readonly name: string;
  /** What it tells first is its id. */
  readonly columns: readonly [id: string, ...others: string[]];
  /** All of them as they are now: by calls alone, which need less of a permission than `follow`. */
  readonly list: (wamp: Client) => Observable<readonly Row[]>;
  /** All of them, again after each change. */
  readonly follow: (wamp: Client) => Observable<readonly Row[]>;
}

/** How many descriptions are asked for at a time. */
const AT_A_TIME = 8;

/** Asks for the description of each, but for those that are gone since. */
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
        // in the order of the list, whichever answer came first
        map((rows) => rows.sort((a, b) => a.at - b.at).map(({ row }) => row)),
      ),
    ),
  );

const listed = ({ exact, prefix, wildcard }: IdsByMatch): readonly Id[] => [...exact, ...prefix, ...wildcard];
const rows = (all: readonly object[]): readonly Row[] => all.map((each) => ({ ...each }));

/** What there is to see of a realm, by what it is called on the command line. */
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
