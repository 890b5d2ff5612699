import { endPage } from '../helpers/angular.ts';
import {
  createEnvironmentInjector,
  type EnvironmentInjector,
  InjectionToken,
  Injector,
  PendingTasks,
  PLATFORM_ID,
  runInInjectionContext,
  inject,
  type EnvironmentProviders,
  type Provider,
} from '@angular/core';
import { firstValueFrom, map, NEVER, Observable, take } from 'rxjs';
import { injectWamp, provideWamp, WAMP, withServer, type WampOptions } from '../../src/angular/index.ts';
import { forEachSession, WampClient, WampError, type Transport } from '../../src/index.ts';
import { createTestRouter, record, type TestRouter } from '../../src/testing/index.ts';

const realm = 'realm1';

function injector(...providers: (Provider | EnvironmentProviders)[]): EnvironmentInjector {
  return createEnvironmentInjector(providers, Injector.NULL as EnvironmentInjector);
}

function wampOf(environment: EnvironmentInjector): WampClient {
  return runInInjectionContext(environment, () => injectWamp());
}

/** Options for a router in this process, and a count of the times that it was dialled. */
function dialling(router: TestRouter): { options: WampOptions; dialled: () => number } {
  const inner = router.transport();
  let dialled = 0;
  const transport: Transport = {
    name: inner.name,
    open: (attempt) =>
      new Observable((observer) => {
        dialled += 1;
        return inner.open(attempt).subscribe(observer);
      }),
  };
  return { options: { realm, transports: [transport] }, dialled: () => dialled };
}

describe('angular', () => {
  let router: TestRouter;
  let environments: EnvironmentInjector[];

  beforeEach(() => {
    router = createTestRouter();
    environments = [];
  });

  afterEach(async () => {
    for (const environment of environments) {
      if (!environment.destroyed) environment.destroy();
    }
    await endPage();
  });

  function environment(...providers: (Provider | EnvironmentProviders)[]): EnvironmentInjector {
    const made = injector(...providers);
    environments.push(made);
    return made;
  }

  describe('provideWamp', () => {
    it('provides one client, which dials when it is first used', async () => {
      const { options, dialled } = dialling(router);
      const app = environment(provideWamp(options));
      const wamp = wampOf(app);
      expect(wamp).toBeInstanceOf(WampClient);
      expect(wampOf(app)).toBe(wamp);
      expect(app.get(WAMP)).toBe(wamp);
      expect(wamp.status).toEqual({ state: 'idle' });
      expect(dialled()).toBe(0);

      const { id } = await firstValueFrom(wamp.session$);
      expect(router.sessions.map((session) => session.id)).toEqual([id]);
      expect(dialled()).toBe(1);
    });

    it('gives the client to child injectors, and another to those that provide their own', () => {
      const { options } = dialling(router);
      const app = environment(provideWamp(options));
      const page = createEnvironmentInjector([], app);
      const route = createEnvironmentInjector([provideWamp(options)], app);
      expect(wampOf(page)).toBe(wampOf(app));
      expect(wampOf(route)).not.toBe(wampOf(app));
    });

    it('gives the client with the contract that it is asked for by', () => {
      interface Api {
        procedures: { 'com.app.add': { args: [number, number]; result: number } };
      }
      const app = environment(provideWamp(dialling(router).options));
      const wamp: WampClient<Api> = runInInjectionContext(app, () => injectWamp<Api>());
      wamp.call('com.app.add', [2, 3]).pipe(map(({ value }) => value.toFixed()));
      // @ts-expect-error one argument is of another type
      wamp.call('com.app.add', [2, '3']);
      // without one it is what it was
      runInInjectionContext(app, () => injectWamp()).call<number>('com.app.any', [1]);

      expect<unknown>(wamp).toBe(wampOf(app));
    });

    it('asks a function for the options once, in injection context, when the client is first injected', () => {
      const address = new InjectionToken<WampOptions>('options');
      let asked = 0;
      const app = environment(
        { provide: address, useValue: dialling(router).options },
        provideWamp(() => {
          asked += 1;
          return inject(address);
        }),
      );
      expect(asked).toBe(0);
      expect(wampOf(app)).toBe(wampOf(app));
      expect(asked).toBe(1);
    });

    it('lets an option that is wrong throw where the client is injected', () => {
      const app = environment(provideWamp({ realm: 'no realm', transports: [router.transport()] }));
      expect(() => wampOf(app)).toThrowError(/realm/);
    });

    it('closes the client with its injector: GOODBYE is said, topics complete', async () => {
      const app = environment(provideWamp(dialling(router).options));
      const wamp = wampOf(app);
      const events = record(wamp.subscribe('com.app.news'));
      await router.whenSubscribed('com.app.news');
      const farewell = firstValueFrom(router.messages$.pipe(take(1)));
      app.destroy();
      await farewell;
      await wamp.close();
      expect(wamp.status.state).toBe('closed');
      expect(events.completed).toBeTrue();
      expect(router.sessions).toEqual([]);
    });

    it('leaves alone a client that another provider made', () => {
      const wamp = new WampClient(dialling(router).options);
      const app = environment({ provide: WAMP, useValue: wamp });
      expect(wampOf(app)).toBe(wamp);
      app.destroy();
      expect(wamp.status.state).toBe('idle');
    });
  });

  describe('on a server', () => {
    const server = [
      { provide: PLATFORM_ID, useValue: 'server' },
      { provide: PendingTasks, useValue: { add: () => () => undefined } },
    ];

    it('never dials and never asks for an address; topics and registrations complete, session$, too', () => {
      const url = jasmine.createSpy('url').and.returnValue('ws://127.0.0.1:9');
      const wamp = wampOf(environment(...server, provideWamp({ realm, url })));
      for (const source of [wamp.subscribe('com.app.news'), wamp.register('com.app.a', () => 1), wamp.session$]) {
        const { values, error, completed } = record<unknown>(source);
        expect([values, error, completed]).toEqual([[], undefined, true]);
      }
      expect(wamp.status.state).toBe('idle');
      expect(url).not.toHaveBeenCalled();
    });

    it('lets calls, publications and connect() error at once, with what to do', () => {
      const open = jasmine.createSpy('open').and.returnValue(NEVER);
      const wamp = wampOf(environment(...server, provideWamp({ realm, transports: [{ name: 'given', open }] })));
      for (const [source, what] of [
        [wamp.call('com.app.add', [1, 2]), 'call(com.app.add)'],
        [wamp.publish('com.app.news'), 'publish(com.app.news)'],
        [wamp.connect(), 'connect()'],
      ] as const) {
        const { error } = record<unknown>(source);
        expect(error).toBeInstanceOf(WampError);
        expect(String(error)).toContain(`${what}: the client does not dial on a server`);
        expect(String(error)).toContain('withServer(');
      }
      expect(wamp.status.state).toBe('idle');
      expect(open).not.toHaveBeenCalled();
    });

    it('checks arguments all the same', () => {
      const wamp = wampOf(environment(...server, provideWamp({ realm, url: 'ws://127.0.0.1:9' })));
      expect(() => wamp.call('no uri')).toThrowError(/no uri/);
      expect(() => wamp.publish('no uri')).toThrowError(/no uri/);
      expect(() => wamp.subscribe('no uri')).toThrowError(/no uri/);
      expect(() => wamp.register('com.app.a', 1 as never)).toThrowError(TypeError);
    });

    it('lets helpers wait that look after sessions, and ends them with the page', async () => {
      const app = environment(...server, provideWamp({ realm, url: 'ws://127.0.0.1:9' }));
      const wamp = wampOf(app);
      const run = record(forEachSession(wamp, () => NEVER));
      expect(wamp.status.state).toBe('connecting');
      app.destroy();
      await wamp.close();
      expect([run.error, run.completed]).toEqual([undefined, true]);
    });

    for (const [name, provide] of [
      ["withServer('dial')", (options: WampOptions) => provideWamp(options, withServer('dial'))],
      ['dialOnServer', (options: WampOptions) => provideWamp({ ...options, dialOnServer: true })],
    ] as const) {
      it(`dials with ${name}`, async () => {
        const { options, dialled } = dialling(router);
        const wamp = wampOf(environment(...server, provide(options)));
        await firstValueFrom(wamp.session$);
        expect(dialled()).toBe(1);
      });
    }

    it('ends calls that are under way without an error when the page has been rendered', async () => {
      router.mock('com.app.slow', () => NEVER);
      const app = environment(...server, provideWamp(dialling(router).options, withServer('dial')));
      const wamp = wampOf(app);
      const answer = record(wamp.call('com.app.slow'));
      const news = record(wamp.subscribe('com.app.news'));
      await router.whenSubscribed('com.app.news');
      app.destroy();
      await wamp.close();
      expect([answer.error, answer.completed]).toEqual([undefined, false]);
      expect(news.completed).toBeTrue();
    });

    it('refuses a mode that it does not know', () => {
      expect(() => withServer('loud' as never)).toThrowError(TypeError, /'silent', 'dial' or 'transfer', got "loud"/);
    });
  });

  it('dials in a browser', async () => {
    const { options, dialled } = dialling(router);
    const browser = { provide: PLATFORM_ID, useValue: 'browser' };
    await firstValueFrom(wampOf(environment(browser, provideWamp(options))).session$);
    expect(dialled()).toBe(1);
  });

  describe('injectWamp', () => {
    it('says what to do when nothing was provided', () => {
      expect(() => wampOf(environment())).toThrowError(/add provideWamp\(\{ realm, url \}\) to the providers/);
    });

    it('throws outside of an injection context', () => {
      expect(() => injectWamp()).toThrowError(/injectWamp\(\) can only be used within an injection context/);
    });
  });
});
