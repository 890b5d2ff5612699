import type { Observable } from 'rxjs';
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
  type LookupOptions,
  type MetaEventOptions,
} from './call-meta.ts';
import {
  AN_ID,
  COUNTED,
  ID_OR_NONE,
  IDS,
  IDS_BY_MATCH,
  REGISTRATION,
  type IdsByMatch,
  type MetaRegistration,
} from './readers.ts';

/** A registration that was made, and the session that was its first callee. */
export interface RegistrationCreated {
  readonly session: Id;
  readonly registration: MetaRegistration;
}

/** A session that became or ceased to be a callee, or was the last of a registration that is deleted. */
export interface RegistrationChanged {
  readonly session: Id;
  /** The id of the registration. */
  readonly registration: Id;
}

/** What a callee or subscriber that is removed is told. */
export interface RemoveOptions {
  /** Goes with the revocation. */
  readonly reason?: string | undefined;
}

/** The ids of all registrations of the realm (`wamp.registration.list`). */
export const listRegistrations = (wamp: Wamp): Observable<IdsByMatch> =>
  callMeta(wamp, 'wamp.registration.list', [], IDS_BY_MATCH);

/** The id of the registration of exactly this URI or pattern (`wamp.registration.lookup`), or null. */
export function lookupRegistration(wamp: Wamp, procedure: Uri, options: LookupOptions = {}): Observable<Id | null> {
  const match = checkLookup('lookupRegistration', procedure, options);
  return callMeta(wamp, 'wamp.registration.lookup', lookedUp(procedure, match), ID_OR_NONE);
}

/** The id of the registration that a call of this URI would go to (`wamp.registration.match`), or null. */
export function matchRegistration(wamp: Wamp, procedure: Uri): Observable<Id | null> {
  assertUri(procedure, 'matchRegistration()');
  return callMeta(wamp, 'wamp.registration.match', [procedure], ID_OR_NONE);
}

/** What a registration is (`wamp.registration.get`). Errors with `wamp.error.no_such_registration`, as the next three do. */
export function getRegistration(wamp: Wamp, registration: Id): Observable<MetaRegistration> {
  assertId('getRegistration', 'registration', registration);
  return callMeta(wamp, 'wamp.registration.get', [registration], REGISTRATION);
}

/** The sessions behind a registration (`wamp.registration.list_callees`). */
export function listCallees(wamp: Wamp, registration: Id): Observable<readonly Id[]> {
  assertId('listCallees', 'registration', registration);
  return callMeta(wamp, 'wamp.registration.list_callees', [registration], IDS);
}

/** How many sessions are behind a registration (`wamp.registration.count_callees`). */
export function countCallees(wamp: Wamp, registration: Id): Observable<number> {
  assertId('countCallees', 'registration', registration);
  return callMeta(wamp, 'wamp.registration.count_callees', [registration], COUNTED);
}

/**
 * Takes a session out of a registration, as by UNREGISTER (`wamp.registration.remove_callee`; Crossbar.io alone). Emits
 * once when it is done.
 */
export function removeCallee(wamp: Wamp, registration: Id, session: Id, options: RemoveOptions = {}): Observable<void> {
  assertId('removeCallee', 'registration', registration);
  assertId('removeCallee', 'session', session);
  checkOptions(() => 'removeCallee()', { reason: STRING }, options);
  const { reason } = options;
  return command(
    wamp,
    'wamp.registration.remove_callee',
    [registration, session],
    reason === undefined ? {} : { reason },
  );
}

/** Reads `wamp.registration.on_create`. */
export const registrationCreated = (event: WampEvent): RegistrationCreated => ({
  session: first(AN_ID, event),
  registration: second(REGISTRATION, event),
});

const registrationChanged = (event: WampEvent): RegistrationChanged => ({
  session: first(AN_ID, event),
  registration: second(AN_ID, event),
});

/** Each registration that is made (`wamp.registration.on_create`); `onRegister` follows for its first callee. */
export const onRegistrationCreate = (wamp: Wamp, options?: MetaEventOptions): Observable<RegistrationCreated> =>
  listen(wamp, 'wamp.registration.on_create', registrationCreated, options);

/** Each session that becomes a callee (`wamp.registration.on_register`). */
export const onRegister = (wamp: Wamp, options?: MetaEventOptions): Observable<RegistrationChanged> =>
  listen(wamp, 'wamp.registration.on_register', registrationChanged, options);

/** Each session that ceases to be a callee (`wamp.registration.on_unregister`). */
export const onUnregister = (wamp: Wamp, options?: MetaEventOptions): Observable<RegistrationChanged> =>
  listen(wamp, 'wamp.registration.on_unregister', registrationChanged, options);

/** Each registration that is deleted, its last callee being gone (`wamp.registration.on_delete`). */
export const onRegistrationDelete = (wamp: Wamp, options?: MetaEventOptions): Observable<RegistrationChanged> =>
  listen(wamp, 'wamp.registration.on_delete', registrationChanged, options);
