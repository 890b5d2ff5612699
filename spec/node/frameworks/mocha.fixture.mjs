// A suite as users of Mocha write it; spec/node/frameworks.spec.ts runs it as a process. What shall fail says so.
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { firstValueFrom, map, throwError } from 'rxjs';
import { WampClient } from '../../../src/index.ts';
import { eventually, useTestRouter, virtually } from '../../../src/testing/index.ts';

describe('with Mocha', () => {
  const wamp = useTestRouter({ beforeEach, afterEach }, { create: (options) => new WampClient(options) });

  it('mocks a procedure', async () => {
    const price = wamp.router.mock('com.shop.price', 3);
    assert.equal((await firstValueFrom(wamp.client().call('com.shop.price', ['tea']))).value, 3);
    assert.deepEqual(price.calls[0].args, ['tea']);
  });

  it('has a fresh router', () => {
    assert.deepEqual(wamp.router.registrations, []);
  });

  it('waits for an assertion', async () => {
    const seen = [];
    const subscription = wamp
      .client()
      .subscribe('com.shop.news')
      .subscribe((event) => seen.push(event.value));
    await wamp.router.whenSubscribed('com.shop.news');
    wamp.router.publish('com.shop.news', [1]);
    await eventually(() => assert.deepEqual(seen, [1]));
    subscription.unsubscribe();
  });

  const marbles = (expected) =>
    virtually(
      ({ router, client, act, expectObservable }) => {
        const value$ = client()
          .subscribe('com.a')
          .pipe(map((event) => event.value));
        const publish = (value) => router.publish('com.a', [value]);
        act('-a-x 20ms b', { a: () => publish('a'), x: () => router.dropAll(), b: () => publish('b') });
        expectObservable(value$).toBe(expected);
      },
      { assertDeepEqual: assert.deepStrictEqual },
    );

  it('expects marbles through a loss', () => marbles('-a-- 20ms b'));
  it('FAILS: wrong marbles', () => marbles('a-- 20ms b'));
});

describe('with Mocha, left behind', () => {
  const wamp = useTestRouter({ beforeEach, afterEach });

  it('FAILS: an unhandled error', () => {
    wamp.client();
    throwError(() => new Error('lost')).subscribe();
  });
});
