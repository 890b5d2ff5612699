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
export type { WaitOptions, Wanted } from './waiting.ts';
export { whenRegistered, whenSession, whenSubscribed, type ConfirmedStream } from './helpers.ts';
export { eventually, type EventuallyOptions } from './eventually.ts';
export { createTestKit, useTestRouter, withTestRouter, type TestHooks, type TestKit } from './kit.ts';
export type { TestKitOptions } from './kit-parts.ts';
export {
  formatMessage,
  MessageRecording,
  recordMessages,
  whenMessages,
  type MessageFilter,
  type RecordedMessage,
  type ShowsMessages,
} from './messages.ts';
export { MockProcedure, type MockOptions } from './mock.ts';
export { virtually, type VirtualKit, type VirtualOptions } from './virtual.ts';
export { TopicWatch, type Published, type WatchOptions } from './watch.ts';
export type * from './auth-options.ts';
export type * from './options.ts';
