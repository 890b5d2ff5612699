import { merge } from 'rxjs';
import { distinctPublications } from '../../src/flow/distinct.ts';
import { HistoryEvent } from '../../src/flow/history-rows.ts';
import { history, type HistoryOptions } from '../../src/flow/history.ts';
import { ProtocolError } from '../../src/protocol/errors.ts';
import { WampEvent } from '../../src/session/events.ts';
import { cbor } from '../../src/serializers/cbor.ts';
import type { Wamp } from '../../src/session/options.ts';
import { record } from '../../src/testing/record.ts';
import { values } from '../helpers/live.ts';
import { joined, roles } from '../helpers/wire.ts';
import { idOf, inRealm, PROFILES } from '../meta/world.ts';

const TOPIC = 'com.shop.price';
const KEPT = {
  realms: { realm1: { history: [{ topic: TOPIC }, { topic: 'com.shop.', match: 'prefix' as const }] } },
};

for (const [profile, options] of PROFILES) {
  // Crossbar.io tells time_ns, nexus nothing
  const timed = options.like !== 'nexus';

  describe(`history(), ${profile}`, () => {
    it('gives past events, oldest first, as they were delivered, and completes', () => {
      inRealm({ ...options, ...KEPT }, ({ wamp, other, router, watch, advance }) => {
        const live = watch(wamp.subscribe(TOPIC));
        advance(1000);
        const at = new Date(1000);
        other.publish(TOPIC, [1], { unit: 'EUR' });
        other.publish(TOPIC, [], {});
        advance();
        live.stop();
        advance();
        const past = watch(history<number>(wamp, TOPIC));
        expect(past.completed).toBeTrue();
        expect(past.values.map(({ args, kwargs }) => [args, kwargs])).toEqual([
          [[1], { unit: 'EUR' }],
          [[], {}],
        ]);
        const [first] = past.values;
        expect(first).toBeInstanceOf(HistoryEvent);
        expect(first).toBeInstanceOf(WampEvent);
        expect(first?.timestamp).toEqual(timed ? at : undefined);
        expect(past.values.map(({ details }) => details.publication)).toEqual(
          live.values.map(({ details }) => details.publication),
        );
        expect(first?.details.topic).toBe(TOPIC);
        expect(first?.details.publisher).toBe(options.like === 'crossbar' ? idOf(other) : undefined);
        expect(router.subscriptions).toEqual([]);
      });
    });

    it('gives nothing where nothing was published', () => {
      inRealm({ ...options, ...KEPT }, ({ wamp, watch }) => {
        const past = watch(history(wamp, TOPIC));
        expect(past.values).toEqual([]);
        expect(past.completed).toBeTrue();
      });
    });

    it('selects by all conditions, whichever of them the router knows', () => {
      inRealm({ ...options, ...KEPT }, ({ wamp, other, watch, advance }) => {
        const all = watch(wamp.subscribe('com.shop.', { match: 'prefix' }));
        for (let n = 1; n <= 12; n++) {
          advance(1000);
          other.publish(n % 3 === 0 ? 'com.shop.stock' : TOPIC, [n]);
        }
        advance(500);
        const publication = (n: number): number => all.values[n - 1]!.details.publication;
        const found = (conditions: HistoryOptions): unknown[] =>
          values(watch(history(wamp, 'com.shop.', { match: 'prefix', ...conditions })));
        const numbers = (from: number, to: number): number[] =>
          Array.from({ length: to - from + 1 }, (_, i) => from + i);
        expect(found({})).toEqual(numbers(1, 12));
        expect(found({ reverse: true })).toEqual(numbers(1, 12).reverse());
        expect(found({ limit: 2 })).toEqual([1, 2]);
        expect(found({ limit: 2, reverse: true })).toEqual([12, 11]);
        expect(found({ topic: 'com.shop.stock' })).toEqual([3, 6, 9, 12]);
        expect(found({ topic: 'com.shop.stock', limit: 1, reverse: true })).toEqual([12]);
        expect(found({ fromPublication: publication(10) })).toEqual([10, 11, 12]);
        expect(found({ afterPublication: publication(10) })).toEqual([11, 12]);
        expect(found({ beforePublication: publication(3) })).toEqual([1, 2]);
        expect(found({ untilPublication: publication(3), reverse: true })).toEqual([3, 2, 1]);
        expect(found({ afterPublication: publication(2), limit: 2 })).toEqual([3, 4]);
        // one that the router has forgotten bounds nothing
        expect(found({ afterPublication: 7 })).toEqual(numbers(1, 12));
        expect(found({ fromTime: new Date(11_000) })).toEqual([11, 12]);
        expect(found({ afterTime: new Date(11_000).toISOString() })).toEqual([12]);
        expect(found({ beforeTime: new Date(2000) })).toEqual([1]);
        expect(found({ untilTime: '1970-01-01T01:00:02+01:00', reverse: true })).toEqual([2, 1]);
      });
    });
  });
}

describe('history()', () => {
  const FEATURES = { broker: 'event_history', dealer: '' };
  /** What becomes of a result with these positional arguments. */
  const reported = (
    args: readonly unknown[],
    options: HistoryOptions = {},
    announced = true,
  ): ReturnType<typeof record<HistoryEvent>> => {
    const { wamp, wire } = joined({ welcome: { roles: roles(announced ? FEATURES : {}) } });
    const past = record(history(wamp, TOPIC, options));
    wire.send([33, wire.take(32)[1], 5]);
    wire.send([50, wire.take(48)[1], {}, args]);
    return past;
  };
  const row = (publication: number, value: number): object => ({
    timestamp: '2026-01-01T00:00:00Z',
    subscription: 5,
    publication,
    details: {},
    args: [value],
  });

  it('asks with what the router announced', () => {
    const { wamp, wire } = joined({ welcome: { roles: roles(FEATURES) } });
    const fromTime = new Date(0);
    record(history(wamp, TOPIC, { reverse: true, limit: 3, fromTime, untilPublication: 9, topic: TOPIC }));
    wire.send([33, wire.take(32)[1], 5]);
    expect(wire.take(48).slice(3)).toEqual([
      'wamp.subscription.get_events',
      [5],
      { reverse: true, limit: 3, from_time: '1970-01-01T00:00:00.000Z', until_publication: 9 },
    ]);
    const other = joined({ welcome: { roles: {} } });
    record(history(other.wamp, TOPIC, { reverse: true, limit: 3 }));
    record(history(other.wamp, TOPIC, { limit: 3 }));
    other.wire.send([33, other.wire.take(32)[1], 5]);
    expect(other.wire.take(48).slice(4)).toEqual([[5, 3]]);
    expect(other.wire.take(48).slice(4)).toEqual([[5, null]]);
  });

  it('asks again without bounds by publication where the router takes none', () => {
    const { wamp, wire } = joined({ welcome: { roles: roles(FEATURES) } });
    const past = record(history(wamp, TOPIC, { afterPublication: 1, limit: 1, fromTime: new Date(0) }));
    wire.send([33, wire.take(32)[1], 5]);
    wire.send([8, 48, wire.take(48)[1], {}, 'wamp.error.invalid_argument']);
    const [, request, , , args, kwargs] = wire.take(48);
    expect([args, kwargs]).toEqual([[5], { from_time: '1970-01-01T00:00:00.000Z' }]);
    wire.send([50, request, {}, [[row(1, 1), row(2, 2), row(3, 3)]]]);
    expect(values(past)).toEqual([2]);
  });

  it('takes one list, or an event for each argument', () => {
    expect(values(reported([[row(1, 1), row(2, 2)]]))).toEqual([1, 2]);
    expect(values(reported([row(1, 1), row(2, 2)]))).toEqual([1, 2]);
    expect(values(reported([row(1, 1)]))).toEqual([1]);
    expect(values(reported([[]]))).toEqual([]);
    expect(values(reported([]))).toEqual([]);
    expect(values(reported([null]))).toEqual([]);
  });

  it('takes a router that announced nothing to answer newest first, unless its times say otherwise', () => {
    expect(values(reported([[row(2, 2), row(1, 1)]], {}, false))).toEqual([1, 2]);
    const later = { ...row(2, 2), timestamp: '2026-01-01T00:00:01Z' };
    expect(values(reported([[row(1, 1), later]], {}, false))).toEqual([1, 2]);
    expect(values(reported([[later, row(1, 1)]], {}, false))).toEqual([1, 2]);
  });

  it('names what came where it is not what it should be', () => {
    const error = (args: readonly unknown[]): string => {
      const { error } = reported(args);
      expect(error).toBeInstanceOf(ProtocolError);
      return (error as Error).message;
    };
    expect(error(['x'])).toBe('wamp.subscription.get_events: expected a list of events, got the string "x"');
    expect(error([[5]])).toBe('wamp.subscription.get_events: expected an event, got the number 5');
    expect(error([[{}]])).toContain('expected an event with the id of its publication, got nothing');
    expect(error([[{ publication: 1, args: 3 }]])).toContain('expected an event with a list as args, got the number 3');
    expect(error([[{ publication: 1, kwargs: [] }]])).toContain('an object as kwargs, got a list');
  });

  it('reads nanoseconds, be they a number or, beyond what numbers hold, a bigint', () => {
    const timestamps = [1_700_000_000_123_456_768, 1_700_000_000_123_456_789n].map((time_ns) => {
      const { wamp, wire } = joined({ welcome: {}, serializer: cbor() });
      const past = record(history(wamp, TOPIC));
      wire.send([33, wire.take(32)[1], 5]);
      wire.send([50, wire.take(48)[1], {}, [[{ publication: 1, time_ns }]]]);
      return past.values[0]?.timestamp?.getTime();
    });
    expect(timestamps).toEqual([1_700_000_000_123, 1_700_000_000_123]);
  });

  it('hands on the refusal of the router, and the loss of the link', () => {
    inRealm({}, ({ wamp, watch }) => {
      expect(watch(history(wamp, TOPIC)).error).toEqual(
        jasmine.objectContaining({ name: 'ApplicationError', uri: 'wamp.error.history_unavailable' }),
      );
    });
    const { wamp, wire } = joined({ welcome: { roles: roles(FEATURES) } });
    const past = record(history(wamp, TOPIC));
    wire.send([33, wire.take(32)[1], 5]);
    wire.take(48);
    wire.hangUp(1011);
    expect((past.error as Error).name).toBe('ConnectionLostError');
  });

  it('keeps the topic subscribed until the answer is there, and costs no frame where it is subscribed already', () => {
    inRealm(KEPT, ({ wamp, router, watch, advance }) => {
      const codes: number[] = [];
      router.messages$.subscribe(({ message: [code], direction }) => direction === 'in' && codes.push(code));
      watch(history(wamp, TOPIC));
      advance();
      expect(codes).toEqual([32, 48, 34]);
      codes.length = 0;
      watch(wamp.subscribe(TOPIC));
      watch(history(wamp, TOPIC));
      advance();
      expect(codes).toEqual([32, 48]);
    });
  });

  it('checks what it is given at once', () => {
    inRealm({}, ({ wamp }) => {
      expect(() => history({} as Wamp, TOPIC)).toThrowError(/history\(\): expected a WampClient or a Session/);
      expect(() => history(wamp, 'com..a')).toThrowError(/com\.\.a/);
      expect(() => history(wamp, TOPIC, { limit: 0 })).toThrowError(/history\(\): limit must be an integer above 0/);
      expect(() => history(wamp, TOPIC, { fromTime: 'yesterday' })).toThrowError(/fromTime must be a Date, or a time/);
      expect(() => history(wamp, TOPIC, { untilTime: new Date(NaN) })).toThrowError(/untilTime must be/);
      expect(() => history(wamp, TOPIC, { from_time: '' } as object)).toThrowError(/unknown option 'from_time'/);
      expect(() => history(wamp, TOPIC, { match: 'fuzzy' as never })).toThrowError(/match must be one of/);
    });
  });
});

describe('distinctPublications()', () => {
  it('lets a publication through once, on whichever subscription it comes first', () => {
    inRealm({}, ({ wamp, other, watch, advance }) => {
      const both = merge(wamp.subscribe<number>(TOPIC), wamp.subscribe<number>('com.shop.', { match: 'prefix' }));
      const all = watch(both);
      const distinct = watch(both.pipe(distinctPublications()));
      for (const n of [1, 2]) other.publish(TOPIC, [n]);
      other.publish('com.shop.stock', [3]);
      advance();
      expect(values(all).length).toBe(5);
      expect(values(distinct)).toEqual([1, 2, 3]);
    });
  });

  it('remembers so many, for each observer apart', () => {
    const { wamp, wire } = joined();
    const source = wamp.subscribe<number>(TOPIC).pipe(distinctPublications({ size: 2 }));
    const one = record(source);
    wire.send([33, wire.take(32)[1], 5]);
    const event = (publication: number): readonly unknown[] => [36, 5, publication, {}, [publication]];
    wire.send(event(1), event(2), event(1), event(3), event(2), event(1));
    expect(values(one)).toEqual([1, 2, 3, 1]);
    const two = record(source);
    wire.send(event(1));
    expect(values(two)).toEqual([1]);
    expect(() => distinctPublications({ size: 0 })).toThrowError(/size must be an integer above 0/);
  });
});
