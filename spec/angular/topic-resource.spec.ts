import { signal } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { firstValueFrom } from 'rxjs';
import { injectWamp, provideWamp, topicResource, wampRef, type TopicRef } from '../../src/angular/index.ts';
import { ApplicationError, type EventOf, type WampEvent } from '../../src/index.ts';
import { createTestRouter, eventually, type TestRouter } from '../../src/testing/index.ts';
import { application, component } from '../helpers/angular.ts';

const realm = 'realm1';

interface Price {
  readonly item: string;
  readonly price: number;
}
interface Api {
  topics: { 'com.shop.price': { args: [Price] } };
}

describe('topicResource', () => {
  let router: TestRouter;
  const refused = new Set<string>();

  beforeEach(() => {
    refused.clear();
    router = createTestRouter({
      realms: { [realm]: { history: [{ topic: 'com.shop.log' }], authorize: ({ uri }) => !refused.has(uri) } },
    });
    application(provideWamp({ realm, transports: [router.transport()], reconnect: { initialDelay: 10, jitter: 0 } }));
  });

  const until = (holds: () => boolean): Promise<unknown> => eventually(holds);

  it('has the value of the last event, and the event', async () => {
    const price = component(() => topicResource<number>('com.shop.price'));
    expect([price.status(), price.value(), price.hasValue()]).toEqual(['pending', undefined, false]);
    await router.whenSubscribed('com.shop.price');
    router.publish('com.shop.price', [3]);
    await until(() => price.hasValue());
    expect([price.status(), price.value(), price.error()]).toEqual(['live', 3, undefined]);
    expect(price.event()?.details.topic).toBe('com.shop.price');
  });

  it('is pending until the first event, stale while the link is lost, live when it is subscribed again', async () => {
    const price = component(() => topicResource<number>('com.shop.price'));
    await router.whenSubscribed('com.shop.price');
    expect(price.status()).toBe('pending');
    router.publish('com.shop.price', [3]);
    await until(() => price.status() === 'live');
    router.refuse(1);
    router.dropAll();
    await until(() => price.status() === 'stale');
    expect(price.value()).toBe(3);
    await until(() => price.status() === 'live');
    expect(price.value()).toBe(3);
  });

  it('has a value from the beginning, and is live once the router has confirmed', async () => {
    const news = component(() => topicResource<string>('com.shop.news', { initialValue: 'none' }));
    expect([news.status(), news.value(), news.hasValue()]).toEqual(['pending', 'none', true]);
    await until(() => news.status() === 'live');
    expect(news.value()).toBe('none');
  });

  it('makes a value of all events', async () => {
    const sum = component(() =>
      topicResource<number>('com.shop.sold', { initialValue: 10, reduce: (before, { value }) => before + value }),
    );
    await router.whenSubscribed('com.shop.sold');
    router.publish('com.shop.sold', [1]);
    router.publish('com.shop.sold', [2]);
    await until(() => sum.value() === 13);
    expect(sum.event()?.value).toBe(2);
  });

  it('changes at most once in the given time, and loses no event', async () => {
    const seen: number[] = [];
    const count = component(() =>
      topicResource('com.shop.tick', { initialValue: 0, reduce: (before) => before + 1, throttle: 20 }),
    );
    await router.whenSubscribed('com.shop.tick');
    for (let i = 0; i < 100; i++) router.publish('com.shop.tick');
    await until(() => {
      if (count.value() !== seen.at(-1)) seen.push(count.value());
      return count.value() === 100;
    });
    expect(seen.length).toBeLessThan(5);
  });

  it('follows a function of signals, and gives back the topic before', async () => {
    const item = signal<string | undefined>(undefined);
    const price = component(() => topicResource<number>(() => item() && `com.shop.price.${item()}`));
    expect(price.status()).toBe('idle');
    expect(router.subscriptions).toEqual([]);
    item.set('tea');
    TestBed.tick();
    expect(price.status()).toBe('pending');
    await router.whenSubscribed('com.shop.price.tea');
    router.publish('com.shop.price.tea', [3]);
    await until(() => price.value() === 3);
    item.set('milk');
    TestBed.tick();
    expect([price.status(), price.value()]).toEqual(['pending', undefined]);
    await router.whenSubscribed('com.shop.price.milk');
    await router.whenSubscribed('com.shop.price.tea', 0);
    item.set(undefined);
    TestBed.tick();
    expect(price.status()).toBe('idle');
    await router.whenSubscribed('com.shop.price.milk', 0);
  });

  it('gives the subscription back with its component', async () => {
    const fixed = component(() => topicResource('com.shop.a'));
    const computed = component(() => topicResource(() => 'com.shop.b'));
    await router.whenSubscribed('com.shop.a');
    await router.whenSubscribed('com.shop.b');
    fixed.destroy();
    computed.destroy();
    await router.whenSubscribed('com.shop.a', 0);
    await router.whenSubscribed('com.shop.b', 0);
    expect(router.subscriptions).toEqual([]);
  });

  it('has the error of a refused topic, and tries again', async () => {
    refused.add('com.shop.secret');
    const secret = component(() => topicResource<number>('com.shop.secret'));
    await until(() => secret.status() === 'error');
    expect(secret.error()).toBeInstanceOf(ApplicationError);
    expect([secret.value(), secret.hasValue()]).toEqual([undefined, false]);
    refused.clear();
    secret.retry();
    expect([secret.status(), secret.error()]).toEqual(['pending', undefined]);
    await router.whenSubscribed('com.shop.secret');
    router.publish('com.shop.secret', [7]);
    await until(() => secret.value() === 7);
  });

  it('has what reduce throws as its error', async () => {
    const broken = component(() =>
      topicResource('com.shop.news', {
        initialValue: 0,
        reduce: () => {
          throw new Error('oops');
        },
      }),
    );
    await router.whenSubscribed('com.shop.news');
    router.publish('com.shop.news');
    await until(() => broken.status() === 'error');
    expect(broken.error()).toEqual(new Error('oops'));
    await router.whenSubscribed('com.shop.news', 0);
  });

  it('connects a client anew that has given up', async () => {
    const wamp = component(() => ({ wamp: injectWamp() })).wamp;
    router.abort('wamp.error.no_such_realm');
    const price = component(() => topicResource<number>('com.shop.price'));
    await until(() => price.status() === 'error');
    expect(wamp.status.state).toBe('failed');
    router.resume();
    price.retry();
    await router.whenSubscribed('com.shop.price');
    expect(price.status()).toBe('pending');
  });

  it('begins with the retained event, or with past ones', async () => {
    const publisher = component(() => ({ wamp: injectWamp() })).wamp;
    for (const line of ['a', 'b']) publisher.publish('com.shop.log', [line]);
    await firstValueFrom(publisher.publish('com.shop.log', ['c'], {}, { acknowledge: true }));
    router.publish('com.shop.price', [3], {}, { options: { retain: true } });
    const price = component(() => topicResource<number>('com.shop.price', { getRetained: true }));
    const log = component(() =>
      topicResource<string, readonly string[]>('com.shop.log', {
        past: 2,
        initialValue: [],
        reduce: (lines, { value }) => [...lines, value],
      }),
    );
    await until(() => price.value() === 3);
    await until(() => log.value().length === 2);
    expect(log.value()).toEqual(['b', 'c']);
    expect(log.status()).toBe('live');
  });

  it('throws for what cannot be a topic, where it is given', () => {
    expect(() => component(() => topicResource('no topic'))).toThrowError(/no topic/);
  });

  it('is typed by a contract', () => {
    const shop = wampRef<Api>();
    const typed = component(() => topicResource('com.shop.price', { client: shop }));
    const check: TopicRef<Price | undefined, EventOf<Api, 'com.shop.price'>> = typed;
    const items = component(() =>
      topicResource(() => 'com.shop.price' as const, {
        client: shop,
        initialValue: [] as string[],
        reduce: (before, { value }) => [...before, value.item],
      }),
    );
    const list: TopicRef<string[], unknown> = items;
    // @ts-expect-error the contract has no such topic
    component(() => topicResource('com.shop.prize', { client: shop }));
    const free: TopicRef<number | undefined, WampEvent<number>> = component(() => topicResource<number>('com.any'));
    expect([check.value(), list.value(), free.value()]).toEqual([undefined, [], undefined]);
  });
});
