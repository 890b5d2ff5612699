import { AsyncSubject, asyncScheduler, Observable, type Subscriber, type Subscription } from 'rxjs';
import { checkOptions, FUNCTION, NUMBER, type Kind } from '../protocol/kinds.ts';
import { ConnectionLostError, SerializationError } from '../protocol/errors.ts';
import { dialFailed } from './address.ts';
import { platformLocks, signalOf, type LocksLike, type PortLike, type TabSignal } from './tabs.ts';
import type { Channel, Transport } from './transport.ts';

/** How to reach the worker that holds the connection. */
export interface SharedWorkerOptions {
  /**
   * Makes the SharedWorker, asked at every attempt; or gives a port to whoever called `serveTabs()`.
   *
   * @example
   * () => new SharedWorker(new URL('./wamp.worker.js', import.meta.url), { type: 'module' })
   */
  readonly worker: () => PortLike | { readonly port: PortLike };
  /**
   * Milliseconds that the worker may take to say that it is there. How long it takes to join is its own affair: the
   * client's `joinTimeout` pauses meanwhile.
   * @default 10000
   */
  readonly openTimeout?: number | undefined;
  /** Other locks than `navigator.locks`, by which the worker notices that a page is gone; `false` for none. */
  readonly locks?: LocksLike | false | undefined;
}

const OPTIONS: Readonly<Record<keyof SharedWorkerOptions, Kind>> = {
  worker: FUNCTION,
  openTimeout: NUMBER,
  locks: { expected: 'a lock manager or false', test: (v) => v === false || typeof v === 'object' },
};

/**
 * A way to the router through a SharedWorker: all pages of one origin in a browser share the worker's one connection and
 * session, and it outlives the page that opened it. The worker calls `serveTabs()` of `rxwamp/worker`; address,
 * authentication and reconnecting are its business. When it loses its session, those of the pages end, too, and heal
 * as soon as it has joined again.
 *
 * Messages pass as structured clones, not serialised: the worker serialises them for the router.
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
        const fail = (cause: unknown): void => {
          subscriber.error(dialFailed('the shared worker', cause));
        };
        let link: TabLink;
        try {
          const made = worker();
          if ('port' in made) {
            // a script that cannot be loaded, or throws
            (made as { onerror?: (event: { message?: string }) => void }).onerror = ({ message }) => {
              fail(new Error(message === undefined || message === '' ? 'its script cannot be run' : message));
            };
          }
          link = new TabLink('port' in made ? made.port : made);
        } catch (error) {
          fail(error);
          return;
        }
        let given = false;
        subscriber.add(() => {
          if (!given) link.drop();
        });
        const timer: Subscription | undefined =
          openTimeout < Infinity
            ? asyncScheduler.schedule(() => {
                fail(new Error(`no answer in ${openTimeout} ms`));
              }, openTimeout)
            : undefined;
        subscriber.add(timer);
        link.greeted = () => {
          timer?.unsubscribe();
          const ready = (): Observable<Channel> => link.ready;
          subscriber.add(
            (attempt ? attempt.resolve(ready) : ready()).subscribe({
              next: (channel) => {
                given = true;
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

/** Milliseconds that messages may take which a worker sent before its end. */
const LAST_WORDS = 100;

/** The page's end of a port. */
class TabLink implements Channel {
  readonly details = { type: 'sharedworker', serializer: 'clone', subprotocol: 'wamp.2' };
  readonly incoming: Observable<unknown>;
  /** Emits the channel when the worker has a session. */
  readonly ready = new AsyncSubject<Channel>();
  /** Called when the worker has answered. */
  greeted: () => void = () => undefined;
  received = 0;
  /** What waits in the worker's link, which all pages fill. */
  bufferedAmount = 0;
  readonly #port: PortLike;
  readonly #watching = new AbortController();
  #locks: LocksLike | undefined;
  #observer: Subscriber<unknown> | undefined;
  #release: (() => void) | undefined;
  #left = false;
  #ended = false;
  #loss: ConnectionLostError | undefined;

  constructor(port: PortLike) {
    this.#port = port;
    this.incoming = new Observable((subscriber) => {
      this.#observer = subscriber;
      if (this.#ended) this.#tellEnd();
    });
    port.addEventListener('message', ({ data }) => {
      this.#receive(data);
    });
    port.start?.();
  }

  /** Says to the worker that we are there: once our lock is held, so that it cannot get it before. */
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
    // a document that may not have locks is watched by pings
    locks.request(name, {}, held).catch(() => {
      open();
    });
  }

  send(message: readonly unknown[]): void {
    if (this.#left || this.#ended) {
      throw this.#loss ?? new ConnectionLostError('Cannot send: the link to the shared worker is closed');
    }
    try {
      this.#port.postMessage(message);
    } catch (error) {
      throw new SerializationError(`A value cannot be sent to the shared worker: ${(error as Error).message}`, {
        cause: error,
      });
    }
  }

  ping(): void {
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
        this.greeted();
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
      case 'lost':
        this.#end(new ConnectionLostError(`The shared worker lost its session: ${signal.why}`));
        return;
      case 'closed':
        this.#end(undefined);
        return;
      default:
    }
  }

  /** Notices when the worker is gone: nothing comes through a port whose other end has crashed, not even an end. */
  #watch(lock: string): void {
    const { signal } = this.#watching;
    this.#locks
      ?.request(lock, { signal }, () => {
        // what the worker said last may still be on its way
        asyncScheduler.schedule(() => {
          if (!this.#ended) this.#end(new ConnectionLostError('The shared worker is gone'));
        }, LAST_WORDS);
      })
      // given up, or not allowed: the keepalive remains
      .catch(() => undefined);
  }

  #end(loss: ConnectionLostError | undefined): void {
    this.#ended = true;
    this.#watching.abort();
    this.#loss = this.#left ? undefined : loss;
    this.#release?.();
    this.#port.close?.();
    // whoever waits for the session of a worker that is gone would wait for ever: the joinTimeout pauses meanwhile
    if (loss) this.ready.error(loss);
    this.#tellEnd();
  }

  #tellEnd(): void {
    if (this.#loss) this.#observer?.error(this.#loss);
    else this.#observer?.complete();
  }
}
