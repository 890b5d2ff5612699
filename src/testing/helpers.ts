import { asapScheduler, merge, observeOn } from 'rxjs';
import type { Client } from '../client/client.ts';
import type { Status } from '../client/status.ts';
import type { Match, Uri } from '../protocol/uris.ts';
import { portOf } from '../session/port.ts';
import type { Session } from '../session/session.ts';
import type { RegistrationView, SessionView, SubscriptionView } from '../router/router-options.ts';
import { TestRouter } from '../router/router.ts';
import { listed, when, type WaitOptions } from './waiting.ts';

/** A topic or procedure of a client that the router has confirmed in the present session. */
export interface ConfirmedStream {
  readonly uri: Uri;
  readonly match: Match;
  /** The router's id in this session. */
  readonly id: number;
}

/** {@link TestRouter.whenSession} as a function. */
export function whenSession(
  router: TestRouter,
  which?: number | ((session: SessionView) => boolean),
  options?: WaitOptions,
): Promise<SessionView>;
/**
 * Resolves with a client's session once it is joined. It does not dial; rejects at once where the client is closed or
 * has given up.
 */
export function whenSession<Api = unknown>(client: Client<Api>, options?: WaitOptions): Promise<Session<Api>>;
export function whenSession(
  of: TestRouter | Client,
  which?: number | ((session: SessionView) => boolean) | WaitOptions,
  options?: WaitOptions,
): Promise<SessionView | Session> {
  if (of instanceof TestRouter) return of.whenSession(which as number, options);
  const look = (): Session | undefined => {
    if (of.status.state === 'joined') return of.status.session;
    assertFuture(of.status);
    return undefined;
  };
  return when(of.status$, look, 'a session', () => present(of.status), which as WaitOptions);
}

/** {@link TestRouter.whenSubscribed} as a function. */
export function whenSubscribed(
  router: TestRouter,
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
  of: TestRouter | Client,
  which: Uri | number = 1,
  n?: number | WaitOptions,
  options?: WaitOptions,
): Promise<readonly SubscriptionView[] | readonly ConfirmedStream[]> {
  if (of instanceof TestRouter) return of.whenSubscribed(which as Uri, n as number, options);
  return whenConfirmed(of, 'topics', which, n as WaitOptions);
}

/** {@link TestRouter.whenRegistered} as a function. */
export function whenRegistered(
  router: TestRouter,
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
  of: TestRouter | Client,
  which: Uri | number = 1,
  n?: number | WaitOptions,
  options?: WaitOptions,
): Promise<readonly RegistrationView[] | readonly ConfirmedStream[]> {
  if (of instanceof TestRouter) return of.whenRegistered(which as Uri, n as number, options);
  return whenConfirmed(of, 'procedures', which, n as WaitOptions);
}

function whenConfirmed(
  client: Client,
  kind: 'topics' | 'procedures',
  which: Uri | number,
  options?: WaitOptions,
): Promise<readonly ConfirmedStream[]> {
  const { streams } = portOf(client, 'when…()');
  const confirmed = (): ConfirmedStream[] =>
    [...(streams?.[kind].values() ?? [])].map(({ uri, match, id }) => ({ uri, match, id }));
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
  const what = typeof which === 'number' ? `${which} ${kind}` : `'${which}' among the ${kind}`;
  return when(changes, look, `${what} that are confirmed`, instead, options);
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
