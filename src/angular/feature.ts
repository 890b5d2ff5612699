import type { Authenticator, Identity, WampClient } from '../index.ts';

/** The ways to prove who is to join; none where the application names none. */
export type AuthOf = (identity?: Identity) => readonly Authenticator[] | undefined;

/** What a `with…()` adds to the client of a `provideWamp()`. Its functions are called in injection context. */
export interface WampFeature {
  /** The client's authenticators. */
  readonly auth?: (identity: Identity | undefined) => readonly Authenticator[];
  /** The authenticators to begin with, where those depend on a user. */
  readonly user?: (auth: AuthOf) => readonly Authenticator[];
  /** Called with the client that was made; not on a server that keeps silent. */
  readonly made?: (wamp: WampClient, auth: AuthOf) => void;
  /** Whether the client connects as soon as its injector is made. */
  readonly connect?: boolean;
  /** Whether it may dial while a page is rendered on a server. */
  readonly dialsOnServer?: boolean;
}
