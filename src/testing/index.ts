/**
 * What tests need around a WAMP client: the embedded router with waiting and mocks, kits for test frameworks, recordings,
 * virtual time. Runs in browsers and Node; `rxwamp/testing/node` has what only Node has.
 *
 * @packageDocumentation
 */
export { createTestRouter, TestRouter } from './test-router.ts';
export { record, type Recording } from './record.ts';
export type { WaitOptions, Wanted } from './waiting.ts';
export { whenRegistered, whenSession, whenSubscribed, type ConfirmedStream, type WantedSession } from './when.ts';
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
