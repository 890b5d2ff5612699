import { ErrorHandler, inject, InjectionToken } from '@angular/core';
import { firstValueFrom } from 'rxjs';
import { injectProcedure, provideWamp, wampRef } from '../../src/angular/index.ts';
import { WampClient, type ApplicationError } from '../../src/index.ts';
import { createTestRouter, eventually, type TestRouter } from '../../src/testing/index.ts';
import { application, component } from '../helpers/angular.ts';

const FACTOR = new InjectionToken<number>('factor');

describe('injectProcedure', () => {
  let router: TestRouter;
  let caller: WampClient;
  const errors: unknown[] = [];

  beforeEach(() => {
    errors.length = 0;
    router = createTestRouter();
    caller = new WampClient({ realm: 'realm1', transports: [router.transport()] });
    application(
      provideWamp({ realm: 'realm1', transports: [router.transport()], reconnect: { initialDelay: 100, jitter: 0 } }),
      { provide: ErrorHandler, useValue: { handleError: (error: unknown) => errors.push(error) } },
      { provide: FACTOR, useValue: 3 },
    );
  });

  afterEach(() => caller.close());

  it('registers while its component lives, and has the registration', async () => {
    const { registration, destroy } = component(() => ({
      registration: injectProcedure('com.app.triple', ({ value }) => Number(value) * inject(FACTOR)),
    }));
    expect(registration()).toBeUndefined();
    await eventually(() => registration() !== undefined);
    expect(registration()?.procedure).toBe('com.app.triple');
    expect((await firstValueFrom(caller.call('com.app.triple', [5]))).value).toBe(15);
    destroy();
    await router.whenRegistered('com.app.triple', 0);
    expect(router.registrations).toEqual([]);
  });

  it('has none while the link is lost, and a new one after that', async () => {
    const { registration } = component(() => ({ registration: injectProcedure('com.app.a', () => 1) }));
    await eventually(() => registration() !== undefined);
    const first = registration();
    router.dropAll();
    await eventually(() => registration() === undefined);
    await eventually(() => registration() !== undefined);
    expect(registration()).not.toBe(first);
  });

  it('reports a registration that is refused to the ErrorHandler', async () => {
    router.mock('com.app.a', 1);
    const { registration } = component(() => ({ registration: injectProcedure('com.app.a', () => 1) }));
    await eventually(() => errors.length > 0);
    expect((errors[0] as ApplicationError).uri).toBe('wamp.error.procedure_already_exists');
    expect(registration()).toBeUndefined();
  });

  it('is typed by a contract', () => {
    interface Api {
      procedures: { 'com.calc.add': { args: [number, number]; result: number } };
    }
    const calc = wampRef<Api>();
    component(() => ({ it: injectProcedure('com.calc.add', ({ args: [a, b] }) => a + b, { client: calc }) })).destroy();
    // @ts-expect-error the result is of another type
    component(() => ({ it: injectProcedure('com.calc.add', () => 'text', { client: calc }) }));
    expect(errors.length).toBe(0);
  });
});
