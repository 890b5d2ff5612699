import { computed, effect, inject, Injector, runInInjectionContext, untracked } from '@angular/core';
import { NEVER } from 'rxjs';
import { anonymous, rejoin, type Authenticator, type Identity } from '../index.ts';
import type { AuthOf, WampFeature } from './feature.ts';

/**
 * Ties the session to a user: a signal, or a function of signals that may `inject()`. When the user changes, the client
 * leaves the session and joins anew, with the authenticators that `withAuth()` returns for that user; without `withAuth()`
 * it requests the user's `authid`. Topics and registrations follow.
 *
 * While there is no user the client waits before it dials, in the state 'connecting': what is used meanwhile waits, too.
 *
 * @example
 * provideWamp(
 *   { realm: 'realm1', url: 'wss://router.example/ws' },
 *   withIdentity(() => inject(Login).user()), // { authid: 'joe' }, or undefined
 *   withAuth((user) => [ticket({ authid: user?.authid ?? '', ticket: () => inject(Login).freshToken() })]),
 * );
 */
export function withIdentity(user: () => Identity | undefined): WampFeature {
  return {
    user: (auth) => authFor(untracked(user), auth),
    made(wamp, auth) {
      const injector = inject(Injector);
      const present = computed(() => runInInjectionContext(injector, user));
      let known = textOf(untracked(present));
      effect(() => {
        const identity = present();
        if (textOf(identity) === known) return;
        known = textOf(identity);
        untracked(() => rejoin(wamp, { auth: authFor(identity, auth) }));
      });
    },
  };
}

/** Where there is no user: waits, before anything is dialled, until the client joins anew. */
const noUser: Authenticator = { method: 'anonymous', hello: () => NEVER, challenge: () => NEVER };

const authFor = (identity: Identity | undefined, auth: AuthOf): readonly Authenticator[] =>
  identity ? (auth(identity) ?? [anonymous(identity)]) : [noUser];

const textOf = (identity: Identity | undefined): string => JSON.stringify(identity ?? null);
