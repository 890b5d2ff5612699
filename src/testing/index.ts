/**
 * A WAMP router in this process, for tests and development, with faults at will; and what tests need around it. Runs
 * in browsers and Node; `rxwamp/testing/node` puts it on sockets.
 *
 * @packageDocumentation
 */
export { createTestRouter } from './router.ts';
export type { AttachOptions, MemoryTransportOptions, TestRouter } from './router.ts';
export type { Faults, RevocationOptions } from './faults.ts';
export { anonymous, cookie, ticket, tls, type LinkCheck, type TicketCheck, type TicketPrincipal } from './auth.ts';
export { cryptosign, type RouterCryptosignOptions } from './auth-cryptosign.ts';
export { scram, type RouterScramOptions, type ScramPrincipal } from './auth-scram.ts';
export { wampcra, type CraPrincipal } from './auth-wampcra.ts';
export type { Answer } from './answer.ts';
export { QUIRKS, type QuirkName, type RouterProfile } from './quirks.ts';
export { record, type Recording } from './record.ts';
export type { WaitOptions } from './waiting.ts';
export { whenRegistered, whenSession, whenSubscribed } from './helpers.ts';
export type * from './auth-options.ts';
export type * from './options.ts';
