import { config, of, throwError } from 'rxjs';
import { Client } from '../../src/client/client.ts';
import { publisher } from '../../src/flow/publisher.ts';
import type { Wamp } from '../../src/session/options.ts';
import { virtually } from '../helpers/virtual.ts';
import { joined, makeWire, turn, type Wire } from '../helpers/wire.ts';

const TOPIC = 'com.app.t';
/** What the router was sent, by first argument. */
const sent = (wire: Wire): unknown[] => wire.rest().map((message) => (message[4] as unknown[])[0]);

describe('publisher()', () => {
  it('makes each value of a source one publication', () => {
    const { wamp, wire } = joined();
    const observer = publisher<number>(wamp, TOPIC, { excludeMe: false });
    of(1, 2).subscribe(observer);
    expect(wire.rest()).toEqual([
      [16, 1, { exclude_me: false }, TOPIC, [1]],
      [16, 2, { exclude_me: false }, TOPIC, [2]],
    ]);
    expect(observer.counters).toEqual({ sent: 2, dropped: 0, waiting: 0 });
  });

  it('takes the payload from the value', () => {
    const { wamp, wire } = joined();
    of('a').subscribe(publisher(wamp, TOPIC, { payload: (name: string) => ({ args: [1], kwargs: { name } }) }));
    of('b').subscribe(publisher(wamp, TOPIC, { payload: (name: string) => [name, 2] }));
    expect(wire.rest()).toEqual([
      [16, 1, {}, TOPIC, [1], { name: 'a' }],
      [16, 2, {}, TOPIC, ['b', 2]],
    ]);
  });

  const outcomes = {
    buffer: { kept: [2, 3], dropped: 2, waiting: 2 },
    drop: { kept: [], dropped: 4, waiting: 0 },
    latest: { kept: [5], dropped: 3, waiting: 1 },
  } as const;
  for (const overflow of ['buffer', 'drop', 'latest'] as const) {
    const { kept, dropped, waiting } = outcomes[overflow];
    it(`'${overflow}': what comes while the link is congested`, () => {
      virtually((at) => {
        const { wamp, wire } = joined();
        const observer = publisher<number>(wamp, TOPIC, { overflow, size: 2, high: 0, period: 10 });
        for (const value of [1, 2, 3, 4, 5]) observer.next(value);
        expect(observer.counters).toEqual({ sent: 1, dropped, waiting });
        // the link drains between the looks
        const all: unknown[] = [];
        for (let ms = 5; ms < 50; ms += 10) at(ms, () => all.push(...sent(wire)));
        at(50, () => {
          expect(all).toEqual([1, ...kept]);
          expect(observer.counters).toEqual({ sent: 1 + kept.length, dropped, waiting: 0 });
        });
      });
    });
  }

  it('waits for a session, dials for it, and keeps the order', () => {
    virtually((at) => {
      const wire = makeWire();
      const wamp = new Client({ realm: 'realm1', keepalive: false, transports: [wire.transport] });
      const observer = publisher<number>(wamp, TOPIC);
      of(1, 2, 3).subscribe(observer);
      let ended = false;
      observer.counters$.subscribe({ complete: () => (ended = true) });
      expect(observer.counters).toEqual({ sent: 0, dropped: 0, waiting: 3 });
      at(100, () => {
        wire.take(1);
        wire.send([2, 1, { roles: {} }]);
      });
      at(120, () => {
        expect(sent(wire)).toEqual([1, 2, 3]);
        expect(ended).toBeTrue();
        void wamp.close();
      });
    });
  });

  it('takes what comes where the link is clear again, before it has looked', () => {
    virtually((at) => {
      const { wamp, wire } = joined();
      const observer = publisher<number>(wamp, TOPIC, { high: 0, size: 1, period: 1000 });
      for (const value of [1, 2, 3]) observer.next(value);
      expect(observer.counters).toEqual({ sent: 1, dropped: 1, waiting: 1 });
      expect(sent(wire)).toEqual([1]);
      at(10, () => {
        observer.next(4);
        expect(observer.counters).toEqual({ sent: 2, dropped: 1, waiting: 1 });
        expect(sent(wire)).toEqual([2]);
        observer.complete();
      });
      at(1010, () => expect(sent(wire)).toEqual([4]));
    });
  });

  it('gives away two hundred thousand values without moving the rest', () => {
    virtually((at) => {
      const wire = makeWire();
      const wamp = new Client({ realm: 'realm1', keepalive: false, transports: [wire.transport] });
      const observer = publisher<number>(wamp, TOPIC, { high: 1e9, size: 200_000 });
      for (let value = 0; value < 200_000; value++) observer.next(value);
      expect(observer.counters).toEqual({ sent: 0, dropped: 0, waiting: 200_000 });
      let begin = 0;
      at(15, () => {
        wire.take(1);
        wire.send([2, 1, { roles: {} }]);
        begin = performance.now();
      });
      at(25, () => {
        expect(observer.counters).toEqual({ sent: 200_000, dropped: 0, waiting: 0 });
        expect(performance.now() - begin).toBeLessThan(6000);
        void wamp.close();
      });
    });
  });

  it('keeps a client from being idle while the link is congested, and what waits is published', () => {
    virtually((at) => {
      const { wamp, wire } = joined({ idleTimeout: 100 });
      const observer = publisher<number>(wamp, TOPIC, { high: 0 });
      of(1, 2).subscribe(observer);
      at(1000, () => {
        expect(wamp.status.state).toBe('joined');
        expect(sent(wire)).toEqual([1]);
      });
      at(1050, () => {
        expect(sent(wire)).toEqual([2]);
        expect(observer.counters).toEqual({ sent: 2, dropped: 0, waiting: 0 });
      });
      at(1300, () => expect(wamp.status.state).toBe('idle'));
    });
  });

  it('dials again for what waits where the client has become idle', () => {
    virtually((at) => {
      const wire = makeWire();
      const wamp = new Client({ realm: 'realm1', keepalive: false, idleTimeout: 20, transports: [wire.transport] });
      const welcome = (): void => {
        wire.take(1);
        wire.send([2, 1, { roles: {} }]);
      };
      const observer = publisher<number>(wamp, TOPIC, { period: 100 });
      observer.next(1);
      at(10, welcome);
      at(90, () => {
        expect(wamp.status.state).toBe('idle');
        expect(wire.rest().map(([code]) => code)).toEqual([6]);
        wire.hangUp();
      });
      at(190, welcome);
      at(195, () => observer.next(2));
      at(199, () => {
        expect(sent(wire)).toEqual([1, 2]);
        expect(observer.counters).toEqual({ sent: 2, dropped: 0, waiting: 0 });
        void wamp.close();
      });
    });
  });

  it('gives up what waits when it is unsubscribed, and takes no more', () => {
    virtually((at) => {
      const { wamp, wire } = joined();
      const observer = publisher<number>(wamp, TOPIC, { high: 0 });
      for (const value of [1, 2, 3]) observer.next(value);
      observer.unsubscribe();
      observer.next(4);
      expect(observer.counters).toEqual({ sent: 1, dropped: 2, waiting: 0 });
      at(100, () => expect(sent(wire)).toEqual([1]));
    });
  });

  it('tells of publications that cannot be made, once there is nothing to wait for', async () => {
    const { wamp } = joined();
    const failed: string[] = [];
    wamp.lifecycle$.subscribe((event) => event.type === 'publisherror' && failed.push((event.error as Error).name));
    const observer = publisher(wamp, TOPIC);
    observer.next(NaN);
    await turn();
    void wamp.close();
    observer.next(1);
    await turn();
    expect(failed).toEqual(['SerializationError', 'ClosedError']);
  });

  describe('an error', () => {
    const unhandled: unknown[] = [];
    beforeEach(() => {
      unhandled.length = 0;
      config.onUnhandledError = (error) => unhandled.push(error);
    });
    afterEach(() => (config.onUnhandledError = null));

    it('of the source is reported as RxJS reports it; what waits is published still', () => {
      virtually((at) => {
        const { wamp, wire } = joined();
        const observer = publisher<number>(wamp, TOPIC, { high: 0 });
        observer.next(1);
        observer.next(2);
        throwError(() => 'broken').subscribe(observer);
        wire.rest();
        at(50, () => {
          expect(sent(wire)).toEqual([2]);
          expect(unhandled).toEqual(['broken']);
        });
      });
    });

    it('of payload() drops its value alone', () => {
      virtually((at) => {
        const { wamp, wire } = joined();
        const payload = (value: number): readonly unknown[] => {
          if (value === 2) throw new Error('two');
          return [value];
        };
        const reported: unknown[] = [];
        wamp.userErrors$.subscribe((error) => reported.push(error));
        const observer = publisher<number>(wamp, TOPIC, { payload });
        of(1, 2, 3).subscribe(observer);
        expect(observer.counters).toEqual({ sent: 2, dropped: 1, waiting: 0 });
        at(10, () => {
          expect(sent(wire)).toEqual([1, 3]);
          expect(reported).toEqual([{ error: new Error('two'), context: `payload of ${TOPIC}` }]);
        });
      });
    });
  });

  it('names what is wrong', () => {
    const { wamp } = joined();
    expect(() => publisher({} as Wamp, TOPIC)).toThrowError(/publisher\(\): expected a WampClient or a Session/);
    expect(() => publisher(wamp, 'a..b')).toThrowError(/a\.\.b/);
    expect(() => publisher(wamp, TOPIC, { overflow: 'wrap' as 'drop' })).toThrowError(
      /overflow must be 'buffer', 'drop'/,
    );
    expect(() => publisher(wamp, TOPIC, { exclude_me: true } as object)).toThrowError(/unknown option 'exclude_me'/);
  });
});
