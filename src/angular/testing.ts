/**
 * `rxwamp/angular/testing`: a router in memory for the client of `injectWamp()`, under TestBed or any other injector.
 *
 * @module
 */
import { DestroyRef, inject, InjectionToken, makeEnvironmentProviders, type EnvironmentProviders } from '@angular/core';
import { WampClient } from '../index.ts';
import { createTestKit, type TestKit, type TestKitOptions } from '../testing/index.ts';
import { WAMP } from './ref.ts';

/** Options of {@link provideWampTesting}. */
export type WampTestingOptions = Omit<TestKitOptions<WampClient>, 'create'>;

/**
 * The router behind {@link provideWampTesting}, further clients of it, and the check for leftovers of a test.
 *
 * @example
 * const { router, client } = TestBed.inject(WAMP_TESTING);
 */
export const WAMP_TESTING: InjectionToken<TestKit<WampClient>> = new InjectionToken<TestKit<WampClient>>(
  'rxwamp test kit',
);

/**
 * Provides the client of `provideWamp()` on a router in memory: components under test inject their client as usual, and
 * the test works with the router of {@link WAMP_TESTING}. Put it behind the application's providers, so that it wins.
 *
 * TestBed destroys its injector after each test; client and router are closed then, and unhandled errors fail the test.
 * For what shows only after the last frames (sessions left open, with `strict` also subscriptions), end the test with
 * `await TestBed.inject(WAMP_TESTING).close()`.
 *
 * @param options of the kit, or a function that returns them, called in injection context
 * @example
 * TestBed.configureTestingModule({ providers: [provideWampTesting()] });
 * const { router } = TestBed.inject(WAMP_TESTING);
 * const fixture = TestBed.createComponent(Ticker);
 * await router.whenSubscribed('com.shop.price');
 * router.publish('com.shop.price', [3]);
 * await eventually(() => fixture.nativeElement.textContent === '3 €');
 */
export function provideWampTesting(
  options: WampTestingOptions | (() => WampTestingOptions) = {},
): EnvironmentProviders {
  return makeEnvironmentProviders([
    { provide: WAMP_TESTING, useFactory: () => create(typeof options === 'function' ? options() : options) },
    { provide: WAMP, useFactory: () => inject(WAMP_TESTING).client() },
  ]);
}

function create(options: WampTestingOptions): TestKit<WampClient> {
  const kit = createTestKit({ ...options, create: (settings) => new WampClient(settings) });
  let closing = false;
  const close = (): Promise<void> => {
    closing = true;
    return kit.close();
  };
  inject(DestroyRef).onDestroy(() => {
    // an explicit close() has reported the errors
    if (closing) return;
    const errors = kit.takeErrors();
    kit.close().catch(() => undefined);
    if (errors.length > 0) throw errors[0];
  });
  return { ...kit, close };
}
