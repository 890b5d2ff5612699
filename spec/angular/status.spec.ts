import { injectWamp, injectWampStatus, provideWamp, wampRef, type WampStatus } from '../../src/angular/index.ts';
import { createTestRouter, eventually, type TestRouter } from '../../src/testing/index.ts';
import { application, component } from '../helpers/angular.ts';

describe('injectWampStatus', () => {
  let router: TestRouter;

  beforeEach(() => {
    router = createTestRouter();
    application(
      provideWamp({
        realm: 'realm1',
        transports: [router.transport()],
        reconnect: { initialDelay: 60_000, jitter: 0 },
      }),
    );
  });

  afterEach(() => jasmine.clock().uninstall());

  it('has the status, without dialling', async () => {
    const status = component(() => injectWampStatus());
    expect([status().state, status.connected(), status.retryIn()]).toEqual(['idle', false, undefined]);
    component(() => ({ wamp: injectWamp() })).wamp.connect();
    await eventually(() => status.connected());
    expect(status().state).toBe('joined');
  });

  it('counts the seconds down to the next attempt', async () => {
    const { wamp } = component(() => ({ wamp: injectWamp() }));
    const status = component(() => injectWampStatus());
    wamp.connect();
    await router.whenSession();
    await eventually(() => status.connected());
    jasmine.clock().install().mockDate(new Date());
    router.dropAll();
    // frames in memory move by microtasks
    while (status().state !== 'waiting') await Promise.resolve();
    expect([status.connected(), status.retryIn()]).toEqual([false, 60]);
    jasmine.clock().tick(1000);
    expect(status.retryIn()).toBe(59);
    jasmine.clock().tick(58_500);
    expect(status.retryIn()).toBe(1);
    jasmine.clock().tick(1000);
    expect(status.retryIn()).toBeUndefined();
  });

  it('is that of a ref, with its contract', () => {
    interface Api {
      topics: { 'com.a': { args: [number] } };
    }
    const status: WampStatus<Api> = component(() => injectWampStatus(wampRef<Api>()));
    expect(status().state).toBe('idle');
  });
});
