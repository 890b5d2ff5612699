// A suite as users of Vitest write it; spec/node/frameworks.spec.ts runs it as a process. What shall fail says so.
import { firstValueFrom, map, throwError } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it, test as base } from 'vitest';
import { WampClient } from '../../../src/index.ts';
import { eventually, useTestRouter, virtually, withTestRouter, type TestKit } from '../../../src/testing/index.ts';

describe('with Vitest', () => {
  const wamp = useTestRouter({ beforeEach, afterEach }, { create: (options) => new WampClient(options) });

  it('mocks a procedure', async () => {
    const price = wamp.router.mock('com.shop.price', 3);
    expect((await firstValueFrom(wamp.client().call('com.shop.price', ['tea']))).value).toBe(3);
    expect(price.calls[0]?.args).toEqual(['tea']);
  });

  it('has a fresh router', () => {
    expect(wamp.router.registrations).toEqual([]);
  });

  it('waits for an assertion', async () => {
    const seen: unknown[] = [];
    const events = wamp.client().subscribe('com.shop.news');
    const subscription = events.subscribe((event) => seen.push(event.value));
    await wamp.router.whenSubscribed('com.shop.news');
    wamp.router.publish('com.shop.news', [1]);
    await eventually(() => expect(seen).toEqual([1]));
    subscription.unsubscribe();
  });

  const marbles = (expected: string): void =>
    virtually(
      ({ router, client, act, expectObservable }) => {
        const value$ = client()
          .subscribe('com.a')
          .pipe(map((event) => event.value));
        const publish = (value: string): void => void router.publish('com.a', [value]);
        act('-a-x 20ms b', { a: () => publish('a'), x: () => router.dropAll(), b: () => publish('b') });
        expectObservable(value$).toBe(expected);
      },
      { assertDeepEqual: (actual, wanted) => expect(actual).toEqual(wanted) },
    );

  it('expects marbles through a loss', () => marbles('-a-- 20ms b'));
  it('FAILS: wrong marbles', () => marbles('a-- 20ms b'));
});

describe('with Vitest, left behind', () => {
  const wamp = useTestRouter({ beforeEach, afterEach });

  it('FAILS: an unhandled error', () => {
    wamp.client();
    throwError(() => new Error('lost')).subscribe();
  });
});

const test = base.extend<{ wamp: TestKit }>({
  // Vitest reads the names of other fixtures from the pattern, so it must be there
  // oxlint-disable-next-line no-empty-pattern
  wamp: ({}, use) => withTestRouter(use),
});

test('is a fixture of test.extend()', async ({ wamp }) => {
  wamp.router.mock('com.app.one', 1);
  expect((await firstValueFrom(wamp.client().call('com.app.one'))).value).toBe(1);
});
