/**
 * Puts the test router on sockets, under Node.
 *
 * @packageDocumentation
 */
export type { RawSocketServeOptions, ServedRawSocket } from '../../router/node/serve-rawsocket.ts';
export { serveRouter, type ServedRouter, type ServeOptions } from '../../router/node/serve.ts';
export type { LongPollServeOptions } from '../../router/node/serve-longpoll.ts';
export { testCertificate, type TestCertificate, type TestCertificateOptions } from './certificate.ts';
export { launchCrossbar, type CrossbarOptions, type LaunchedCrossbar } from './crossbar.ts';
export type { CrossbarConfigName, CrossbarPlace, CrossbarUser } from './crossbar-config.ts';
