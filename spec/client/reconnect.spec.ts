import { Observable } from 'rxjs';
import { pause, reconnect, wake$ } from '../../src/client/reconnect.ts';
import { ConnectFailedError } from '../../src/protocol/errors.ts';
import { record } from '../../src/testing/index.ts';
import { virtual, FakeChannel, inState, refusing, scripted, STEADY, world } from './helpers.ts';

/** A source that fails whenever it is subscribed to, and keeps when that was. */
function failing(now: () => number): { source: Observable<never>; at: number[] } {
  const at: number[] = [];
  const source = new Observable<never>((subscriber) => {
    at.push(now());
    subscriber.error(new Error(`failure ${at.length}`));
  });
  return { source, at };
}

describe('pause', () => {
  it('lasts the given time, emits once and completes', () => {
    virtual(({ advance, timers }) => {
      const paused = record(pause(250));
      advance(249);
      expect(paused.values.length).toBe(0);
      advance(1);
      expect(paused.values.length).toBe(1);
      expect(paused.completed).toBeTrue();
      expect(timers()).toBe(0);
    });
  });

  it('does not end at once where timers cannot wait so long', () => {
    virtual(({ advance }) => {
      const paused = record(pause(2 ** 40));
      advance(2 ** 30);
      expect(paused.values.length).toBe(0);
      paused.stop();
    });
  });
});

describe('reconnect()', () => {
  it('retries for ever by default, with the default waits', () => {
    virtual(({ advance, now }) => {
      const { source, at } = failing(now);
      const retried = record(source.pipe(reconnect({ random: () => 0.5 })));
      advance(1500 + 2250 + 3375);
      expect(at).toEqual([0, 1500, 3750, 7125]);
      advance(100_000_000);
      expect(retried.ended).toBeFalse();
      retried.stop();
    });
  });

  it('gives up after maxRetries in a row with the last error', () => {
    virtual(({ advance, now }) => {
      const { source, at } = failing(now);
      const retried = record(source.pipe(reconnect({ initialDelay: 10, growth: 1, jitter: 0, maxRetries: 2 })));
      advance(1000);
      expect(at).toEqual([0, 10, 20]);
      expect((retried.error as Error).message).toBe('failure 3');
    });
  });

  it('does not try again with maxRetries: 0', () => {
    virtual(({ advance, now, timers }) => {
      const { source, at } = failing(now);
      const retried = record(source.pipe(reconnect({ maxRetries: 0 })));
      advance(1000);
      expect(at).toEqual([0]);
      expect(retried.ended).toBeTrue();
      expect(timers()).toBe(0);
    });
  });
});

/** Plays a browser's window and document, in browsers, too; gives back what takes them away again. */
function surroundings(): {
  window: EventTarget;
  document: EventTarget & { visibilityState: string };
  undo: () => void;
} {
  const window = new EventTarget();
  const document = Object.assign(new EventTarget(), { visibilityState: 'visible' });
  const fakes: Record<string, unknown> = {
    addEventListener: window.addEventListener.bind(window),
    removeEventListener: window.removeEventListener.bind(window),
    document,
  };
  const world: object = globalThis;
  const before = Object.keys(fakes).map((name) => [name, Object.getOwnPropertyDescriptor(world, name)] as const);
  let all = true;
  for (const [name, value] of Object.entries(fakes)) {
    // a browser's document cannot be replaced: its own is used then
    all = Reflect.defineProperty(world, name, { value, configurable: true, writable: true }) && all;
  }
  const own = (globalThis as { document?: EventTarget & { visibilityState: string } }).document;
  return {
    window,
    document: all || own === undefined ? document : own,
    undo: () => {
      for (const [name, descriptor] of before) {
        if (descriptor === undefined) Reflect.deleteProperty(world, name);
        else Reflect.defineProperty(world, name, descriptor);
      }
    },
  };
}

describe('wake$', () => {
  let around: ReturnType<typeof surroundings>;
  beforeEach(() => {
    around = surroundings();
  });
  afterEach(() => {
    around.undo();
  });

  it('emits when the network is back, and when a page comes back from the cache', () => {
    let woken = 0;
    const subscription = wake$.subscribe(() => woken++);
    around.window.dispatchEvent(new Event('online'));
    around.window.dispatchEvent(new Event('pageshow'));
    around.window.dispatchEvent(new Event('offline'));
    expect(woken).toBe(2);
    subscription.unsubscribe();
    around.window.dispatchEvent(new Event('online'));
    expect(woken).toBe(2);
  });

  it('emits when a page is resumed or seen again, not when it is hidden', () => {
    let visibility = 'hidden';
    Object.defineProperty(around.document, 'visibilityState', { get: () => visibility, configurable: true });
    let woken = 0;
    const subscription = wake$.subscribe(() => woken++);
    around.document.dispatchEvent(new Event('visibilitychange'));
    expect(woken).toBe(0);
    visibility = 'visible';
    around.document.dispatchEvent(new Event('visibilitychange'));
    around.document.dispatchEvent(new Event('resume'));
    expect(woken).toBe(2);
    subscription.unsubscribe();
    around.document.dispatchEvent(new Event('resume'));
    expect(woken).toBe(2);
    Reflect.deleteProperty(around.document, 'visibilityState');
  });

  it('is silent, and no error, where there is no browser', () => {
    const world = globalThis as Record<string, unknown>;
    if (!Reflect.defineProperty(world, 'addEventListener', { value: undefined, configurable: true, writable: true })) {
      throw new Error('cannot take addEventListener away');
    }
    let woken = 0;
    wake$.subscribe(() => woken++).unsubscribe();
    expect(woken).toBe(0);
  });

  it('cuts a pause short', () => {
    virtual(({ advance, now }) => {
      const ends: number[] = [];
      pause(5000).subscribe(() => ends.push(now()));
      pause(5000).subscribe({ complete: () => ends.push(now()) });
      advance(1234);
      around.window.dispatchEvent(new Event('online'));
      expect(ends).toEqual([1234, 1234]);
      advance(10_000);
      expect(ends).toEqual([1234, 1234]);
    });
  });

  it('brings retries of reconnect() forward, which count for none', () => {
    virtual(({ advance, now }) => {
      const { source, at } = failing(now);
      const retried = record(source.pipe(reconnect({ initialDelay: 100, growth: 2, jitter: 0, maxRetries: 2 })));
      for (let i = 0; i < 5; i++) {
        advance(10);
        around.window.dispatchEvent(new Event('online'));
      }
      expect(at).toEqual([0, 10, 20, 30, 40, 50]);
      expect(retried.ended).toBeFalse();
      advance(1000);
      expect(at.slice(6)).toEqual([150, 350]);
      expect(retried.error).toBeInstanceOf(Error);
    });
  });

  it('cuts the wait of a client short', () => {
    virtual(({ advance }) => {
      const t = refusing();
      const { client } = world({ transports: [t], reconnect: { ...STEADY, initialDelay: 60_000 } });
      client.connect();
      advance(10);
      around.window.dispatchEvent(new Event('online'));
      expect(t.opened.length).toBe(2);
      expect(inState(client, 'waiting').attempt).toBe(2);
    });
  });

  it('counts no retry: any number of them leaves maxRetries as they were', () => {
    virtual(({ advance }) => {
      const t = refusing();
      const { client } = world({ transports: [t], reconnect: { ...STEADY, maxRetries: 2 } });
      client.connect();
      for (let i = 0; i < 8; i++) around.window.dispatchEvent(new Event('online'));
      expect(t.opened.length).toBe(9);
      expect(inState(client, 'waiting').delay).toBe(1500);
      advance(1500);
      expect(inState(client, 'waiting').delay).toBe(2250);
      advance(2250);
      expect(inState(client, 'failed').attempts).toBe(11);
    });
  });

  it('does not cut short what the server asked for with Retry-After', () => {
    virtual(({ advance }) => {
      const busy = new ConnectFailedError('busy', 1, [], { status: 429, retryAfter: 5000 });
      const t = scripted('t', () => busy);
      const { client } = world({ transports: [t], reconnect: { ...STEADY, initialDelay: 60_000 } });
      client.connect();
      advance(4999);
      around.window.dispatchEvent(new Event('online'));
      expect(t.opened.length).toBe(1);
      advance(1);
      around.window.dispatchEvent(new Event('online'));
      expect(t.opened.length).toBe(2);
    });
  });

  it('never cuts an attempt in flight short', () => {
    virtual(({ advance }) => {
      const t = scripted('t', () => 'never');
      const { client } = world({ transports: [t] });
      client.connect();
      advance(10);
      around.window.dispatchEvent(new Event('online'));
      advance(10);
      expect(t.opened.length).toBe(1);
      expect(t.givenUp).toBe(0);
      expect(inState(client, 'connecting').attempt).toBe(1);
    });
  });

  it('has a joined link probed at once', () => {
    virtual(({ advance }) => {
      const channel = new FakeChannel({ ping: true });
      const { client } = world({ transports: [scripted('t', () => channel)], keepalive: {} });
      client.connect();
      channel.welcome();
      advance(5);
      expect(channel.pings).toBe(0);
      around.window.dispatchEvent(new Event('online'));
      expect(channel.pings).toBe(1);
      advance(9_999);
      expect(channel.dropped).toBe(0);
      advance(1);
      expect(channel.dropped).toBe(1);
      expect(client.status.state).toBe('waiting');
    });
  });

  it('never gives a probe more time', () => {
    virtual(({ advance }) => {
      const channel = new FakeChannel({ ping: true });
      const { client } = world({ transports: [scripted('t', () => channel)], keepalive: {} });
      client.connect();
      channel.welcome();
      for (let i = 0; i < 10; i++) {
        around.window.dispatchEvent(new Event('online'));
        advance(999);
      }
      expect(client.status.state).toBe('joined');
      around.window.dispatchEvent(new Event('online'));
      advance(10);
      expect(channel.pings).toBe(1);
      expect(client.status.state).toBe('waiting');
    });
  });

  it('has a page that comes back from the cache, or is resumed, probe its link: what came before is no answer', () => {
    virtual(({ advance }) => {
      for (const wake of ['pageshow', 'resume']) {
        const channel = new FakeChannel({ ping: true });
        const { client } = world({ transports: [scripted('t', () => channel)], keepalive: {} });
        client.connect();
        channel.welcome();
        advance(5);
        const target = wake === 'resume' ? around.document : around.window;
        target.dispatchEvent(Object.assign(new Event(wake), { persisted: true }));
        expect(channel.pings).toBe(1);
        channel.reply(36, 77, 1, {});
        advance(9_999);
        expect(client.status.state).toBe('joined');
        advance(1);
        expect(client.status.state).toBe('waiting');
        void client.close();
      }
    });
  });

  it('ends its session where its page goes into the cache, and no other, and dials at once when it comes back', () => {
    virtual(({ advance }) => {
      for (const keepalive of [{}, false] as const) {
        const channels = [new FakeChannel(), new FakeChannel()];
        const { client } = world({ transports: [scripted('t', (n) => channels[n - 1]!)], keepalive });
        client.connect();
        channels[0]!.welcome();
        advance(5);
        around.window.dispatchEvent(Object.assign(new Event('pagehide'), { persisted: false }));
        expect(client.status.state).toBe('joined');
        around.window.dispatchEvent(Object.assign(new Event('pagehide'), { persisted: true }));
        expect(channels[0]!.dropped).toBe(1);
        expect(client.status.state).toBe('waiting');
        around.window.dispatchEvent(Object.assign(new Event('pageshow'), { persisted: true }));
        advance(0);
        channels[1]!.welcome();
        expect(client.status.state).toBe('joined');
        void client.close();
      }
    });
  });

  it('leaves no listener behind when the client is closed', () => {
    virtual(({ advance }) => {
      const channel = new FakeChannel({ ping: true });
      const { client } = world({ transports: [scripted('t', () => channel)], keepalive: {} });
      client.connect();
      channel.welcome();
      void client.close();
      channel.reply(6, {}, 'wamp.close.goodbye_and_out');
      advance();
      expect(client.status.state).toBe('closed');
      around.window.dispatchEvent(new Event('online'));
      advance(60_000);
      expect(channel.pings).toBe(0);
    });
  });
});
