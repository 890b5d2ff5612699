/**
 * The protocol alone, for tools and checks: message types and codes, the checks of shapes, URIs, ids and errors.
 *
 * @packageDocumentation
 */
export * from './errors.ts';
export { isId, MAX_ID, nextId, type Id } from './ids.ts';
export { uriPattern, type UriParts, type UriPattern } from './pattern.ts';
export { bestMatch, isUri, matchesUri, type Match, type Uri } from './uris.ts';
export * from './messages.ts';
export type { Args, Dict, List } from './payload.ts';
export { camelised } from './attributes.ts';
export { fromWire, toWire } from './names.ts';
export { CLIENT_FEATURES, supports } from './features.ts';
