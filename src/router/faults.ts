import type { Id } from '../protocol/ids.ts';
import type { Message } from '../protocol/messages.ts';
import type { Match, Uri } from '../protocol/uris.ts';
import type { RouterCore } from './core.ts';
import type { Link } from './link.ts';
import type { Intercept } from './router-options.ts';
import type { Registration, RouterSession, Subscription } from './router-session.ts';

/** What a revocation may be limited to, and say. */
export interface RevocationOptions {
  /** 'exact' by default; for a URI only. */
  readonly match?: Match;
  /** Sent to clients that announced the feature. */
  readonly reason?: Uri;
  /** Of one session alone; of all by default. */
  readonly session?: Id;
  /** The realm, where the router has more than one. */
  readonly realm?: string;
}

/** The faults of a test router: what real networks and routers do to clients, at will. */
export abstract class Faults {
  /** @internal */
  protected readonly core: RouterCore;

  /** @internal */
  protected constructor(core: RouterCore) {
    this.core = core;
  }

  /** Cuts all links, without a word. Their sessions end at once. */
  dropAll(): void {
    for (const link of [...this.core.links]) if (!link.ghost) link.drop();
  }

  /** Cuts the link of one session. Whether there was one. */
  drop(session: Id): boolean {
    const link = this.core.linkOf(session);
    link?.drop();
    return link !== undefined;
  }

  /**
   * The network falls silent: frames vanish both ways, while sockets stay open; the router does not even learn that a
   * client hangs up. Ends with {@link Faults.resume}.
   */
  stall(
    options: {
      /**
       * Whether new links are silent as well. By default only where there is no link to stall: a client that notices can then
       * dial anew, as after a lost entry in a router's address table.
       */
      readonly dials?: boolean;
    } = {},
  ): void {
    const { dials = this.core.links.size === 0 } = options;
    this.core.stallsDials = dials;
    for (const link of this.core.links) link.stall();
  }

  /** Ends {@link Faults.stall} and {@link Faults.pause}. What vanished stays lost; what was held back goes on. */
  resume(): void {
    this.core.stallsDials = false;
    for (const link of [...this.core.links]) link.resume();
    this.core.inbound.paused = false;
    this.core.outbound.paused = false;
  }

  /**
   * Cuts all links, but keeps their sessions with registrations and subscriptions, as a router does that has not
   * noticed yet. A client that comes back meets its own ghost.
   *
   * @param ms how long; `Infinity` until the router closes
   */
  ghost(ms: number): void {
    for (const link of [...this.core.links]) {
      if (link.session && link.busy) link.haunt(ms);
      else link.drop();
    }
  }

  /**
   * Refuses the next attempts to connect.
   *
   * @param n how many; 0 accepts again
   */
  refuse(n: number): void {
    this.core.refused = n;
  }

  /**
   * Refuses the next attempts to join, with ABORT.
   *
   * @param reason the URI to refuse with
   * @param n how many attempts; `abort(reason, 0)` takes back all that are left
   */
  abort(reason: Uri, n = 1): void {
    this.core.refusals.length = 0;
    for (let i = 0; i < n; i++) this.core.refusals.push(reason);
  }

  /**
   * Says GOODBYE to all sessions.
   *
   * @param reason `wamp.close.system_shutdown` by default
   * @param message a text for people
   */
  goodbye(reason: Uri = 'wamp.close.system_shutdown', message?: string): void {
    for (const link of [...this.core.links]) link.goodbye(reason, message);
  }

  /**
   * Says GOODBYE to one session.
   *
   * @param session its id
   * @param reason `wamp.close.killed` by default
   * @param message a text for people
   * @returns whether there was such a session
   */
  kill(session: Id, reason: Uri = 'wamp.close.killed', message?: string): boolean {
    const link = this.core.linkOf(session);
    link?.goodbye(reason, message);
    return link !== undefined;
  }

  /** From now on each frame takes this long, each way, in milliseconds of asyncScheduler. The order stays. */
  delay(ms: number): void {
    this.core.inbound.delay = ms;
    this.core.outbound.delay = ms;
  }

  /** The router does nothing more, until {@link Faults.resume}: what comes and goes waits in order. */
  pause(): void {
    this.core.inbound.paused = true;
    this.core.outbound.paused = true;
  }

  /**
   * Sends what the router would not: any array as a message, or a string or bytes as a frame.
   *
   * @param to a session, or 'all'
   * @param frame the message, not checked, or the frame
   * @returns how many links it was sent on
   */
  sendRaw(to: Id | 'all', frame: Message | readonly unknown[] | string | Uint8Array): number {
    const links =
      to === 'all' ? [...this.core.links] : [this.core.linkOf(to)].filter((link): link is Link => link !== undefined);
    for (const link of links) link.sendRaw(frame);
    return links.length;
  }

  /**
   * Looks at every message on its way, and changes, multiplies, or swallows it.
   *
   * @param intercept gives back the message, another one, `{ instead: messages }`, or `undefined` for none
   * @returns a function that takes the interceptor out again
   * @example
   * // the router loses every PUBLISHED
   * const undo = router.intercept((message) => (message[0] === PUBLISHED ? undefined : message));
   */
  intercept(intercept: Intercept): () => void {
    this.core.intercepts.add(intercept);
    return () => {
      this.core.intercepts.delete(intercept);
    };
  }

  /**
   * Ends a subscription by the router's will (WAMP, section "Subscription Revocation").
   *
   * @param which its topic or id
   * @returns whether there was such a subscription
   */
  revokeSubscription(which: Uri | Id, options: RevocationOptions = {}): boolean {
    return this.#revoke(options, (realm) => {
      const { broker } = realm;
      const subscription: Subscription | undefined =
        typeof which === 'number' ? broker.get(which) : broker.find(which, options.match ?? 'exact');
      if (!subscription) return false;
      broker.revoke(subscription, this.#only(subscription.subscribers, options.session), options.reason);
      return true;
    });
  }

  /**
   * Ends a registration by the router's will (WAMP, section "Registration Revocation").
   *
   * @param which its procedure or id
   * @returns whether there was such a registration
   */
  revokeRegistration(which: Uri | Id, options: RevocationOptions = {}): boolean {
    return this.#revoke(options, (realm) => {
      const { registrations } = realm.dealer;
      const registration: Registration | undefined =
        typeof which === 'number' ? registrations.get(which) : registrations.find(which, options.match ?? 'exact');
      if (!registration) return false;
      const sessions = registration.callees.map((callee) => callee.session);
      registrations.revoke(registration, this.#only(sessions, options.session), options.reason);
      return true;
    });
  }

  #only(sessions: Iterable<RouterSession>, id: Id | undefined): RouterSession[] {
    return [...sessions].filter((session) => id === undefined || session.id === id);
  }

  #revoke(
    { realm: name }: RevocationOptions,
    revoke: (realm: NonNullable<ReturnType<RouterCore['realm']>>) => boolean,
  ): boolean {
    let found = false;
    for (const realm of this.core.realms.values()) {
      if (name === undefined || realm.context.name === name) found = revoke(realm) || found;
    }
    return found;
  }
}
