/**
 * `rxwamp/angular`: clients as providers; topics, calls and status as signals and resources; guards and resolvers.
 *
 * @packageDocumentation
 */
export { callResource, type CallResourceRef, type CallResourceOptions } from './call-resource.ts';
export type { WampFeature } from './feature.ts';
export { withAuth, withConnect, withErrorHandler } from './features.ts';
export { withIdentity } from './identity.ts';
export { injectCall, type CallRef, type InjectCallOptions } from './inject-call.ts';
export { injectProcedure, type InjectProcedureOptions } from './procedure.ts';
export { provideWamp, type WampOptions } from './provide.ts';
export { injectWamp, WAMP, wampRef, type WampRef } from './ref.ts';
export {
  resolveCall,
  whenJoined,
  type ResolveCallOptions,
  type RouteSnapshot,
  type WhenJoinedOptions,
} from './router.ts';
export { withServer } from './server.ts';
export { injectWampStatus, type WampStatus } from './status.ts';
export { topicResource, type TopicRef, type TopicResourceOptions, type TopicStatus } from './topic-resource.ts';
