import { map, Observable, startWith, Subscription } from 'rxjs';
import { ConnectFailedError } from '../protocol/errors.ts';
import type { Id } from '../protocol/ids.ts';
import type { Dict, List } from '../protocol/messages.ts';
import type { Uri } from '../protocol/uris.ts';
import { json } from '../serializers/json.ts';
import type { Serializer } from '../serializers/serializer.ts';
import { memoryPair, MemoryQueue } from '../transports/memory.ts';
import type { Channel, Transport } from '../transports/transport.ts';
import { RouterCore } from './core.ts';
import { Faults } from './faults.ts';
import { attachMemory } from './memory.ts';
import type {
  LinkInfo,
  RegistrationView,
  RouterFrame,
  RouterLink,
  RouterPeer,
  RouterPublishOptions,
  SessionView,
  SubscriptionView,
  TestRouterOptions,
} from './options.ts';
import { listed, when, type WaitOptions } from './waiting.ts';

/** Options of {@link TestRouter.transport}. */
export interface MemoryTransportOptions {
  /** The router's by default, which is JSON. */
  readonly serializer?: Serializer;
  /**
   * Shown in the client's status.
   *
   * @default 'memory'
   */
  readonly name?: string;
}

/** What `attach()` may say of a link. */
export interface AttachOptions extends Partial<LinkInfo> {
  /** Milliseconds until a client that has sent no HELLO is dropped; none by default. */
  readonly helloTimeout?: number;
}

const present = (sessions: readonly SessionView[]): string =>
  listed(sessions.map(({ id, realm, authid, authrole }) => `session ${id} (${authid}, ${authrole}) in ${realm}`));

/**
 * A WAMP router for tests and development, in this process: broker, dealer and meta API with the advanced features,
 * and faults at will. It is made to be watched and broken, not to be reached from a network: production runs on
 * Crossbar.io, nexus or Bondy.
 *
 * Made by {@link createTestRouter}.
 */
export class TestRouter extends Faults {
  /**
   * Every message that passes, as it passes; hot.
   */
  readonly messages$: Observable<RouterFrame>;
  /** The sessions, now and after each change of sessions, subscriptions or registrations. */
  readonly sessions$: Observable<readonly SessionView[]>;
  /** Bytes that one message may have. */
  readonly maxMessageSize: number;
  readonly #queue: MemoryQueue;
  readonly #serializer: Serializer;

  /** @internal */
  constructor(options: TestRouterOptions) {
    super(new RouterCore(options));
    this.messages$ = this.core.frames.asObservable();
    this.sessions$ = this.core.changes.pipe(
      startWith(undefined),
      map(() => this.sessions),
    );
    this.maxMessageSize = options.maxMessageSize ?? 2 ** 24;
    this.#queue = new MemoryQueue(options.delivery === 'flush');
    this.#serializer = options.serializer ?? json();
  }

  /** The sessions that are joined, ghosts included, in the order in which they joined. */
  get sessions(): readonly SessionView[] {
    return [...this.core.sessions()].map((session) => session.view());
  }

  /** The subscriptions that have subscribers. */
  get subscriptions(): readonly SubscriptionView[] {
    return [...this.core.realms.values()].flatMap(({ context: { name: realm }, broker }) =>
      [...broker.subscriptions]
        .filter(({ subscribers }) => subscribers.size > 0)
        .map(({ id, uri: topic, match, created, subscribers }) => {
          const sessions = [...subscribers].map((session) => session.id);
          return { id, realm, topic, match, created, sessions };
        }),
    );
  }

  /** The registrations. */
  get registrations(): readonly RegistrationView[] {
    return [...this.core.realms.values()].flatMap(({ context: { name: realm }, dealer }) =>
      [...dealer.registrations.all].map(({ id, uri: procedure, match, invoke, created, callees }) => {
        const sessions = callees.map((callee) => callee.session.id);
        return { id, realm, procedure, match, invoke, created, sessions };
      }),
    );
  }

  /** The names of the realms. */
  get realms(): readonly string[] {
    return [...this.core.realms.keys()];
  }

  /**
   * A transport for a client in the same process. Every message goes through a serializer both ways, so that values
   * that are no wire values show themselves.
   */
  transport(options: MemoryTransportOptions = {}): Transport {
    const { serializer = this.#serializer, name = 'memory' } = options;
    return {
      name,
      open: () =>
        new Observable<Channel>((observer) => {
          let given = false;
          const opening = new Subscription(() => {
            given = true;
          });
          this.#queue.post(() => {
            if (given) return;
            const refusal = this.admit();
            if (refusal !== undefined) {
              observer.error(new ConnectFailedError(`${name}: ${refusal}`));
              return;
            }
            const [client, server] = memoryPair({
              serializer,
              queue: this.#queue,
              maxMessageSize: this.maxMessageSize,
              url: name,
            });
            attachMemory(this.core, server);
            observer.next(client);
            observer.complete();
          });
          return opening;
        }),
    };
  }

  /** Delivers all that is under way in memory, and what that brings about, before it returns. */
  flush(): void {
    this.#queue.flush();
  }

  /**
   * Whether a new link may be attached. Adapters ask before they accept a connection; it counts as one attempt for
   * {@link Faults.refuse}.
   *
   * @returns why not, or undefined
   */
  admit(): string | undefined {
    if (this.core.closed) return 'the router is closed';
    if (this.core.refused <= 0) return undefined;
    this.core.refused--;
    return 'the router refuses connections for the test';
  }

  /**
   * Connects a client through an adapter of your own.
   *
   * @param peer the way to the client
   * @param info what carries the link
   * @returns the way to the router
   */
  attach(peer: RouterPeer, info: AttachOptions = {}): RouterLink {
    const { helloTimeout, type = 'custom', ...rest } = info;
    return this.core.attach(peer, { type, ...rest }, helloTimeout);
  }

  /**
   * Publishes in the router's own name.
   *
   * @param topic where
   * @param args positional payload
   * @param kwargs keyword payload
   * @param options realm, and PUBLISH.Options as on the wire
   * @returns the publication's id
   */
  publish(
    topic: Uri,
    args: List = [],
    kwargs: Readonly<Dict> = {},
    options: Omit<RouterPublishOptions, 'args' | 'kwargs'> = {},
  ): Id {
    const realm = this.core.realm(options.realm ?? null);
    if (!realm) throw new Error(`The router has no realm '${options.realm ?? ''}'`);
    return realm.broker.publishFromRouter({ topic, options: { ...options.options }, args, kwargs: { ...kwargs } });
  }

  /**
   * Resolves with the session once one is joined that satisfies the predicate, or with the last of the first `n`.
   *
   * @param which a predicate, or how many sessions; 1 by default, and 0 waits until there is none
   */
  whenSession(which: 0, options?: WaitOptions): Promise<undefined>;
  whenSession(which?: number | ((session: SessionView) => boolean), options?: WaitOptions): Promise<SessionView>;
  whenSession(
    which: number | ((session: SessionView) => boolean) = 1,
    options?: WaitOptions,
  ): Promise<SessionView | undefined> {
    const look = (): { session: SessionView | undefined } | undefined => {
      if (which === 0) return this.sessions.length === 0 ? { session: undefined } : undefined;
      const session = typeof which === 'function' ? this.sessions.find(which) : this.sessions[which - 1];
      return session && { session };
    };
    const what = typeof which === 'function' ? 'a session as wanted' : `${which} session(s)`;
    return when(this.core.changes, look, what, () => present(this.sessions), options).then(({ session }) => session);
  }

  /**
   * Resolves once `n` sessions or more are subscribed to exactly this URI or pattern.
   *
   * @param topic the URI or pattern, as subscribed
   * @param n how many; 0 waits until nobody is
   */
  whenSubscribed(topic: Uri, n = 1, options?: WaitOptions): Promise<readonly SubscriptionView[]> {
    return this.#whenHeld(
      () => this.subscriptions.filter((each) => each.topic === topic),
      n,
      `on '${topic}'`,
      options,
      () => listed(this.subscriptions.map((each) => `'${each.topic}' (${each.match}) with ${each.sessions.length}`)),
    );
  }

  /**
   * Resolves once `n` sessions or more have registered exactly this URI or pattern.
   *
   * @param procedure the URI or pattern, as registered
   * @param n how many; 0 waits until nobody has
   */
  whenRegistered(procedure: Uri, n = 1, options?: WaitOptions): Promise<readonly RegistrationView[]> {
    return this.#whenHeld(
      () => this.registrations.filter((each) => each.procedure === procedure),
      n,
      `behind '${procedure}'`,
      options,
      () =>
        listed(this.registrations.map((each) => `'${each.procedure}' (${each.match}) with ${each.sessions.length}`)),
    );
  }

  /**
   * Says GOODBYE to all sessions, accepts no new ones, and resolves when all links are gone, after `closeTimeout` at
   * the latest.
   *
   * @param reason of the GOODBYE; `wamp.close.system_shutdown` by default
   */
  close(reason: Uri = 'wamp.close.system_shutdown'): Promise<void> {
    const { core } = this;
    core.closed = true;
    for (const link of [...core.links]) {
      if (link.busy && !link.ghost) link.goodbye(reason);
      if (link.ghost || !link.session) link.close(1001, reason);
    }
    return when(
      core.changes,
      () => (core.links.size === 0 ? true : undefined),
      'all links to end',
      () => `${core.links.size} links`,
      {
        timeout: core.closeTimeout + 500,
      },
    ).then(
      () => undefined,
      () => {
        for (const link of [...core.links]) link.drop();
      },
    );
  }

  #whenHeld<T extends { readonly sessions: readonly Id[] }>(
    find: () => T[],
    n: number,
    where: string,
    options: WaitOptions | undefined,
    instead: () => string,
  ): Promise<readonly T[]> {
    const look = (): readonly T[] | undefined => {
      const found = find();
      const count = found.reduce((sum, { sessions }) => sum + sessions.length, 0);
      return (n === 0 ? count === 0 : count >= n) ? found : undefined;
    };
    return when(this.core.changes, look, `${n} session(s) ${where}`, instead, options);
  }
}

/**
 * Makes a router for tests and development that lives in this process, browser or Node.
 *
 * @param options realms, authentication, habits of real routers …; without any: the realm `realm1`, open to all
 * @example
 * const router = createTestRouter();
 * const wamp = new WampClient({ realm: 'realm1', transports: [router.transport()] });
 * wamp.subscribe('com.app.topic').subscribe(console.log);
 * await router.whenSubscribed('com.app.topic');
 * router.publish('com.app.topic', ['hello']);
 * router.dropAll(); // and see it heal
 */
export function createTestRouter(options: TestRouterOptions = {}): TestRouter {
  return new TestRouter(options);
}
