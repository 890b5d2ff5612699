/**
 * What tests need under Node: certificates, and a Crossbar.io that is started for them. `serveRouter()` of
 * `rxwamp/router/node` puts a test router on sockets.
 *
 * @packageDocumentation
 */
export { testCertificate, type TestCertificate, type TestCertificateOptions } from './certificate.ts';
export { launchCrossbar, type CrossbarOptions, type LaunchedCrossbar } from './crossbar.ts';
export type { CrossbarConfigName, CrossbarPlace, CrossbarUser } from './crossbar-config.ts';
