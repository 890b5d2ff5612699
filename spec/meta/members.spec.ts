import { Subject } from 'rxjs';
import { callees$, subscribers$, awaitRegistration } from '../../src/meta/index.ts';
import { ApplicationError } from '../../src/protocol/errors.ts';
import type { Wamp } from '../../src/session/session.ts';
import { record, type Recording } from '../../src/testing/record.ts';
import { joined, type Wire } from '../helpers/wire.ts';
import { idOf, inRealm, PROFILES } from './world.ts';

const TOPIC = 'com.chat.room';

for (const [profile, options] of PROFILES) {
  describe(`members of a topic or procedure, ${profile}`, () => {
    it('subscribers$ follows those who come and go', () => {
      inRealm(options, ({ wamp, other, client, watch, advance }) => {
        const third = client();
        const one = watch(other.subscribe(TOPIC));
        const recording = watch(subscribers$(wamp, TOPIC));
        expect(recording.values).toEqual([[idOf(other)]]);
        const two = watch(third.subscribe(TOPIC));
        one.stop();
        advance();
        two.stop();
        advance();
        expect(recording.values.slice(1)).toEqual([[idOf(other), idOf(third)], [idOf(third)], []]);
      });
    });

    it('subscribers$ begins with nobody, and sees the subscription made and made again under another id', () => {
      inRealm(options, ({ wamp, other, router, watch, advance }) => {
        const recording = watch(subscribers$(wamp, TOPIC));
        expect(recording.values).toEqual([[]]);
        const subscriptionId = (): number => router.subscriptions.find(({ topic }) => topic === TOPIC)!.id;
        const one = watch(other.subscribe(TOPIC));
        const first = subscriptionId();
        one.stop();
        advance();
        watch(other.subscribe(TOPIC));
        expect(subscriptionId()).not.toBe(first);
        expect(recording.values).toEqual([[], [idOf(other)], [], [idOf(other)]]);
      });
    });

    it('subscribers$ sees a session that is lost while others stay', () => {
      inRealm(options, ({ wamp, other, client, router, watch, advance }) => {
        const third = client();
        watch(other.subscribe(TOPIC));
        watch(third.subscribe(TOPIC));
        const recording = watch(subscribers$(wamp, TOPIC));
        const [b, c] = [idOf(other), idOf(third)];
        router.drop(c);
        advance();
        expect(recording.values).toEqual([[b, c], [b]]);
      });
    });

    it('subscribers$ heals with the session', () => {
      inRealm(options, ({ wamp, other, router, watch, advance }) => {
        const events = watch(other.subscribe(TOPIC));
        const recording = watch(subscribers$(wamp, TOPIC));
        const before = idOf(wamp);
        router.drop(before);
        events.stop();
        advance();
        expect(recording.values.length).toBe(1);
        advance(60_000);
        expect(idOf(wamp)).not.toBe(before);
        expect(recording.values.slice(1)).toEqual([[]]);
        watch(other.subscribe(TOPIC));
        expect(recording.values.slice(2)).toEqual([[idOf(other)]]);
        void wamp.close();
        advance(5000);
        expect(recording.completed).toBeTrue();
      });
    });

    it('subscribers$ tells patterns from the topic of the same letters', () => {
      inRealm(options, ({ wamp, other, watch }) => {
        const exact = watch(subscribers$(wamp, TOPIC));
        const prefix = watch(subscribers$(wamp, TOPIC, { match: 'prefix' }));
        watch(other.subscribe(TOPIC, { match: 'prefix' }));
        expect(exact.values).toEqual([[]]);
        expect(prefix.values).toEqual([[], [idOf(other)]]);
      });
    });

    it('subscribers$ of a topic that is kept without subscribers', () => {
      inRealm(
        { ...options, realms: { realm1: { history: [{ topic: TOPIC }] } } },
        ({ wamp, other, watch, advance }) => {
          const recording = watch(subscribers$(wamp, TOPIC));
          const events = watch(other.subscribe(TOPIC));
          events.stop();
          advance();
          expect(recording.values).toEqual([[], [idOf(other)], []]);
        },
      );
    });

    it('callees$ follows callees, the own session too', () => {
      inRealm(options, ({ wamp, other, router, watch, advance }) => {
        const recording = watch(callees$(wamp, 'com.p'));
        const own = watch(wamp.register('com.p', () => 1, { invoke: 'first' }));
        watch(other.register('com.p', () => 1, { invoke: 'first' }));
        own.stop();
        advance();
        const b = idOf(other);
        expect(recording.values).toEqual([[], [idOf(wamp)], [idOf(wamp), b], [b]]);
        router.drop(b);
        advance();
        expect(recording.values.at(-1)).toEqual([]);
      });
    });

    it('awaitRegistration() tells at once of a callee that is there, else of the first that comes', () => {
      inRealm(options, ({ wamp, other, router, watch, advance }) => {
        const waiting = watch(awaitRegistration(wamp, 'com.app.add'));
        watch(other.register('com.other', () => 1));
        expect(waiting.values).toEqual([]);
        watch(other.register('com.app.', () => 1, { match: 'prefix' }));
        const id = router.registrations.find(({ procedure }) => procedure === 'com.app.')!.id;
        expect(waiting.values).toEqual([id]);
        expect(waiting.completed).toBeTrue();
        expect(watch(awaitRegistration(wamp, 'com.app.add')).values).toEqual([id]);
        advance();
        expect(router.subscriptions).toEqual([]);
      });
    });
  });
}

describe('members of a topic or procedure', () => {
  const ON = ['on_create', 'on_subscribe', 'on_unsubscribe', 'on_delete'];
  /** A client whose subscribers$ is in force; each topic's id is its place from 11 on, on_leave is 15. */
  function asked(): { wire: Wire; wamp: Wamp; recording: Recording<readonly number[]> } {
    const { wamp, wire } = joined();
    const recording = record(subscribers$(wamp, TOPIC));
    for (let i = 0; i < 5; i++) wire.send([33, wire.take(32)[1], 11 + i]);
    return { wire, wamp, recording };
  }
  /** Answers the next call. */
  const answer = (wire: Wire, procedure: string, ...args: readonly unknown[]): void => {
    const call = wire.take(48);
    expect(call[3]).toBe(`wamp.subscription.${procedure}`);
    wire.send([50, call[1], {}, args]);
  };
  let publication = 0;
  const told = (name: string, session: number, what: unknown): readonly unknown[] => [
    36,
    11 + ON.indexOf(name),
    ++publication,
    {},
    [session, what],
  ];
  const made = (id: number, uri = TOPIC): object => ({ id, uri, match: 'exact', created: '' });

  it('who comes between the look-up and the list is there once', () => {
    const { wire, recording } = asked();
    answer(wire, 'lookup', 5);
    wire.send(told('on_subscribe', 2, 5));
    answer(wire, 'list_subscribers', [1, 2]);
    expect(recording.values).toEqual([[1, 2]]);
  });

  it('a subscription that ends between the look-up and the list, and is made again, is followed under its new id', () => {
    const { wire, recording } = asked();
    answer(wire, 'lookup', 5);
    wire.send(told('on_unsubscribe', 1, 5), told('on_delete', 1, 5));
    wire.send(told('on_create', 2, made(6)), told('on_subscribe', 2, 6));
    const list = wire.take(48);
    wire.send([8, 48, list[1], {}, 'wamp.error.no_such_subscription']);
    expect(recording.values).toEqual([[2]]);
  });

  it('who came and went while the list was fetched is not there', () => {
    const { wire, recording } = asked();
    wire.send(told('on_create', 1, made(5)), told('on_subscribe', 1, 5), told('on_unsubscribe', 1, 5));
    answer(wire, 'lookup', 5);
    answer(wire, 'list_subscribers', [1]);
    expect(recording.values).toEqual([[]]);
  });

  it('a subscription that was made without a word to us is found when another comes; others are asked about once', () => {
    const { wire, recording } = asked();
    answer(wire, 'lookup', 0);
    expect(recording.values).toEqual([[]]);
    // one of another topic, which was there before us
    wire.send(told('on_subscribe', 3, 9));
    answer(wire, 'lookup', 0);
    wire.send(told('on_subscribe', 4, 9), told('on_create', 4, made(10, 'com.else')), told('on_subscribe', 4, 10));
    expect(wire.rest()).toEqual([]);
    // the own session made it, and nexus told others alone
    wire.send(told('on_subscribe', 4, 5));
    answer(wire, 'lookup', 5);
    answer(wire, 'list_subscribers', [9129137332, 4]);
    expect(recording.values).toEqual([[], [9129137332, 4]]);
  });

  it('subscribers$ does without on_leave where that is refused', () => {
    const { wamp, wire } = joined();
    const recording = record(subscribers$(wamp, TOPIC));
    const requests = Array.from({ length: 5 }, () => wire.take(32));
    for (const [, request, , topic] of requests) {
      wire.send(
        topic === 'wamp.session.on_leave'
          ? [8, 32, request, {}, 'wamp.error.not_authorized']
          : [33, request, 100 + request],
      );
    }
    answer(wire, 'lookup', null);
    expect(recording.values).toEqual([[]]);
  });

  it('callees$ and subscribers$ say what the router lacks', () => {
    const roles = { anonymous: [{ uri: 'com.', match: 'prefix' as const, call: true, subscribe: true }] };
    inRealm({ realms: { realm1: { roles } } }, ({ wamp, failure }) => {
      const errors = [
        failure(subscribers$(wamp, TOPIC)),
        failure(callees$(wamp, 'com.p')),
        failure(awaitRegistration(wamp, 'com.p')),
      ];
      for (const [i, needs] of [
        'subscribers$() needs the subscription',
        'callees$() needs the',
        'awaitRegistration() needs the',
      ].entries()) {
        expect(errors[i]).toBeInstanceOf(ApplicationError);
        expect((errors[i] as ApplicationError).uri).toBe('wamp.error.not_authorized');
        expect((errors[i] as Error).message).toContain(needs);
      }
    });
  });

  it('subscribers$ of nexus has the own session at the latest with refresh', () => {
    inRealm({ like: 'nexus' }, ({ wamp, watch, advance }) => {
      const refresh = new Subject<void>();
      const recording = watch(subscribers$(wamp, TOPIC, { refresh }));
      watch(wamp.subscribe(TOPIC));
      expect(recording.values).toEqual([[]]);
      refresh.next();
      advance();
      expect(recording.values).toEqual([[], [idOf(wamp)]]);
    });
  });

  it('awaitRegistration() waits over a loss', () => {
    inRealm({}, ({ wamp, other, router, watch, advance }) => {
      const waiting = watch(awaitRegistration(wamp, 'com.p'));
      router.drop(idOf(wamp));
      advance();
      watch(other.register('com.p', () => 1));
      expect(waiting.values).toEqual([]);
      advance(60_000);
      expect(waiting.values).toEqual([router.registrations[0]!.id]);
    });
  });

  it('check what they are given at once', () => {
    inRealm({}, ({ wamp }) => {
      expect(() => subscribers$({} as Wamp, TOPIC)).toThrowError(
        /subscribers\$\(\): expected a WampClient or a Session/,
      );
      expect(() => subscribers$(wamp, 'com..a')).toThrowError(/subscribers\$\(\)/);
      expect(() => callees$(wamp, 'com.', { match: 'fuzzy' as never })).toThrowError(/match must be one of/);
      expect(() => callees$(wamp, 'com.a', { live: true } as object)).toThrowError(/unknown option 'live'/);
      expect(() => awaitRegistration(wamp, '')).toThrowError(/awaitRegistration\(\)/);
    });
  });
});
