/**
 * Puts a router on sockets, under Node: WebSocket, RawSocket and HTTP long-poll.
 *
 * @packageDocumentation
 */
export { serveRouter, type ServedRouter, type ServeOptions } from './serve.ts';
export type { RawSocketServeOptions, ServedRawSocket } from './serve-rawsocket.ts';
export type { LongPollServeOptions } from './serve-longpoll.ts';
