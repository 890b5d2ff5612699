import { defer, map, startWith, type Observable } from 'rxjs';
import { Faults } from './faults.ts';
import type { CallView, RegistrationView, SessionView, SubscriptionView } from './router-options.ts';

/** What a router shows of its state, as plain data. */
export abstract class Views extends Faults {
  /** Emits after each change of sessions, subscriptions or registrations. */
  readonly changes$: Observable<void> = defer(() => this.core.changes);

  /** The sessions, now and after each change of sessions, subscriptions or registrations. */
  readonly sessions$: Observable<readonly SessionView[]> = defer(() =>
    this.changes$.pipe(
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
}
