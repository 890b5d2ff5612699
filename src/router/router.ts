import { first, firstValueFrom, Observable, startWith, Subscription, timeout } from 'rxjs';
import { ConnectFailedError } from '../protocol/errors.ts';
import type { Id } from '../protocol/ids.ts';
import type { Dict, List } from '../protocol/payload.ts';
import type { Uri } from '../protocol/uris.ts';
import { json } from '../serializers/json.ts';
import type { Serializer } from '../serializers/serializer.ts';
import { memoryPair, MemoryQueue } from './memory-transport.ts';
import type { Channel, Transport } from '../transports/transport.ts';
import { checkRouterOptions } from './option-checks.ts';
import { RouterCore } from './core.ts';
import { attachMemory } from './memory-link.ts';
import type { RouterFrame, RouterLink, RouterOptions, RouterPeer, RouterPublishOptions } from './router-options.ts';
import type { LinkInfo } from './view-types.ts';
import { Views } from './views.ts';

/** Options of {@link Router.transport}. */
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

/**
 * A WAMP router for tests and development, in this process: broker, dealer and meta API with the advanced features,
 * and faults at will. It is made to be watched and broken, not to be reached from a network: production runs on
 * Crossbar.io, nexus or Bondy.
 *
 * Made by {@link createRouter}.
 */
export class Router extends Views {
  /**
   * Every message that passes, as it passes; hot.
   */
  readonly messages$: Observable<RouterFrame>;
  /** Bytes that one message may have. */
  readonly maxMessageSize: number;
  readonly #queue: MemoryQueue;
  /** @internal */
  protected readonly serializer: Serializer;

  /** @internal */
  constructor(options: RouterOptions) {
    super(new RouterCore(options));
    this.messages$ = this.core.frames.asObservable();
    this.maxMessageSize = options.maxMessageSize ?? 2 ** 24;
    this.#queue = new MemoryQueue(options.delivery === 'flush');
    this.serializer = options.serializer ?? json();
  }

  /**
   * A transport for a client in the same process. Every message goes through a serializer both ways, so that values
   * that are no wire values show themselves.
   */
  transport(options: MemoryTransportOptions = {}): Transport {
    const { serializer = this.serializer, name = 'memory' } = options;
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
   * `faults.refuse()`.
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
    const { broker } = this.core.existing(options.realm);
    return broker.publishFromRouter({ topic, options: { ...options.options }, args, kwargs: { ...kwargs } });
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
    return firstValueFrom(
      this.changes$.pipe(
        startWith(undefined),
        first(() => core.links.size === 0),
        timeout(core.closeTimeout + 500),
      ),
    ).catch(() => {
      for (const link of [...core.links]) link.drop();
    });
  }
}

/**
 * Makes a router for tests and development that lives in this process, browser or Node.
 *
 * @param options realms, authentication, habits of real routers …; without any: the realm `realm1`, open to all
 * @throws TypeError that names the option that is wrong
 * @example
 * const router = createRouter();
 * const wamp = new WampClient({ realm: 'realm1', transports: [router.transport()] });
 * wamp.subscribe('com.app.topic').subscribe(console.log);
 * router.subscriptions; // [{ topic: 'com.app.topic', … }] once the client has joined
 * router.publish('com.app.topic', ['hello']);
 * router.dropAll(); // the client reconnects, and its subscription heals
 */
export function createRouter(options: RouterOptions = {}): Router {
  checkRouterOptions('createRouter', options);
  return new Router(options);
}
