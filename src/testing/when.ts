import { asapScheduler, merge, observeOn } from 'rxjs';
import type { Client } from '../client/client.ts';
import type { Status } from '../client/status.ts';
import type { Id } from '../protocol/ids.ts';
import type { Match, Uri } from '../protocol/uris.ts';
import type { RegistrationView, SessionView, SubscriptionView } from '../router/view-types.ts';
import { Router } from '../router/router.ts';
import { portOf } from '../session/verbs.ts';
import type { Session } from '../session/session.ts';
import { listed, when, type WaitOptions } from './waiting.ts';

/** A topic or procedure of a client that the router has confirmed in the present session. */
export interface ConfirmedStream {
  /** The topic or procedure, or its pattern. */
  readonly uri: Uri;
  /** How `uri` matches. */
  readonly match: Match;
  /** The router's id in this session. */
  readonly id: number;
}

/** Which session of a router to wait for: one that satisfies the predicate, or the last of the first `n`. */
export type WantedSession = number | ((session: SessionView) => boolean);

/**
 * Resolves with the session once one is joined that satisfies the predicate, or with the last of the first `n`.
 *
 * @param which a predicate, or how many sessions; 1 by default, and 0 waits until there is none
 */
export function whenSession(router: Router, which: 0, options?: WaitOptions): Promise<undefined>;
export function whenSession(router: Router, which?: WantedSession, options?: WaitOptions): Promise<SessionView>;
/**
 * Resolves with a client's session once it is joined. It does not dial; rejects at once where the client is closed or
 * has given up.
 */
export function whenSession<Api = unknown>(client: Client<Api>, options?: WaitOptions): Promise<Session<Api>>;
export function whenSession(
  of: Router | Client,
  which?: WantedSession | WaitOptions,
  options?: WaitOptions,
): Promise<SessionView | Session | undefined> {
  return of instanceof Router
    ? whenRouterSession(of, which as WantedSession | undefined, options)
    : whenJoined(of, which as WaitOptions);
}

/**
 * Resolves once `n` sessions or more are subscribed to exactly this URI or pattern.
 *
 * @param topic the URI or pattern, as subscribed
 * @param n how many; 1 by default, and 0 waits until there is none
 */
export function whenSubscribed(
  router: Router,
  topic: Uri,
  n?: number,
  options?: WaitOptions,
): Promise<readonly SubscriptionView[]>;
/**
 * Resolves once the router has confirmed a topic of this client in the present session; or, for a number, so many. For
 * routers that cannot be asked, real ones.
 *
 * @param which the URI or pattern, or how many topics; 1 by default
 */
export function whenSubscribed(
  client: Client,
  which?: Uri | number,
  options?: WaitOptions,
): Promise<readonly ConfirmedStream[]>;
export function whenSubscribed(
  of: Router | Client,
  which: Uri | number = 1,
  n?: number | WaitOptions,
  options?: WaitOptions,
): Promise<readonly SubscriptionView[] | readonly ConfirmedStream[]> {
  if (!(of instanceof Router)) return whenConfirmed(of, 'topics', which, n as WaitOptions);
  const topic = which as Uri;
  const wanted = {
    by: 'whenSubscribed',
    where: `on '${topic}'`,
    found: () => of.subscriptionsOf(topic),
    all: () => of.subscriptions.map((view) => ({ ...view, uri: view.topic })),
  };
  return whenHeld(of, wanted, n as number, options);
}

/**
 * Resolves once `n` sessions or more have registered exactly this URI or pattern.
 *
 * @param procedure the URI or pattern, as registered
 * @param n how many; 1 by default, and 0 waits until there is none
 */
export function whenRegistered(
  router: Router,
  procedure: Uri,
  n?: number,
  options?: WaitOptions,
): Promise<readonly RegistrationView[]>;
/**
 * Resolves once the router has confirmed a procedure of this client in the present session; or, for a number, so many.
 *
 * @param which the URI or pattern, or how many procedures; 1 by default
 */
export function whenRegistered(
  client: Client,
  which?: Uri | number,
  options?: WaitOptions,
): Promise<readonly ConfirmedStream[]>;
export function whenRegistered(
  of: Router | Client,
  which: Uri | number = 1,
  n?: number | WaitOptions,
  options?: WaitOptions,
): Promise<readonly RegistrationView[] | readonly ConfirmedStream[]> {
  if (!(of instanceof Router)) return whenConfirmed(of, 'procedures', which, n as WaitOptions);
  const procedure = which as Uri;
  const wanted = {
    by: 'whenRegistered',
    where: `behind '${procedure}'`,
    found: () => of.registrationsOf(procedure),
    all: () => of.registrations.map((view) => ({ ...view, uri: view.procedure })),
  };
  return whenHeld(of, wanted, n as number, options);
}

function whenRouterSession(
  router: Router,
  which: WantedSession = 1,
  options?: WaitOptions,
): Promise<SessionView | undefined> {
  const look = (): { session: SessionView | undefined } | undefined => {
    if (which === 0) return router.sessions.length === 0 ? { session: undefined } : undefined;
    const session = typeof which === 'function' ? router.sessions.find(which) : router.sessions[which - 1];
    return session && { session };
  };
  const what = typeof which === 'function' ? 'a session as wanted' : `${which} session(s)`;
  const instead = (): string =>
    listed(router.sessions.map((each) => `session ${each.id} (${each.authid}, ${each.authrole}) in ${each.realm}`));
  return when({ by: 'whenSession', changes: router.changes$, look, what, instead }, options).then(
    ({ session }) => session,
  );
}

/** A subscription or registration of a router. */
interface Held {
  readonly match: Match;
  readonly sessions: readonly Id[];
}

/** Subscriptions or registrations to wait for. */
interface WantedHeld<V> {
  readonly by: string;
  readonly where: string;
  readonly found: () => readonly V[];
  /** All that there are, for the error message. */
  readonly all: () => readonly (Held & { readonly uri: Uri })[];
}

function whenHeld<V extends Held>(
  router: Router,
  { by, where, found, all }: WantedHeld<V>,
  n = 1,
  options?: WaitOptions,
): Promise<readonly V[]> {
  const look = (): readonly V[] | undefined => {
    const views = found();
    const count = views.reduce((sum, { sessions }) => sum + sessions.length, 0);
    return (n === 0 ? count === 0 : count >= n) ? views : undefined;
  };
  const instead = (): string =>
    listed(all().map(({ uri, match, sessions }) => `'${uri}' (${match}) with ${sessions.length}`));
  return when({ by, changes: router.changes$, look, what: `${n} session(s) ${where}`, instead }, options);
}

function whenJoined(client: Client, options?: WaitOptions): Promise<Session> {
  const look = (): Session | undefined => {
    if (client.status.state === 'joined') return client.status.session;
    assertFuture(client.status);
    return undefined;
  };
  const instead = (): string => present(client.status);
  return when({ by: 'whenSession', changes: client.status$, look, what: 'a session', instead }, options);
}

function whenConfirmed(
  client: Client,
  kind: 'topics' | 'procedures',
  which: Uri | number,
  options?: WaitOptions,
): Promise<readonly ConfirmedStream[]> {
  const by = kind === 'topics' ? 'whenSubscribed' : 'whenRegistered';
  const { recovery } = portOf(client, `${by}()`);
  const confirmed = (): ConfirmedStream[] =>
    [...(recovery.port?.[kind === 'topics' ? 'subscriptions' : 'registrations'].values() ?? [])].map(
      ({ uri, match, id }) => ({
        uri,
        match,
        id,
      }),
    );
  const look = (): readonly ConfirmedStream[] | undefined => {
    const found = confirmed().filter(({ uri }) => typeof which === 'number' || uri === which);
    if (found.length >= (typeof which === 'number' ? which : 1)) return found;
    assertFuture(client.status);
    return undefined;
  };
  const instead = (): string =>
    `${listed(confirmed().map(({ uri, match }) => `'${uri}' (${match})`))}, and ${present(client.status)}`;
  // a message is shown before it is dealt with
  const changes = merge(client.messages$, client.status$).pipe(observeOn(asapScheduler));
  const what = typeof which === 'number' ? `${which} confirmed ${kind}` : `'${which}' among the confirmed ${kind}`;
  return when({ by, changes, look, what, instead }, options);
}

/** @throws Error where a client will do nothing more */
function assertFuture(status: Status): void {
  if (status.state === 'closed' || status.state === 'failed') throw new Error(`There will be none: ${present(status)}`);
}

function present(status: Status): string {
  const error = 'error' in status ? `: ${status.error.name}: ${status.error.message}` : '';
  const hint = status.state === 'idle' ? ' (nothing dialled yet)' : '';
  return `the client is '${status.state}'${hint}${error}`;
}
