import type { Observable } from 'rxjs';
import type { Resolvable, AuthAttempt, ChannelBindingType, LinkSecurity } from '../auth/authenticator.ts';
import type { Message } from '../protocol/messages.ts';
import type { Serializer } from '../serializers/serializer.ts';

/** One attempt to connect and join, as transports see it. */
export interface Attempt extends AuthAttempt {
  /** Resolves what the user gave as a value or function. The join timeout pauses while it is pending. */
  resolve<T>(source: Resolvable<T>): Observable<T>;
}

/** The details of an open channel. */
export interface TransportDetails extends LinkSecurity {
  /** `websocket`, `rawsocket`, `memory` … */
  readonly type: string;
  /** The serializer in use, `json`. */
  readonly serializer: string;
  /** The negotiated subprotocol, `wamp.2.json`. */
  readonly subprotocol: string;
  /** The negotiated extensions of WebSocket, `permessage-deflate`; empty for none. Only in Node. */
  readonly extensions?: string;
  /** The largest message, in bytes, that the router takes. Only with RawSocket. */
  readonly maxMessageSize?: number;
}

/**
 * One open link to a router. It never calls back from inside `send()`, keeps the order of messages, and delivers no more
 * frames after `close()` or `drop()`.
 */
export interface Channel {
  /** How the link was made: type, serializer, address, TLS. */
  readonly details: TransportDetails;
  /**
   * Decoded frames, not yet checked, for one observer, which subscribes in the turn in which the channel was emitted.
   * Completes when the link is down after either side closed it in order, and at once after `drop()`; errors with
   * ConnectionLostError (or ProtocolError for a frame that cannot be decoded).
   */
  readonly incoming: Observable<unknown>;
  /** Grows with everything that is received, control frames included: the sign of life for the keepalive. */
  readonly received: number;
  /** Bytes of messages that wait for the network. */
  readonly bufferedAmount: number;
  /**
   * Serialises and sends, or queues in order.
   *
   * @throws SerializationError when the payload cannot be written, ConnectionLostError when the link is down or
   * closing; in both cases nothing was sent
   */
  send(message: Message): void;
  /** Whether the other side has begun to close: nothing can be sent any more, though the link has not ended yet. */
  readonly closing?: boolean;
  /** Requests a sign of life below WAMP (a WebSocket ping), where the transport can; `answered` is called when it comes. */
  ping?(answered: () => void): void;
  /**
   * Data that binds an authentication to this TLS connection (RFC 5929, RFC 9266), not hashed; `undefined` without TLS, or
   * where its version has no such type: `tls-unique` ends with TLS 1.2. Absent where the runtime gives no access to TLS,
   * as in browsers.
   */
  channelBinding?(type: ChannelBindingType): Uint8Array | undefined;
  /**
   * Replaces the serializer by `wrap(serializer)`: to observe frames at no cost to channels that are not observed. Absent
   * where the channel serialises nothing.
   */
  recode?(wrap: (serializer: Serializer) => Serializer): void;
  /** Closes the link in order, after all messages were sent. `code` is a WebSocket close code, 1000 by default. */
  close(code?: number, reason?: string): void;
  /** Ends the link at once, without waiting for the other side. */
  drop(): void;
}

/**
 * A way to reach a router. `open()` is cold: subscribing dials; it emits the one open channel and completes, or errors
 * with ConnectFailedError. Unsubscribing before the channel was emitted aborts the dial; after that the channel belongs to
 * its receiver.
 */
export interface Transport {
  /** Shown on status$: `websocket ws://host/ws`. */
  readonly name: string;
  /** Dials for each subscriber. `attempt` describes the attempt; options that are functions receive it. */
  open(attempt?: Attempt): Observable<Channel>;
}
