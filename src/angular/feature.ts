import type { ClientOptions, WampClient } from '../index.ts';

/** What a `with…()` adds to the client of a `provideWamp()`. */
export interface WampFeature {
  /** Changes the client's options; called in injection context. */
  readonly options?: (options: ClientOptions) => ClientOptions;
  /** Called with the client that was made, in injection context; not on a server that keeps silent. */
  readonly made?: (wamp: WampClient) => void;
  /** Whether the client connects as soon as its injector is made. */
  readonly connect?: boolean;
  /** Whether it may dial while a page is rendered on a server. */
  readonly dialsOnServer?: boolean;
}
