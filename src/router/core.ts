import { asyncScheduler, Subject, throwError } from 'rxjs';
import type { Id } from '../protocol/ids.ts';
import type { Message } from '../protocol/messages.ts';
import { isUri, type Uri } from '../protocol/uris.ts';
import type { Limits, RealmOptions, RouterFrame, RouterPeer, Intercept, RouterOptions } from './router-options.ts';
import type { LinkInfo } from './view-types.ts';
import { DeliveryQueue } from './delivery-queue.ts';
import { Link, type Switchboard } from './link.ts';
import { featuresOf, quirksOf, type Quirks, type RouterFeatures } from './quirks.ts';
import { Randomness } from './random.ts';
import { Realm } from './realm.ts';
import type { RouterSession } from './router-session.ts';

/** The router without its public face: realms and links, and the faults that hold for all of them. */
export class RouterCore implements Switchboard {
  readonly quirks: Quirks;
  readonly features: RouterFeatures;
  readonly random: Randomness;
  readonly closeTimeout: number;
  readonly realms = new Map<string, Realm>();
  readonly links = new Set<Link>();
  readonly intercepts = new Set<Intercept>();
  readonly inbound: DeliveryQueue;
  readonly outbound: DeliveryQueue;
  readonly frames = new Subject<RouterFrame>();
  readonly changes = new Subject<void>();
  /** How many of the next attempts to connect are refused. */
  refused = 0;
  /** What the next HELLOs are refused with. */
  readonly refusals: Uri[] = [];
  /** New links are silent from the start. */
  stallsDials = false;
  closed = false;
  #count = 0;
  readonly #limits: Required<Limits>;
  readonly #options: RouterOptions;

  constructor(options: RouterOptions) {
    const { seed, closeTimeout = 2000, realms = ['realm1'] } = options;
    this.#options = options;
    this.quirks = quirksOf(options.like, options.quirks);
    this.features = featuresOf(options.like);
    this.random = new Randomness(seed);
    this.closeTimeout = closeTimeout;
    this.#limits = {
      subscriptionsPerSession: 100_000,
      registrationsPerSession: 100_000,
      callsPerSession: 100_000,
      testamentsPerSession: 1000,
      retainedPerRealm: 100_000,
      realms: 1000,
      ...options.limits,
    };
    // only a test's own interceptor can throw here: RxJS reports it as unhandled
    const failed = (error: unknown): void => {
      throwError(() => error).subscribe();
    };
    this.inbound = new DeliveryQueue(failed);
    this.outbound = new DeliveryQueue(failed);
    const named = isNames(realms) ? realms.map((name): [string, RealmOptions] => [name, {}]) : Object.entries(realms);
    for (const [name, realmOptions] of named) this.#create(name, realmOptions);
  }

  attach(peer: RouterPeer, info: LinkInfo, helloTimeout?: number): Link {
    const link = new Link(this, ++this.#count, peer, info, helloTimeout);
    this.links.add(link);
    if (this.stallsDials) link.stall();
    if (this.closed) link.close(1001, 'the router is closed');
    return link;
  }

  realm(name: string | null): Realm | undefined {
    if (name === null) return this.realms.values().next().value;
    const { autoCreateRealms = false } = this.#options;
    const known = this.realms.get(name);
    if (known || autoCreateRealms === false || this.realms.size >= this.#limits.realms || !isUri(name)) return known;
    return this.#create(name, autoCreateRealms === true ? {} : autoCreateRealms);
  }

  /**
   * The realm of this name, the first one without a name.
   *
   * @throws Error where there is none
   */
  existing(name?: string): Realm {
    const realm = this.realm(name ?? null);
    if (!realm) throw new Error(`The router has no realm '${name ?? ''}': list it in the option realms`);
    return realm;
  }

  refusal(): Uri | undefined {
    return this.refusals.shift();
  }

  intercepted(message: Message, session: Id | undefined, direction: 'in' | 'out'): readonly Message[] {
    let messages: readonly Message[] = [message];
    for (const intercept of this.intercepts) {
      messages = messages.flatMap((each) => {
        const result = intercept(each, { session, direction });
        if (result === undefined) return [];
        return 'instead' in result ? result.instead : [result];
      });
    }
    return messages;
  }

  tap(frame: Omit<RouterFrame, 'time'>): void {
    if (this.frames.observed) this.frames.next({ ...frame, time: asyncScheduler.now() });
  }

  forget(link: Link): void {
    this.links.delete(link);
    this.changes.next();
  }

  /** All sessions, of all realms. */
  *sessions(): Iterable<RouterSession> {
    for (const realm of this.realms.values()) yield* realm.sessions.values();
  }

  /** The link that carries a session. */
  linkOf(id: number): Link | undefined {
    for (const link of this.links) if (link.session?.id === id) return link;
    return undefined;
  }

  #create(name: string, options: RealmOptions): Realm {
    const realm = new Realm({
      name,
      options,
      quirks: this.quirks,
      features: this.features,
      random: this.random,
      limits: this.#limits,
      invocationIds: this.#options.invocationIds ?? 'sequential',
      changed: () => {
        this.changes.next();
      },
    });
    this.realms.set(name, realm);
    return realm;
  }
}

function isNames(realms: readonly string[] | Readonly<Record<string, RealmOptions>>): realms is readonly string[] {
  return Array.isArray(realms);
}
