import {
  onJoin,
  onLeave,
  onRegister,
  onRegistrationCreate,
  onRegistrationDelete,
  onSubscribe,
  onSubscriptionCreate,
  onSubscriptionDelete,
  onUnregister,
  onUnsubscribe,
} from '../../src/meta/index.ts';
import { ProtocolError } from '../../src/protocol/errors.ts';
import { record } from '../../src/testing/record.ts';
import { joined } from '../helpers/wire.ts';
import { idOf, inRealm, PROFILES } from './world.ts';

for (const [profile, options] of PROFILES) {
  describe(`meta events, ${profile}`, () => {
    it('tell of sessions that join and leave', () => {
      inRealm(options, ({ wamp, client, watch, router, advance }) => {
        const joins = watch(onJoin(wamp));
        const leaves = watch(onLeave(wamp));
        const session = idOf(client());
        const authid = router.sessions.at(-1)!.authid;
        expect(joins.values).toEqual([jasmine.objectContaining({ session, authid, authrole: 'anonymous' })]);
        router.drop(session);
        advance();
        expect(leaves.values).toEqual([
          options.like === 'crossbar' ? { session } : { session, authid, authrole: 'anonymous' },
        ]);
      });
    });

    it('tell of registrations and their callees', () => {
      inRealm(options, ({ wamp, other, watch, router, advance }) => {
        const created = watch(onRegistrationCreate(wamp));
        const registered = watch(onRegister(wamp));
        const unregistered = watch(onUnregister(wamp));
        const deleted = watch(onRegistrationDelete(wamp));
        const callee = watch(other.register('com.a', () => 1));
        const { id, created: at } = router.registrations[0]!;
        const session = idOf(other);
        expect(created.values).toEqual([
          { session, registration: { id, created: at, uri: 'com.a', match: 'exact', invoke: 'single' } },
        ]);
        expect(registered.values).toEqual([{ session, registration: id }]);
        callee.stop();
        advance();
        expect(unregistered.values).toEqual([{ session, registration: id }]);
        expect(deleted.values).toEqual([{ session, registration: id }]);
      });
    });

    it('tell of subscriptions and their subscribers', () => {
      inRealm(options, ({ wamp, other, watch, router, advance }) => {
        const created = watch(onSubscriptionCreate(wamp));
        const subscribed = watch(onSubscribe(wamp));
        const unsubscribed = watch(onUnsubscribe(wamp));
        const deleted = watch(onSubscriptionDelete(wamp));
        const events = watch(other.subscribe('com.', { match: 'prefix' }));
        const found = router.subscriptions.find(({ topic }) => topic === 'com.')!;
        const session = idOf(other);
        expect(created.values).toEqual([
          { session, subscription: { id: found.id, created: found.created, uri: 'com.', match: 'prefix' } },
        ]);
        expect(subscribed.values).toEqual([{ session, subscription: found.id }]);
        events.stop();
        advance();
        expect(unsubscribed.values).toEqual([{ session, subscription: found.id }]);
        expect(deleted.values).toEqual([{ session, subscription: found.id }]);
      });
    });
  });
}

describe('meta events', () => {
  it('name what came where it is not what it should be', () => {
    const { wamp, wire } = joined();
    const joins = record(onJoin(wamp));
    const changes = record(onSubscribe(wamp));
    wire.send([33, wire.take(32)[1], 11], [33, wire.take(32)[1], 12]);
    wire.send([36, 11, 1, {}, ['who']], [36, 12, 2, {}, [1]]);
    expect(joins.error).toBeInstanceOf(ProtocolError);
    expect((joins.error as Error).message).toBe(
      'wamp.session.on_join, argument 1: expected a description of a session, got the string "who"',
    );
    expect((changes.error as Error).message).toBe(
      'wamp.subscription.on_subscribe, argument 2: expected an id, got nothing',
    );
  });

  it('say when they are in force', () => {
    inRealm({}, ({ wamp, advance }) => {
      const topics: string[] = [];
      onLeave(wamp, { onSubscribed: ({ topic }) => topics.push(topic) }).subscribe();
      advance();
      expect(topics).toEqual(['wamp.session.on_leave']);
    });
  });
});
