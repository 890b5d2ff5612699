import { addTestament, flushTestaments, testament, type TestamentInForce } from '../../src/meta/index.ts';
import type { ApplicationError } from '../../src/protocol/errors.ts';
import type { Session } from '../../src/session/session.ts';
import type { Wamp } from '../../src/session/options.ts';
import { record } from '../../src/testing/record.ts';
import { inState } from '../client/helpers.ts';
import { joined } from '../helpers/wire.ts';
import { idOf, inRealm, PROFILES } from './world.ts';

const TOPIC = 'com.chat.left';
const payloads = (recording: { readonly values: readonly { toJSON(): Record<string, unknown> }[] }): unknown[] =>
  recording.values.map((event) => [event.toJSON()['args'], event.toJSON()['kwargs']]);

for (const [profile, options] of PROFILES) {
  describe(`testaments, ${profile}`, () => {
    it('are published when the session ends, and left anew in the next', () => {
      inRealm(options, ({ wamp, other, router, watch, advance }) => {
        const events = watch(other.subscribe(TOPIC));
        const left = watch(testament(wamp, TOPIC, ['joe'], { why: 'lost' }));
        const { session } = inState(wamp, 'joined');
        const first: TestamentInForce = { topic: TOPIC, scope: 'destroyed', session, again: false };
        expect(left.values).toEqual([first]);
        router.drop(idOf(wamp));
        advance();
        expect(payloads(events)).toEqual([[['joe'], { why: 'lost' }]]);
        advance(60_000);
        expect(left.values[1]).toEqual({ ...first, session: inState(wamp, 'joined').session, again: true });
        void wamp.close();
        advance(5_000);
        expect(events.values.length).toBe(2);
        expect(left.completed).toBeTrue();
      });
    });

    it('are taken back when they are unsubscribed', () => {
      inRealm(options, ({ wamp, other, router, watch, advance }) => {
        const events = watch(other.subscribe(TOPIC));
        const left = watch(testament(wamp, TOPIC));
        left.stop();
        advance();
        router.drop(idOf(wamp));
        advance();
        expect(events.values).toEqual([]);
      });
    });

    it('are taken back also where close() follows at once', () => {
      inRealm(options, ({ wamp, other, watch, advance }) => {
        const events = watch(other.subscribe(TOPIC));
        watch(testament(wamp, TOPIC)).stop();
        void wamp.close();
        advance(5_000);
        expect(events.values).toEqual([]);
      });
    });

    it('are of one session, and of a scope, where they are left and flushed plainly', () => {
      inRealm(options, ({ wamp, other, router, watch, done, advance }) => {
        const events = watch(other.subscribe(TOPIC));
        done(addTestament(wamp, TOPIC, [1]));
        done(addTestament(wamp, TOPIC, [2], {}, { scope: 'detached' }));
        done(flushTestaments(wamp));
        router.drop(idOf(wamp));
        advance(60_000);
        expect(payloads(events)).toEqual([[[2], {}]]);
        router.drop(idOf(wamp));
        advance();
        expect(events.values.length).toBe(1);
      });
    });
  });
}

describe('testaments', () => {
  it('go with their options by the names of the wire', () => {
    const { wamp, wire } = joined();
    record(testament(wamp, TOPIC, ['x'], {}, { scope: 'detached', excludeMe: false, eligible: 7, x_own: 1 }));
    expect(wire.take(48).slice(3)).toEqual([
      'wamp.session.add_testament',
      [TOPIC, ['x'], {}],
      { publish_options: { exclude_me: false, eligible: [7], x_own: 1 }, scope: 'detached' },
    ]);
    record(testament(wamp, TOPIC));
    expect(wire.take(48).slice(3)).toEqual(['wamp.session.add_testament', [TOPIC, [], {}]]);
  });

  it('that are unsubscribed before the router has answered are flushed all the same', () => {
    const { wamp, wire } = joined();
    record(testament(wamp, TOPIC, [], {}, { scope: 'detached' })).stop();
    expect(wire.rest().map(([type, , , uri, , kwargs]) => [type, uri, kwargs])).toEqual([
      [48, 'wamp.session.add_testament', { scope: 'detached' }],
      [49, undefined, undefined],
      [48, 'wamp.session.flush_testaments', { scope: 'detached' }],
    ]);
  });

  it('that the router refuses error, and flush no other session\u2019s', () => {
    const { wamp, wire } = joined();
    const left = record(testament(wamp, TOPIC));
    wire.send([8, 48, wire.take(48)[1], {}, 'wamp.error.not_authorized']);
    expect((left.error as ApplicationError).uri).toBe('wamp.error.not_authorized');
    expect(wire.rest()).toEqual([]);
  });

  it('are not sent twice where a session is lost before the router has answered', () => {
    inRealm({}, ({ wamp, other, router, watch, advance }) => {
      const events = watch(other.subscribe(TOPIC));
      const left = record(testament(wamp, TOPIC));
      router.drop(idOf(wamp));
      advance(60_000);
      expect(left.values.length).toBe(1);
      expect(left.ended).toBeFalse();
      expect(events.values).toEqual([]);
    });
  });

  it('of a Session stay until they are unsubscribed', () => {
    inRealm({}, ({ wamp, other, router, watch, advance }) => {
      const events = watch(other.subscribe(TOPIC));
      const { session } = wamp.status as unknown as { session: Session };
      const left = watch(testament(session, TOPIC));
      expect(left.values.map((info) => info.session)).toEqual([session]);
      expect(left.ended).toBeFalse();
      router.drop(session.id);
      advance(60_000);
      expect(events.values.length).toBe(1);
      expect(left.values.length).toBe(1);
    });
  });

  it('of a client that is closed error with its error', () => {
    inRealm({}, ({ wamp, watch, advance }) => {
      void wamp.close();
      advance(5_000);
      expect((watch(testament(wamp, TOPIC)).error as Error).name).toBe('ClosedError');
    });
  });

  it('check what they are given at once', () => {
    inRealm({}, ({ wamp }) => {
      expect(() => testament({} as Wamp, TOPIC)).toThrowError(/testament\(\): expected a WampClient or a Session/);
      expect(() => testament(wamp, 'com..a')).toThrowError(/com\.\.a/);
      expect(() => testament(wamp, TOPIC, { a: 1 } as never)).toThrowError(/testament\(\): args must be a list/);
      expect(() => testament(wamp, TOPIC, [], {}, { scope: 'gone' as never })).toThrowError(
        /scope must be 'destroyed'/,
      );
      expect(() => testament(wamp, TOPIC, [], {}, { exclude_me: true } as object)).toThrowError(/unknown option/);
      expect(() => flushTestaments(wamp, 'all' as never)).toThrowError(/scope must be 'destroyed' or 'detached'/);
    });
  });
});
