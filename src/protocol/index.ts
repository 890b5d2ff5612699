/**
 * The protocol alone, for tools and checks: message types and codes, the checks of shapes, URIs, ids and errors.
 *
 * @packageDocumentation
 */
export * from './codes.ts';
export * from './errors.ts';
export { CLIENT_FEATURES, supports } from './features.ts';
export { isId, MAX_ID, type Id } from './ids.ts';
export {
  describeMessage,
  messageName,
  parseMessage,
  type Message,
  type MessageCode,
  type MessageOf,
  type PayloadMessage,
} from './messages.ts';
export type { Args, Dict, List } from './payload.ts';
export { uriPattern, type UriParts, type UriPattern } from './pattern.ts';
export { bestMatch, isUri, matchesUri, type Match, type Uri } from './uris.ts';
