/**
 * Puts the test router on sockets, under Node.
 *
 * @packageDocumentation
 */
export type { RawSocketServeOptions, ServedRawSocket } from './node/serve-rawsocket.ts';
export { serveRouter, type ServedRouter, type ServeOptions } from './node/serve.ts';
export type { LongPollServeOptions } from './node/serve-longpoll.ts';
