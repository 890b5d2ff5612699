import { waitedAt } from '../helpers/waited-at.ts';
import { firstValueFrom, interval, lastValueFrom, map, NEVER, of, take, toArray } from 'rxjs';
import { ApplicationError, isApplicationError } from '../../src/protocol/errors.ts';
import { result } from '../../src/session/invocation.ts';
import { createTestRouter, record, useTestRouter } from '../../src/testing/index.ts';

describe('a mock procedure', () => {
  const kit = useTestRouter({ beforeEach, afterEach });
  const answer = async (procedure: string, args: readonly unknown[] = []): Promise<unknown> => {
    const { args: values, kwargs } = await firstValueFrom(kit.client().call(procedure, args));
    return [values, kwargs];
  };
  const refusal = async (procedure: string): Promise<unknown> => {
    const error: unknown = await firstValueFrom(kit.client().call(procedure)).catch((thrown: unknown) => thrown);
    return isApplicationError(error) ? [error.uri, error.args, error.kwargs] : error;
  };

  it('answers at once, with a handler or a value, and remembers its calls', async () => {
    const add = kit.router.mock('com.calc.add', ({ args: [a, b] }) => Number(a) + Number(b));
    kit.router.mock('com.calc.pi', 3.14);
    kit.router.mock('com.calc.nothing');
    kit.router.mock('com.calc.both', result([1, 2], { unit: 'm' }));
    kit.router.mock('com.calc.later', Promise.resolve(7));
    expect(await answer('com.calc.add', [2, 3])).toEqual([[5], {}]);
    expect(await answer('com.calc.pi')).toEqual([[3.14], {}]);
    expect(await answer('com.calc.nothing')).toEqual([[], {}]);
    expect(await answer('com.calc.both')).toEqual([[1, 2], { unit: 'm' }]);
    expect(await answer('com.calc.later')).toEqual([[7], {}]);
    expect(add.calls.map(({ args, details }) => [args, details.procedure])).toEqual([[[2, 3], 'com.calc.add']]);
  });

  it('streams progress, and is stopped by a caller that cancels', async () => {
    const stopped: unknown[] = [];
    kit.router.mock('com.app.count', () => of(1, 2, result([3])));
    const hanging = kit.router.mock('com.app.hang', ({ signal }) => {
      signal.addEventListener('abort', () => stopped.push(signal.reason));
      return NEVER;
    });
    const wamp = kit.client();
    const progress = wamp.call('com.app.count', [], {}, { progress: true });
    expect(
      await lastValueFrom(
        progress.pipe(
          map(({ value }) => value),
          toArray(),
        ),
      ),
    ).toEqual([1, 2, 3]);
    const call = wamp.call('com.app.hang').subscribe();
    await hanging.whenCalled();
    call.unsubscribe();
    await firstValueFrom(wamp.call('com.app.count'));
    expect(stopped).toEqual([jasmine.objectContaining({ uri: 'wamp.error.canceled' })]);
  });

  it('fails with what it throws, or with an Error in place of an answer', async () => {
    kit.router.mock('com.shop.buy', () => {
      throw new ApplicationError('com.shop.error.sold_out', ['tea'], { left: 0 });
    });
    kit.router.mock('com.shop.sell', new Error('closed'));
    expect(await refusal('com.shop.buy')).toEqual(['com.shop.error.sold_out', ['tea'], { left: 0 }]);
    expect(await refusal('com.shop.sell')).toEqual(['wamp.error.runtime_error', ['closed'], {}]);
  });

  it('answers with invalid_payload where its answer cannot go on the wire', async () => {
    kit.router.mock('com.app.odd', () => Symbol('odd'));
    const [uri] = (await refusal('com.app.odd')) as [string];
    expect(uri).toBe('wamp.error.invalid_payload');
  });

  it('answers otherwise from now on, forgets its calls, and goes with its calls under way', async () => {
    const mock = kit.router.mock('com.app.state', 1);
    expect(await answer('com.app.state')).toEqual([[1], {}]);
    mock.answer(() => 2);
    mock.reset();
    expect(await answer('com.app.state')).toEqual([[2], {}]);
    expect(mock.calls.length).toBe(1);
    const stopped: unknown[] = [];
    mock.answer(({ signal }) => {
      signal.addEventListener('abort', () => stopped.push(signal.reason));
      return NEVER;
    });
    const waiting = refusal('com.app.state');
    await mock.whenCalled(2);
    expect(mock.registered).toBeTrue();
    mock.unsubscribe();
    expect(mock.registered).toBeFalse();
    expect(stopped.length).toBe(1);
    expect(((await waiting) as [string])[0]).toBe('wamp.error.canceled');
    expect(((await refusal('com.app.state')) as [string])[0]).toBe('wamp.error.no_such_procedure');
    mock.unregister();
  });

  it('matches patterns, shares a procedure, and does not take what a client has', async () => {
    const any = kit.router.mock('com.any.', ({ details }) => details.procedure, { match: 'prefix' });
    expect(await answer('com.any.thing')).toEqual([['com.any.thing'], {}]);
    expect(any.calls.length).toBe(1);
    const invoke = { options: { invoke: 'roundrobin' } };
    kit.router.mock('com.app.turn', 'first', invoke);
    kit.router.mock('com.app.turn', 'second', invoke);
    expect([await answer('com.app.turn'), await answer('com.app.turn')]).toEqual([
      [['first'], {}],
      [['second'], {}],
    ]);
    const registering = record(kit.client().register('com.app.mine', () => 1));
    await registering.next();
    expect(() => kit.router.mock('com.app.mine')).toThrowError(/procedure_already_exists/);
    expect(() => kit.router.mock('com app')).toThrowError(/invalid_uri/);
    expect(() => kit.router.mock('com.app.typo', 1, { options: { invoke: 7 } })).toThrowError(/REGISTER.*invoke/);
    expect(() => kit.router.mock('com.app.here', 1, { realm: 'nowhere' })).toThrowError(
      "The router has no realm 'nowhere': list it in the option realms",
    );
  });

  it('needs no permission, is no session, and outlives dropped links', async () => {
    const router = kit.router;
    const add = router.mock('com.app.add', 1);
    expect(router.sessions).toEqual([]);
    expect((await router.whenRegistered('com.app.add')).length).toBe(1);
    const wamp = kit.client();
    await firstValueFrom(wamp.call('com.app.add'));
    const sessions = record(wamp.session$);
    await sessions.next();
    router.dropAll();
    await sessions.next();
    await firstValueFrom(wamp.call('com.app.add'));
    expect(add.calls.length).toBe(2);
    expect(router.revokeRegistration('com.app.add')).toBeTrue();
    expect(add.registered).toBeFalse();
  });

  it('tells when it was called, and in time-out what it was called with instead', async () => {
    const mock = kit.router.mock('com.app.say', undefined);
    const wamp = kit.client();
    const called = mock.whenCalled(({ args }) => args[0] === 'b');
    for (const word of ['a', 'b']) wamp.call('com.app.say', [word]).subscribe();
    expect((await called).map(({ value }) => value)).toEqual(['b']);
    expect((await mock.whenCalled(2)).length).toBe(2);
    await expectAsync(mock.whenCalled(3, { timeout: 1 })).toBeRejectedWithError(
      new RegExp(
        `^Waited 1 ms for calls of 'com\\.app\\.say', 3 of them; instead there is {"args":\\["a"\\],"kwargs":{}}; {"args":\\["b"\\],"kwargs":{}}${waitedAt('mock')}`,
      ),
    );
    await expectAsync(kit.router.mock('com.x').whenCalled(() => true, { timeout: 1 })).toBeRejectedWithError(
      new RegExp(`^Waited 1 ms for calls of 'com\\.x', one as wanted; instead there is nothing${waitedAt('mock')}`),
    );
  });

  it('takes the chunks of a progressive invocation', async () => {
    kit.router.mock('com.app.sum', ({ input$ }) =>
      input$.pipe(
        map(({ args }) => args[0]),
        toArray(),
      ),
    );
    const chunks = interval(0).pipe(
      take(3),
      map((n) => [n]),
    );
    const { value } = await firstValueFrom(kit.client().call('com.app.sum', chunks));
    expect(value).toEqual([0, 1, 2]);
  });

  it('works where roles restrict what clients may do', async () => {
    const [anonymous, nobody] = [[{ uri: 'com.', match: 'prefix', call: true }], []] as const;
    const router = createTestRouter({ realms: { realm1: { roles: { anonymous, nobody }, authorize: () => true } } });
    router.mock('com.app.open', 'yes');
    const wamp = kit.client({ transports: [router.transport()] });
    expect((await firstValueFrom(wamp.call('com.app.open'))).value).toBe('yes');
    await wamp.close();
    await router.close();
  });
});

describe('a watched topic', () => {
  const kit = useTestRouter({ beforeEach, afterEach }, { router: { realms: ['realm1', 'realm2'] } });

  it('remembers what clients publish there, with options and session', async () => {
    const orders = kit.router.watch('com.shop.order');
    const wamp = kit.client();
    wamp.publish('com.shop.order', ['tea'], { cups: 2 }, { excludeMe: false });
    wamp.publish('com.shop.other', ['tea']);
    const [order] = await orders.whenPublished();
    const { id } = await firstValueFrom(wamp.session$);
    expect(order).toEqual({
      topic: 'com.shop.order',
      args: ['tea'],
      kwargs: { cups: 2 },
      options: { exclude_me: false },
      session: id,
      time: jasmine.any(Number) as unknown as number,
    });
    orders.reset();
    expect(orders.published).toEqual([]);
    kit.router.publish('com.shop.order', ['the router itself']);
    orders.unsubscribe();
    await firstValueFrom(wamp.publish('com.shop.order', [], {}, { acknowledge: true }));
    expect(orders.published).toEqual([]);
  });

  it('watches patterns, and one realm where asked', async () => {
    const all = kit.router.watch('com.', { match: 'prefix' });
    const second = kit.router.watch('com.', { match: 'prefix', realm: 'realm2' });
    kit.client().publish('com.a');
    kit.client({ realm: 'realm2' }).publish('com.b', [1]);
    const found = await all.whenPublished(({ topic }) => topic === 'com.b');
    await all.whenPublished(2);
    expect(found.length).toBe(1);
    expect(second.published.map(({ topic }) => topic)).toEqual(['com.b']);
    await expectAsync(second.whenPublished(2, { timeout: 1 })).toBeRejectedWithError(
      new RegExp(
        `^Waited 1 ms for publications on 'com\\.', 2 of them; instead there is {"topic":"com\\.b","args":\\[1\\],"kwargs":{}}${waitedAt('mock')}`,
      ),
    );
  });
});
