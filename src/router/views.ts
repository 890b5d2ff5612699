import { defer, map, startWith, type Observable } from 'rxjs';
import type { Id } from '../protocol/ids.ts';
import type { Uri } from '../protocol/uris.ts';
import { Faults } from './faults.ts';
import type { CallView, RegistrationView, SessionView, SubscriptionView } from './router-options.ts';
import { listed, when, type WaitOptions } from '../testing/waiting.ts';

const present = (sessions: readonly SessionView[]): string =>
  listed(sessions.map(({ id, realm, authid, authrole }) => `session ${id} (${authid}, ${authrole}) in ${realm}`));

/** What a test router shows of its state, and how tests wait for it. */
export abstract class Views extends Faults {
  /** The sessions, now and after each change of sessions, subscriptions or registrations. */
  readonly sessions$: Observable<readonly SessionView[]> = defer(() =>
    this.core.changes.pipe(
      startWith(undefined),
      map(() => this.sessions),
    ),
  );

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

  /** The calls that have no final answer yet. */
  get calls(): readonly CallView[] {
    return [...this.core.sessions()].flatMap(({ id: session, realm, calls }) =>
      [...calls.values()].map(({ procedure, request }) => ({ session, realm, procedure, request })),
    );
  }

  /** The names of the realms. */
  get realms(): readonly string[] {
    return [...this.core.realms.keys()];
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
