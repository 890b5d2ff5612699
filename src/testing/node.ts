/**
 * Puts the test router on sockets, under Node.
 *
 * @packageDocumentation
 */
export type { RawSocketServeOptions, ServedRawSocket } from './node/serve-rawsocket.ts';
export { serveRouter, type ServedRouter, type ServeOptions } from './node/serve.ts';
export type { LongPollServeOptions } from './node/serve-longpoll.ts';
export { testCertificate, type TestCertificate, type TestCertificateOptions } from './node/certificate.ts';
export { launchCrossbar, type CrossbarOptions, type LaunchedCrossbar } from './node/crossbar.ts';
export type { CrossbarConfigName, CrossbarPlace, CrossbarUser } from './node/crossbar-config.ts';
