import type { MaybeAsync } from '../async.ts';
import type { Dict } from '../protocol/payload.ts';

export type { Resolvable, MaybeAsync } from '../async.ts';

/** What an authenticator adds to HELLO.Details. All of a client's authenticators share one HELLO. */
export interface Identity {
  /** Who asks for a session. */
  readonly authid?: string;
  /** The role that is asked for, where the router lets clients choose. */
  readonly authrole?: string;
  /**
   * HELLO.Details.authextra: what the method tells the router in advance; the keys of a client's authenticators are
   * merged.
   */
  readonly authextra?: Readonly<Dict>;
}

/** The answer to a CHALLENGE. */
export interface ChallengeAnswer {
  /** The proof: AUTHENTICATE.Signature. */
  readonly signature: string;
  /** AUTHENTICATE.Extra: what the method adds to the proof; empty by default. */
  readonly extra?: Readonly<Dict>;
}

/** What authentication can be bound to, so that a man in the middle cannot pass it on (RFC 5929, RFC 9266). */
export type ChannelBindingType = 'tls-unique' | 'tls-exporter' | 'tls-server-end-point';

/** What tells whether others can read what is sent over a link. */
export interface LinkSecurity {
  /** The address that was dialled, without its secrets: password, query, fragment. */
  readonly url?: string;
  /** Whether it uses TLS. Absent in browsers: see `url` there. */
  readonly isSecure?: boolean;
  /** The other end of the connection, the router or a proxy: `127.0.0.1:8080`. Only in Node. */
  readonly peer?: string;
}

/** Where an authenticator reports to lifecycle$: one object for each client. */
export interface Reporter {
  emit(news: { readonly type: 'insecure'; readonly method: string; readonly url: string }): void;
}

/** The attempt that is being authenticated: one object per attempt, so that state can be kept for it. */
export interface AuthAttempt {
  /** Counts from 1, anew after a session that was stable. */
  readonly number: number;
  /** The requested realm; `null` where the router is to assign one. */
  readonly realm: string | null;
  /** The name of the transport. */
  readonly transport: string;
  /**
   * Binding data of the open link, raw: from {@link Authenticator.opened} on, and where the transport can tell: in Node,
   * over TLS. `undefined` everywhere else.
   */
  channelBinding?(type: ChannelBindingType): Uint8Array | undefined;
  /** The open link: from {@link Authenticator.opened} on. */
  link?(): LinkSecurity | undefined;
  /** @internal */
  readonly notifier?: Reporter;
  /**
   * From now on passes what the open link receives, decoded frames and errors, through a function that takes a secret out
   * of it.
   *
   * @internal
   */
  mask?(mask: <T>(received: T) => T): void;
}

/**
 * One way to prove one's identity (WAMP, "Authentication Methods"). One object serves all attempts of a client, so state is
 * kept by the attempt.
 */
export interface Authenticator {
  /** The method's name on the wire, `ticket`. */
  readonly method: string;
  /** The part of the identity that is known in advance: checked for contradictions when the client is made. */
  readonly identity?: Identity;
  /** Whether each attempt requests the secret anew, so that the next one may succeed after a refusal. */
  readonly renewable?: boolean;
  /** Whether `welcome` is called for every WELCOME, also for one that names another method. */
  readonly always?: boolean;
  /** This method's part of HELLO.Details. */
  hello(attempt: AuthAttempt): MaybeAsync<Identity>;
  /**
   * Adds to HELLO.Details, which may be written to, what only the open link can supply: the channel binding. Synchronous; a
   * throw ends the attempt before HELLO is sent.
   */
  opened?(details: Dict, attempt: AuthAttempt): void;
  /** Answers a CHALLENGE; `round` counts from 1. */
  challenge(method: string, extra: Readonly<Dict>, round: number, attempt: AuthAttempt): MaybeAsync<ChallengeAnswer>;
  /** Checks WELCOME.Details before the session counts as joined; a throw refuses it. */
  welcome?(details: Readonly<Dict>, attempt: AuthAttempt): MaybeAsync<void>;
}
