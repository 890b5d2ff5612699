import { AsyncSubject, asyncScheduler, Observable, type Subscriber, type Subscription } from 'rxjs';
import { checkOptions, FUNCTION, NUMBER, type Kind } from '../protocol/kinds.ts';
import { ConnectionLostError, SerializationError } from '../protocol/errors.ts';
import { dialFailed } from './dial.ts';
import { platformLocks, signalOf, type LocksLike, type PortLike, type TabSignal } from './tabs.ts';
import type { Channel, Transport } from './transport.ts';

/** Options of {@link sharedWorker}. */
export interface SharedWorkerOptions {
  /**
   * Returns the SharedWorker, called at every attempt; or a port to the code that called `serveTabs()`.
   *
   * @example
   * () => new SharedWorker(new URL('./wamp.worker.js', import.meta.url), { type: 'module' })
   */
  readonly worker: () =>
    | PortLike
    | {
        /** The port of a SharedWorker. */
        readonly port: PortLike;
      };
  /**
   * Milliseconds for the first answer of the worker. It may take longer to join: the client's `joinTimeout` pauses
   * meanwhile.
   * @default 10000
   */
  readonly openTimeout?: number | undefined;
  /** A lock manager in place of `navigator.locks`, by which the worker notices that a page is gone; `false` for none. */
  readonly locks?: LocksLike | false | undefined;
}

const OPTIONS: Readonly<Record<keyof SharedWorkerOptions, Kind>> = {
  worker: FUNCTION,
  openTimeout: NUMBER,
  locks: { expected: 'a lock manager or false', test: (v) => v === false || typeof v === 'object' },
};

/**
 * A way to the router through a SharedWorker: all pages of one origin in a browser share the worker's one connection and
 * session, which outlives the page that opened it. The worker calls `serveTabs()` of `rxwamp/worker`, and is responsible
 * for address, authentication and reconnecting. When it loses its session, those of the pages end, too, and heal when it
 * has joined again.
 *
 * Messages pass as structured clones; the worker serialises them for the router.
 *
 * @throws TypeError where an option is unknown or of the wrong type
 *
 * @example
 * const worker = () => new SharedWorker(new URL('./wamp.worker.js', import.meta.url), { type: 'module' });
 * const wamp = new WampClient({ realm: 'realm1', transports: [sharedWorker({ worker }), webSocket({ url })] });
 */
export function sharedWorker(options: SharedWorkerOptions): Transport {
  checkOptions(() => 'sharedWorker', OPTIONS, options);
  const { worker, openTimeout = 10_000, locks = platformLocks() } = options;
  if ((worker as unknown) === undefined) throw new TypeError('sharedWorker: worker must be given');
  return {
    name: 'sharedworker',
    open: (attempt) =>
      new Observable((subscriber) => {
        const fail = (cause: unknown): void => subscriber.error(dialFailed('the shared worker', cause));
        let link: TabLink;
        try {
          const made = worker();
          if ('port' in made) {
            // for a script that cannot be loaded, or throws
            (made as { onerror?: (event: { message?: string }) => void }).onerror = ({ message }) =>
              fail(
                new Error(
                  message === undefined || message === '' ? 'its script cannot be run: see its console' : message,
                ),
              );
          }
          link = new TabLink('port' in made ? made.port : made);
        } catch (error) {
          fail(error);
          return;
        }
        let emitted = false;
        subscriber.add(() => {
          if (!emitted) link.drop();
        });
        const timer: Subscription | undefined =
          openTimeout < Infinity
            ? asyncScheduler.schedule(() => fail(new Error(`no answer in ${openTimeout} ms`)), openTimeout)
            : undefined;
        subscriber.add(timer);
        link.answered = () => {
          timer?.unsubscribe();
          const ready = (): Observable<Channel> => link.ready;
          subscriber.add(
            (attempt ? attempt.resolve(ready) : ready()).subscribe({
              next: (channel) => {
                emitted = true;
                subscriber.next(channel);
                subscriber.complete();
              },
              error: fail,
            }),
          );
        };
        link.begin(locks === false ? undefined : locks);
      }),
  };
}

/** Milliseconds for messages that a worker sent before its end. */
const LAST_MESSAGES = 100;

/** The page's end of a port. */
class TabLink implements Channel {
  readonly details = { type: 'sharedworker', serializer: 'clone', subprotocol: 'wamp.2' };
  readonly incoming: Observable<unknown>;
  /** Emits the channel when the worker has a session. */
  readonly ready = new AsyncSubject<Channel>();
  /** Called when the worker has answered. */
  answered: () => void = () => undefined;
  received = 0;
  /** The backlog of the worker's link, which all pages share. */
  bufferedAmount = 0;
  readonly #port: PortLike;
  readonly #watching = new AbortController();
  #locks: LocksLike | undefined;
  #observer: Subscriber<unknown> | undefined;
  #release: (() => void) | undefined;
  /** Called at the answer to a ping. */
  #pong: (() => void) | undefined;
  #left = false;
  #ended = false;
  #loss: ConnectionLostError | undefined;

  constructor(port: PortLike) {
    this.#port = port;
    this.incoming = new Observable((subscriber) => {
      this.#observer = subscriber;
      if (this.#ended) this.#emitEnd();
    });
    port.addEventListener('message', ({ data }) => this.#receive(data));
    port.start?.();
  }

  /** Opens the link once this page's lock is held, so that the worker cannot get it before. */
  begin(locks: LocksLike | undefined): void {
    const open = (lock?: string): void => {
      if (!this.#ended) this.#signal({ rxwamp: 'open', lock });
    };
    this.#locks = locks;
    if (!locks) {
      open();
      return;
    }
    const name = `rxwamp ${crypto.randomUUID()}`;
    const held = (): Promise<void> =>
      new Promise((release) => {
        this.#release = release;
        if (this.#ended) release();
        open(name);
      });
    // without permission for locks, the worker watches the page by pings
    locks.request(name, {}, held).catch(() => open());
  }

  send(message: readonly unknown[]): void {
    if (this.#left || this.#ended) {
      throw this.#loss ?? new ConnectionLostError('Cannot send: the link to the shared worker is closed');
    }
    try {
      this.#port.postMessage(message);
    } catch (error) {
      const reason = (error as Error).message;
      throw new SerializationError(`A value cannot be sent to the shared worker: ${reason}`, { cause: error });
    }
  }

  ping(answered: () => void): void {
    this.#pong = answered;
    if (!this.#ended) this.#signal({ rxwamp: 'ping' });
  }

  close(): void {
    if (this.#left) return;
    this.#left = true;
    if (!this.#ended) this.#signal({ rxwamp: 'close' });
  }

  drop(): void {
    if (this.#ended) return;
    this.close();
    this.#end(undefined);
  }

  #signal(signal: TabSignal): void {
    this.#port.postMessage(signal);
  }

  #receive(data: unknown): void {
    if (this.#ended) return;
    this.received++;
    const signal = signalOf(data);
    if (!signal) {
      if (!this.#left) this.#observer?.next(data);
      return;
    }
    switch (signal.rxwamp) {
      case 'hello':
        this.answered();
        return;
      case 'ready':
        this.ready.next(this);
        this.ready.complete();
        return;
      case 'held':
        this.#watch(signal.lock);
        return;
      case 'buffered':
        this.bufferedAmount = signal.bytes;
        return;
      case 'ping':
        this.#signal({ rxwamp: 'pong' });
        return;
      case 'pong':
        this.#pong?.();
        return;
      case 'lost':
        this.#end(new ConnectionLostError(`The shared worker lost its session: ${signal.why}`));
        return;
      case 'closed':
        this.#end(undefined);
        return;
      default:
    }
  }

  /** Notices that the worker is gone: a port does not report the crash of its other end. */
  #watch(lock: string): void {
    const { signal } = this.#watching;
    this.#locks
      ?.request(lock, { signal }, () => {
        // its last messages may still be under way
        asyncScheduler.schedule(() => {
          if (!this.#ended) this.#end(new ConnectionLostError('The shared worker is gone'));
        }, LAST_MESSAGES);
      })
      // aborted, or not permitted: the keepalive remains
      .catch(() => undefined);
  }

  #end(loss: ConnectionLostError | undefined): void {
    this.#ended = true;
    this.#watching.abort();
    this.#loss = this.#left ? undefined : loss;
    this.#release?.();
    this.#port.close?.();
    // the join timeout is paused, and would not end an attempt that waits for this worker
    if (loss) this.ready.error(loss);
    this.#emitEnd();
  }

  #emitEnd(): void {
    if (this.#loss) this.#observer?.error(this.#loss);
    else this.#observer?.complete();
  }
}
