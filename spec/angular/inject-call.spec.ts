import { effect, signal } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { NEVER, Subject } from 'rxjs';
import { injectCall, provideWamp, wampRef, type CallRef } from '../../src/angular/index.ts';
import { ApplicationError, result, WampError } from '../../src/index.ts';
import { createTestRouter, eventually, type TestRouter } from '../../src/testing/index.ts';
import { application, component } from '../helpers/angular.ts';

interface Api {
  procedures: {
    'com.calc.add': { args: [number, number]; result: number };
    'com.calc.round': { args: [number]; kwargs: { digits: number }; result: number };
  };
}

describe('injectCall', () => {
  let router: TestRouter;

  beforeEach(() => {
    router = createTestRouter();
    application(provideWamp({ realm: 'realm1', transports: [router.transport()] }));
  });

  it('calls with what it is run with, and has the value', async () => {
    router.mock('com.calc.add', ({ args: [a, b] }) => Number(a) + Number(b));
    const add = component(() => injectCall<[number, number], number>('com.calc.add'));
    expect([add.running(), add.value(), add.error(), add.progress()]).toEqual([false, undefined, undefined, undefined]);
    const sum = add.run(1, 2);
    expect(add.running()).toBeTrue();
    expect(await sum).toBe(3);
    expect([add.running(), add.value()]).toEqual([false, 3]);
    const next = add.run(3, 4);
    expect(add.value()).toBe(3);
    expect(await next).toBe(7);
  });

  it('runs once in an effect, which follows its arguments alone', async () => {
    const add = router.mock('com.calc.add', ({ args: [a, b] }) => Number(a) + Number(b));
    const [a, b] = [signal(1), signal(2)];
    const sum = component(() => {
      const call = injectCall<[number], number>('com.calc.add', { request: (value) => [value, b()] });
      effect(() => void call.run(a()));
      return call;
    });
    await eventually(() => sum.value() === 3);
    b.set(5);
    TestBed.tick();
    expect(add.calls.length).toBe(1);
    a.set(2);
    TestBed.tick();
    await eventually(() => sum.value() === 7);
    expect(add.calls.length).toBe(2);
  });

  it('shows progress, and forgets it when it runs again', async () => {
    const answers = new Subject();
    router.mock('com.job.run', () => answers);
    const job = component(() => injectCall<[], string, number>('com.job.run', { progress: true }));
    const first = job.run();
    await eventually(() => router.calls.length === 1);
    answers.next(40);
    await eventually(() => job.progress() === 40);
    answers.next(result(['done']));
    expect(await first).toBe('done');
    expect(job.progress()).toBe(40);
    void job.run();
    expect(job.progress()).toBeUndefined();
  });

  it('has the error, rejects with it, and forgets it when it runs again', async () => {
    router.mock('com.shop.buy', new ApplicationError('com.shop.error.sold_out'));
    const buy = component(() => injectCall('com.shop.buy'));
    await expectAsync(buy.run('tea')).toBeRejectedWithError(ApplicationError);
    expect((buy.error() as ApplicationError).uri).toBe('com.shop.error.sold_out');
    expect(buy.running()).toBeFalse();
    void buy.run('tea');
    expect(buy.error()).toBeUndefined();
    await eventually(() => buy.error() !== undefined);
  });

  it('has an argument that cannot be sent as its error', async () => {
    const buy = component(() => injectCall('no procedure'));
    await expectAsync(buy.run()).toBeRejectedWithError(/no procedure/);
    expect([buy.running(), buy.error()?.name]).toEqual([false, 'InvalidUriError']);
  });

  it('cancels at cancel(), when it runs again, and with its component', async () => {
    const mock = router.mock('com.job.run', () => NEVER);
    const job = component(() => injectCall<[number]>('com.job.run'));
    const cancelled = job.run(1);
    await mock.whenCalled();
    job.cancel();
    await expectAsync(cancelled).toBeRejectedWithError(WampError, 'call of com.job.run: cancelled');
    expect([job.running(), job.error()]).toEqual([false, undefined]);
    await eventually(() => router.calls.length === 0);

    const overtaken = job.run(2);
    const last = job.run(3);
    await expectAsync(overtaken).toBeRejectedWithError(WampError);
    expect(job.running()).toBeTrue();
    await eventually(() => router.calls.length === 1 && mock.calls.at(-1)?.args[0] === 3);
    job.destroy();
    await expectAsync(last).toBeRejectedWithError(WampError);
    await eventually(() => router.calls.length === 0);
  });

  it('makes the payload of the arguments', async () => {
    const order = router.mock('com.shop.order', ({ kwargs }) => kwargs['item']);
    const buy = component(() =>
      injectCall('com.shop.order', { request: (item: string, count: number) => ({ kwargs: { item, count } }) }),
    );
    expect(await buy.run('tea', 2)).toBe('tea');
    expect(order.calls[0]?.kwargs).toEqual({ item: 'tea', count: 2 });
  });

  it('is typed by a contract', () => {
    const calc = wampRef<Api>();
    const add = component(() => injectCall('com.calc.add', { client: calc }));
    const check: CallRef<readonly [number, number], number, number> = add;
    const round = component(() =>
      injectCall('com.calc.round', {
        client: calc,
        request: (value: number, digits: number) => ({ args: [value], kwargs: { digits } }),
      }),
    );
    const rounded: CallRef<[value: number, digits: number], number> = round;
    // @ts-expect-error one argument is of another type
    void add.run(1, '2');
    // @ts-expect-error the contract has no such procedure
    component(() => injectCall('com.calc.sub', { client: calc }));
    expect([check.running(), rounded.running()]).toEqual([true, false]);
  });
});
