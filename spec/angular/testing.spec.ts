import '@angular/compiler'; // Angular's packages are published half compiled; without a bundler this does the rest
import {
  createEnvironmentInjector,
  inject,
  InjectionToken,
  Injector,
  runInInjectionContext,
  type EnvironmentInjector,
  type EnvironmentProviders,
  type Provider,
} from '@angular/core';
import { firstValueFrom, throwError } from 'rxjs';
import { injectWamp, provideWamp } from '../../src/angular/index.ts';
import { provideWampTesting, WAMP_TESTING } from '../../src/angular/testing.ts';
import { WampClient } from '../../src/index.ts';
import { createTestRouter, record } from '../../src/testing/index.ts';

describe('provideWampTesting', () => {
  let environments: EnvironmentInjector[] = [];
  const environment = (...providers: (Provider | EnvironmentProviders)[]): EnvironmentInjector => {
    const made = createEnvironmentInjector(providers, Injector.NULL as EnvironmentInjector);
    environments.push(made);
    return made;
  };
  const wampOf = (injector: EnvironmentInjector): WampClient => runInInjectionContext(injector, () => injectWamp());

  afterEach(() => {
    for (const each of environments) if (!each.destroyed) each.destroy();
    environments = [];
  });

  it('gives injectWamp() a client of a router in memory, whatever the application provides', async () => {
    const app = environment(provideWamp({ realm: 'realm1', url: 'ws://127.0.0.1:9' }), provideWampTesting());
    const { router } = app.get(WAMP_TESTING);
    router.mock('com.shop.price', 3);
    const wamp = wampOf(app);
    expect(wamp).toBeInstanceOf(WampClient);
    expect(wampOf(app)).toBe(wamp);
    expect((await firstValueFrom(wamp.call('com.shop.price'))).value).toBe(3);
    expect(router.sessions.length).toBe(1);
  });

  it('gives more clients of the router', async () => {
    const app = environment(provideWampTesting({ router: { realms: ['shop'] } }));
    const { client } = app.get(WAMP_TESTING);
    const news = record(wampOf(app).subscribe('com.shop.news'));
    await app.get(WAMP_TESTING).router.whenSubscribed('com.shop.news');
    client().publish('com.shop.news', ['tea']);
    expect((await news.next())[0]?.value).toBe('tea');
  });

  it('closes client and router with the injector', async () => {
    const app = environment(provideWampTesting());
    const { router } = app.get(WAMP_TESTING);
    const wamp = wampOf(app);
    const news = record(wamp.subscribe('com.shop.news'));
    await router.whenSubscribed('com.shop.news');
    app.destroy();
    await router.whenSession(0);
    await news.done();
    await wamp.close();
    expect(wamp.status.state).toBe('closed');
  });

  it('fails at the end of the injector with an error that nobody handled', async () => {
    const app = environment(provideWampTesting());
    const { router, takeErrors } = app.get(WAMP_TESTING);
    const wamp = wampOf(app);
    record(
      wamp.register('com.app.fail', () => {
        throw new Error('oops');
      }),
    );
    await router.whenRegistered('com.app.fail');
    const failing = async (): Promise<unknown> => firstValueFrom(wamp.call('com.app.fail')).catch(() => undefined);
    await failing();
    expect(takeErrors()).toEqual([new Error('oops')]);
    await failing();
    expect(() => app.destroy()).toThrowError('oops');
    await router.whenSession(0);
  });

  it('tells at close() what was left behind, and is quiet afterwards', async () => {
    const app = environment(provideWampTesting({ strict: true }));
    const { router, close } = app.get(WAMP_TESTING);
    wampOf(app).subscribe('com.shop.news').subscribe();
    await router.whenSubscribed('com.shop.news');
    throwError(() => new Error('lost')).subscribe();
    await expectAsync(close()).toBeRejectedWithError(
      /'com.shop.news' is subscribed to by session[^]*unhandled: Error: lost/,
    );
    expect(() => app.destroy()).not.toThrow();
  });

  it('takes its options from a function in injection context, and a router that is given', async () => {
    const router = createTestRouter();
    const token = new InjectionToken<string>('agent');
    const app = environment(
      { provide: token, useValue: 'me' },
      provideWampTesting(() => ({ router, client: { agent: inject(token) } })),
    );
    await firstValueFrom(wampOf(app).session$);
    expect(router.sessions[0]?.agent).toBe('me');
    app.destroy();
    await router.whenSession(0);
    expect(router.admit()).toBeUndefined();
    await router.close();
  });
});
