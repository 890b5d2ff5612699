/**
 * A WAMP router in this process, for tests and development, with faults at will; and what tests need around it. Runs
 * in browsers and Node; `rxwamp/testing/node` puts it on sockets.
 *
 * @packageDocumentation
 */
export { createTestRouter } from '../router/router.ts';
export type { AttachOptions, MemoryTransportOptions, TestRouter } from '../router/router.ts';
export type { Faults, RevocationOptions } from '../router/faults.ts';
export {
  anonymous,
  cookie,
  ticket,
  tls,
  type LinkCheck,
  type TicketCheck,
  type TicketPrincipal,
} from '../router/authentication.ts';
export { cryptosign, type RouterCryptosignOptions } from '../router/auth-cryptosign.ts';
export { scram, type RouterScramOptions, type ScramPrincipal } from '../router/auth-scram.ts';
export { wampcra, type CraPrincipal } from '../router/auth-wampcra.ts';
export type { Answer } from '../router/answer.ts';
export { QUIRKS, type QuirkName, type RouterProfile } from '../router/quirks.ts';
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
} from './message-recording.ts';
export { MockProcedure, type MockOptions } from './mock.ts';
export { virtually, type VirtualKit, type VirtualOptions } from './virtual.ts';
export { TopicWatch, type Published, type WatchOptions } from './watch.ts';
export type * from '../router/auth-options.ts';
export type * from '../router/router-options.ts';
