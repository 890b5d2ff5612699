// The signals between a page and its worker, beside WAMP messages, which pass as lists.

/** The part of a MessagePort that is needed: a SharedWorker's, one of a MessageChannel, or a wrapper. */
export interface PortLike {
  /** Sends a message to the other end. */
  postMessage(message: unknown): void;
  /** Calls the listener with each message that comes. */
  addEventListener(
    type: 'message',
    listener: (event: {
      /** The message. */
      readonly data: unknown;
    }) => void,
  ): void;
  /** Begins to deliver, with ports that wait for it. */
  start?(): void;
  /** Ends the link; the other end does not notice. */
  close?(): void;
}

/** The part of `navigator.locks` that is needed. */
export interface LocksLike {
  /** Waits for the lock of this name, and holds it until the Promise of `held()` settles. */
  request(
    name: string,
    options: {
      /** Ends the waiting. */
      readonly signal?: AbortSignal;
    },
    held: () => unknown,
  ): Promise<unknown>;
}

/** A signal between page and worker. */
export type TabSignal =
  /** The page begins. It holds the lock of this name as long as it lives. */
  | { readonly rxwamp: 'open'; readonly lock: string | undefined }
  /** The worker answers. */
  | { readonly rxwamp: 'hello' }
  /** The worker holds the lock of this name as long as it lives. */
  | { readonly rxwamp: 'held'; readonly lock: string }
  /** The worker has a session, or knows that it will have none: it can answer HELLO. */
  | { readonly rxwamp: 'ready' }
  /** Bytes that wait in the worker's link to the router; sent after messages of the page, until it is 0 again. */
  | { readonly rxwamp: 'buffered'; readonly bytes: number }
  | { readonly rxwamp: 'ping' }
  | { readonly rxwamp: 'pong' }
  /** The worker has lost its session. */
  | { readonly rxwamp: 'lost'; readonly why: string }
  /** The page leaves. */
  | { readonly rxwamp: 'close' }
  /** The worker confirms that it leaves. */
  | { readonly rxwamp: 'closed' };

/** The locks of this page or worker; only secure contexts have them. */
export const platformLocks = (): LocksLike | undefined =>
  (globalThis as { navigator?: { locks?: LocksLike } }).navigator?.locks;

/** The signal in the data of a port; undefined for a WAMP message. */
export const signalOf = (data: unknown): TabSignal | undefined =>
  typeof data === 'object' && data !== null && 'rxwamp' in data ? (data as TabSignal) : undefined;
