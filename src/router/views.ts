import { defer, map, startWith, type Observable } from 'rxjs';
import type { Match, Uri } from '../protocol/uris.ts';
import { Faults } from './faults.ts';
import type { Realm } from './realm.ts';
import type { Registration, Subscription } from './router-session.ts';
import type { CallView, RegistrationView, SessionView, SubscriptionView } from './view-types.ts';

const MATCHES: readonly Match[] = ['exact', 'prefix', 'wildcard'];

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
    return this.#subscriptions(({ broker }) => broker.subscriptions);
  }

  /** Those of exactly this URI or pattern, of any match policy. */
  subscriptionsOf(topic: Uri): readonly SubscriptionView[] {
    return this.#subscriptions(({ broker }) => MATCHES.map((match) => broker.find(topic, match)));
  }

  /** The registrations. */
  get registrations(): readonly RegistrationView[] {
    return this.#registrations(({ dealer }) => dealer.registrations.all);
  }

  /** Those of exactly this URI or pattern, of any match policy. */
  registrationsOf(procedure: Uri): readonly RegistrationView[] {
    return this.#registrations(({ dealer }) => MATCHES.map((match) => dealer.registrations.find(procedure, match)));
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

  #subscriptions(of: (realm: Realm) => Iterable<Subscription | undefined>): SubscriptionView[] {
    return [...this.core.realms.values()].flatMap((realm) =>
      [...of(realm)].flatMap((subscription) => {
        if (!subscription || subscription.subscribers.size === 0) return [];
        const { id, uri: topic, match, created, subscribers } = subscription;
        const sessions = [...subscribers].map((session) => session.id);
        return [{ id, realm: realm.context.name, topic, match, created, sessions }];
      }),
    );
  }

  #registrations(of: (realm: Realm) => Iterable<Registration | undefined>): RegistrationView[] {
    return [...this.core.realms.values()].flatMap((realm) =>
      [...of(realm)].flatMap((registration) => {
        if (!registration) return [];
        const { id, uri: procedure, match, invoke, created, callees } = registration;
        const sessions = callees.map((callee) => callee.session.id);
        return [{ id, realm: realm.context.name, procedure, match, invoke, created, sessions }];
      }),
    );
  }
}
