/**
 * What only Node can do.
 *
 * @packageDocumentation
 */
export { rawSocket, type RawSocketOptions } from './rawsocket.ts';
export { webSocket, type NodeWebSocketOptions } from './websocket.ts';
export { runClients, type ClientEnd, type RunClientsOptions, type RunnableClient } from './run-clients.ts';
