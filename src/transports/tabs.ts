// What a page and the worker that serves it say to each other beside WAMP messages, which pass as lists.

/** As much of a MessagePort as is needed: a SharedWorker's, one of a MessageChannel, or a wrapper. */
export interface PortLike {
  postMessage(message: unknown): void;
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void;
  /** Begins to deliver; only what has it waits for it. */
  start?(): void;
  close?(): void;
}

/** As much of `navigator.locks` as is needed. */
export interface LocksLike {
  request(name: string, options: { readonly signal?: AbortSignal }, held: () => unknown): Promise<unknown>;
}

/** A word between page and worker. */
export type TabSignal =
  /** The page begins. It holds the lock of this name for as long as it lives. */
  | { readonly rxwamp: 'open'; readonly lock: string | undefined }
  /** The worker is there. */
  | { readonly rxwamp: 'hello' }
  /** The worker holds the lock of this name for as long as it lives. */
  | { readonly rxwamp: 'held'; readonly lock: string }
  /** The worker has a session, or knows that it will have none: HELLO would be answered. */
  | { readonly rxwamp: 'ready' }
  /** So many bytes wait in the worker's link to the router: told when the page has sent something, until it is 0 again. */
  | { readonly rxwamp: 'buffered'; readonly bytes: number }
  | { readonly rxwamp: 'ping' }
  | { readonly rxwamp: 'pong' }
  /** The worker has lost its session. */
  | { readonly rxwamp: 'lost'; readonly why: string }
  /** The page leaves. */
  | { readonly rxwamp: 'close' }
  /** The worker has heard that it leaves. */
  | { readonly rxwamp: 'closed' };

/** The locks of this page or worker, where it has them: not without a secure context. */
export const platformLocks = (): LocksLike | undefined =>
  (globalThis as { navigator?: { locks?: LocksLike } }).navigator?.locks;

/** The word in what came through a port, or nothing. */
export const signalOf = (data: unknown): TabSignal | undefined =>
  typeof data === 'object' && data !== null && 'rxwamp' in data ? (data as TabSignal) : undefined;
