import { textOf } from '../protocol/thrown.ts';
import type { SessionView } from '../router/view-types.ts';
import type { TestRouter } from './test-router.ts';
import type { Unhandled } from './unhandled.ts';

/** Sessions that live; a ghost is the router's affair. */
export const liveSessions = (router: TestRouter): readonly SessionView[] =>
  router.sessions.filter(({ ghost }) => !ghost);

/** The subscriptions, registrations and calls that clients hold, as sentences. */
export function openStreams(router: TestRouter): readonly string[] {
  const joined = new Set(router.sessions.map(({ id }) => id));
  return [
    ...router.subscriptions.map(
      ({ topic, sessions }) => `'${topic}' is subscribed to by session ${sessions.join(', ')}`,
    ),
    ...router.registrations
      // a mock is the router's own
      .map(({ procedure, sessions }) => ({ procedure, sessions: sessions.filter((id) => joined.has(id)) }))
      .filter(({ sessions }) => sessions.length > 0)
      .map(({ procedure, sessions }) => `'${procedure}' is registered by session ${sessions.join(', ')}`),
    ...router.calls.map(({ procedure, session }) => `'${procedure}' is being called by session ${session}`),
  ];
}

/**
 * Looks at what a test that is over left behind.
 *
 * @param streams what was still open before the clients were closed, as sentences
 * @throws Error that lists it, if there is anything
 */
export function assertNothingLeft(
  router: TestRouter,
  errors: readonly Unhandled[],
  streams: readonly string[] = [],
): void {
  const problems = [
    ...streams,
    ...liveSessions(router).map(({ id, realm, authid }) => `session ${id} ('${authid}') is still joined to ${realm}`),
    ...errors.map(({ error, context }) => `unhandled: ${textOf(error)}${context ? ` (${context})` : ''}`),
  ];
  if (problems.length === 0) return;
  throw new Error(`The test left something behind:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`, {
    cause: errors[0]?.error,
  });
}
