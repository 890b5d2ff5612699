import type { Subscription } from 'rxjs';
import type { Authenticator } from '../auth/authenticator.ts';
import type { Message } from '../protocol/messages.ts';
import type { Uri } from '../protocol/uris.ts';
import type { TransportDetails } from '../transports/transport.ts';
import type { ErrorEntry } from './error-mapping.ts';
import type { Interceptors } from './interceptors.ts';
import type { Recovery } from './recovery.ts';

/** Sees the messages that pass. */
export interface Tap {
  /** Whether anybody looks; nothing is done otherwise. */
  readonly observed: boolean;
  message(direction: 'in' | 'out', message: Message): void;
}

/** What a session needs from whoever joined it. */
export interface SessionConfig {
  readonly streams: Recovery;
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

/** How a client was closed: what it said, and what the router told with its answer (WAMP, GOODBYE). */
export interface CloseDetails {
  /** As it was given to `close()`: routers answer with reasons of their own, which mean nothing. */
  readonly reason: Uri;
  /** As it was given to `close()`; otherwise the router's. */
  readonly message?: string;
  /** Whether the router would take the session up again; none in use does. */
  readonly resumable?: boolean;
  /** Whatever else the router told, in camelCase. */
  readonly [name: string]: unknown;
}

/** What joining needs. */
export interface JoinConfig extends SessionConfig {
  /** `null` where the router assigns it. */
  readonly realm: Uri | null;
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
