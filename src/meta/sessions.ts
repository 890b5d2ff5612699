import type { Observable } from 'rxjs';
import { checkOptions, STRING, type Kind } from '../protocol/kinds.ts';
import type { Id } from '../protocol/ids.ts';
import type { Dict, List } from '../protocol/payload.ts';
import { isUri, type Uri } from '../protocol/uris.ts';
import type { WampEvent } from '../session/events.ts';
import type { Wamp } from '../session/options.ts';
import { assertId, assertText, callMeta, command, first, metaEvents, type MetaEventOptions } from './call-meta.ts';
import { AN_ID, COUNTED, IDS, KILLED, sessionReader, type MetaDeparture, type MetaSession } from './readers.ts';

export const ON_JOIN = 'wamp.session.on_join';
export const ON_LEAVE = 'wamp.session.on_leave';

/** Selects sessions. */
export interface SessionFilter {
  /** Only sessions with one of these roles; by default all. */
  readonly authroles?: readonly string[] | undefined;
}

/** What the GOODBYE of a killed session says. */
export interface KillOptions {
  /** The reason, a URI; the router's default is `wamp.close.killed`. */
  readonly reason?: Uri | undefined;
  /** A text for humans. */
  readonly message?: string | undefined;
}

const ROLES: Kind = {
  expected: 'a list of strings',
  test: (value) => Array.isArray(value) && value.every((role) => typeof role === 'string'),
};
const URI: Kind = { expected: 'a URI', test: (value) => isUri(value) };

/** Checks a filter and returns it as arguments. */
export function filterArgs(what: string, filter: SessionFilter): List {
  checkOptions(() => `${what}()`, { authroles: ROLES }, filter);
  return filter.authroles === undefined ? [] : [filter.authroles];
}

function killed(what: string, { reason, message, ...others }: KillOptions): Dict {
  checkOptions(() => `${what}()`, { reason: URI, message: STRING }, { reason, message, ...others });
  return { ...(reason !== undefined && { reason }), ...(message !== undefined && { message }) };
}

/**
 * The number of sessions that are joined to the realm (`wamp.session.count`). Errors with ApplicationError where the router
 * has no session meta API or does not permit it, as all functions here do.
 *
 * @example
 * countSessions(wamp, { authroles: ['user'] }).subscribe((count) => show(count));
 */
export const countSessions = (wamp: Wamp, filter: SessionFilter = {}): Observable<number> =>
  callMeta(wamp, 'wamp.session.count', filterArgs('countSessions', filter), COUNTED);

/** The ids of the sessions that are joined to the realm (`wamp.session.list`), this one included. */
export const listSessions = (wamp: Wamp, filter: SessionFilter = {}): Observable<readonly Id[]> =>
  callMeta(wamp, 'wamp.session.list', filterArgs('listSessions', filter), IDS);

/** The description of a session (`wamp.session.get`). Errors with `wamp.error.no_such_session` where there is none of this id. */
export function getSession(wamp: Wamp, session: Id): Observable<MetaSession> {
  assertId('getSession', 'session', session);
  return callMeta(wamp, 'wamp.session.get', [session], sessionReader(session));
}

/**
 * Ends another session with GOODBYE (`wamp.session.kill`); emits once when the router has done so. Errors with
 * `wamp.error.no_such_session` where there is none of this id, and for one's own.
 *
 * @example
 * killSession(wamp, session, { reason: 'com.app.close.banned', message: 'see the rules' }).subscribe();
 */
export function killSession(wamp: Wamp, session: Id, options: KillOptions = {}): Observable<void> {
  assertId('killSession', 'session', session);
  return command(wamp, 'wamp.session.kill', [session], killed('killSession', options));
}

/** Ends all other sessions of an authid (`wamp.session.kill_by_authid`); emits how many. */
export function killSessionsByAuthid(wamp: Wamp, authid: string, options: KillOptions = {}): Observable<number> {
  assertText('killSessionsByAuthid', 'authid', authid);
  return callMeta(wamp, 'wamp.session.kill_by_authid', [authid], KILLED, killed('killSessionsByAuthid', options));
}

/** Ends all other sessions of a role (`wamp.session.kill_by_authrole`); emits how many. */
export function killSessionsByAuthrole(wamp: Wamp, authrole: string, options: KillOptions = {}): Observable<number> {
  assertText('killSessionsByAuthrole', 'authrole', authrole);
  return callMeta(wamp, 'wamp.session.kill_by_authrole', [authrole], KILLED, killed('killSessionsByAuthrole', options));
}

/**
 * Ends all other sessions of the realm (`wamp.session.kill_all`); emits how many. The router sends no meta events of it and
 * publishes no testaments. Crossbar.io does not have it.
 */
export const killAllSessions = (wamp: Wamp, options: KillOptions = {}): Observable<number> =>
  callMeta(wamp, 'wamp.session.kill_all', [], KILLED, killed('killAllSessions', options));

/** Reads `wamp.session.on_join`. */
export const joinOf = (event: WampEvent): MetaSession => first(sessionReader(), event);

/** Reads `wamp.session.on_leave`. */
export function leaveOf(event: WampEvent): MetaDeparture {
  const [, authid, authrole] = event.args;
  return {
    session: first(AN_ID, event),
    ...(typeof authid === 'string' && { authid }),
    ...(typeof authrole === 'string' && { authrole }),
  };
}

/** Emits each session that joins the realm (`wamp.session.on_join`); heals as all topics do. */
export const onJoin = (wamp: Wamp, options?: MetaEventOptions): Observable<MetaSession> =>
  metaEvents(wamp, ON_JOIN, joinOf, options);

/** Emits each session that leaves the realm (`wamp.session.on_leave`). */
export const onLeave = (wamp: Wamp, options?: MetaEventOptions): Observable<MetaDeparture> =>
  metaEvents(wamp, ON_LEAVE, leaveOf, options);
