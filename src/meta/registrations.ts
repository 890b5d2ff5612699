import type { Observable } from 'rxjs';
import type { Id } from '../protocol/ids.ts';
import { assertUri, type Uri } from '../protocol/uris.ts';
import type { WampEvent } from '../session/events.ts';
import type { Wamp } from '../session/options.ts';
import { callMeta, first, metaEvents, second, type LookupOptions, type MetaEventOptions } from './call-meta.ts';
import {
  countMembers,
  getEntry,
  listEntries,
  listMembers,
  lookupEntry,
  REGISTRATIONS,
  removeMember,
  type RemoveOptions,
} from './entries.ts';
import { AN_ID, ID_OR_NONE, REGISTRATION, type IdsByMatch, type MetaRegistration } from './readers.ts';

/** A registration that was made, and the session that was its first callee. */
export interface RegistrationCreated {
  /** The id of the session that registered first. */
  readonly session: Id;
  /** The registration that it made. */
  readonly registration: MetaRegistration;
}

/** A session that became or ceased to be a callee, or was the last of a registration that is deleted. */
export interface RegistrationChanged {
  /** The id of the callee that came or went; of a deletion, that which was the last. */
  readonly session: Id;
  /** The id of the registration. */
  readonly registration: Id;
}

/** The ids of all registrations of the realm (`wamp.registration.list`). */
export const listRegistrations = (wamp: Wamp): Observable<IdsByMatch> => listEntries(REGISTRATIONS, wamp);

/** The id of the registration of exactly this URI or pattern (`wamp.registration.lookup`), or null. */
export const lookupRegistration = (wamp: Wamp, procedure: Uri, options: LookupOptions = {}): Observable<Id | null> =>
  lookupEntry(REGISTRATIONS, wamp, procedure, options);

/** The id of the registration that a call of this URI would reach (`wamp.registration.match`), or null. */
export function matchRegistration(wamp: Wamp, procedure: Uri): Observable<Id | null> {
  assertUri(procedure, 'matchRegistration()');
  return callMeta(wamp, 'wamp.registration.match', [procedure], ID_OR_NONE);
}

/** The description of a registration (`wamp.registration.get`). Errors with `wamp.error.no_such_registration`, as the next three do. */
export const getRegistration = (wamp: Wamp, registration: Id): Observable<MetaRegistration> =>
  getEntry(REGISTRATIONS, wamp, registration);

/** The sessions behind a registration (`wamp.registration.list_callees`). */
export const listCallees = (wamp: Wamp, registration: Id): Observable<readonly Id[]> =>
  listMembers(REGISTRATIONS, wamp, registration);

/** The number of sessions behind a registration (`wamp.registration.count_callees`). */
export const countCallees = (wamp: Wamp, registration: Id): Observable<number> =>
  countMembers(REGISTRATIONS, wamp, registration);

/**
 * Takes a session out of a registration, as by UNREGISTER (`wamp.registration.remove_callee`; Crossbar.io alone). Emits
 * once when it is done.
 */
export const removeCallee = (
  wamp: Wamp,
  registration: Id,
  session: Id,
  options: RemoveOptions = {},
): Observable<void> => removeMember(REGISTRATIONS, wamp, registration, session, options);

const created = (event: WampEvent): RegistrationCreated => ({
  session: first(AN_ID, event),
  registration: second(REGISTRATION, event),
});

const changed = (event: WampEvent): RegistrationChanged => ({
  session: first(AN_ID, event),
  registration: second(AN_ID, event),
});

/** Emits each registration that is made (`wamp.registration.on_create`); `onRegister` follows for its first callee. */
export const onRegistrationCreate = (wamp: Wamp, options?: MetaEventOptions): Observable<RegistrationCreated> =>
  metaEvents(wamp, 'wamp.registration.on_create', created, options);

/** Emits each session that becomes a callee (`wamp.registration.on_register`). */
export const onRegister = (wamp: Wamp, options?: MetaEventOptions): Observable<RegistrationChanged> =>
  metaEvents(wamp, 'wamp.registration.on_register', changed, options);

/** Emits each session that ceases to be a callee (`wamp.registration.on_unregister`). */
export const onUnregister = (wamp: Wamp, options?: MetaEventOptions): Observable<RegistrationChanged> =>
  metaEvents(wamp, 'wamp.registration.on_unregister', changed, options);

/** Emits each registration that is deleted, after its last callee has left (`wamp.registration.on_delete`). */
export const onRegistrationDelete = (wamp: Wamp, options?: MetaEventOptions): Observable<RegistrationChanged> =>
  metaEvents(wamp, 'wamp.registration.on_delete', changed, options);
