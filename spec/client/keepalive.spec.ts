import { asyncScheduler } from 'rxjs';
import type { KeepaliveOptions } from '../../src/client/keepalive.ts';
import { record } from '../../src/testing/index.ts';
import { webSocket } from '../../src/transports/websocket.ts';
import { ConnectionLostError } from '../../src/protocol/errors.ts';
import { an, FakeChannel, inState, scripted, virtual, waitOut, world, type World } from './helpers.ts';

const OPTIONS: KeepaliveOptions = { interval: 1000, timeout: 300 };

function joined(keepalive: KeepaliveOptions | false, ping = false): World & { channel: FakeChannel } {
  const channel = new FakeChannel({ ping });
  const w = world({ transports: [scripted('t', () => channel)], keepalive });
  w.client.connect();
  channel.welcome();
  return Object.assign(w, { channel });
}

/** A WebSocket of a browser, played by the test. */
class PlayedSocket {
  readonly protocol = 'wamp.2.json';
  readyState = 1;
  bufferedAmount = 0;
  binaryType = '';
  readonly sent: unknown[] = [];
  onopen?: () => void;
  onmessage?: (event: { data: string }) => void;
  onclose?: (event: { code: number; reason: string }) => void;

  send(data: unknown): void {
    this.sent.push(data);
  }

  close(): void {
    this.readyState = 3;
    this.onclose?.({ code: 1000, reason: '' });
  }
}

describe('keepalive', () => {
  it('asks after an interval of silence, and takes any answer for life', () => {
    virtual(({ advance }) => {
      const { channel, client } = joined(OPTIONS);
      advance(999);
      expect(channel.of(34)).toEqual([]);
      advance(1);
      // the probe: no router holds that subscription
      expect(channel.of(34)).toEqual([[34, 1, 2 ** 53]]);
      channel.reply(8, 34, 1, {}, 'wamp.error.no_such_subscription');
      advance(300);
      expect(client.status.state).toBe('joined');
      advance(1500);
      expect(channel.of(34).length).toBe(2);
    });
  });

  it('pings where the channel can', () => {
    virtual(({ advance }) => {
      const { channel, client } = joined(OPTIONS, true);
      advance(1000);
      expect(channel.pings).toBe(1);
      expect(channel.of(34)).toEqual([]);
      // a pong is received bytes and nothing else
      channel.received += 2;
      advance(300);
      expect(client.status.state).toBe('joined');
    });
  });

  it('calls the procedure that was named instead', () => {
    virtual(({ advance }) => {
      const { channel, client } = joined({ ...OPTIONS, probe: 'com.app.alive' });
      advance(1000);
      expect(channel.of(48)).toEqual([[48, 1, {}, 'com.app.alive']]);
      channel.reply(50, 1, {});
      advance(299);
      expect(client.status.state).toBe('joined');
    });
  });

  it('does not ask while anything is received', () => {
    virtual(({ advance }) => {
      const { channel, client } = joined(OPTIONS);
      for (let i = 0; i < 50; i++) {
        advance(400);
        channel.reply(36, 77, i + 1, {});
      }
      expect(channel.of(34)).toEqual([]);
      expect(client.status.state).toBe('joined');
    });
  });

  it('drops the link when no answer comes in time, without waiting for its close', () => {
    virtual(({ advance }) => {
      const { channel, client } = joined(OPTIONS);
      channel.obliging = false;
      advance(1000 + 299);
      expect(client.status.state).toBe('joined');
      advance(1);
      const { error } = inState(client, 'waiting');
      expect(an(ConnectionLostError, error).message).toMatch(/No sign of life.*\d+ ms/);
      expect(channel.dropped).toBeGreaterThan(0);
    });
  });

  it('is off with false', () => {
    virtual(({ advance }) => {
      const { channel, client } = joined(false);
      advance(10_000_000);
      expect(channel.sent.length).toBe(1);
      expect(client.status.state).toBe('joined');
    });
  });

  it('has 30 s and 10 s as defaults', () => {
    virtual(({ advance }) => {
      const { channel, client } = joined({});
      advance(29_999);
      expect(channel.of(34).length).toBe(0);
      advance(1);
      expect(channel.of(34).length).toBe(1);
      advance(9_999);
      expect(client.status.state).toBe('joined');
      advance(1);
      expect(client.status.state).toBe('waiting');
    });
  });

  it('gives no verdict by a timer that fires late: asks afresh', () => {
    virtual(({ advance }) => {
      let slept = 0;
      const now = asyncScheduler.now.bind(asyncScheduler);
      spyOn(asyncScheduler, 'now').and.callFake(() => now() + slept);
      const { channel, client } = joined(OPTIONS);
      advance(1000);
      expect(channel.of(34).length).toBe(1);
      // the machine sleeps an hour, and the timers of before fire when it wakes up
      slept = 3_600_000;
      // a late look is followed by another one, when the sockets have been read
      advance(300 + 20);
      expect(client.status.state).toBe('joined');
      expect(channel.of(34).length).toBe(2);
      advance(299);
      expect(client.status.state).toBe('joined');
      advance(1);
      expect(client.status.state).toBe('waiting');
    });
  });

  describe('the way out', () => {
    const BUSY = 400;
    /** Lets time pass in which events keep coming. */
    const busily = (advance: (ms: number) => void, channel: FakeChannel, times: number): void => {
      for (let i = 1; i <= times; i++) {
        advance(BUSY);
        channel.reply(36, 77, i, {});
      }
    };

    for (const ping of [true, false]) {
      const by = ping ? 'ping' : 'request';
      const probes = (channel: FakeChannel): number => (ping ? channel.pings : channel.of(34).length);
      const answer = (channel: FakeChannel): void => {
        if (ping) channel.pong();
        else channel.reply(8, 34, channel.of(34).at(-1)?.[1], {}, 'wamp.error.no_such_subscription');
      };

      it(`is doubted when a request has no answer for an interval: events answer no ${by}`, () => {
        virtual(({ advance }) => {
          const { channel, client } = joined(OPTIONS, ping);
          const called = record(client.call('com.app.slow'));
          busily(advance, channel, 5);
          expect(probes(channel)).toBe(1);
          expect(client.status.state).toBe('waiting');
          expect(channel.dropped).toBeGreaterThan(0);
          expect(called.error).toBeInstanceOf(ConnectionLostError);
        });
      });

      it(`is proved by the answer to a ${by}, once in an interval`, () => {
        virtual(({ advance }) => {
          const { channel, client } = joined(OPTIONS, ping);
          const called = record(client.call('com.app.slow'));
          let seen = 0;
          for (let i = 1; i <= 120; i++) {
            advance(100);
            channel.reply(36, 77, i, {});
            if (probes(channel) > seen) answer(channel);
            seen = probes(channel);
          }
          expect(client.status.state).toBe('joined');
          // 12 s in all, an interval and an answer's time between two of them
          expect(seen).toBeGreaterThan(6);
          expect(seen).toBeLessThan(13);
          channel.reply(50, 1, {}, [1]);
          expect(called.values.length).toBe(1);
        });
      });
    }

    it('is not doubted where every request is answered within an interval', () => {
      virtual(({ advance }) => {
        const { channel, client } = joined(OPTIONS, true);
        for (let i = 1; i <= 20; i++) {
          client.call('com.app.quick').subscribe();
          advance(BUSY);
          channel.reply(50, i, {});
        }
        expect(channel.pings).toBe(0);
        expect(client.status.state).toBe('joined');
      });
    });

    it('is doubted when what is buffered does not become less', () => {
      virtual(({ advance }) => {
        const { channel, client } = joined(OPTIONS, true);
        channel.bufferedAmount = 5000;
        busily(advance, channel, 5);
        expect(channel.pings).toBe(1);
        expect(client.status.state).toBe('waiting');
      });
    });

    it('is good while bytes leave, before a probe and behind it', () => {
      virtual(({ advance }) => {
        const { channel, client } = joined(OPTIONS, true);
        channel.bufferedAmount = 1_000_000;
        for (let i = 1; i <= 20; i++) {
          advance(BUSY);
          channel.bufferedAmount -= 1000;
          channel.reply(36, 77, i, {});
        }
        expect(channel.pings).toBe(0);
        client.call('com.app.slow').subscribe({ error: () => undefined });
        for (let i = 1; i <= 20; i++) {
          advance(100);
          channel.bufferedAmount -= 1000;
        }
        expect(channel.pings).toBe(1);
        expect(client.status.state).toBe('joined');
        advance(1000);
        expect(client.status.state).toBe('waiting');
      });
    });
  });

  it('gives the verdict by timers that are always late, at the second look', () => {
    virtual(({ advance }) => {
      const now = asyncScheduler.now.bind(asyncScheduler);
      let calls = 0;
      // between setting a timer and its look, the clock always goes three seconds further than the timer
      spyOn(asyncScheduler, 'now').and.callFake(() => now() + 3000 * calls++);
      const { channel, client } = joined(OPTIONS, true);
      advance(2000);
      expect(channel.pings).toBe(2);
      expect(client.status.state).toBe('waiting');
    });
  });

  it('does not drop a link whose answer comes between two late looks', () => {
    virtual(({ advance }) => {
      const now = asyncScheduler.now.bind(asyncScheduler);
      let calls = 0;
      spyOn(asyncScheduler, 'now').and.callFake(() => now() + 3000 * calls++);
      const { channel, client } = joined(OPTIONS, true);
      let seen = 0;
      for (let i = 0; i < 100; i++) {
        advance(100);
        // only the second ping of two is answered
        if (channel.pings > seen && channel.pings % 2 === 0) channel.pong();
        seen = channel.pings;
      }
      expect(seen).toBeGreaterThan(4);
      expect(client.status.state).toBe('joined');
    });
  });

  it('gives up a link that the router has begun to close', () => {
    virtual(({ advance }) => {
      const { channel, client } = joined(OPTIONS, true);
      channel.closing = true;
      advance(500);
      expect(client.status.state).toBe('waiting');
    });
  });

  it('asks at once when the machine slept while it listened', () => {
    virtual(({ advance }) => {
      let slept = 0;
      const now = asyncScheduler.now.bind(asyncScheduler);
      spyOn(asyncScheduler, 'now').and.callFake(() => now() + slept);
      const { channel } = joined(OPTIONS);
      advance(100);
      slept = 3_600_000;
      advance(400);
      expect(channel.of(34).length).toBe(1);
    });
  });

  it('ends with the session: nothing is asked on a link that was left or lost', () => {
    virtual(({ advance }) => {
      const { channel, client } = joined(OPTIONS);
      channel.lose();
      expect(client.status.state).toBe('waiting');
      const { length } = channel.sent;
      advance(1499);
      expect(channel.sent.length).toBe(length);

      const other = joined(OPTIONS);
      void other.client.close();
      advance(10_000);
      expect(other.channel.of(34)).toEqual([]);
    });
  });

  it('notices a half-open link and heals what hangs on it', () => {
    virtual((time) => {
      const w = world({ keepalive: OPTIONS });
      const events: unknown[] = [];
      w.client.subscribe('com.app.topic').subscribe(({ value }) => events.push(value));
      time.advance();
      w.router.publish('com.app.topic', [1]);
      time.advance();
      w.router.stall();
      w.router.publish('com.app.topic', [2]);
      // silence is noticed within one and a half intervals, and then there is the timeout
      time.advance(1800);
      expect(inState(w.client, 'waiting')).toBeDefined();
      waitOut(time, w.client);
      expect(w.client.status.state).toBe('joined');
      w.router.publish('com.app.topic', [3]);
      time.advance();
      expect(events).toEqual([1, 3]);
    });
  });

  it('keeps an idle link alive over a WebSocket that cannot ping, as those of browsers', () => {
    virtual(({ advance }) => {
      let socket: PlayedSocket | undefined;
      class Played extends PlayedSocket {
        constructor() {
          super();
          // oxlint-disable-next-line typescript/no-this-alias
          socket = this;
        }
      }
      const w = world({
        transports: [webSocket({ url: 'ws://router.example/', WebSocket: Played })],
        keepalive: OPTIONS,
      });
      w.client.connect();
      advance();
      socket?.onopen?.();
      advance();
      expect(socket?.sent.length).toBe(1);
      socket?.onmessage?.({ data: '[2,1,{"roles":{"broker":{}}}]' });
      advance(1000);
      expect(socket?.sent[1]).toBe(`[34,1,${2 ** 53}]`);
      socket?.onmessage?.({ data: '[8,34,1,{},"wamp.error.no_such_subscription"]' });
      advance(400);
      expect(w.client.status.state).toBe('joined');
    });
  });

  it('keeps an idle link alive for hours', () => {
    virtual((time) => {
      const w = world({ keepalive: {} });
      w.client.connect();
      time.advance(3_600_000);
      expect(w.states()).toEqual(['idle', 'connecting', 'joining', 'joined']);
      expect(w.of(34).length).toBeGreaterThan(60);
    });
  });
});
