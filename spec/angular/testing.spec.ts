import {
  createEnvironmentInjector,
  EnvironmentInjector,
  ErrorHandler,
  inject,
  InjectionToken,
  Injector,
  runInInjectionContext,
  type EnvironmentProviders,
  type Provider,
} from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { config, firstValueFrom, NEVER, throwError } from 'rxjs';
import {
  callResource,
  injectWamp,
  provideWamp,
  topicResource,
  WAMP,
  wampRef,
  withAuth,
  withConnect,
  withErrorHandler,
} from '../../src/angular/index.ts';
import { provideWampTesting, settled, WAMP_TESTING } from '../../src/angular/testing.ts';
import { turn } from '../helpers/wire.ts';
import { ticket, WampClient } from '../../src/index.ts';
import { createTestRouter, eventually, record } from '../../src/testing/index.ts';
import { application, component } from '../helpers/angular.ts';

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

  it('fails at the end of the injector with an unhandled error', async () => {
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

describe('provideWampTesting, under TestBed', () => {
  const url = 'ws://127.0.0.1:9';
  const AUDIT = wampRef('audit');
  const wampOf = (injector = TestBed.inject(EnvironmentInjector), ref = WAMP): WampClient =>
    runInInjectionContext(injector, () => injectWamp(ref));

  it('reaches every provideWamp(), before and after it, those of lazy routes and of refs', async () => {
    const asked = jasmine.createSpy('url');
    application(
      provideWamp({ realm: 'realm1', url: asked }),
      provideWampTesting(),
      provideWamp(AUDIT, { realm: 'audit', url: asked }),
    );
    const lazy = createEnvironmentInjector(
      [provideWamp({ realm: 'realm1', url: asked })],
      TestBed.inject(EnvironmentInjector),
    );
    const { router } = TestBed.inject(WAMP_TESTING);
    for (const wamp of [wampOf(), wampOf(undefined, AUDIT), wampOf(lazy)]) wamp.connect();
    await router.whenSession(3);
    expect(asked).not.toHaveBeenCalled();
    lazy.destroy();
    await eventually(() => router.sessions.length === 2);
  });

  it('keeps options and features; the router lets in everyone under the name asked for', async () => {
    const errors: unknown[] = [];
    application(
      { provide: ErrorHandler, useValue: { handleError: (error: unknown) => errors.push(error) } },
      provideWampTesting(),
      provideWamp(
        { realm: 'realm1', url, agent: 'shop' },
        withErrorHandler(),
        withConnect(),
        withAuth(() => [ticket({ authid: 'joe', ticket: 'real secret' })]),
      ),
    );
    const { router, takeErrors } = TestBed.inject(WAMP_TESTING);
    const session = await router.whenSession();
    expect([session.agent, session.authid, session.authmethod]).toEqual(['shop', 'joe', 'ticket']);
    wampOf()
      .subscribe('com.app.news', {
        onSubscribed() {
          throw new Error('oops');
        },
      })
      .subscribe();
    await eventually(() => errors.length > 0);
    expect(errors).toEqual([new Error('oops')]);
    takeErrors();
  });

  it('joins the realm that a client names where the router has it, else its first', async () => {
    application(
      provideWampTesting({ router: { realms: ['one', 'two'] } }),
      provideWamp({ realm: 'other', url }, withConnect()),
      provideWamp(AUDIT, { realm: 'two', url }, withConnect()),
    );
    const { router } = TestBed.inject(WAMP_TESTING);
    await router.whenSession(2);
    expect(router.sessions.map(({ realm }) => realm).sort()).toEqual(['one', 'two']);
  });

  it('gives one client for each ref that nothing provides', () => {
    application(provideWampTesting());
    expect(wampOf()).toBe(wampOf());
    expect(wampOf(undefined, AUDIT)).toBe(wampOf(undefined, AUDIT));
    expect(wampOf(undefined, AUDIT)).not.toBe(wampOf());
  });

  it('refuses a client that might dial the network, and names its provider', () => {
    const wamp = new WampClient({ realm: 'realm1', url });
    application(provideWampTesting(), { provide: AUDIT, useValue: wamp });
    expect(() => wampOf(undefined, AUDIT)).toThrowError(/client 'audit' was not made by provideWamp\(\)/);
    expect(wamp.status.state).toBe('idle');
  });

  it('settles when frames are delivered, effects have run, and what those began is delivered, too', async () => {
    application(provideWampTesting());
    const { router } = TestBed.inject(WAMP_TESTING);
    router.mock('com.shop.name', ({ args: [id] }) => `name ${String(id)}`);
    const { id, name } = component(() => {
      const id = topicResource<number>('com.shop.selected');
      return { id, name: callResource<string>('com.shop.name', () => (id.hasValue() ? [id.value()] : undefined)) };
    });
    await settled();
    expect([id.status(), name.status()]).toEqual(['pending', 'idle']);
    router.publish('com.shop.selected', [3]);
    await settled();
    expect([id.value(), name.value()]).toEqual([3, 'name 3']);
  });

  // jsdom has no channels, and a test may have set its timers
  for (const channel of [MessageChannel, undefined]) {
    it(`settles ${channel ? 'with' : 'without'} channels, also where a call is never answered`, async () => {
      const real = globalThis.MessageChannel;
      Object.assign(globalThis, { MessageChannel: channel });
      // timers must end on the clock on which they began: those of a kit that is still closing, and those of the client
      await eventually(() => config.onUnhandledError === null);
      jasmine.clock().install();
      try {
        application(provideWampTesting());
        const { router } = TestBed.inject(WAMP_TESTING);
        router.mock('com.app.slow', () => NEVER);
        const slow = component(() => callResource('com.app.slow', () => []));
        await settled();
        expect([slow.status(), router.calls.length]).toEqual(['loading', 1]);
        TestBed.resetTestingModule();
        Object.assign(globalThis, { MessageChannel: real });
        await turn();
        jasmine.clock().tick(1);
      } finally {
        Object.assign(globalThis, { MessageChannel: real });
        jasmine.clock().uninstall();
      }
    });
  }
});
