/**
 * What only Node can do.
 *
 * @packageDocumentation
 */
export { webSocket, type NodeWebSocketOptions } from './websocket.ts';
