/**
 * WAMP v2 as RxJS Observables: the client, its WebSocket transport and JSON.
 *
 * @packageDocumentation
 */
import { Client } from './client/client.ts';
import type { BaseOptions } from './client/client-options.ts';
import type { Resolvable } from './auth/authenticator.ts';
import type { Address } from './transports/address.ts';
import { webSocket } from './transports/websocket.ts';

/** Options of a {@link WampClient}. */
export interface ClientOptions extends Omit<BaseOptions, 'transports'>, Partial<Pick<BaseOptions, 'transports'>> {
  /** A WebSocket address (or a function that returns one at every attempt); short for `transports: [webSocket({ url })]`. */
  readonly url?: Resolvable<Address> | undefined;
}

/**
 * A WAMP client, by default over WebSocket and JSON.
 *
 * @example
 * const wamp = new WampClient({ url: 'ws://localhost:8080', realm: 'realm1' });
 * wamp.subscribe<number>('com.app.temperature').subscribe(({ value }) => show(value));
 */
export class WampClient<Api = unknown> extends Client<Api> {
  /** @throws TypeError that names the option that is wrong */
  constructor({ url, ...options }: ClientOptions) {
    if (url !== undefined && options.transports !== undefined) {
      throw new TypeError('WampClient: give url or transports, not both');
    }
    super((url === undefined ? options : { ...options, transports: [webSocket({ url })] }) as BaseOptions);
  }
}

export type { BackoffOptions } from './client/backoff.ts';
export { backoff } from './client/backoff.ts';
export type { ReconnectOptions } from './client/client-options.ts';
export type { AnyClient } from './client/engine.ts';
export type { KeepaliveOptions } from './client/keepalive.ts';
export type { WireMessage } from './client/message-tap.ts';
export { reconnect } from './client/reconnect.ts';
export type { LifecycleEvent, Status } from './client/status.ts';
export { forEachSession, type SessionRun } from './programs/for-each-session.ts';
export { rejoin, type RejoinOptions } from './programs/rejoin.ts';
export { runClient, type RunOptions } from './programs/run-client.ts';
export type { SessionTask } from './programs/session-task.ts';
export { streams, type StreamState } from './programs/streams.ts';
export { anonymous } from './auth/anonymous.ts';
export type {
  AuthAttempt,
  Authenticator,
  ChallengeAnswer,
  ChannelBindingType,
  Identity,
  LinkSecurity,
  MaybeAsync,
  Resolvable,
} from './auth/authenticator.ts';
export type { ChannelBindingWish } from './auth/binding.ts';
export { cryptosign, type CryptosignOptions } from './auth/cryptosign.ts';
export {
  cryptosignPublicKey,
  generateCryptosignKey,
  type CryptosignKey,
  type CryptosignKeyPair,
} from './auth/cryptosign-key.ts';
export { hooked, type AuthHooks } from './auth/hooked.ts';
export { cookie, tls } from './auth/proofless.ts';
export { scram, type ScramLimits, type ScramOptions } from './auth/scram.ts';
export type { ScramDialect } from './auth/scram-exchange.ts';
export type { IdentityOptions } from './auth/shared.ts';
export { ticket, type TicketOptions } from './auth/ticket.ts';
export { wampcra, type WampCraOptions } from './auth/wampcra.ts';
export * from './protocol/errors.ts';
export type { Id } from './protocol/ids.ts';
export type { Message } from './protocol/messages.ts';
export type { Args, Dict, List } from './protocol/payload.ts';
export { uriPattern, type UriParts, type UriPattern } from './protocol/pattern.ts';
export type { Match, Uri } from './protocol/uris.ts';
export { batched, type BatchedOptions } from './serializers/batched.ts';
export { json } from './serializers/json.ts';
export type { FramePort, Serializer } from './serializers/serializer.ts';
export { finalResult } from './session/call.ts';
export type {
  Coded,
  ErrorOf,
  ErrorUri,
  EventOf,
  FinalResultOf,
  HandlerOf,
  InvocationOf,
  Open,
  ProcedureUri,
  ProgressResultOf,
  TopicUri,
  Typed,
} from './session/contract-types.ts';
export { define, type DefineOptions } from './session/define.ts';
export type { AnyDetails } from './session/details.ts';
export { sessionIdentOf, type SessionIdent } from './session/disclosed-identity.ts';
export type { ErrorClass, ErrorEntry, ErrorMapping } from './session/error-mapping.ts';
export {
  CallResult,
  Invocation,
  Result,
  WampEvent,
  type EventDetails,
  type Handler,
  type InputChunk,
  type InvocationDetails,
  type PassthruDetails,
  type ResultDetails,
} from './session/events.ts';
export type { InterceptedWire, Interceptor, InterceptorFactory, Interceptors, Next } from './session/interceptors.ts';
export { result } from './session/invocation.ts';
export type * from './session/options.ts';
export type { StreamInfo } from './session/recoverable.ts';
export { describeErrors, RemoteError, remoteErrorOf } from './session/remote-error.ts';
export { Session } from './session/session.ts';
export type { TypedWamp } from './session/verbs.ts';
export { longPoll, type LongPollOptions } from './transports/longpoll.ts';
export { sharedWorker, type SharedWorkerOptions } from './transports/sharedworker.ts';
export type { LocksLike, PortLike } from './transports/tabs.ts';
export type { Attempt, Channel, Transport, TransportDetails } from './transports/transport.ts';
export { webSocket, type WebSocketOptions } from './transports/websocket.ts';
