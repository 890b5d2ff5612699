/**
 * A WAMP router in this process, for tests and development, with faults at will; and what tests need around it. Runs
 * in browsers and Node; `rxwamp/testing/node` puts it on sockets.
 *
 * @packageDocumentation
 */
export { createTestRouter } from './router.ts';
export type { AttachOptions, MemoryTransportOptions, TestRouter } from './router.ts';
export type { Faults, RevocationOptions } from './faults.ts';
export { anonymous, ticket, type TicketCheck, type TicketPrincipal } from './auth.ts';
export type { Answer } from './answer.ts';
export { QUIRKS, type QuirkName, type RouterProfile } from './quirks.ts';
export { record, type Recording } from './record.ts';
export type { WaitOptions } from './waiting.ts';
export { whenRegistered, whenSession, whenSubscribed } from './helpers.ts';
export type * from './options.ts';
