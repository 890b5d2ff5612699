import { signal } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { NEVER, Observable } from 'rxjs';
import { callResource, provideWamp, wampRef, type CallResourceRef } from '../../src/angular/index.ts';
import { ApplicationError, result } from '../../src/index.ts';
import { createTestRouter, eventually, type TestRouter } from '../../src/testing/index.ts';
import { application, component } from '../helpers/angular.ts';

const realm = 'realm1';

interface Api {
  procedures: {
    'com.calc.add': { args: [number, number]; result: number };
    'com.calc.round': { args: [number]; kwargs: { digits: number }; result: number; progress: string };
  };
}

describe('callResource', () => {
  let router: TestRouter;

  beforeEach(() => {
    router = createTestRouter();
    application(provideWamp({ realm, transports: [router.transport()] }));
  });

  it('calls, and again when an argument changes', async () => {
    const add = router.mock('com.calc.add', ({ args: [a, b] }) => Number(a) + Number(b));
    const n = signal(1);
    const sum = component(() => callResource<number>('com.calc.add', () => [n(), 10]));
    expect([sum.status(), sum.value(), sum.isLoading()]).toEqual(['loading', undefined, true]);
    await eventually(() => sum.value() === 11);
    expect(sum.status()).toBe('resolved');
    n.set(2);
    TestBed.tick();
    await eventually(() => sum.value() === 12);
    expect(add.calls.length).toBe(2);
  });

  it('is idle without arguments, and calls when there are some', async () => {
    router.mock('com.shop.search', ({ args: [words] }) => [words]);
    const words = signal('');
    const found = component(() =>
      callResource<string[]>('com.shop.search', () => (words() ? [words()] : undefined), { defaultValue: [] }),
    );
    expect([found.status(), found.value()]).toEqual(['idle', []]);
    words.set('tea');
    TestBed.tick();
    await eventually(() => found.value().length === 1);
    expect(found.value()).toEqual(['tea']);
  });

  it('cancels a call that is overtaken, and with its component', async () => {
    const search = router.mock('com.shop.search', () => NEVER);
    const words = signal('a');
    const found = component(() => ({ found: callResource('com.shop.search', () => [words()]) }));
    await search.whenCalled();
    words.set('b');
    TestBed.tick();
    await eventually(() => search.calls.length === 2 && router.calls.length === 1);
    found.destroy();
    await eventually(() => router.calls.length === 0);
    expect(search.calls.map(({ args }) => args)).toEqual([['a'], ['b']]);
  });

  it('has progress apart from the result', async () => {
    let finish = (): void => undefined;
    router.mock(
      'com.job.run',
      () =>
        new Observable((observer) => {
          observer.next(50);
          finish = () => {
            observer.next(result(['done']));
            observer.complete();
          };
        }),
    );
    const job = component(() => callResource<string, number>('com.job.run', () => [], { progress: true }));
    await eventually(() => job.progress() === 50);
    expect(job.status()).toBe('loading');
    finish();
    await eventually(() => job.value() === 'done');
    expect(job.progress()).toBe(50);
  });

  it('sends keyword arguments and options', async () => {
    const round = router.mock('com.calc.round', ({ kwargs }) => kwargs['digits']);
    const rounded = component(() =>
      callResource<number>('com.calc.round', () => ({ args: [2.75], kwargs: { digits: 1 } }), { discloseMe: true }),
    );
    await eventually(() => rounded.value() === 1);
    expect(round.calls[0]?.args).toEqual([2.75]);
    expect(round.calls[0]?.details.caller).toBe(router.sessions[0]?.id);
  });

  it('sends integers beyond 2^53', async () => {
    router.mock('com.shop.order', 'found');
    const order = component(() => callResource<string>('com.shop.order', () => [9007199254740993n]));
    await eventually(() => order.value() === 'found');
    expect(order.status()).toBe('resolved');
  });

  it('has the error of a call, and reloads', async () => {
    let fails = true;
    router.mock('com.shop.buy', () => {
      if (fails) throw new ApplicationError('com.shop.error.sold_out');
      return 'ok';
    });
    const bought = component(() => callResource<string>('com.shop.buy', () => []));
    await eventually(() => bought.status() === 'error');
    expect((bought.error() as ApplicationError).uri).toBe('com.shop.error.sold_out');
    expect(bought.hasValue()).toBeFalse();
    fails = false;
    bought.reload();
    TestBed.tick();
    await eventually(() => bought.hasValue());
    expect(bought.value()).toBe('ok');
  });

  it('is typed by a contract', () => {
    const calc = wampRef<Api>();
    const sum = component(() => callResource('com.calc.add', () => [1, 2], { client: calc }));
    const check: CallResourceRef<number | undefined, number> = sum;
    const other = component(() => callResource('com.calc.add', () => undefined, { client: calc, defaultValue: 0 }));
    const always: CallResourceRef<number, number> = other;
    const round = component(() =>
      callResource('com.calc.round', () => ({ args: [1.5], kwargs: { digits: 0 } }), { client: calc, progress: true }),
    );
    const steps: CallResourceRef<number | undefined, string> = round;
    // @ts-expect-error one argument is of another type
    component(() => callResource('com.calc.add', () => [1, '2'], { client: calc }));
    // @ts-expect-error the contract has no such procedure
    component(() => callResource('com.calc.sub', () => [1, 2], { client: calc }));
    // @ts-expect-error keyword arguments are missing
    component(() => callResource('com.calc.round', () => [1.5], { client: calc }));
    expect([check.value(), always.value(), steps.progress()]).toEqual([undefined, 0, undefined]);
  });
});
