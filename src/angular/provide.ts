import {
  DestroyRef,
  inject,
  InjectionToken,
  makeEnvironmentProviders,
  NgZone,
  PLATFORM_ID,
  provideEnvironmentInitializer,
  type EnvironmentProviders,
} from '@angular/core';
import { WampClient, type ClientOptions } from '../index.ts';
import type { WampFeature } from './feature.ts';
import { WAMP, type WampRef } from './ref.ts';
import { quietAtTheEnd, silentClient } from './server.ts';
import { useZone } from './zone.ts';

/** Options of {@link provideWamp}: those of `WampClient`. */
export type WampOptions = ClientOptions & {
  /** The same as the feature `withServer('dial')`. */
  readonly dialOnServer?: boolean;
};
type Given = WampOptions | (() => WampOptions);

/** Makes the clients of all `provideWamp()`; tests provide another. `of` names the provider. */
export const MAKE_CLIENT = new InjectionToken<(options: ClientOptions, of: string) => WampClient>('rxwamp factory');

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
    { provide: ref, useFactory: () => create(String(ref), options, features) },
    features.some(({ connect }) => connect) ? provideEnvironmentInitializer(() => inject(ref).connect()) : [],
  ]);
}

function create(of: string, given: Given, features: readonly WampFeature[]): WampClient {
  const { dialOnServer, ...own } = typeof given === 'function' ? given() : given;
  const options = features.reduce<ClientOptions>((before, feature) => feature.options?.(before) ?? before, own);
  // the test of `isPlatformServer`, without the package @angular/common
  const onServer = inject(PLATFORM_ID, { optional: true }) === 'server';
  const silent = onServer && !dialOnServer && !features.some(({ dialsOnServer }) => dialsOnServer);
  const make = inject(MAKE_CLIENT, { optional: true }) ?? ((settings) => new WampClient(settings));
  const wamp = silent ? silentClient(options) : make(options, of);
  if (onServer) quietAtTheEnd(wamp);
  const zone = inject(NgZone, { optional: true });
  // without zone.js it is of another class
  if (zone instanceof NgZone) useZone(wamp, zone);
  inject(DestroyRef).onDestroy(() => void wamp.close());
  if (!silent) for (const feature of features) feature.made?.(wamp);
  return wamp;
}
