/**
 * `rxwamp/angular/testing`: a router in memory for all clients of an application, under TestBed or any other injector.
 *
 * @packageDocumentation
 */
import {
  ApplicationRef,
  DestroyRef,
  inject,
  InjectionToken,
  makeEnvironmentProviders,
  NgZone,
  type EnvironmentProviders,
} from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { WampClient, type ClientOptions } from '../index.ts';
import type { RealmOptions, RouterAuthenticator } from '../router/index.ts';
import { createTestKit, createTestRouter, TestRouter, type TestKit, type TestKitOptions } from '../testing/index.ts';
import { CLIENT_SOURCE, nameOf, type ClientSource, type WampRef } from './ref.ts';
import { useZone } from './zone.ts';

/** Options of {@link provideWampTesting}. */
export type WampTestingOptions = Omit<TestKitOptions<WampClient>, 'create'>;

/** The router behind {@link provideWampTesting}, further clients of it, and the check for leftovers of a test. */
export interface WampTestKit extends TestKit<WampClient> {
  /** See {@link settled}. */
  readonly settled: () => Promise<void>;
}

/**
 * The kit behind {@link provideWampTesting}.
 *
 * @example
 * const { router, settled } = TestBed.inject(WAMP_TESTING);
 */
export const WAMP_TESTING: InjectionToken<WampTestKit> = new InjectionToken<WampTestKit>('rxwamp test kit');

/**
 * Puts all clients of an application on one router in memory: those of every `provideWamp()`, also of lazy routes and of refs,
 * wherever it stands among the providers, and that of `injectWamp()` where nothing provides one. They keep their options
 * and features, but for the address and the delays of reconnecting. No client dials the network: one that was provided in
 * another way is refused by `injectWamp()`, with the name of its provider.
 *
 * A client joins the realm that it names where the router has that, otherwise the router's first one; the router lets in
 * everyone, by any method and under the authid that is asked for, unless its options say otherwise.
 *
 * TestBed destroys its injector after each test; clients and router are closed then, and unhandled errors fail the test.
 * For what shows only after the last frames (sessions left open, with `strict` also subscriptions), end the test with
 * `await TestBed.inject(WAMP_TESTING).close()`.
 *
 * @param options of the kit, or a function that returns them, called in injection context
 * @example
 * TestBed.configureTestingModule({ providers: [appConfig.providers, provideWampTesting()] });
 * const { router } = TestBed.inject(WAMP_TESTING);
 * const fixture = TestBed.createComponent(Ticker);
 * await settled();
 * router.publish('com.shop.price', [3]);
 * await settled();
 * expect(fixture.nativeElement.textContent).toBe('3 €');
 */
export function provideWampTesting(
  options: WampTestingOptions | (() => WampTestingOptions) = {},
): EnvironmentProviders {
  return makeEnvironmentProviders([
    { provide: KIT, useFactory: () => create(typeof options === 'function' ? options() : options) },
    { provide: WAMP_TESTING, useFactory: () => inject(KIT).kit },
    { provide: CLIENT_SOURCE, useFactory: () => inject(KIT).source },
  ]);
}

/**
 * Resolves when nothing moves any more: frames between clients and router are delivered, effects have run and views are
 * checked. It does not wait for answers that a handler owes, nor for timers.
 *
 * @throws Error without a {@link provideWampTesting} in TestBed
 */
export function settled(): Promise<void> {
  return TestBed.inject(WAMP_TESTING).settled();
}

interface Parts {
  readonly kit: WampTestKit;
  readonly source: ClientSource;
}
const KIT = new InjectionToken<Parts>('rxwamp test parts');

function create(options: WampTestingOptions): Parts {
  const router = options.router instanceof TestRouter ? options.router : createTestRouter(open(options.router ?? {}));
  const own = router !== options.router;
  const kit = createTestKit({ ...options, router, create: (settings) => new WampClient(settings) });
  const application = inject(ApplicationRef, { optional: true });
  // the effects that a tick runs enter the zone, which would begin another tick where it was left
  const zone = inject(NgZone, { optional: true });
  const made = new Set<WampClient>();
  const client = (more?: Partial<ClientOptions>): WampClient => {
    const wamp = kit.client(more);
    made.add(wamp);
    return wamp;
  };
  let closing = false;
  const close = async (): Promise<void> => {
    closing = true;
    try {
      await kit.close();
    } finally {
      if (own) await router.close();
    }
  };
  inject(DestroyRef).onDestroy(() => {
    // an explicit close() has reported the errors
    if (closing) return;
    const errors = kit.takeErrors();
    close().catch(() => undefined);
    if (errors.length > 0) throw errors[0];
  });

  const substitutes = new Map<WampRef, WampClient>();
  const substitute = (ref: WampRef): WampClient => {
    const wamp = client();
    useZone(wamp);
    substitutes.set(ref, wamp);
    return wamp;
  };
  const source: ClientSource = {
    make({ url: _address, transports: _others, reconnect: _delays, ...rest }) {
      const realm = router.realms.find((name) => name === rest.realm) ?? router.realms[0] ?? 'realm1';
      return client({ ...rest, realm, ...options.client });
    },
    find(ref, provided) {
      if (provided && !made.has(provided)) {
        throw new Error(
          `provideWampTesting(): the ${nameOf(ref)} was not made by provideWamp() and might dial the network: provide it by that`,
        );
      }
      return provided ?? substitutes.get(ref) ?? substitute(ref);
    },
  };
  const settle = async (): Promise<void> => {
    let frames = 0;
    const watch = router.messages$.subscribe(() => frames++);
    // twice: what the router has sent before is not counted, and is delivered in the first turn
    for (let quiet = 0; quiet < 2;) {
      const before = frames;
      // effects may subscribe and call
      zone?.run(() => application?.tick());
      await turn();
      quiet = frames === before ? quiet + 1 : 0;
    }
    watch.unsubscribe();
  };
  return { kit: { ...kit, client, close, settled: settle }, source };
}

/** The real one, which a test replaces after this has been loaded. */
const { setTimeout } = globalThis;

/** A turn of the event loop, also where a test has set the timers: frames in memory move by microtasks, all within it. */
const turn = (): Promise<void> =>
  new Promise((resolve) => {
    // jsdom, which Jest runs tests in, has none
    if (typeof MessageChannel === 'undefined') {
      setTimeout(resolve);
      return;
    }
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(undefined);
  });

/** Lets in any client, by any method and under any authid. */
const everyone: readonly RouterAuthenticator[] = [
  'anonymous',
  'ticket',
  'wampcra',
  'wamp-scram',
  'cryptosign',
  'cookie',
  'tls',
].map((method) => ({ method, hello: ({ authid }) => ({ accept: authid === undefined ? {} : { authid } }) }));

/** A router's options with realms that let in everyone, where they say nothing else. */
function open({ realms = ['realm1'], ...options }: Exclude<NonNullable<WampTestingOptions['router']>, TestRouter>) {
  const named = Array.isArray(realms)
    ? realms.map((name: string): [string, RealmOptions] => [name, {}])
    : Object.entries(realms as Record<string, RealmOptions>);
  return { ...options, realms: Object.fromEntries(named.map(([name, realm]) => [name, { auth: everyone, ...realm }])) };
}
