// What decorated classes do, however they were compiled.
import { Client } from '../../src/client/client.ts';
import { bind, errorsOf } from '../../src/decorators/index.ts';
import type { ApplicationError } from '../../src/protocol/errors.ts';
import { define } from '../../src/session/define.ts';
import type { SubscriptionInfo, UserError } from '../../src/session/options.ts';
import type { Session } from '../../src/session/session.ts';
import { record } from '../../src/testing/record.ts';
import { createTestRouter } from '../../src/testing/test-router.ts';
import { closeAll, STEADY, tracked } from '../client/helpers.ts';
import { inRealm } from '../meta/world.ts';
import type * as Fixture from './shop.ts';
import { SHOP_PROCEDURES, SHOP_TOPICS } from './shop.ts';

/** URIs and how they match, of what a router holds. */
const held = (
  found: readonly { readonly match: string; readonly procedure?: string; readonly topic?: string }[],
): string[] => found.map(({ match, procedure, topic }) => `${match} ${procedure ?? topic ?? ''}`).sort();

/**
 * @param dialect how the fixture was compiled
 * @param fixture its classes
 * @param metadata whether the compiler keeps the metadata of a class, from which the class of a mark is known for sure
 */
export function behaves(dialect: string, fixture: typeof Fixture, metadata: boolean): void {
  const { Shop, Clumsy, Base, Derived, Wrapped, WrappedAndOverridden, EarlyDerived, ShopError, SoldOut, Undecorated } =
    fixture;

  describe(`decorated classes (${dialect})`, () => {
    afterEach(closeAll);

    it('are registered and subscribed under the prefix, each method by its name or URI, with its options', () => {
      inRealm({}, ({ router, wamp, watch }) => {
        watch(bind(wamp, new Shop(), { prefix: 'com.shop' }));
        // in the order of the class, from the top
        expect(router.registrations.map(({ match, procedure }) => `${match} ${procedure}`)).toEqual([
          'exact com.shop.hello',
          'wildcard com.shop.stock..price',
          'wildcard com.shop.order..',
          'exact com.shop.add',
          'wildcard com.shop.from.',
          'exact com.shop.first',
          'exact com.shop.second',
        ]);
        expect(held(router.subscriptions)).toEqual([
          'exact com.shop.pair',
          'prefix com.shop.log.',
          'wildcard com.shop.price.',
        ]);
        const policies = router.registrations.filter(({ invoke }) => invoke !== 'single');
        expect(policies.map(({ procedure, invoke }) => [procedure, invoke])).toEqual([
          ['com.shop.stock..price', 'roundrobin'],
          ['com.shop.second', 'last'],
        ]);
      });
    });

    it('take options that are meant for all, before which their own count', () => {
      inRealm({}, ({ router, wamp, watch }) => {
        const reported: string[] = [];
        const onSubscribed = ({ topic }: SubscriptionInfo): void => void reported.push(topic);
        watch(bind(wamp, new Shop(), { register: { invoke: 'first' }, subscribe: { onSubscribed } }));
        expect(router.registrations.map(({ procedure, invoke }) => [procedure, invoke])).toEqual([
          ['hello', 'first'],
          ['stock..price', 'roundrobin'],
          ['order..', 'first'],
          ['add', 'first'],
          ['from.', 'first'],
          ['first', 'first'],
          ['second', 'last'],
        ]);
        expect(reported).toEqual(['price.', 'pair']);
      });
    });

    it('answer with the whole invocation, and the parts of the URI as values', () => {
      inRealm({}, ({ wamp, other, answer, watch, failure }) => {
        watch(bind(wamp, new Shop(), { prefix: 'com.shop.' }));
        const call = (uri: string, ...args: unknown[]): unknown => answer(other.call(`com.shop.${uri}`, args)).value;
        expect(call('hello', 'joe')).toBe('hello joe');
        expect(call('stock.tea.price')).toBe(3);
        expect(call('order.41.open', 'x')).toEqual([42, 'open', 'x']);
        expect(call('add', 1, 2)).toBe(3);
        expect(call('add', 1)).toBe(11);
        expect(call('from.5', 2)).toBe(7);
        expect(call('first')).toBe('com.shop.first');
        expect(call('second')).toBe('com.shop.second');
        const refused = failure(other.call('com.shop.order.next.open')) as ApplicationError;
        expect(refused.uri).toBe('wamp.error.invalid_argument');
        expect(refused.args).toEqual([
          'com.shop.order.next.open does not match com.shop.order.<id:int>.<state:str>: ' +
            'id must be an integer, got the string "next"',
        ]);
      });
    });

    it('hear the events of their topics, with the parts of the URI as values', () => {
      inRealm({}, ({ wamp, other, watch }) => {
        const shop = new Shop();
        const errors = watch(wamp.userErrors$);
        watch(bind(wamp, shop));
        for (const [topic, ...args] of [['price.tea', 4], ['log.a.b', 5], ['log.c'], ['pair', 6, 7]] as const) {
          watch(other.publish(topic, args, {}, { acknowledge: true }));
        }
        expect(shop.heard).toEqual([['tea', 4, 'price.tea'], 'a.b', 'c', [6, 7]]);
        expect(errors.values).toEqual([{ error: new TypeError('seen'), context: 'onSubscribed of log.' }]);
      });
    });

    it('are reported one by one, with how many are still due', () => {
      inRealm({}, ({ router, wamp, watch }) => {
        const { values, ended } = watch(bind(wamp, new Shop()));
        expect(values.map(({ uri }) => uri).sort()).toEqual([...SHOP_PROCEDURES, ...SHOP_TOPICS].sort());
        expect(values.map(({ pending }) => pending)).toEqual([9, 8, 7, 6, 5, 4, 3, 2, 1, 0]);
        const { status } = wamp;
        const { id } = router.registrations.find(({ procedure }) => procedure === 'stock..price')!;
        expect(values.find(({ method }) => method === 'price')).toEqual({
          kind: 'procedure',
          method: 'price',
          uri: 'stock..price',
          match: 'wildcard',
          pending: jasmine.any(Number) as unknown as number,
          id,
          session: (status as { session: Session }).session,
          again: false,
        });
        expect(values.find(({ method }) => method === 'onPair')).toEqual(
          jasmine.objectContaining({ kind: 'topic', uri: 'pair', match: 'exact', again: false }),
        );
        expect(ended).toBeFalse();
      });
    });

    it('heal after a loss, reported as such', () => {
      inRealm({}, ({ router, wamp, other, watch, advance, answer }) => {
        const { values } = watch(bind(wamp, new Shop()));
        const before = values.length;
        router.dropAll();
        advance(10_000);
        const healed = values.slice(before);
        expect(healed.length).toBe(before);
        expect(healed.every(({ again }) => again)).toBeTrue();
        expect(healed.map(({ pending }) => pending)).toEqual([9, 8, 7, 6, 5, 4, 3, 2, 1, 0]);
        expect(answer(other.call('hello', ['again'])).value).toBe('hello again');
      });
    });

    it('are all undone by unsubscribing', () => {
      inRealm({}, ({ router, wamp, watch, advance }) => {
        const bound = watch(bind(wamp, new Shop()));
        bound.stop();
        advance();
        expect(router.registrations.length).toBe(0);
        expect(router.subscriptions.length).toBe(0);
      });
    });

    it('complete with the client', () => {
      inRealm({}, ({ wamp, watch, advance }) => {
        const bound = watch(bind(wamp, new Shop()));
        void wamp.close();
        advance();
        expect(bound.completed).toBeTrue();
      });
    });

    it('inherit a method once; one that is overridden counts as it is decorated there', () => {
      inRealm({}, ({ router, wamp, other, watch, answer }) => {
        const derived = watch(bind(wamp, new Derived()));
        expect(derived.error).toBeUndefined();
        expect(held(router.registrations)).toEqual(['exact derived.redecorated', 'exact inherited']);
        expect(router.subscriptions.length).toBe(0);
        expect(answer(other.call('derived.redecorated')).value).toBe('derived of base');
        derived.stop();
        watch(bind(wamp, new Base()));
        expect(held(router.registrations)).toEqual(['exact base.redecorated', 'exact inherited', 'exact overridden']);
        expect(held(router.subscriptions)).toEqual(['exact silenced']);
      });
    });

    it('may have methods that other decorators replace', () => {
      inRealm({}, ({ wamp, other, watch, answer }) => {
        watch(bind(wamp, new Wrapped()));
        expect(answer(other.call('above')).value).toBe('ABOVE');
        expect(answer(other.call('below')).value).toBe('BELOW');
      });
    });

    it('know an overridden method that another decorator replaced, or say that they do not', () => {
      inRealm({}, ({ wamp, router, watch }) => {
        const binding = (): unknown => watch(bind(wamp, new WrappedAndOverridden()));
        if (metadata) {
          binding();
          expect(held(router.registrations)).toEqual(['exact below', 'exact derived.above']);
        } else expect(binding).toThrowError(TypeError, /above was replaced .* write @Procedure and @Topic above/);
      });
    });

    it('can be bound in the constructor of a base class', () => {
      inRealm({}, ({ wamp, router, watch }) => {
        const made = new EarlyDerived((instance) => watch(bind(wamp, instance)).values.map(({ uri }) => uri));
        expect([...made.names].sort()).toEqual(['early', 'late']);
        expect(router.registrations.length).toBe(2);
      });
    });

    it('call the method that the instance has then', () => {
      inRealm({}, ({ wamp, other, watch, answer }) => {
        const shop = new Shop();
        watch(bind(wamp, shop));
        spyOn(shop, 'hello').and.returnValue('spied');
        expect(answer(other.call('hello', ['joe'])).value).toBe('spied');
      });
    });

    it('report what handlers of topics throw, reject and error with, and go on', async () => {
      const router = createTestRouter();
      const client = (): Client =>
        tracked(new Client({ realm: 'realm1', transports: [router.transport()], reconnect: STEADY }));
      const wamp = client();
      const errors = record<UserError>(wamp.userErrors$);
      const clumsy = new Clumsy();
      const bound = record(bind(wamp, clumsy));
      await bound.next(8);
      const other = client();
      for (const topic of ['throws', 'rejects', 'errors', 'number.x', 'number.7', 'runs', 'goes.on', 'throws']) {
        await record(other.publish(topic, [], {}, { acknowledge: true })).done();
      }
      const reported = await errors.next(5);
      expect(reported.map(({ context }) => context).sort()).toEqual([
        'handler of errors (onError)',
        'handler of number.x (onNumber)',
        'handler of rejects (onReject)',
        'handler of throws (onThrow)',
        'handler of throws (onThrow)',
      ]);
      expect(reported.map(({ error }) => (error as Error).message).sort()).toEqual([
        'errored',
        'number.x does not match number.<n:int>: n must be an integer, got the string "x"',
        'rejected',
        'thrown',
        'thrown',
      ]);
      expect(clumsy.heard).toEqual([7, 'ran']);
      expect(bound.ended).toBeFalse();
      expect(clumsy.unsubscribed).toBe(0);
      bound.stop();
      expect(clumsy.unsubscribed).toBe(1);
    });

    it('give errors their URIs, both ways', () => {
      const errors = errorsOf(ShopError, SoldOut);
      expect(errors).toEqual([
        [ShopError, 'com.shop.error.', 'prefix'],
        [ShopError, 'com.shop.closed', 'exact'],
        [SoldOut, 'com.shop.sold_out', 'exact'],
      ]);
      inRealm({}, ({ router, wamp, watch, failure, advance }) => {
        define(wamp, ShopError);
        define(wamp, SoldOut);
        watch(bind(wamp, new Clumsy()));
        const mapped = tracked(
          new Client({ realm: 'realm1', transports: [router.transport()], keepalive: false, errors }),
        );
        const plain = tracked(new Client({ realm: 'realm1', transports: [router.transport()], keepalive: false }));
        for (const client of [mapped, plain]) client.connect();
        advance();
        const raised = failure(mapped.call('fail'));
        expect(raised).toBeInstanceOf(SoldOut);
        expect((raised as InstanceType<typeof SoldOut>).item).toBe('tea');
        expect(failure(plain.call('fail'))).toEqual(
          jasmine.objectContaining({ uri: 'com.shop.sold_out', args: ['tea'] }),
        );
        // of several URIs the topmost is sent: of a prefix, its words
        expect((failure(plain.call('fail.basely')) as ApplicationError).uri).toBe('com.shop.error');
      });
    });

    it('count as decorated under the names that their class gave them alone', () => {
      class Renamed extends Shop {}
      Object.defineProperty(Renamed.prototype, 'other', Object.getOwnPropertyDescriptor(Shop.prototype, 'hello')!);
      inRealm({}, ({ router, wamp, watch }) => {
        expect(watch(bind(wamp, new Renamed())).values.length).toBe(SHOP_PROCEDURES.length + SHOP_TOPICS.length);
        expect(router.registrations.length).toBe(SHOP_PROCEDURES.length);
      });
    });

    it('have errors of which each class is decorated by itself', () => {
      expect(() => errorsOf(Undecorated)).toThrowError(
        TypeError,
        'errorsOf(): Undecorated is not decorated with @MappedError',
      );
      inRealm({}, ({ wamp }) => {
        expect(() => define(wamp, Undecorated)).toThrowError(
          TypeError,
          'define(): Undecorated is not decorated with @MappedError',
        );
      });
      expect(() => errorsOf('SoldOut' as never)).toThrowError(TypeError, /the string "SoldOut" is not decorated/);
    });
  });
}
