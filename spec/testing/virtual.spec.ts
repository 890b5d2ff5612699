import { config, distinctUntilChanged, filter, interval, map, NEVER, retry, throwError } from 'rxjs';
import { ApplicationError } from '../../src/protocol/errors.ts';
import { createTestRouter, virtually, type VirtualKit } from '../../src/testing/index.ts';

const left = (problem: string): string => `The test left something behind:\n  - ${problem}`;
const assertDeepEqual = (actual: unknown, expected: unknown): void => {
  expect(actual).toEqual(expected);
};

describe('virtually', () => {
  it('expects a topic as a marble diagram through a loss and the reconnect', () => {
    virtually(
      ({ router, client, act, expectObservable }) => {
        const price$ = client()
          .subscribe<number>('com.shop.price')
          .pipe(map((event) => event.value));
        const publish = (price: number): void => void router.publish('com.shop.price', [price]);
        act('-a--x 20ms b', { a: () => publish(1), x: () => router.dropAll(), b: () => publish(2) });
        expectObservable(price$).toBe('-a--- 20ms b', { a: 1, b: 2 });
      },
      { assertDeepEqual },
    );
  });

  it('loses what is published before the reconnect, and backs off for minutes in no time', () => {
    virtually(
      ({ router, client, at, act, now, expectObservable }) => {
        const wamp = client({ reconnect: { initialDelay: 1000, growth: 2, jitter: 0 } });
        const event$ = wamp.subscribe('com.app.tick').pipe(map(({ value }) => value));
        const states$ = wamp.status$.pipe(
          map(({ state }) => state),
          distinctUntilChanged(),
        );
        at(5, () => {
          router.refuse(2);
          router.dropAll();
        });
        act('500ms a 8s b', {
          a: () => void router.publish('com.app.tick', ['lost']),
          b: () => void router.publish('com.app.tick', ['heard']),
        });
        expectObservable(event$).toBe('8501ms b', { b: 'heard' });
        // refused after 1 s, after 2 s more, and let in after 4 s more
        const late$ = states$.pipe(filter(() => now() > 6000));
        expectObservable(late$).toBe('7005ms (abc)', { a: 'connecting', b: 'joining', c: 'joined' });
      },
      { assertDeepEqual },
    );
  });

  it('calls mocks, whose Observables run on the same time', () => {
    virtually(
      ({ router, client, expectObservable }) => {
        router.mock('com.app.count', () => interval(10).pipe(map((n) => n + 1)));
        router.mock('com.app.fail', new ApplicationError('com.app.error.no'));
        const wamp = client();
        const counts$ = wamp.call<number>('com.app.count', [], {}, { progress: true }).pipe(map(({ value }) => value));
        expectObservable(counts$, '^ 34ms !').toBe('10ms a 9ms b 9ms c', { a: 1, b: 2, c: 3 });
        const error = jasmine.objectContaining({ uri: 'com.app.error.no' });
        expectObservable(wamp.call('com.app.fail')).toBe('#', {}, error);
        router.mock('com.app.never', NEVER);
        const retried$ = wamp.call('com.app.never', [], {}, { timeout: 100 }).pipe(retry({ count: 2, delay: 50 }));
        expectObservable(retried$).toBe('400ms #', {}, jasmine.objectContaining({ name: 'CallTimeoutError' }));
      },
      { assertDeepEqual },
    );
  });

  it('ends what is observed at `until`, and closes the clients: nothing goes on for ever', () => {
    let kit: VirtualKit | undefined;
    const value = virtually(
      (given) => {
        kit = given;
        given.router.refuse(Infinity);
        given.expectObservable(given.client().subscribe('com.app.news')).toBe('-');
        return 7;
      },
      { until: 3_600_000, client: { reconnect: { initialDelay: 1000, jitter: 0 } } },
    );
    expect(value).toBe(7);
    expect(kit?.router.admit()).toBe('the router is closed');
  });

  it('without an assertion of a framework, throws and lists what came', () => {
    const run = (marbles: string): void =>
      virtually(({ router, client, at, expectObservable }) => {
        const value$ = client()
          .subscribe('com.a')
          .pipe(map(({ value }) => value));
        at(3, () => void router.publish('com.a', [{ b: [1] }]));
        expectObservable(value$).toBe(marbles, { a: { b: [1] } });
      });
    expect(() => run('---a')).not.toThrow();
    expect(() => run('--a')).toThrowError('Expected\n  2 ms: value {"b":[1]}\nbut there came\n  3 ms: value {"b":[1]}');
    expect(() => run('-')).toThrowError('Expected\n  nothing\nbut there came\n  3 ms: value {"b":[1]}');
    expect(() => run('---(a|)')).toThrowError(/^Expected\n {2}3 ms: value .*\n {2}3 ms: completion\nbut/);
  });

  it('compares errors, binaries, dates, maps and sets by what they hold', () => {
    const values = (): Record<string, unknown> => ({
      a: new Uint8Array([1, 2]),
      b: new Date(5),
      c: new Map([[1, new Set([2])]]),
      d: NaN,
    });
    const run = (expected: Record<string, unknown>, error: unknown): void =>
      virtually(({ cold, expectObservable }) => {
        expectObservable(cold('abcd#', values(), new Error('why'))).toBe('abcd#', expected, error);
      });
    expect(() => run(values(), new Error('why'))).not.toThrow();
    expect(() => run(values(), new Error('why not'))).toThrowError(/error Error: why not/);
    for (const [name, other] of Object.entries({ a: new Uint8Array([1]), b: new Date(6), c: new Map(), d: { x: 1 } })) {
      expect(() => run({ ...values(), [name]: other }, new Error('why'))).toThrowError(/^Expected/);
    }
  });

  it('throws what an action threw, before what does not hold because of it', () => {
    const act = (action: () => void): void =>
      virtually(({ at, cold, expectObservable }) => {
        at(1, action);
        at(2, action);
        expectObservable(cold('a')).toBe('b');
      });
    expect(() => act(() => undefined)).toThrowError(/^Expected/);
    expect(() =>
      act(() => {
        throw new RangeError('too far');
      }),
    ).toThrowError(RangeError, 'too far');
    expect(() => virtually(({ act: play }) => play('-q', {}))).toThrowError(
      "act(): a letter of '-q' has no action: name it in actions",
    );
  });

  it('throws where something was left behind', () => {
    expect(() => virtually(({ at }) => at(1, () => void throwError(() => new Error('lost')).subscribe()))).toThrowError(
      left('unhandled: Error: lost'),
    );
    const observe = (strict: boolean): void =>
      virtually(({ client }) => void client().subscribe('com.app.news').subscribe(), { strict });
    expect(() => observe(false)).not.toThrow();
    expect(() => observe(true)).toThrowError(/'com.app.news' is subscribed to by session/);
  });

  it('uses a router that is given, and refuses options that cannot be right', () => {
    const router = createTestRouter();
    virtually(({ client }) => void client().connect(), { router });
    expect(router.admit()).toBeUndefined();
    expect(() => virtually(() => undefined, { until: -1 })).toThrowError(TypeError, /virtually: until must be/);
    expect(() => virtually(() => undefined, { untill: 1 } as never)).toThrowError(/unknown option 'untill'/);
  });

  it('refuses a function whose expectations would not be awaited', () => {
    expect(() =>
      virtually(async () => {
        await Promise.resolve();
        throw new Error('not seen');
      }),
    ).toThrowError(TypeError, /must not be async/);
  });

  it('gives real time, and unhandled errors, back to the next test', async () => {
    expect(() =>
      virtually(() => {
        throw new Error('body');
      }),
    ).toThrowError('body');
    expect(config.onUnhandledError).toBeNull();
    await new Promise<void>((resolve) =>
      interval(0)
        .pipe()
        .subscribe({ next: () => resolve() }),
    );
    expect(Date.now()).toBeGreaterThan(1e12);
  });
});
