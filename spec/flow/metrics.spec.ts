import { NEVER, Subject } from 'rxjs';
import { engineOf } from '../../src/client/engine.ts';
import { metrics, type Metrics } from '../../src/flow/metrics.ts';
import { sizeOf } from '../../src/flow/meter.ts';
import { cbor } from '../../src/serializers/cbor.ts';
import { json } from '../../src/serializers/json.ts';
import type { Serializer } from '../../src/serializers/serializer.ts';
import { createTestRouter, record, type Recording } from '../../src/testing/index.ts';
import {
  faked,
  inState,
  virtual,
  waitOut,
  world,
  type VirtualTime,
  type World,
  type WorldOptions,
} from '../client/helpers.ts';

/** A client that is joined, and its metrics from then on. */
function measured(
  time: VirtualTime,
  options: Parameters<typeof metrics>[1] = {},
  of: WorldOptions = {},
): World & { all: Recording<Metrics>; last(): Metrics } {
  const w = world(of);
  w.client.connect();
  time.advance();
  const all = record(metrics(w.client, { probe: false, ...options }));
  const last = (): Metrics => {
    const value = all.values.at(-1);
    if (value === undefined) throw new Error('nothing was emitted');
    return value;
  };
  return { ...w, all, last };
}

describe('metrics()', () => {
  it('counts messages and bytes, as the serializer writes and reads them, from when it is observed', () => {
    for (const serializer of [json(), cbor()]) {
      virtual((time) => {
        const router = createTestRouter();
        const w = measured(time, {}, { router, transports: [router.transport({ serializer })] });
        const text = 'ä€😀'.repeat(300);
        const seen = record(w.client.messages$);
        w.client.call('com.app.nobody', [text]).subscribe({ error: () => undefined });
        time.advance(1000);
        const size = (direction: string): number =>
          seen.values
            .filter((event) => event.direction === direction)
            .map(({ message }) => serializer.encode(message))
            .map((frame) => (typeof frame === 'string' ? new TextEncoder().encode(frame).length : frame.length))
            .reduce((a, b) => a + b, 0);
        const { sent, received } = w.last();
        expect(sent).toEqual({ messages: 1, bytes: size('out'), ratedMessages: Math.ceil(size('out') / 512) });
        expect(received).toEqual({ messages: 1, bytes: size('in'), ratedMessages: 1 });
        expect(sent.ratedMessages).toBeGreaterThan(5);
        expect(w.last().serializer).toBe(serializer.id);
      });
    }
  });

  it('tells how things stand', () => {
    virtual((time) => {
      const w = measured(time);
      w.client.subscribe('com.app.t').subscribe();
      w.client.register('com.app.slow', () => NEVER).subscribe();
      time.advance();
      w.client.call('com.app.slow').subscribe({ error: () => undefined });
      time.advance(1000);
      expect(w.last()).toEqual(
        jasmine.objectContaining({ calls: 1, invocations: 1, subscriptions: 1, registrations: 1, queued: 0, cycle: 1 }),
      );
    });
  });

  it('reports each period; counters grow, or begin anew with each report, or when `reset` emits', () => {
    virtual((time) => {
      const again = new Subject<void>();
      const w = measured(time, { period: 100 });
      const each = record(metrics(w.client, { period: 100, reset: true, probe: false }));
      const reported = record(metrics(w.client, { period: 100, reset: again, probe: false }));
      for (let i = 0; i < 3; i++) {
        w.client.publish('com.app.t');
        if (i === 2) again.next();
        time.advance(100);
      }
      const sent = (all: Recording<Metrics>): number[] => all.values.map((one) => one.sent.messages);
      expect(sent(w.all)).toEqual([1, 2, 3]);
      expect(sent(each)).toEqual([1, 1, 1]);
      expect(sent(reported)).toEqual([1, 2, 0]);
      expect(w.all.values.map(({ cycle, duration }) => [cycle, duration])).toEqual([
        [1, 100],
        [2, 200],
        [3, 300],
      ]);
      expect(each.values.map(({ duration, time: at, since }) => [duration, at - since])).toEqual(
        Array<number[]>(3).fill([100, 100]),
      );
    });
  });

  it('reports also when so many rated messages have passed', () => {
    virtual((time) => {
      const w = measured(time, { period: 1e6, ratedMessages: 10, reset: true });
      for (let i = 0; i < 25; i++) {
        w.client.publish('com.app.t');
        time.advance(1);
      }
      expect(w.all.values.map(({ sent, cycle }) => [cycle, sent.messages])).toEqual([
        [1, 10],
        [2, 10],
      ]);
    });
  });

  it('takes the round-trip time from what the router answers by itself, and not from calls', () => {
    virtual((time) => {
      const w = faked();
      time.advance();
      w.at(0).welcome();
      const all = record(metrics(w.client, { probe: false }));
      w.client.subscribe('com.app.t').subscribe();
      w.client.call('com.app.f').subscribe();
      time.advance(30);
      w.at(0).reply(33, 1, 5);
      w.client.publish('com.app.t', [], {}, { acknowledge: true }).subscribe({ error: () => undefined });
      w.client.publish('com.app.t');
      time.advance(70);
      w.at(0).reply(8, 16, 3, {}, 'wamp.error.not_authorized');
      time.advance(400);
      w.at(0).reply(50, 2, {});
      time.advance(500);
      expect(all.values[0]?.roundTrip).toEqual({ last: 70, min: 30, max: 70, mean: 50, samples: 2 });
    });
  });

  it('asks the router where nothing else tells the round-trip time, unless it shall not', () => {
    virtual((time) => {
      const w = faked({ idleTimeout: 10_000 });
      time.advance();
      w.at(0).welcome();
      const silent = record(metrics(w.client, { probe: false }));
      time.advance(1000);
      expect(w.at(0).sent.map(([type]) => type)).toEqual([1]);
      expect(silent.values[0]?.roundTrip).toBeUndefined();
      silent.stop();

      const all = record(metrics(w.client));
      time.advance(1000);
      expect(w.at(0).sent.at(-1)).toEqual([34, 1, 2 ** 53]);
      time.advance(25);
      w.at(0).reply(8, 34, 1, {}, 'wamp.error.no_such_subscription');
      time.advance(975);
      expect(all.values.at(-1)?.roundTrip?.last).toBe(25);
      expect(w.at(0).of(34).length).toBe(1);
      // and that is no use of the link
      time.advance(9000);
      expect(w.client.status.state).toBe('idle');
    });
  });

  it('does not take an answer in one session for that to a request of the session before', () => {
    virtual((time) => {
      const w = faked();
      time.advance();
      w.at(0).welcome();
      const all = record(metrics(w.client, { probe: false }));
      w.client.publish('com.app.t', [], {}, { acknowledge: true }).subscribe({ error: () => undefined });
      expect(w.at(0).of(16).length).toBe(1);
      w.at(0).lose();
      time.advance(5000);
      w.at(1).welcome();
      // of the same number, and not one whose answer is timed
      w.client.publish('com.app.t');
      expect(
        w
          .at(1)
          .of(16)
          .map(([, request]) => request),
      ).toEqual([1]);
      w.at(1).reply(17, 1, 9);
      time.advance(1000);
      expect(all.values.at(-1)?.reconnects).toBe(1);
      expect(all.values.at(-1)?.roundTrip).toBeUndefined();
    });
  });

  it('goes on over reconnects, with what is sent at each join, and counts them', () => {
    virtual((time) => {
      const w = measured(time);
      w.client.subscribe('com.app.t').subscribe();
      time.advance(1000);
      expect(w.last().reconnects).toBe(0);
      w.router.dropAll();
      waitOut(time, w.client);
      time.advance(1000);
      expect(w.last().reconnects).toBe(1);
      expect(w.last().sent.messages).toBe(2);
      expect(w.last().received.messages).toBe(2);
      expect(w.last().subscriptions).toBe(1);
    });
  });

  it('tells of the queue, and of what was dropped from it', () => {
    virtual((time) => {
      const w = measured(time, {}, { publishQueue: { size: 2, ttl: 2500 }, reconnect: { initialDelay: 60_000 } });
      w.router.dropAll();
      time.advance();
      for (let i = 0; i < 3; i++) w.client.publish('com.app.t').subscribe({ error: () => undefined });
      w.client.call('com.app.f').subscribe({ error: () => undefined });
      time.advance(1000);
      expect(w.last()).toEqual(jasmine.objectContaining({ queued: 2, dropped: 1, calls: 1, subscriptions: 0 }));
      expect(w.last().serializer).toBeUndefined();
      time.advance(2000);
      expect(w.last()).toEqual(jasmine.objectContaining({ queued: 0, dropped: 3 }));
    });
  });

  it('counts messages alone over a channel that cannot tell its bytes', () => {
    virtual((time) => {
      const w = faked();
      time.advance();
      w.at(0).welcome();
      const all = record(metrics(w.client, { probe: false }));
      w.client.publish('com.app.t');
      w.client.publish('com.app.t');
      time.advance(1000);
      expect(all.values[0]?.sent).toEqual({ messages: 2, bytes: 0, ratedMessages: 0 });
    });
  });

  it('costs nothing while unobserved: the serializer is put back, and no tap is left', () => {
    virtual((time) => {
      const w = faked();
      time.advance();
      const own = json();
      let used: Serializer = own;
      Object.assign(w.at(0), { recode: (wrap: (one: Serializer) => Serializer) => (used = wrap(used)) });
      w.at(0).welcome();
      const { tap } = engineOf(w.client, 'spec');
      const all = [record(metrics(w.client)), record(metrics(w.client))];
      expect(used).not.toBe(own);
      expect(tap.observed).toBeTrue();
      all[0]?.stop();
      expect(used).not.toBe(own);
      all[1]?.stop();
      expect(used).toBe(own);
      expect(tap.observed).toBeFalse();
      // and again
      const next = record(metrics(w.client, { probe: false }));
      used.encode([1]);
      time.advance(1000);
      expect(next.values[0]?.sent).toEqual({ messages: 1, bytes: 3, ratedMessages: 1 });
    });
  });

  it('keeps nothing of a connection that is over', () => {
    virtual((time) => {
      const w = faked({ reconnect: { initialDelay: 1, growth: 1, jitter: 0 } });
      const own = json();
      const used: Serializer[] = [];
      const all = record(metrics(w.client, { probe: false }));
      time.advance();
      for (let i = 0; i < 50; i++) {
        used[i] = own;
        const wraps = i % 2 === 0;
        if (wraps) {
          Object.assign(w.at(i), {
            recode: (wrap: (one: Serializer) => Serializer) => (used[i] = wrap(used[i] as Serializer)),
          });
        }
        w.at(i).welcome();
        expect(used[i] === own).toBe(!wraps);
        w.client.publish('com.app.t');
        w.at(i).lose();
        expect(used[i]).toBe(own);
        time.advance(10);
      }
      time.advance(1000);
      expect(all.values.at(-1)?.reconnects).toBe(49);
      // one in each session whose channel serialises nothing: none of them is counted twice
      expect(all.values.at(-1)?.sent.messages).toBe(25);
    });
  });

  for (const hostile of [{ toString: 1 }, { toString: null, valueOf: null }, Object.create(null) as object]) {
    for (const message of [
      [3, hostile, 'wamp.close.system_shutdown'],
      [6, hostile, 'wamp.close.system_shutdown'],
      [8, 16, 1, hostile, 'com.app.error'],
      [5, hostile, hostile],
    ]) {
      it(`survives what a router sends: ${JSON.stringify(message)}`, () => {
        virtual((time) => {
          const w = faked();
          time.advance();
          w.at(0).welcome();
          const all = record(metrics(w.client, { probe: false }));
          w.client.publish('com.app.t', [], {}, { acknowledge: true }).subscribe({ error: () => undefined });
          expect(() => w.at(0).reply(...message)).not.toThrow();
          time.advance(1000);
          expect(all.values.length).toBe(1);
          expect(all.values[0]?.roundTrip?.samples).toBe(message[0] === 8 ? 1 : undefined);
        });
      });
    }
  }

  it('dials nothing, and completes at close()', () => {
    virtual((time) => {
      const w = world();
      const all = record(metrics(w.client));
      time.advance(2000);
      expect(w.client.status.state).toBe('idle');
      expect(all.values.length).toBe(2);
      void w.client.close();
      time.advance();
      expect(all.completed).toBeTrue();
      expect(time.timers()).toBe(0);
    });
  });

  it('says what is wrong with its arguments', () => {
    virtual((time) => {
      const w = world();
      w.client.connect();
      time.advance();
      expect(() => metrics(w.client, { period: 0 })).toThrowError(TypeError, /period must be a number above 0/);
      expect(() => metrics(w.client, { reset: 1 as never })).toThrowError(
        TypeError,
        /reset must be a boolean or an Obs/,
      );
      expect(() => metrics(inState(w.client, 'joined').session as never)).toThrowError(TypeError, /got a Session/);
    });
  });
});

describe('sizeOf', () => {
  it('is the number of bytes in UTF-8', () => {
    for (const text of ['', 'abc', 'ä', '€', '😀', 'a😀€ä'.repeat(20)]) {
      expect(sizeOf(text)).withContext(text).toBe(new TextEncoder().encode(text).length);
    }
    expect(sizeOf(Uint8Array.of(1, 2, 3))).toBe(3);
  });
});
