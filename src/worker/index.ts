/**
 * One connection for all tabs of a browser: the side of the SharedWorker.
 *
 * @packageDocumentation
 */
import { ReplaySubject, Subscription, type Subject } from 'rxjs';
import { checkOptions, NUMBER, type Kind } from '../protocol/kinds.ts';
import { WampClient, type ClientOptions } from '../index.ts';
import { portOf } from '../session/verbs.ts';
import { platformLocks, type LocksLike, type PortLike } from '../transports/tabs.ts';
import { Tab } from './tabs.ts';

export type { LocksLike, PortLike } from '../transports/tabs.ts';

/** As much of a SharedWorker's global scope as is needed. */
export interface TabScope {
  addEventListener(type: 'connect', listener: (event: { readonly ports: readonly PortLike[] }) => void): void;
  removeEventListener(type: 'connect', listener: (event: { readonly ports: readonly PortLike[] }) => void): void;
}

/** Options of {@link serveTabs}. */
export interface ServeTabsOptions {
  /**
   * Where tabs connect.
   *
   * @default globalThis, where it is the scope of a SharedWorker
   */
  readonly scope?: TabScope | undefined;
  /** Other locks than `navigator.locks`; `false` for none: tabs are watched by pings then. */
  readonly locks?: LocksLike | false | undefined;
  /**
   * Milliseconds between signs of life, of a tab that holds no lock.
   *
   * @default 10000
   */
  readonly pingInterval?: number | undefined;
  /**
   * Milliseconds that such a tab may take to answer, before it counts as gone. A browser may freeze tabs in the
   * background: they come back then as after any loss.
   *
   * @default 30000
   */
  readonly pingTimeout?: number | undefined;
}

const an = (expected: string): Kind => ({ expected, test: (v) => typeof v === 'object' || v === false });
const OPTIONS: Readonly<Record<keyof ServeTabsOptions, Kind>> = {
  scope: { expected: "a SharedWorker's scope", test: (v) => typeof v === 'object' },
  locks: an('a lock manager or false'),
  pingInterval: NUMBER,
  pingTimeout: NUMBER,
};

/** This scope, where it is that of a SharedWorker. */
const workerScope = (): TabScope | undefined => {
  const here: unknown = globalThis;
  return 'onconnect' in globalThis ? (here as TabScope) : undefined;
};

/** Holds a lock by which tabs notice the end of this worker: its process may crash with a tab. */
function hold(locks: LocksLike, held: Subject<string>): Subscription {
  const life = new Subscription();
  const name = `rxwamp worker ${crypto.randomUUID()}`;
  const holding = (): Promise<void> =>
    new Promise((release) => {
      life.add(release);
      held.next(name);
    });
  // a worker that may not have locks is noticed by the keepalive of its tabs
  locks.request(name, {}, holding).catch(() => undefined);
  return life;
}

/** What serves tabs. */
export interface TabServer {
  /** The worker's client. */
  readonly wamp: WampClient;
  /** How many tabs are connected. */
  readonly tabs: number;
  /** Takes in a tab by another port than those that connect to the worker: one of a MessageChannel. */
  connect(port: PortLike): void;
  /** Takes in no more tabs, ends the sessions of those that are here, and closes the client if it was made here. */
  close(): Promise<void>;
}

/**
 * Serves the tabs of a browser with the one session of a client, from a SharedWorker; the tabs come by `sharedWorker()`.
 * To be called in the first turn of the worker's script: tabs that connect before are not seen.
 *
 * A tab's HELLO is answered with the session that the client has (realm and identity are the worker's); its messages go
 * over that session under ids of the worker's. Subscriptions are shared: one at the router for all tabs, given back
 * with the last. A registration belongs to one tab at a time; another tab that registers the same procedure is refused
 * with `wamp.error.procedure_already_exists`. A tab that vanishes is noticed by its lock (Web Locks), or by pings; what
 * it held is given back, its calls are cancelled and those to it answered with `wamp.error.canceled`.
 *
 * As the router takes all tabs for one session, it would keep a tab's publications from the others. So they are
 * published with `exclude_me: false` where another tab has subscribed to them. If the publishing tab has, too, they are
 * acknowledged, and its events of that topic wait for the acknowledgement, to keep from it those that are its own: a
 * frame more for each such publication, and a round trip more for such events. Whether streams of this client within the
 * worker see what tabs publish is not promised: give the worker's own work a client of its own. Lists of sessions
 * (`exclude`, `eligible`), testaments and the meta API see one session, too.
 *
 * @param wamp the client, or options to make one
 * @throws TypeError where an option is unknown or of the wrong type
 * @example
 * // wamp.worker.ts
 * serveTabs({ url: 'wss://router.example/ws', realm: 'realm1', auth: [ticket({ authid: 'joe', ticket: fetchTicket })] });
 */
export function serveTabs(wamp: WampClient | ClientOptions, options: ServeTabsOptions = {}): TabServer {
  checkOptions(() => 'serveTabs', OPTIONS, options);
  const made = !(wamp instanceof WampClient);
  const client = made ? new WampClient(wamp) : wamp;
  const scope = options.scope ?? workerScope();
  const { locks = platformLocks() } = options;
  const { pingInterval = 10_000, pingTimeout = 30_000 } = options;
  const tabs = new Set<Tab>();
  const life = new Subscription();
  const held = new ReplaySubject<string>(1);
  const lock = locks ? hold(locks, held) : Subscription.EMPTY;
  const context = {
    wamp: client,
    port: portOf(client, 'serveTabs'),
    locks: locks === false ? undefined : locks,
    held,
    ping: { interval: pingInterval, timeout: pingTimeout },
    wantedElsewhere: (uri: string, by: Tab['session']) => {
      for (const { session } of tabs) if (session !== by && session?.wants(uri) === true) return true;
      return false;
    },
    gone: (tab: Tab) => {
      tabs.delete(tab);
    },
  };
  const connect = (port: PortLike): void => {
    if (!life.closed) tabs.add(new Tab(context, port));
  };
  const connected = ({ ports }: { readonly ports: readonly PortLike[] }): void => {
    if (ports[0]) connect(ports[0]);
  };
  scope?.addEventListener('connect', connected);
  life.add(() => {
    scope?.removeEventListener('connect', connected);
  });
  life.add(
    client.status$.subscribe((status) => {
      for (const tab of [...tabs]) tab.changed(status);
    }),
  );
  return {
    wamp: client,
    get tabs() {
      return tabs.size;
    },
    connect,
    async close() {
      life.unsubscribe();
      for (const tab of [...tabs]) tab.close('the worker serves no more tabs');
      lock.unsubscribe();
      if (made) await client.close();
    },
  };
}
