import type { MaybeAsync } from '../async.ts';
import type { Dict } from '../protocol/messages.ts';

export type { Resolvable, MaybeAsync } from '../async.ts';

/** What an authenticator adds to HELLO.Details. All of a client's authenticators share one HELLO. */
export interface Identity {
  readonly authid?: string;
  readonly authrole?: string;
  readonly authextra?: Readonly<Dict>;
}

/** The answer to a CHALLENGE. */
export interface ChallengeAnswer {
  readonly signature: string;
  readonly extra?: Readonly<Dict>;
}

/** What authentication can be bound to, so that nobody can pass it on (RFC 5929, RFC 9266). */
export type ChannelBindingType = 'tls-unique' | 'tls-exporter' | 'tls-server-end-point';

/** The attempt that is being authenticated: one object per attempt, to keep state by. */
export interface AuthAttempt {
  /** Counts from 1, anew after a session that was stable. */
  readonly number: number;
  /** The realm asked for; `null` where the router is to assign one. */
  readonly realm: string | null;
  /** The name of the transport. */
  readonly transport: string;
  /**
   * Binding data of the open link, raw: from {@link Authenticator.opened} on, and where the transport can tell: in Node,
   * over TLS. `undefined` everywhere else.
   */
  channelBinding?(type: ChannelBindingType): Uint8Array | undefined;
  /**
   * Who is given what the router sends, decoded, and the loss of the link: for authenticators that keep their proof out
   * of what is told. Once the link is open.
   *
   * @internal
   */
  frames?(): { next: (frame: unknown) => void; error: (loss: unknown) => void } | undefined;
}

/** One way to prove who one is (WAMP, "Authentication Methods"). State belongs to the attempt, not to this object. */
export interface Authenticator {
  /** The method's name on the wire, `ticket`. */
  readonly method: string;
  /** What is known of the identity before any attempt: checked for contradictions when the client is made. */
  readonly identity?: Identity;
  /** Whether the secret is asked for anew at every attempt, so that a refusal may pass with the next one. */
  readonly renewable?: boolean;
  /** Whether `welcome` looks at every WELCOME, also at one that names another method. */
  readonly always?: boolean;
  /** The share in HELLO. */
  hello(attempt: AuthAttempt): MaybeAsync<Identity>;
  /**
   * Adds to HELLO.Details, which may be written to, what only the open link can tell: what the channel can be bound by.
   * At once; a throw is a refusal, before anything was said.
   */
  opened?(details: Dict, attempt: AuthAttempt): void;
  /** Answers a CHALLENGE; `round` counts from 1. */
  challenge(method: string, extra: Readonly<Dict>, round: number, attempt: AuthAttempt): MaybeAsync<ChallengeAnswer>;
  /** Looks at WELCOME.Details before the session counts as joined; a throw refuses it. */
  welcome?(details: Readonly<Dict>, attempt: AuthAttempt): MaybeAsync<void>;
}
