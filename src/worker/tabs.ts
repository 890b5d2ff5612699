import { asyncScheduler, filter, Subscription, take, type Observable } from 'rxjs';
import { type ProtocolError, AbortError } from '../protocol/errors.ts';
import { ABORT, GOODBYE, HELLO, messageName, parseMessage, WELCOME, type Message } from '../protocol/messages.ts';
import { bufferedAmountOf, type Port } from '../session/verbs.ts';
import type { RequestPort } from '../session/request-port.ts';
import type { Session } from '../session/session.ts';
import { after } from '../session/time.ts';
import { signalOf, type LocksLike, type PortLike, type TabSignal } from '../transports/tabs.ts';
import type { Status, WampClient } from '../index.ts';
import { toWireDict } from './replies.ts';
import { TabSession, type TabHost } from './tab-session.ts';

/** The server's side of a tab. */
export interface TabContext {
  readonly wamp: WampClient;
  readonly port: Port;
  readonly locks: LocksLike | undefined;
  /** Emits the name of the worker's own lock once it is held: a page that requested it before would get it. */
  readonly held: Observable<string>;
  readonly ping: { readonly interval: number; readonly timeout: number };
  readonly wantedElsewhere: TabHost['wantedElsewhere'];
  /** The tab is gone. */
  readonly gone: (tab: Tab) => void;
}

/** Milliseconds between reports of the backlog to a tab. */
const REPORT_DELAY = 20;

/** One tab: its port, and its session while it has one. */
export class Tab implements TabHost {
  readonly #context: TabContext;
  readonly #port: PortLike;
  /** Ends with the tab: the wait for its lock, the pings, the wait for a session. */
  readonly #life = new Subscription();
  #session: TabSession | undefined;
  /** The worker's session that it shares. */
  #upstream: Session | undefined;
  /** Messages received. */
  #received = 0;
  #open = false;
  /** The backlog that was reported last. */
  #buffered = 0;
  #reporting: Subscription | undefined;

  constructor(context: TabContext, port: PortLike) {
    this.#context = context;
    this.#port = port;
    port.addEventListener('message', ({ data }) => this.#receive(data));
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

  /** The state of the worker's client has changed: the tab's session ends with the shared one. */
  changed(status: Status): void {
    if (!this.#upstream || (status.state === 'joined' && status.session === this.#upstream)) return;
    this.#lose(why(status));
  }

  /** Ends the tab's session from the worker's side. */
  close(reason: string): void {
    if (!this.#life.closed) this.#lose(reason);
  }

  #signal(signal: TabSignal): void {
    this.#port.postMessage(signal);
  }

  #receive(data: unknown): void {
    if (this.#life.closed) return;
    this.#received++;
    const signal = signalOf(data);
    if (!signal) {
      this.#handle(data);
      this.#reportBuffered();
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
    this.#life.add(held.subscribe((name) => this.#signal({ rxwamp: 'held', lock: name })));
    this.#watch(lock);
    wamp.connect();
    this.#life.add(
      wamp.status$
        .pipe(
          filter(({ state }) => state === 'joined' || state === 'failed' || state === 'closed'),
          take(1),
        )
        .subscribe(() => this.#signal({ rxwamp: 'ready' })),
    );
  }

  /** Notices that the tab is gone: its lock becomes free, or it answers no pings. */
  #watch(lock: string | undefined): void {
    const { locks } = this.#context;
    if (lock === undefined || !locks) {
      this.#ping();
      return;
    }
    const abort = new AbortController();
    this.#life.add(() => abort.abort());
    locks
      .request(lock, { signal: abort.signal }, () => this.#gone())
      .catch(() => {
        // aborted, or not permitted
        if (!abort.signal.aborted) this.#ping();
      });
  }

  #ping(): void {
    const { interval, timeout } = this.#context.ping;
    const received = this.#received;
    this.#life.add(
      asyncScheduler.schedule(() => {
        if (this.#received !== received) {
          this.#ping();
          return;
        }
        this.#signal({ rxwamp: 'ping' });
        this.#life.add(
          asyncScheduler.schedule(() => {
            if (this.#received === received) this.#gone();
            else this.#ping();
          }, timeout),
        );
      }, interval),
    );
  }

  /** Reports the backlog of the link until it is empty; what the tab has sent enters it soon. */
  #reportBuffered(): void {
    if (this.#life.closed) return;
    this.#reporting ??= after(REPORT_DELAY, () => {
      this.#reporting = undefined;
      const bytes = bufferedAmountOf(this.#context.port);
      if (bytes !== this.#buffered) this.#signal({ rxwamp: 'buffered', bytes });
      this.#buffered = bytes;
      if (bytes > 0) this.#reportBuffered();
    });
  }

  #handle(data: unknown): void {
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
    this.send([WELCOME, id, toWireDict(details)]);
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
    this.#reporting?.unsubscribe();
    this.#leave();
    this.#port.close?.();
    this.#context.gone(this);
  }
}

function why(status: Status): string {
  if (status.state === 'waiting' || status.state === 'failed') return status.error.message;
  return status.state === 'leaving' ? status.reason : `its client is ${status.state}`;
}
