import { ErrorHandler, inject } from '@angular/core';
import type { Authenticator, Identity } from '../index.ts';
import type { WampFeature } from './feature.ts';

/**
 * Passes to Angular's ErrorHandler what would go unseen otherwise: errors of handlers and callbacks (`userErrors$`), and
 * those of publications that nothing observes.
 */
export function withErrorHandler(): WampFeature {
  return {
    made(wamp) {
      const handler = inject(ErrorHandler);
      wamp.userErrors$.subscribe(({ error }) => handler.handleError(error));
      wamp.lifecycle$.subscribe((event) => {
        if (event.type === 'publisherror') handler.handleError(event.error);
      });
    },
  };
}

/**
 * How the client proves its identity: a function that returns the authenticators, by preference. It runs in injection
 * context, so that it may `inject()` what knows the secrets: once, and with `withIdentity()` for each user, whom it is given.
 *
 * @example
 * withAuth(() => {
 *   const login = inject(Login);
 *   return [ticket({ authid: 'joe', ticket: () => login.freshToken() })]; // asked at every attempt
 * });
 */
export function withAuth(auth: (identity: Identity | undefined) => readonly Authenticator[]): WampFeature {
  return { auth };
}

/** Connects as soon as the injector is made, without waiting for the first use. */
export function withConnect(): WampFeature {
  return { connect: true };
}
