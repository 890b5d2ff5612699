import type { Observable } from 'rxjs';
import { checkOptions, STRING } from '../protocol/kinds.ts';
import type { Id } from '../protocol/ids.ts';
import type { Uri } from '../protocol/uris.ts';
import type { Wamp } from '../session/options.ts';
import { assertId, callMeta, checkLookup, command, type LookupOptions } from './call-meta.ts';
import {
  COUNTED,
  ID_OR_NONE,
  IDS,
  IDS_BY_MATCH,
  REGISTRATION,
  SUBSCRIPTION,
  type IdsByMatch,
  type MetaRegistration,
  type MetaSubscription,
  type Reader,
} from './readers.ts';

/**
 * The words in which the meta APIs of registrations and of subscriptions, in short entries, differ. The functions below
 * serve both.
 */
export interface Entries<D extends MetaSubscription = MetaSubscription> {
  readonly entry: 'registration' | 'subscription';
  readonly member: 'callee' | 'subscriber';
  readonly reader: Reader<D>;
}

export const REGISTRATIONS: Entries<MetaRegistration> = {
  entry: 'registration',
  member: 'callee',
  reader: REGISTRATION,
};
export const SUBSCRIPTIONS: Entries = { entry: 'subscription', member: 'subscriber', reader: SUBSCRIPTION };

/** Options of {@link removeCallee} and {@link removeSubscriber}. */
export interface RemoveOptions {
  /** The reason that the session receives with the revocation. */
  readonly reason?: string | undefined;
}

/** The name of a function, for errors: `getRegistration`. */
const named = (verb: string, noun: string): string => `${verb}${noun.charAt(0).toUpperCase()}${noun.slice(1)}`;

/** The ids of all entries, `list`. */
export const listEntries = ({ entry }: Entries, wamp: Wamp): Observable<IdsByMatch> =>
  callMeta(wamp, `wamp.${entry}.list`, [], IDS_BY_MATCH);

/** The id of the entry of exactly this URI or pattern, `lookup`, or null. */
export function lookupEntry({ entry }: Entries, wamp: Wamp, uri: Uri, options: LookupOptions): Observable<Id | null> {
  const match = checkLookup(named('lookup', entry), uri, options);
  return callMeta(wamp, `wamp.${entry}.lookup`, match === 'exact' ? [uri] : [uri, { match }], ID_OR_NONE);
}

/** The description of an entry, `get`. */
export function getEntry<D extends MetaSubscription>({ entry, reader }: Entries<D>, wamp: Wamp, id: Id): Observable<D> {
  assertId(named('get', entry), entry, id);
  return callMeta(wamp, `wamp.${entry}.get`, [id], reader);
}

/** The sessions of an entry, `list_callees` or `list_subscribers`. */
export function listMembers({ entry, member }: Entries, wamp: Wamp, id: Id): Observable<readonly Id[]> {
  assertId(named('list', `${member}s`), entry, id);
  return callMeta(wamp, `wamp.${entry}.list_${member}s`, [id], IDS);
}

/** The number of those, `count_callees` or `count_subscribers`. */
export function countMembers({ entry, member }: Entries, wamp: Wamp, id: Id): Observable<number> {
  assertId(named('count', `${member}s`), entry, id);
  return callMeta(wamp, `wamp.${entry}.count_${member}s`, [id], COUNTED);
}

/** Takes a session out of an entry, `remove_callee` or `remove_subscriber`. */
export function removeMember(
  { entry, member }: Entries,
  wamp: Wamp,
  id: Id,
  session: Id,
  options: RemoveOptions,
): Observable<void> {
  const what = named('remove', member);
  assertId(what, entry, id);
  assertId(what, 'session', session);
  checkOptions(() => `${what}()`, { reason: STRING }, options);
  const { reason } = options;
  return command(wamp, `wamp.${entry}.remove_${member}`, [id, session], reason === undefined ? {} : { reason });
}
