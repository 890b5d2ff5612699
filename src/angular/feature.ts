import type { Authenticator, Identity, WampClient } from '../index.ts';

/** Who is to join, and the ways to prove it. */
export type AuthOf = (identity: Identity | undefined) => readonly Authenticator[];

/** What a `with…()` adds to the client of a `provideWamp()`. Its functions are called in injection context. */
export interface WampFeature {
  /** The client's authenticators. */
  readonly auth?: AuthOf;
  /** Who is to join; undefined while there is no such user. */
  readonly identity?: () => Identity | undefined;
  /** Called with the client that was made; not on a server that keeps silent. */
  readonly made?: (wamp: WampClient, auth: AuthOf) => void;
  /** Whether the client connects as soon as its injector is made. */
  readonly connect?: boolean;
  /** Whether it may dial while a page is rendered on a server. */
  readonly dialsOnServer?: boolean;
}
