/**
 * What only Node can do.
 *
 * @packageDocumentation
 */
export { rawSocket, type RawSocketOptions } from './rawsocket.ts';
export { webSocket, type NodeWebSocketOptions } from './websocket.ts';
