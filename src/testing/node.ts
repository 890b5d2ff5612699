/**
 * Puts the test router on sockets, under Node.
 *
 * @packageDocumentation
 */
export { serveRouter, type ServedRouter, type ServeOptions } from './node/serve.ts';
export type { LongPollServeOptions } from './node/serve-longpoll.ts';
