import {
  DestroyRef,
  inject,
  InjectionToken,
  Injector,
  makeEnvironmentProviders,
  PLATFORM_ID,
  provideEnvironmentInitializer,
  runInInjectionContext,
  type EnvironmentProviders,
} from '@angular/core';
import { WampClient, type ClientOptions } from '../index.ts';
import type { AuthOf, WampFeature } from './feature.ts';
import { CLIENT_SOURCE, injectWamp, WAMP, type WampRef } from './ref.ts';
import { clientForPage, isSilent } from './server.ts';
import { useZone } from './zone.ts';

/** Options of {@link provideWamp}: those of `WampClient`. */
export type WampOptions = ClientOptions & {
  /** The same as the feature `withServer('dial')`. */
  readonly dialOnServer?: boolean;
};
type Given = WampOptions | (() => WampOptions);

/**
 * Provides one {@link WampClient} to an application, a route or any other environment injector. It is made when first
 * injected, dials when first used, and is closed together with its injector: GOODBYE is sent and the socket closed.
 *
 * It works with and without zone.js, and on a server it does what `withServer()` says: by default, not to dial.
 *
 * @param options the client's options, or a function that returns them; it runs once, in injection context, so that it
 *   may `inject()` what it needs
 * @param features `withAuth()`, `withConnect()`, `withErrorHandler()`, `withIdentity()`, `withServer()`
 *
 * @example
 * bootstrapApplication(App, {
 *   providers: [provideWamp({ realm: 'realm1', url: 'wss://router.example/ws' }, withErrorHandler())],
 * });
 *
 * @example
 * provideWamp(
 *   () => ({ realm: 'realm1', url: inject(Config).url }),
 *   withAuth(() => [ticket({ authid: 'joe', ticket: inject(Login).freshToken })]),
 * );
 */
export function provideWamp(options: Given, ...features: readonly WampFeature[]): EnvironmentProviders;
/**
 * Provides a further client, which `injectWamp(ref)` injects.
 *
 * @example
 * export const AUDIT = wampRef<AuditApi>('audit');
 * provideWamp(AUDIT, { realm: 'audit', url: 'wss://audit.example/ws' });
 */
export function provideWamp<Api>(
  ref: WampRef<Api>,
  options: Given,
  ...features: readonly WampFeature[]
): EnvironmentProviders;
export function provideWamp(first: WampRef | Given, ...rest: readonly (Given | WampFeature)[]): EnvironmentProviders {
  const [ref, options, ...features] = (first instanceof InjectionToken ? [first, ...rest] : [WAMP, first, ...rest]) as [
    WampRef,
    Given,
    ...WampFeature[],
  ];
  return makeEnvironmentProviders([
    { provide: ref, useFactory: () => create(options, features) },
    // through injectWamp(), so that a test's own client takes its place
    features.some(({ connect }) => connect) ? provideEnvironmentInitializer(() => injectWamp(ref).connect()) : [],
  ]);
}

function create(given: Given, features: readonly WampFeature[]): WampClient {
  const injector = inject(Injector);
  const { dialOnServer, ...own } = typeof given === 'function' ? given() : given;
  const feature = <Name extends keyof WampFeature>(name: Name): WampFeature[Name] | undefined =>
    features.find((each) => each[name])?.[name];
  const proofs = feature('auth');
  const auth: AuthOf = (identity) => (proofs ? runInInjectionContext(injector, () => proofs(identity)) : own.auth);
  const options: ClientOptions = { ...own, auth: feature('user')?.(auth) ?? auth() };

  const source = inject(CLIENT_SOURCE, { optional: true });
  const make = (settings: ClientOptions): WampClient => source?.make(settings) ?? new WampClient(settings);
  const dials = dialOnServer ?? feature('dialsOnServer') ?? false;
  // Angular's CLI sets ngServerMode, so that browser bundles leave out what is for servers; otherwise the platform's id tells
  const wamp =
    (typeof ngServerMode === 'undefined' || ngServerMode) && inject(PLATFORM_ID, { optional: true }) === 'server'
      ? clientForPage(options, dials, make)
      : make(options);
  useZone(wamp);
  inject(DestroyRef).onDestroy(() => void wamp.close());
  if (!isSilent(wamp)) for (const each of features) each.made?.(wamp, auth);
  return wamp;
}
