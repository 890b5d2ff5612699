import type { Observable } from 'rxjs';
import type { Resolvable, AuthAttempt, ChannelBindingType } from '../auth/authenticator.ts';
import type { Message } from '../protocol/messages.ts';
import type { Serializer } from '../serializers/serializer.ts';

/** One attempt to connect and join, as transports see it. */
export interface Attempt extends AuthAttempt {
  /** Resolves what the user gave as a value or function. The join timeout pauses while it is pending. */
  resolve<T>(source: Resolvable<T>): Observable<T>;
}

/** What an open channel can say of itself. */
export interface TransportDetails {
  /** `websocket`, `rawsocket`, `memory` … */
  readonly type: string;
  /** The address that was dialled, without what may be secret in it: password, query, fragment. */
  readonly url?: string;
  /** The serializer in use, `json`. */
  readonly serializer: string;
  /** The subprotocol that was agreed, `wamp.2.json`. */
  readonly subprotocol: string;
  /** Whether TLS carries it. Browsers do not tell: there it shows in `url`. */
  readonly isSecure?: boolean;
  /** The other end of the connection, the router or a proxy: `127.0.0.1:8080`. Node alone tells. */
  readonly peer?: string;
  /** The extensions of WebSocket that were agreed, `permessage-deflate`; empty for none. Node alone tells. */
  readonly extensions?: string;
  /** Bytes that the router takes in one message; only RawSocket tells. */
  readonly maxMessageSize?: number;
}

/**
 * One open link to a router. It never calls back from inside `send()`, keeps the order of what is sent, and after
 * `close()` or `drop()` delivers no more frames.
 */
export interface Channel {
  readonly details: TransportDetails;
  /**
   * Decoded frames, not yet checked, for one observer, who subscribes in the same turn in which the channel was
   * emitted. Completes when the link is down after either side closed it in order, and at once after `drop()`; errors
   * with ConnectionLostError (or ProtocolError for a frame that cannot be decoded).
   */
  readonly incoming: Observable<unknown>;
  /**
   * Grows with whatever is received, control frames included: the sign of life that keepalive watches.
   */
  readonly received: number;
  /** Bytes accepted by `send()` and not yet handed to the network. */
  readonly bufferedAmount: number;
  /**
   * Serialises and sends, or queues in order.
   *
   * @throws SerializationError when the payload cannot be written, ConnectionLostError when the link is down or
   * closing; in both cases nothing was sent
   */
  send(message: Message): void;
  /** Asks the other side for a sign of life below WAMP (a WebSocket ping), where the transport can. */
  ping?(): void;
  /**
   * Data that binds what is said above to this very TLS connection (RFC 5929, RFC 9266), as it is, not hashed;
   * `undefined` where there is no TLS, or none of that type: `tls-unique` ends with TLS 1.2. Absent where the runtime
   * tells nothing of TLS, as browsers do not.
   */
  channelBinding?(type: ChannelBindingType): Uint8Array | undefined;
  /**
   * Puts another serializer in the place of the one in use, which `wrap` is given: to look at what passes, at no cost to
   * those who do not. Absent where nothing is serialised here.
   */
  recode?(wrap: (serializer: Serializer) => Serializer): void;
  /** Hangs up in order, after what was sent has been flushed. `code` is a WebSocket close code, 1000 by default. */
  close(code?: number, reason?: string): void;
  /** Lets go of the link at once, without waiting for the other side. */
  drop(): void;
}

/**
 * A way to reach a router. `open()` is cold: subscribing dials; it emits the one open channel and completes, or errors
 * with ConnectFailedError. Unsubscribing before the channel was emitted gives the dialling up; after that the channel
 * belongs to whoever received it.
 */
export interface Transport {
  /** Shown on status$: `websocket ws://host/ws`. */
  readonly name: string;
  open(attempt?: Attempt): Observable<Channel>;
}
