import { ApplicationRef, makeStateKey, PLATFORM_ID, signal, TransferState } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { firstValueFrom } from 'rxjs';
import { callResource, provideWamp, resolveCall, topicResource, withServer } from '../../src/angular/index.ts';
import { createTestRouter, eventually, type TestRouter } from '../../src/testing/index.ts';
import { application, component } from '../helpers/angular.ts';

describe("withServer('transfer'), in the browser", () => {
  let router: TestRouter;

  beforeEach(() => {
    router = createTestRouter();
    application(provideWamp({ realm: 'realm1', transports: [router.transport()] }, withServer('transfer')));
    const state = TestBed.inject(TransferState);
    for (const [key, value] of [
      ['client com.calc.add [1,2]', '[3]'],
      ['client com.shop.price', '["\\u0000AQI="]'],
      ['client com.shop.order ["9007199254740993n"]', '["found"]'],
    ] as const) {
      state.set(makeStateKey<string>(`rxwamp ${key}`), value);
    }
  });

  it('has what the server handed over at the first look, and calls nothing', async () => {
    const add = router.mock('com.calc.add', 3);
    const [sum, price, resolved] = component(
      () =>
        [
          callResource<number>('com.calc.add', () => [1, 2]),
          topicResource<Uint8Array>('com.shop.price'),
          resolveCall<number>('com.calc.add', () => [1, 2])({} as never),
        ] as const,
    );
    expect([sum.value(), sum.isLoading()]).toEqual([3, false]);
    expect([price.value(), price.status()]).toEqual([new Uint8Array([1, 2]), 'stale']);
    expect(await firstValueFrom(resolved)).toBe(3);
    await eventually(() => price.status() === 'live');
    expect(add.calls).toEqual([]);
  });

  it('has what was called there with an integer beyond 2^53', async () => {
    const order = component(() => callResource<string>('com.shop.order', () => [9007199254740993n]));
    expect(order.value()).toBe('found');
    const resolved = TestBed.runInInjectionContext(() =>
      resolveCall('com.shop.order', () => [9007199254740993n])({} as never),
    );
    expect(await firstValueFrom(resolved)).toBe('found');
  });

  it('calls for other arguments, at reload(), and later', async () => {
    const add = router.mock('com.calc.add', ({ args: [a, b] }) => Number(a) + Number(b) + 100);
    const n = signal(2);
    const sum = component(() => callResource<number>('com.calc.add', () => [1, n()]));
    n.set(3);
    TestBed.tick();
    await eventually(() => sum.value() === 104);
    sum.reload();
    TestBed.tick();
    await eventually(() => add.calls.length === 2);
    await TestBed.inject(ApplicationRef).whenStable();
    const later = component(() => callResource<number>('com.calc.add', () => [1, 2]));
    expect(later.value()).toBeUndefined();
    await eventually(() => later.value() === 103);
  });

  it('takes over what depends on an input that is set later', async () => {
    const n = signal<number | undefined>(undefined);
    const required = (): number => {
      const value = n();
      if (value === undefined) throw new Error('not set yet');
      return value;
    };
    const add = router.mock('com.calc.add', 3);
    // effects run when inputs are set
    const sum = TestBed.runInInjectionContext(() => callResource<number>('com.calc.add', () => [1, required()]));
    n.set(2);
    TestBed.tick();
    await eventually(() => sum.value() === 3);
    expect(add.calls).toEqual([]);
  });
});

describe("withServer('transfer'), on a server", () => {
  it('leaves to the browser what cannot be handed over', async () => {
    const router = createTestRouter();
    application(
      { provide: PLATFORM_ID, useValue: 'server' },
      provideWamp({ realm: 'realm1', transports: [router.transport()] }, withServer('transfer')),
    );
    const set = component(() =>
      topicResource<number, Set<number>>('com.shop.price', {
        initialValue: new Set(),
        reduce: (before, { value }) => new Set(before).add(value),
      }),
    );
    await router.whenSubscribed('com.shop.price');
    router.publish('com.shop.price', [3]);
    await eventually(() => set.value().size === 1);
    expect(set.error()).toBeUndefined();
    expect(TestBed.inject(TransferState).isEmpty).toBeTrue();
  });
});
