import { asyncScheduler, filter, Subscription, take, type Observable } from 'rxjs';
import { type ProtocolError, AbortError } from '../protocol/errors.ts';
import { ABORT, GOODBYE, HELLO, messageName, parseMessage, WELCOME, type Message } from '../protocol/messages.ts';
import type { Port } from '../session/verbs.ts';
import type { RequestPort } from '../session/request-port.ts';
import type { Session } from '../session/session.ts';
import { after } from '../session/time.ts';
import { signalOf, type LocksLike, type PortLike, type TabSignal } from '../transports/tabs.ts';
import type { Status, WampClient } from '../index.ts';
import { snaked } from './answers.ts';
import { TabSession, type TabHost } from './tab-session.ts';

/** What a tab needs of the server. */
export interface TabContext {
  readonly wamp: WampClient;
  readonly port: Port;
  readonly locks: LocksLike | undefined;
  /** Emits the name of the worker's own lock as soon as it is held: a page that asked before would get it. */
  readonly held: Observable<string>;
  readonly ping: { readonly interval: number; readonly timeout: number };
  readonly wantedElsewhere: TabHost['wantedElsewhere'];
  /** The tab is gone. */
  readonly gone: (tab: Tab) => void;
}

/** Milliseconds after which a tab is told how full the link is. */
const TELL = 20;

/** One tab: its port, and its session while it has one. */
export class Tab implements TabHost {
  readonly #context: TabContext;
  readonly #port: PortLike;
  /** What is to end with the tab: the wait for its lock, the pings, the wait for a session. */
  readonly #life = new Subscription();
  #session: TabSession | undefined;
  /** The worker's session that it shares. */
  #upstream: Session | undefined;
  #heard = 0;
  #open = false;
  /** How full the link is, as the tab was told last. */
  #buffered = 0;
  #telling: Subscription | undefined;

  constructor(context: TabContext, port: PortLike) {
    this.#context = context;
    this.#port = port;
    port.addEventListener('message', ({ data }) => {
      this.#receive(data);
    });
    port.start?.();
  }

  get session(): TabSession | undefined {
    return this.#session;
  }

  send(message: Message): void {
    this.#port.postMessage(message);
  }

  wantedElsewhere(uri: string, by: TabSession): boolean {
    return this.#context.wantedElsewhere(uri, by);
  }

  /** The worker's client is in another state: the tab's session ends with the one that it shares. */
  changed(status: Status): void {
    if (!this.#upstream || (status.state === 'joined' && status.session === this.#upstream)) return;
    this.#lose(why(status));
  }

  /** Ends it from the worker's side. */
  close(reason: string): void {
    if (!this.#life.closed) this.#lose(reason);
  }

  #signal(signal: TabSignal): void {
    this.#port.postMessage(signal);
  }

  #receive(data: unknown): void {
    if (this.#life.closed) return;
    this.#heard++;
    const signal = signalOf(data);
    if (!signal) {
      this.#take(data);
      this.#tellBuffered();
      return;
    }
    if (signal.rxwamp === 'open') this.#begin(signal.lock);
    else if (signal.rxwamp === 'ping') this.#signal({ rxwamp: 'pong' });
    else if (signal.rxwamp === 'close') {
      this.#signal({ rxwamp: 'closed' });
      this.#gone();
    }
  }

  #begin(lock: string | undefined): void {
    if (this.#open) return;
    this.#open = true;
    const { wamp, held } = this.#context;
    this.#signal({ rxwamp: 'hello' });
    this.#life.add(
      held.subscribe((name) => {
        this.#signal({ rxwamp: 'held', lock: name });
      }),
    );
    this.#watch(lock);
    wamp.connect();
    this.#life.add(
      wamp.status$
        .pipe(
          filter(({ state }) => state === 'joined' || state === 'failed' || state === 'closed'),
          take(1),
        )
        .subscribe(() => {
          this.#signal({ rxwamp: 'ready' });
        }),
    );
  }

  /** Notices when the tab is gone: its lock comes free, or it answers no pings. */
  #watch(lock: string | undefined): void {
    const { locks } = this.#context;
    if (lock === undefined || !locks) {
      this.#ping();
      return;
    }
    const abort = new AbortController();
    this.#life.add(() => {
      abort.abort();
    });
    locks
      .request(lock, { signal: abort.signal }, () => {
        this.#gone();
      })
      .catch(() => {
        // given up, or not allowed
        if (!abort.signal.aborted) this.#ping();
      });
  }

  #ping(): void {
    const { interval, timeout } = this.#context.ping;
    const heard = this.#heard;
    this.#life.add(
      asyncScheduler.schedule(() => {
        if (this.#heard !== heard) {
          this.#ping();
          return;
        }
        this.#signal({ rxwamp: 'ping' });
        this.#life.add(
          asyncScheduler.schedule(() => {
            if (this.#heard === heard) this.#gone();
            else this.#ping();
          }, timeout),
        );
      }, interval),
    );
  }

  /** Lets the tab know how full the link is, until it is empty: what the tab has sent is in it soon. */
  #tellBuffered(): void {
    if (this.#life.closed) return;
    this.#telling ??= after(TELL, () => {
      this.#telling = undefined;
      const bytes = this.#context.port.bufferedAmount;
      if (bytes !== this.#buffered) this.#signal({ rxwamp: 'buffered', bytes });
      this.#buffered = bytes;
      if (bytes > 0) this.#tellBuffered();
    });
  }

  #take(data: unknown): void {
    let message: Message;
    try {
      message = parseMessage(data);
    } catch (error) {
      this.#violated((error as ProtocolError).message);
      return;
    }
    if (message[0] === HELLO && !this.#session) this.#hello(message[1]);
    else if (message[0] === ABORT) this.#leave();
    else if (message[0] === GOODBYE && this.#session) {
      this.#leave();
      this.send([GOODBYE, {}, 'wamp.close.goodbye_and_out']);
    } else if (this.#session?.receive(message) !== true) this.#violated(`${messageName(message[0])} must not come now`);
  }

  #hello(realm: string | null): void {
    const { status } = this.#context.wamp;
    if (status.state !== 'joined') {
      const error = status.state === 'failed' ? status.error : undefined;
      const reason = error instanceof AbortError ? error.reason : 'wamp.close.system_shutdown';
      this.#abort(reason, `the shared worker has no session: ${why(status)}`);
      return;
    }
    const { session } = status;
    if (realm !== null && realm !== session.realm) {
      this.#abort('wamp.error.no_such_realm', `the shared worker is in realm ${session.realm}`);
      return;
    }
    const { recovery } = this.#context.port;
    const { session: id, transport: _transport, serializer: _serializer, ...details } = session.details;
    this.#upstream = session;
    this.#session = new TabSession(this, recovery, recovery.port as RequestPort);
    this.send([WELCOME, id, snaked(details)]);
  }

  #violated(message: string): void {
    this.#abort('wamp.error.protocol_violation', message);
  }

  #abort(reason: string, message: string): void {
    this.#leave();
    this.send([ABORT, { message }, reason]);
  }

  /** Ends the session; the port stays. */
  #leave(): void {
    this.#session?.end();
    this.#session = undefined;
    this.#upstream = undefined;
  }

  #lose(reason: string): void {
    this.#signal({ rxwamp: 'lost', why: reason });
    this.#gone();
  }

  #gone(): void {
    if (this.#life.closed) return;
    this.#life.unsubscribe();
    this.#telling?.unsubscribe();
    this.#leave();
    this.#port.close?.();
    this.#context.gone(this);
  }
}

function why(status: Status): string {
  if (status.state === 'waiting' || status.state === 'failed') return status.error.message;
  return status.state === 'leaving' ? status.reason : `its client is ${status.state}`;
}
