import type { ChannelBindingType } from '../auth/authenticator.ts';
import type { Id } from '../protocol/ids.ts';
import type { Dict } from '../protocol/payload.ts';
import type { Uri } from '../protocol/uris.ts';
import type { MaybeAsync } from '../async.ts';

/** Who a session is, as its authenticator found. */
export interface GrantedIdentity {
  /** A random name by default. */
  readonly authid?: string;
  /**
   * The realm that it belongs to: assigned where HELLO names none (`realm: null`), by default the router's first; a
   * HELLO for another realm is refused.
   */
  readonly realm?: string;
  /** `anonymous` or `user` by default. */
  readonly authrole?: string;
  /** The method of authentication that WELCOME and the meta API name; the authenticator's by default. */
  readonly authmethod?: string;
  /** Where the identity comes from: `static`, `dynamic` … */
  readonly authprovider?: string;
  /** Goes to the client in WELCOME. */
  readonly authextra?: Readonly<Dict>;
  /** Trust level of its calls and publications, shown to callees and subscribers. */
  readonly trustlevel?: number;
}

/** What a link shows of the client at its other end. */
export interface LinkCredentials {
  /** Headers of the HTTP request that opened it, by their names in lower case: `cookie`. */
  readonly headers?: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** The client's TLS certificate, where the server asked for one and trusts it. */
  readonly certificate?: {
    /** The subject's common name. */
    readonly name: string;
    /** SHA-256 of the certificate: `AB:CD:…`. */
    readonly fingerprint: string;
  };
  /** As the client's channel has it. */
  channelBinding?(type: ChannelBindingType): Uint8Array | undefined;
}

/** What a client said in HELLO, as authenticators see it. */
export interface AuthRequest {
  /** The realm asked for; the router's first where HELLO names none. */
  readonly realm: string;
  /** The authid asked for; undefined where HELLO names none. */
  readonly authid: string | undefined;
  /** HELLO.Details.authextra; empty where there is none. */
  readonly authextra: Readonly<Dict>;
  /** The methods that the client offers, by its preference. */
  readonly authmethods: readonly string[];
  /** The whole HELLO.Details. */
  readonly details: Readonly<Dict>;
  /** The id that the session will have. */
  readonly session: Id;
  /** A random name from the router's seed, for nonces. */
  readonly nonce: string;
  /** What the link shows. */
  readonly link: LinkCredentials;
}

/**
 * The next step of an authentication: let in, turn away, or ask, and judge the answer with `verify`, which gives the
 * next step, so that there can be several rounds.
 */
export type AuthStep =
  | {
      /** Lets the client in: who it is from now on. */
      readonly accept: GrantedIdentity;
    }
  | {
      /** Turns the client away: the reason of ABORT, `wamp.error.authentication_denied` for instance. */
      readonly deny: Uri;
      /** A text for the client: ABORT.Details.message. */
      readonly message?: string;
    }
  | {
      /** CHALLENGE.Extra. */
      readonly challenge: Readonly<Dict>;
      /** The method to name in CHALLENGE, where it is not the authenticator's own: a second factor. */
      readonly method?: string;
      /** Judges AUTHENTICATE. */
      readonly verify: (signature: string, extra: Readonly<Dict>) => MaybeAsync<AuthStep>;
    };

/** The router's side of one authentication method. */
export interface RouterAuthenticator {
  /** As in HELLO.authmethods: `ticket`. */
  readonly method: string;
  /** The first step for a client that wants to join. */
  hello(request: AuthRequest): MaybeAsync<AuthStep>;
}
