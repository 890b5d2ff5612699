import type { Subscription } from 'rxjs';
import type { Authenticator } from '../auth/authenticator.ts';
import type { Message } from '../protocol/messages.ts';
import type { Uri } from '../protocol/uris.ts';
import type { TransportDetails } from '../transports/transport.ts';
import type { ErrorEntry } from './errors.ts';
import type { Interceptors } from './interceptors.ts';
import type { Streams } from './streams.ts';

/** Sees the messages that pass. */
export interface Tap {
  /** Whether anybody looks; nothing is done otherwise. */
  readonly observed: boolean;
  message(direction: 'in' | 'out', message: Message): void;
}

/** What a session needs from whoever joined it. */
export interface LinkConfig {
  readonly streams: Streams;
  /** Exceptions and their URIs; may grow while sessions live. */
  readonly errors: ErrorEntry[];
  readonly interceptors: Interceptors;
  /** Whether options are refused whose features the router did not announce. */
  readonly checkFeatures: boolean;
  readonly tap: Tap;
  readonly userError: (error: unknown, context: string) => void;
  /** Links that are open or being hung up: each is in here until its channel is down. */
  readonly wires: Set<Subscription>;
  /** How long to wait for the other side when hanging up, in milliseconds. */
  readonly closeTimeout: number;
}

/** How a session closed (WAMP, GOODBYE). */
export interface CloseDetails {
  readonly reason: Uri;
  readonly message?: string;
}

/** What joining needs. */
export interface JoinConfig extends LinkConfig {
  readonly realm: Uri;
  /** Told to the router as HELLO.Details.agent. */
  readonly agent: string;
  /** Ways to authenticate, by preference. None: anonymous. */
  readonly auth: readonly Authenticator[];
  /** Milliseconds from dialling to WELCOME, not counting what the application is asked for. */
  readonly joinTimeout: number;
  readonly unseen: (error: unknown, topic: Uri) => void;
  /** Told when the transport is open, and for each CHALLENGE. */
  readonly progress: (
    event: { type: 'connect'; transport: TransportDetails } | { type: 'challenge'; method: string },
  ) => void;
}
