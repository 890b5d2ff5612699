/**
 * A WAMP router in this process, for development and tests, with faults at will. Runs in browsers and Node;
 * `rxwamp/router/node` puts it on sockets, `rxwamp/testing` has the testing kit over it.
 *
 * @packageDocumentation
 */
export { createRouter, Router } from './router.ts';
export type { AttachOptions, MemoryTransportOptions } from './router.ts';
export type { Faults, RevocationOptions } from './faults.ts';
export {
  acceptAnonymous,
  acceptCookie,
  acceptTicket,
  acceptTls,
  type LinkCheck,
  type TicketCheck,
  type TicketPrincipal,
} from './authentication.ts';
export { acceptCryptosign, type AcceptCryptosignOptions } from './auth-cryptosign.ts';
export { acceptScram, type AcceptScramOptions, type ScramPrincipal } from './auth-scram.ts';
export { acceptWampCra, type CraPrincipal } from './auth-wampcra.ts';
export {
  deriveScramCredential,
  type ScramCosts,
  type ScramCredential,
  type ScramCredentialOptions,
  type ScramKdf,
} from '../auth/scram-exchange.ts';
export { deriveCraKey } from '../auth/wampcra.ts';
export { QUIRKS, type QuirkName, type RouterProfile } from './quirks.ts';
export type * from './auth-options.ts';
export type * from './router-options.ts';
export type * from './view-types.ts';
