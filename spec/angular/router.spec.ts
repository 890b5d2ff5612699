import { PLATFORM_ID } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import type { ActivatedRouteSnapshot, CanActivateFn, ResolveFn, Route } from '@angular/router';
import { firstValueFrom, type Observable } from 'rxjs';
import { injectWamp, provideWamp, resolveCall, wampRef, whenJoined } from '../../src/angular/index.ts';
import { ApplicationError } from '../../src/index.ts';
import { createTestRouter, type TestRouter } from '../../src/testing/index.ts';
import { application, endPage } from '../helpers/angular.ts';

interface Api {
  procedures: { 'com.shop.order': { args: [string]; result: { id: string } } };
}

describe('for the router', () => {
  let router: TestRouter;
  const route = {
    params: { id: 'o1' },
    queryParams: {},
    fragment: null,
    data: {},
  } as unknown as ActivatedRouteSnapshot;

  beforeEach(() => {
    router = createTestRouter();
    application(
      provideWamp({ realm: 'realm1', transports: [router.transport()], reconnect: { initialDelay: 10, jitter: 0 } }),
    );
  });
  const run = <T>(guard: () => Observable<T>): Promise<T> =>
    firstValueFrom(TestBed.runInInjectionContext(() => guard()));

  describe('whenJoined', () => {
    it('dials, and lets pass once a session is joined', async () => {
      expect(await run(whenJoined())).toBeTrue();
      expect(router.sessions.length).toBe(1);
      expect(await run(whenJoined())).toBeTrue();
    });

    it('answers otherwise where there is none in time, in injection context', async () => {
      router.refuse(1000);
      const guard = whenJoined({ timeout: 20, otherwise: () => injectWamp().status.state });
      expect(String(await run(guard))).toMatch(/connecting|waiting/);
      expect(await run(whenJoined({ timeout: 20 }))).toBeFalse();
    });

    it('answers at once where the client gives up, or is closed', async () => {
      router.abort('wamp.error.no_such_realm');
      expect(await run(whenJoined({ timeout: 1e6 }))).toBeFalse();
      router.resume();
      expect(await run(whenJoined({ timeout: 1e6 }))).toBeTrue();
      await TestBed.runInInjectionContext(() => injectWamp()).close();
      expect(await run(whenJoined({ timeout: 1e6 }))).toBeFalse();
    });
  });

  describe('resolveCall', () => {
    it('resolves to the value of a call with arguments of the route', async () => {
      router.mock('com.shop.order', ({ args: [id] }) => ({ id }));
      const resolve = resolveCall<{ id: string }>('com.shop.order', ({ params }) => [params['id']]);
      expect(await run(() => resolve(route))).toEqual({ id: 'o1' });
    });

    it('fails with the error of the call', async () => {
      router.mock('com.shop.order', new ApplicationError('com.shop.error.gone'));
      await expectAsync(run(() => resolveCall('com.shop.order')(route))).toBeRejectedWithError(ApplicationError);
    });
  });

  it('are of the types that the router wants', () => {
    const shop = wampRef<Api>('shop');
    const order: ResolveFn<{ id: string } | undefined> = resolveCall(
      'com.shop.order',
      ({ params }) => [params['id'] ?? ''],
      { client: shop },
    );
    // @ts-expect-error the argument is of another type
    resolveCall('com.shop.order', () => [1], { client: shop });
    const snapshot = resolveCall('com.shop.order', (at: ActivatedRouteSnapshot) => [at.paramMap.get('id') ?? '']);
    const activate: CanActivateFn = whenJoined();
    const routes: Route = {
      canActivate: [activate, whenJoined({ otherwise: () => true })],
      canMatch: [whenJoined()],
      resolve: { order, snapshot },
    };
    expect(routes.resolve).toBeDefined();
  });
});

describe('for the router, on a server', () => {
  afterEach(endPage);

  it('lets pass, and resolves to the default value', async () => {
    application(
      { provide: PLATFORM_ID, useValue: 'server' },
      provideWamp({ realm: 'realm1', url: 'ws://127.0.0.1:9' }),
    );
    const guard = TestBed.runInInjectionContext(whenJoined());
    expect(await firstValueFrom(guard)).toBeTrue();
    const resolved = TestBed.runInInjectionContext(() =>
      resolveCall('com.shop.list', () => [], { defaultValue: [] as string[] })(undefined as never),
    );
    expect(await firstValueFrom(resolved)).toEqual([]);
  });
});
