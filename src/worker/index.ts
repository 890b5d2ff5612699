/**
 * One connection for all tabs of a browser: the code of the SharedWorker.
 *
 * @packageDocumentation
 */
import { ReplaySubject, Subscription, type Subject } from 'rxjs';
import type { Kind } from '../protocol/kinds.ts';
import { checkOptions, isDict, kind, NUMBER } from '../protocol/kinds.ts';
import { WampClient, type ClientOptions } from '../index.ts';
import { portOf } from '../session/verbs.ts';
import { platformLocks, type LocksLike, type PortLike } from '../transports/tabs.ts';
import { listen, workerScope, type Connected, type TabScope } from './scope.ts';
import { Tab } from './tabs.ts';

export type { LocksLike, PortLike } from '../transports/tabs.ts';
export type { TabScope } from './scope.ts';

/** Options of {@link serveTabs}. */
export interface ServeTabsOptions {
  /**
   * The scope in which tabs connect.
   *
   * @default globalThis, where it is the scope of a SharedWorker
   */
  readonly scope?: TabScope | undefined;
  /** A lock manager in place of `navigator.locks`; `false` for none: then pings watch the tabs. */
  readonly locks?: LocksLike | false | undefined;
  /**
   * Milliseconds between pings to a tab that holds no lock.
   *
   * @default 10000
   */
  readonly pingInterval?: number | undefined;
  /**
   * Milliseconds for the answer to a ping, before the tab is taken for gone. A browser may freeze tabs in the background:
   * they come back as after any loss.
   *
   * @default 30000
   */
  readonly pingTimeout?: number | undefined;
}

const OPTIONS: Readonly<Record<keyof ServeTabsOptions, Kind>> = {
  scope: kind("a SharedWorker's scope", isDict),
  locks: kind('a lock manager or false', (v) => isDict(v) || v === false),
  pingInterval: NUMBER,
  pingTimeout: NUMBER,
};

/** Holds a lock by which tabs notice the end of this worker, which may crash with the process of a tab. */
function hold(locks: LocksLike, held: Subject<string>): Subscription {
  const life = new Subscription();
  const name = `rxwamp worker ${crypto.randomUUID()}`;
  const holding = (): Promise<void> =>
    new Promise((release) => {
      life.add(release);
      held.next(name);
    });
  // without permission for locks, the keepalive of the tabs notices the end
  locks.request(name, {}, holding).catch(() => undefined);
  return life;
}

/** Serves tabs until it is closed. */
export interface TabServer {
  /** The worker's client. */
  readonly wamp: WampClient;
  /** The number of connected tabs. */
  readonly tabs: number;
  /** Adds a tab by a port of a MessageChannel. */
  connect(port: PortLike): void;
  /** Takes no more tabs, ends the sessions of the present ones, and closes the client if it was made here. */
  close(): Promise<void>;
}

/**
 * Serves the tabs of a browser with the one session of a client, in a SharedWorker; the tabs connect by `sharedWorker()`.
 * Import it statically: it may be called later, but tabs that connected before `rxwamp/worker` was loaded are missed.
 *
 * The client's session answers a tab's HELLO (realm and identity are the worker's), and its messages use request ids of
 * the worker. Subscriptions are shared: the router has one for all tabs, until the last leaves. A registration belongs to
 * one tab at a time; another tab that registers the procedure gets `wamp.error.procedure_already_exists`. A lock (Web
 * Locks) or pings show that a tab is gone: its subscriptions and registrations end, its calls are cancelled, and calls to
 * it get `wamp.error.canceled`.
 *
 * As the router sees all tabs as one session, it would keep a tab's publications from the others. So they are
 * published with `exclude_me: false` where another tab has subscribed to the topic. If the publishing tab has, too, they
 * are acknowledged, and its events of that topic wait for the acknowledgement, so that it does not get its own: one more
 * frame for each such publication, and one more round trip for such events. Whether streams of this client inside the
 * worker receive publications of tabs is undefined: use another client for the worker's own work. Lists of sessions
 * (`exclude`, `eligible`), testaments and the meta API also see one session.
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
    gone: (tab: Tab) => tabs.delete(tab),
  };
  const connect = (port: PortLike): void => {
    if (!life.closed) tabs.add(new Tab(context, port));
  };
  const connected = ({ ports }: Connected): void => {
    if (ports[0]) connect(ports[0]);
  };
  if (scope) listen(scope, connected);
  life.add(() => scope?.removeEventListener('connect', connected));
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
