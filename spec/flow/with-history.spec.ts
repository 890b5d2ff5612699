import { HistoryEvent } from '../../src/flow/history-rows.ts';
import { withHistory } from '../../src/flow/with-history.ts';
import type { Wamp } from '../../src/session/options.ts';
import { record } from '../../src/testing/record.ts';
import { faked, virtual, waitOut } from '../client/helpers.ts';
import { values } from '../helpers/live.ts';
import { joined } from '../helpers/wire.ts';
import { idOf, inRealm, PROFILES } from '../meta/world.ts';

const TOPIC = 'com.shop.trade';
const KEPT = { realms: { realm1: { history: [{ topic: TOPIC, limit: 100 }] } } };

for (const [profile, options] of PROFILES) {
  describe(`withHistory(), ${profile}`, () => {
    it('gives what was missed while the link was down, in order, each once', () => {
      inRealm({ ...options, ...KEPT }, ({ wamp, other, router, watch, advance }) => {
        const say = (n: number): void => {
          advance(10);
          other.publish(TOPIC, [n]);
          advance();
        };
        say(1);
        const events = watch(withHistory<number>(wamp, TOPIC));
        expect(values(events)).toEqual([]);
        say(2);
        router.drop(idOf(wamp));
        say(3);
        say(4);
        advance(60_000);
        say(5);
        expect(values(events)).toEqual([2, 3, 4, 5]);
        expect(events.values.map((event) => event instanceof HistoryEvent)).toEqual([false, true, true, false]);
        router.drop(idOf(wamp));
        advance(60_000);
        say(6);
        expect(values(events)).toEqual([2, 3, 4, 5, 6]);
      });
    });

    it('begins with so many from before', () => {
      inRealm({ ...options, ...KEPT }, ({ wamp, other, watch, advance }) => {
        for (const n of [1, 2, 3]) {
          advance(10);
          other.publish(TOPIC, [n]);
        }
        advance();
        expect(values(watch(withHistory(wamp, TOPIC, { past: 2 })))).toEqual([2, 3]);
      });
    });

    it('knows what it missed also where nothing had come before the loss', () => {
      inRealm({ ...options, ...KEPT }, ({ wamp, other, router, watch, advance }) => {
        const say = (n: number): void => {
          advance(10);
          other.publish(TOPIC, [n]);
          advance();
        };
        say(1);
        const events = watch(withHistory(wamp, TOPIC));
        router.drop(idOf(wamp));
        say(2);
        advance(60_000);
        expect(values(events)).toEqual([2]);
      });
      inRealm({ ...options, ...KEPT }, ({ wamp, other, router, watch, advance }) => {
        const events = watch(withHistory(wamp, TOPIC));
        router.drop(idOf(wamp));
        other.publish(TOPIC, [1]);
        advance(60_000);
        expect(values(events)).toEqual([1]);
      });
    });

    it('fetches no more than its limit', () => {
      inRealm({ ...options, ...KEPT }, ({ wamp, other, router, watch, advance }) => {
        const events = watch(withHistory(wamp, TOPIC, { limit: 2 }));
        router.drop(idOf(wamp));
        for (const n of [1, 2, 3]) {
          advance(10);
          other.publish(TOPIC, [n]);
        }
        advance(60_000);
        expect(values(events)).toEqual([2, 3]);
      });
    });
  });
}

describe('withHistory()', () => {
  const WELCOME = [2, 1, { roles: { broker: { features: { event_history: true } }, dealer: {} } }];
  const row = (publication: number): object => ({ publication, args: [publication], details: {} });
  const event = (publication: number): readonly unknown[] => [36, 5, publication, {}, [publication]];

  it('holds live events back until the history is there, and hands each publication on once', () => {
    const { wamp, wire } = joined({ welcome: WELCOME[2] as object as Record<string, unknown> });
    const events = record(withHistory(wamp, TOPIC, { past: 3 }));
    wire.send([33, wire.take(32)[1], 5], event(3), event(4));
    expect(events.values).toEqual([]);
    wire.send([50, wire.take(48)[1], {}, [[row(3), row(2), row(1)]]]);
    expect(values(events)).toEqual([1, 2, 3, 4]);
    // one that the router stored before it dispatched it
    wire.send(event(3), event(5));
    expect(values(events)).toEqual([1, 2, 3, 4, 5]);
  });

  it('loses nothing where a second loss comes before the history has answered', () => {
    virtual((time) => {
      const { client, at } = faked();
      const events = record(withHistory(client, TOPIC));
      /** Joins on the n-th link and confirms the subscription; gives the call for the history. */
      const session = (n: number): number => {
        at(n).reply(...WELCOME);
        at(n).reply(33, 1, 5);
        return at(n).of(48)[0]![1];
      };
      const first = session(0);
      at(0).reply(50, first, {}, [[row(1)]]);
      at(0).reply(...event(2));
      at(0).lose();
      waitOut(time, client);
      session(1);
      at(1).reply(...event(5));
      at(1).lose();
      waitOut(time, client);
      const third = session(2);
      at(2).reply(...event(7));
      at(2).reply(50, third, {}, [[row(6), row(5), row(4), row(3), row(2), row(1)]]);
      expect(values(events)).toEqual([2, 3, 4, 5, 6, 7]);
    });
  });

  it('begins with what came where the very first history was not answered', () => {
    virtual((time) => {
      const { client, at } = faked();
      const events = record(withHistory(client, TOPIC));
      at(0).reply(...WELCOME);
      at(0).reply(33, 1, 5);
      at(0).reply(...event(2));
      at(0).lose();
      waitOut(time, client);
      at(1).reply(...WELCOME);
      at(1).reply(33, 1, 5);
      at(1).reply(50, at(1).of(48)[0]![1], {}, [[row(3), row(2), row(1)]]);
      expect(values(events)).toEqual([2, 3]);
    });
  });

  it('errors where the history is refused, completes with the client, and gives the topic back', () => {
    inRealm({}, ({ wamp, watch }) => {
      expect(watch(withHistory(wamp, TOPIC)).error).toEqual(
        jasmine.objectContaining({ uri: 'wamp.error.history_unavailable' }),
      );
    });
    inRealm(KEPT, ({ wamp, router, watch, advance }) => {
      const events = watch(withHistory(wamp, TOPIC));
      expect(router.subscriptions.length).toBe(1);
      events.stop();
      advance();
      expect(router.subscriptions).toEqual([]);
      const others = watch(withHistory(wamp, TOPIC));
      void wamp.close();
      advance(5_000);
      expect(others.completed).toBeTrue();
    });
  });

  it('checks what it is given at once', () => {
    inRealm({}, ({ wamp }) => {
      expect(() => withHistory({} as Wamp, TOPIC)).toThrowError(/withHistory\(\): expected a WampClient or a Session/);
      expect(() => withHistory(wamp, TOPIC, { past: -1 })).toThrowError(
        /withHistory\(\): past must be an integer from 0/,
      );
      expect(() => withHistory(wamp, TOPIC, { limit: 0 })).toThrowError(/limit must be an integer above 0/);
      expect(() => withHistory(wamp, TOPIC, { reverse: true } as object)).toThrowError(/unknown option 'reverse'/);
    });
  });
});
