/**
 * The meta API: what sessions, subscriptions and registrations a realm has, as procedures, events, and current states that
 * heal with the session; and testaments.
 *
 * @packageDocumentation
 */
export type { LookupOptions, MetaEventOptions } from './call-meta.ts';
export {
  registrations$,
  sessions$,
  subscriptions$,
  type CollectionOptions,
  type SessionsOptions,
} from './collections.ts';
export type { FollowOptions } from './follow.ts';
export { callees$, subscribers$, awaitRegistration, type MembersOptions } from './members.ts';
export type { IdsByMatch, MetaDeparture, MetaRegistration, MetaSession, MetaSubscription } from './readers.ts';
export {
  countCallees,
  getRegistration,
  listCallees,
  listRegistrations,
  lookupRegistration,
  matchRegistration,
  onRegister,
  onRegistrationCreate,
  onRegistrationDelete,
  onUnregister,
  removeCallee,
  type RegistrationChanged,
  type RegistrationCreated,
  type RemoveOptions,
} from './registrations.ts';
export {
  countSessions,
  getSession,
  killAllSessions,
  killSession,
  killSessionsByAuthid,
  killSessionsByAuthrole,
  listSessions,
  onJoin,
  onLeave,
  type KillOptions,
  type SessionFilter,
} from './sessions.ts';
export {
  countSubscribers,
  getSubscription,
  listSubscribers,
  listSubscriptions,
  lookupSubscription,
  matchSubscriptions,
  onSubscribe,
  onSubscriptionCreate,
  onSubscriptionDelete,
  onUnsubscribe,
  removeSubscriber,
  type SubscriptionChanged,
  type SubscriptionCreated,
} from './subscriptions.ts';
export {
  addTestament,
  flushTestaments,
  testament,
  type TestamentInForce,
  type TestamentOptions,
  type TestamentScope,
} from './testaments.ts';
