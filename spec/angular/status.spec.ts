import { TestBed } from '@angular/core/testing';
import { injectWamp, injectWampStatus, provideWamp, wampRef, type WampStatus } from '../../src/angular/index.ts';
import { createTestRouter, eventually, type TestRouter } from '../../src/testing/index.ts';
import { virtual } from '../client/helpers.ts';
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

  it('has the status, without dialling', async () => {
    const status = component(() => injectWampStatus());
    expect([status().state, status.connected(), status.retryIn()]).toEqual(['idle', false, undefined]);
    component(() => ({ wamp: injectWamp() })).wamp.connect();
    await eventually(() => status.connected());
    expect(status().state).toBe('joined');
  });

  it('counts the seconds down to the next attempt', () => {
    virtual(({ advance }) => {
      const { wamp } = component(() => ({ wamp: injectWamp() }));
      const status = component(() => injectWampStatus());
      wamp.connect();
      advance();
      expect(status.connected()).toBeTrue();
      router.dropAll();
      advance();
      expect([status.connected(), status.retryIn()]).toEqual([false, 60]);
      advance(1000);
      expect(status.retryIn()).toBe(59);
      advance(58_500);
      expect(status.retryIn()).toBe(1);
      advance(500);
      expect(status.retryIn()).toBeUndefined();
      // its timers are virtual, too
      TestBed.resetTestingModule();
      advance(10_000);
    });
  });

  it('is that of a ref, with its contract', () => {
    interface Api {
      topics: { 'com.a': { args: [number] } };
    }
    const status: WampStatus<Api> = component(() => injectWampStatus(wampRef<Api>()));
    expect(status().state).toBe('idle');
  });
});
