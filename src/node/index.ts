/**
 * Transports and programs for Node.
 *
 * @packageDocumentation
 */
export type { RawSocketOptions } from '../transports/rawsocket/options.node.ts';
export { rawSocket } from '../transports/rawsocket/rawsocket.node.ts';
export type { TlsClientOptions } from '../transports/tls-options.node.ts';
export { webSocket, type NodeWebSocketOptions } from './websocket.ts';
export { runClients, type ClientEnd, type RunClientsOptions, type RunnableClient } from './run-clients.ts';
