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
export type ClientOptions = Omit<BaseOptions, 'transports'> &
  Partial<Pick<BaseOptions, 'transports'>> & {
    /** A WebSocket address (or a function that returns one at every attempt); short for `transports: [webSocket({ url })]`. */
    readonly url?: Resolvable<Address> | undefined;
  };

/**
 * A WAMP client over WebSocket and JSON, unless told otherwise.
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
export type { AnyClient } from './client/engine.ts';
export { forEachSession, type SessionRun } from './programs/for-each-session.ts';
export type { KeepaliveOptions } from './client/keepalive.ts';
export type { WireMessage } from './client/message-tap.ts';
export type { RoundTrip, Traffic } from './flow/meter.ts';
export { metrics, type Metrics, type MetricsOptions } from './flow/metrics.ts';
export type { ReconnectOptions } from './client/client-options.ts';
export { reconnect } from './client/reconnect.ts';
export { rejoin, type RejoinOptions } from './programs/rejoin.ts';
export { runClient, type RunOptions } from './programs/run-client.ts';
export type { SessionTask } from './programs/session-task.ts';
export type { LifecycleEvent, Status } from './client/status.ts';
export { anonymous } from './auth/anonymous.ts';
export type {
  Resolvable,
  AuthAttempt,
  Authenticator,
  ChallengeAnswer,
  ChannelBindingType,
  MaybeAsync,
  Identity,
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
export {
  deriveScramCredential,
  type ScramCosts,
  type ScramCredential,
  type ScramCredentialOptions,
  type ScramDialect,
  type ScramKdf,
} from './auth/scram-exchange.ts';
export type { IdentityOptions } from './auth/shared.ts';
export { deriveCraKey, wampcra, type WampCraOptions } from './auth/wampcra.ts';
export { ticket, type TicketOptions } from './auth/ticket.ts';
export type {
  DecodedPayload,
  EncodedPayload,
  PayloadAttributes,
  PayloadCipher,
  PayloadCodec,
} from './payload/codec.ts';
export { passthru, type PassthruConfig } from './payload/passthru.ts';
export { payloadCodec, type PayloadCodecOptions } from './payload/serialized.ts';
export type { PayloadShape } from './payload/shape.ts';
export { ContractError, isContractError, type ContractIssue } from './contract/check.ts';
export {
  contract,
  Contract,
  type ApiOf,
  type CheckedApiOf,
  type ContractDefinition,
  type PayloadSchemas,
  type ProcedureSchemas,
} from './contract/contract.ts';
export { errorOf, isErrorOf } from './contract/contract-errors.ts';
export type { SchemaIssue, SchemaResult, StandardSchemaV1 } from './contract/schema.ts';
export { validated } from './contract/validated.ts';
export * from './protocol/errors.ts';
export type { Id } from './protocol/ids.ts';
export type { Message } from './protocol/messages.ts';
export type { Args, Dict, List } from './protocol/payload.ts';
export { uriPattern, type UriParts, type UriPattern } from './protocol/pattern.ts';
export type { Match, Uri } from './protocol/uris.ts';
export { batched, type BatchedOptions } from './serializers/batched.ts';
export { json } from './serializers/json.ts';
export type { FramePort, Serializer } from './serializers/serializer.ts';
export type {
  ErrorOf,
  EventOf,
  FinalResultOf,
  HandlerOf,
  InvocationOf,
  ProgressResultOf,
  Typed,
  Coded,
  ErrorUri,
  Open,
  ProcedureUri,
  TopicUri,
} from './session/contract-types.ts';
export type { TypedWamp } from './session/verbs.ts';
export { define, type DefineOptions } from './session/define.ts';
export type { InterceptedWire, Interceptor, InterceptorFactory, Interceptors, Next } from './session/interceptors.ts';
export { sessionIdentOf, type SessionIdent } from './session/disclosed-identity.ts';
export { result } from './session/invocation.ts';
export {
  type AnyDetails,
  type EventDetails,
  type InvocationDetails,
  type PassthruDetails,
  type ResultDetails,
  CallResult,
  WampEvent,
  Invocation,
  Result,
  type Handler,
  type InputChunk,
} from './session/events.ts';
export { acknowledgeEvents } from './flow/acknowledge.ts';
export { backpressure, type Backpressure, type BackpressureOptions } from './flow/backpressure.ts';
export { conflate, type Conflated, type ConflateOptions } from './flow/conflate.ts';
export { distinctPublications, type DistinctOptions } from './flow/distinct.ts';
export { history, type HistoryOptions } from './flow/history.ts';
export { HistoryEvent } from './flow/history-rows.ts';
export { topic, TopicSubject, type TopicOptions } from './flow/topic.ts';
export { withHistory, type WithHistoryOptions } from './flow/with-history.ts';
export { publisher, type Publisher, type PublisherCounters, type PublisherOptions } from './flow/publisher.ts';
export { kwargs, Kwargs } from './contract/kwargs.ts';
export { proxy, rpc } from './contract/proxy.ts';
export type { AnyRpc, Plain, Remote, RemoteMethod, Rpc, RpcBelow, RpcTree } from './contract/proxy-types.ts';
export { finalResult } from './session/call.ts';
export {
  type ErrorClass,
  type ErrorEntry,
  type ErrorMapping,
  RemoteError,
  remoteErrorOf,
} from './session/error-mapping.ts';
export type * from './session/options.ts';
export { Session } from './session/session.ts';
export type { StreamInfo } from './session/recoverable.ts';
export type { Address } from './transports/address.ts';
export { longPoll, type LongPollOptions } from './transports/longpoll.ts';
export { sharedWorker, type SharedWorkerOptions } from './transports/sharedworker.ts';
export type { LocksLike, PortLike } from './transports/tabs.ts';
export type { Attempt, Channel, Transport, TransportDetails } from './transports/transport.ts';
export { webSocket, type WebSocketOptions } from './transports/websocket.ts';
