import {
  DestroyRef,
  InjectionToken,
  PLATFORM_ID,
  assertInInjectionContext,
  inject,
  makeEnvironmentProviders,
  type EnvironmentProviders,
} from '@angular/core';
import { WampClient, type ClientOptions } from '../index.ts';
import { silent } from './silent.ts';

/** Options of {@link provideWamp}: those of `WampClient`, and one for Angular. */
export type WampOptions = ClientOptions & {
  /**
   * Whether the client may connect while a page is rendered on a server (Angular SSR). Otherwise it never dials there:
   * `status$` stays 'connecting', topics stay silent, and the browser connects once the page runs in it.
   *
   * @default false
   */
  readonly dialOnServer?: boolean;
};

/**
 * The token behind {@link injectWamp}. Tests may provide another client for it:
 *
 * @example
 * TestBed.configureTestingModule({ providers: [{ provide: WAMP, useValue: new WampClient({ realm, transports: [router.transport()] }) }] });
 */
export const WAMP: InjectionToken<WampClient> = new InjectionToken<WampClient>('rxwamp client');

/**
 * Provides one {@link WampClient} to an application, a route or any other environment injector. It is made when first
 * injected, dials when first used, and is closed together with its injector: GOODBYE is sent and the socket closed.
 *
 * It works with and without zone.js, and never dials on a server (see {@link WampOptions.dialOnServer}).
 *
 * @param options the client's options, or a function that returns them; it runs once, in injection context, so that it
 *   may `inject()` what it needs
 *
 * @example
 * bootstrapApplication(App, {
 *   providers: [provideZonelessChangeDetection(), provideWamp({ realm: 'realm1', url: 'wss://router.example/ws' })],
 * });
 *
 * @example
 * provideWamp(() => {
 *   const config = inject(Config);
 *   return { realm: config.realm, url: config.url, auth: [ticket({ authid: 'joe', ticket: () => config.token$ })] };
 * });
 */
export function provideWamp(options: WampOptions | (() => WampOptions)): EnvironmentProviders {
  return makeEnvironmentProviders([
    { provide: WAMP, useFactory: () => create(typeof options === 'function' ? options() : options) },
  ]);
}

/**
 * The client that {@link provideWamp} provides. Call it where `inject()` may be called: in a field, a constructor or a
 * factory.
 *
 * @template Api the contract that the client keeps to
 * @throws Error when called elsewhere, or when no injector up to the root has a `provideWamp()`
 *
 * @example
 * export class Ticker {
 *   readonly #wamp = injectWamp();
 *   readonly price = toSignal(this.#wamp.subscribe<number>('com.app.price').pipe(map((event) => event.value)));
 * }
 */
export function injectWamp<Api = unknown>(): WampClient<Api> {
  assertInInjectionContext(injectWamp);
  const wamp = inject(WAMP, { optional: true });
  if (!wamp) throw new Error('injectWamp() found no client: add provideWamp({ realm, url }) to the providers');
  return wamp as WampClient<Api>;
}

function create({ dialOnServer = false, ...options }: WampOptions): WampClient {
  // The test of `isPlatformServer`, without the package @angular/common.
  const rendering = inject(PLATFORM_ID, { optional: true }) === 'server' && !dialOnServer;
  const wamp = new WampClient(rendering ? mute(options) : options);
  inject(DestroyRef).onDestroy(() => void wamp.close());
  return wamp;
}

/** The same options without a router, and without timers that would keep a server waiting. */
function mute(options: ClientOptions): ClientOptions {
  const { url: _address, ...rest } = options;
  return {
    ...rest,
    transports: [silent],
    joinTimeout: Infinity,
    waitTimeout: Infinity,
    publishQueue: { ...rest.publishQueue, ttl: Infinity },
  };
}
