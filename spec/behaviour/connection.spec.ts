// The life of a client: what it tells, what dials, and how it is closed.
import { defer, firstValueFrom, NEVER, Observable, of, repeat, retry, Subject, type Subscription } from 'rxjs';
import { ticket } from '../../src/auth/ticket.ts';
import { Client } from '../../src/client/client.ts';
import { MessageTap } from '../../src/client/message-tap.ts';
import type { Status } from '../../src/client/status.ts';
import { WampClient, type CloseDetails } from '../../src/index.ts';
import { ApplicationError, ClosedError, ConnectFailedError, ConnectionLostError } from '../../src/protocol/errors.ts';
import { acceptTicket } from '../../src/router/index.ts';
import { createTestRouter, record, type Recording } from '../../src/testing/index.ts';
import {
  an,
  closeAll,
  FakeChannel,
  inState,
  refusing,
  scripted,
  STEADY,
  tracked,
  virtual,
  waitOut,
  world,
  type World,
} from '../client/helpers.ts';

const faked = (
  options: Parameters<typeof world>[0] = {},
): World & { channels: FakeChannel[]; channel: FakeChannel } => {
  const channels: FakeChannel[] = [];
  const transport = scripted('t', () => (channels[channels.length] = new FakeChannel()));
  const w = world({ transports: [transport], ...options });
  return Object.defineProperties(Object.assign(w, { channels, channel: undefined as unknown as FakeChannel }), {
    channel: { get: () => channels.at(-1) },
  });
};

const SECRET = 'hunter2-is-no-secret';
const PIN = 47_110_815;

describe('connection: status', () => {
  afterEach(closeAll);

  it('goes idle, connecting, joining, joined, waiting …, leaving, closed', () => {
    virtual((time) => {
      const w = faked();
      w.client.connect();
      w.channel.welcome(5);
      w.channel.lose();
      waitOut(time, w.client);
      w.channel.welcome(6);
      void w.client.close('com.app.enough', 'tired');
      w.channel.reply(6, {}, 'wamp.close.goodbye_and_out');
      const session = jasmine.objectContaining({ id: 6 });
      expect(w.statuses.slice(-4)).toEqual([
        { state: 'joining', attempt: 2, transport: 't' },
        { state: 'joined', session, since: 1500, healing: 0 } as unknown as Status,
        { state: 'leaving', reason: 'com.app.enough' },
        { state: 'closed', details: { reason: 'com.app.enough', message: 'tired' } },
      ]);
      expect(w.states().slice(0, 5)).toEqual(['idle', 'connecting', 'joining', 'joined', 'waiting']);
      expect(w.channel.of(6)).toEqual([[6, { message: 'tired' }, 'com.app.enough']]);
    });
  });

  it('is replayed, and is the same as the property', () => {
    virtual(({ advance }) => {
      const { client } = world();
      client.connect();
      advance();
      const seen: Status[] = [];
      client.status$.subscribe((status) => seen.push(status));
      expect(seen).toEqual([client.status]);
      expect(client.status.state).toBe('joined');
    });
  });

  it('is replayed to late subscribers after the end, which then complete', async () => {
    const { client } = world();
    await client.close('com.app.bye');
    const late = record(client.status$);
    expect(late.values).toEqual([{ state: 'closed', details: { reason: 'com.app.bye' } }]);
    expect(late.completed).toBeTrue();
  });

  it('does not end, or error, with a failure', () => {
    virtual(({ advance }) => {
      const w = world({ transports: [refusing()], reconnect: false });
      const status = record(w.client.status$);
      w.client.connect();
      advance(60_000);
      expect(w.client.status.state).toBe('failed');
      expect(status.ended).toBeFalse();
    });
  });

  it('shows one order to all observers when one of them closes the client', () => {
    for (const at of ['connecting', 'joining', 'joined', 'waiting'] as const) {
      virtual((time) => {
        const w = world();
        const first: string[] = [];
        const last: string[] = [];
        w.client.status$.subscribe(({ state }) => {
          first.push(state);
          if (state === at) void w.client.close();
        });
        w.client.status$.subscribe(({ state }) => last.push(state));
        w.client.connect();
        time.advance();
        if (at === 'waiting') w.router.dropAll();
        time.advance(10_000);
        expect(last).withContext(at).toEqual(first);
        expect(w.states()).withContext(at).toEqual(first);
        expect(first.at(-1)).withContext(at).toBe('closed');
        expect(first.filter((state) => state === 'closed').length)
          .withContext(at)
          .toBe(1);
        expect(w.client.status.state).withContext(at).toBe('closed');
        expect(w.router.sessions).withContext(at).toEqual([]);
      });
    }
  });

  it('does not dial when it is closed by who hears that it is about to', () => {
    virtual((time) => {
      const t = scripted('t', () => 'never');
      const { client } = world({ transports: [t] });
      client.status$.subscribe(({ state }) => {
        if (state === 'connecting') void client.close();
      });
      client.connect();
      time.advance(100_000);
      expect(t.opened.length - t.givenUp).toBe(0);
      expect(client.status.state).toBe('closed');
      expect(time.timers()).toBe(0);
    });
  });

  it('takes publish, subscribe, unsubscribe and call inside its observers, in each state', () => {
    virtual((time) => {
      const w = world();
      w.client.connect();
      const orders: string[][] = [[], []];
      let topic: Subscription | undefined;
      let n = 0;
      w.client.status$.subscribe(({ state }) => {
        orders[0]?.push(state);
        topic?.unsubscribe();
        topic = w.client.subscribe(`com.app.topic${++n}`).subscribe({ error: () => n });
        w.client.publish('com.app.seen', [n], {}, { acknowledge: true }).subscribe({ error: () => n });
        w.client.call('com.app.none').subscribe({ error: () => n });
      });
      w.client.status$.subscribe(({ state }) => orders[1]?.push(state));
      time.advance();
      w.router.dropAll();
      waitOut(time, w.client);
      time.advance();
      expect(orders[1]).toEqual(orders[0]);
      expect(new Set(orders[0])).toEqual(new Set(['connecting', 'joining', 'joined', 'waiting']));
      expect(w.client.status.state).toBe('joined');
      // at most once, in the order in which they were made, and all of them
      expect(w.of(16).map(([, , , , args]) => (args as number[])[0])).toEqual(
        Array.from({ length: n }, (_, i) => i + 1),
      );
      // one topic is left, the last
      expect(w.router.subscriptions.map((each) => each.topic)).toEqual([`com.app.topic${n}`]);
    });
  });

  it('takes close() inside an event, a result, a handler, a report and a lifecycle event', () => {
    const scenes: readonly ((w: World, close: () => void) => void)[] = [
      ({ client, router }, close) => {
        client
          .subscribe('com.app.topic', { onSubscribed: () => void router.publish('com.app.topic') })
          .subscribe(close);
      },
      ({ client }, close) => {
        client
          .register('com.app.f', () => 1)
          .subscribe(() => {
            client.call('com.app.f').subscribe(close);
          });
      },
      ({ client }, close) => {
        client
          .register('com.app.f', () => {
            close();
            return 1;
          })
          .subscribe(() => {
            client.call('com.app.f').subscribe({ error: () => undefined });
          });
      },
      ({ client }, close) => {
        client.publish('com.app.topic', [], {}, { acknowledge: true }).subscribe(close);
      },
      ({ client }, close) => {
        client.lifecycle$.subscribe(({ type }) => {
          if (type === 'ready') close();
        });
        client.connect();
      },
      ({ client }, close) => {
        client.session$.subscribe(close);
      },
    ];
    scenes.forEach((scene, i) => {
      virtual((time) => {
        const w = world();
        let closes = 0;
        scene(w, () => {
          closes++;
          void w.client.close();
        });
        time.advance(5000);
        expect(closes).withContext(`scene ${i}`).toBeGreaterThan(0);
        expect(w.states())
          .withContext(`scene ${i}`)
          .toEqual(['idle', 'connecting', 'joining', 'joined', 'leaving', 'closed']);
        expect(w.of(6).length).withContext(`scene ${i}`).toBe(1);
        // what is closed says goodbye, and nothing after it
        expect(w.received.at(-1)?.[0]).withContext(`scene ${i}`).toBe(6);
        expect(w.router.sessions).withContext(`scene ${i}`).toEqual([]);
      });
    });
  });
});

describe('connection: session$', () => {
  afterEach(closeAll);

  it('gives the present session, then each later one, and completes at close()', () => {
    virtual((time) => {
      const w = faked();
      w.client.connect();
      w.channel.welcome(11);
      const late = record(w.client.session$);
      expect(late.values.map(({ id }) => id)).toEqual([11]);
      w.channel.lose();
      waitOut(time, w.client);
      const waiting = record(w.client.session$);
      expect(waiting.values).toEqual([]);
      w.channel.welcome(12);
      expect(late.values.map(({ id }) => id)).toEqual([11, 12]);
      expect(waiting.values.map(({ id }) => id)).toEqual([12]);
      void w.client.close();
      w.channel.reply(6, {}, 'a.b');
      time.advance();
      expect(late.completed).toBeTrue();
      const after = record(w.client.session$);
      expect(after.values).toEqual([]);
      expect(after.completed).toBeTrue();
    });
  });

  it('never gives a session that is over: not to an observer that subscribes while its end is emitted', () => {
    virtual(() => {
      const w = faked();
      const open: boolean[] = [];
      w.client.connect();
      w.channel.welcome(11);
      w.client.call('com.app.f').subscribe({
        error: () => {
          w.client.session$.subscribe((session) => open.push(session.open));
        },
      });
      w.channel.lose();
      expect(open).toEqual([]);
    });
  });

  it('gives each session once, also to who subscribes while it is announced', () => {
    virtual(() => {
      const w = faked();
      const ids: number[] = [];
      const watch = (): void => {
        w.client.session$.subscribe(({ id }) => ids.push(id));
      };
      w.client.status$.subscribe(({ state }) => {
        if (state === 'joined') watch();
      });
      w.client.lifecycle$.subscribe(({ type }) => {
        if (type === 'join') watch();
      });
      w.client.connect();
      w.channel.welcome(3);
      expect(ids).toEqual([3, 3]);
    });
  });

  it('survives failure and goes on after connect()', () => {
    virtual((time) => {
      const w = world();
      const sessions = record(w.client.session$);
      w.router.abort('wamp.error.no_such_realm');
      time.advance();
      expect(w.client.status.state).toBe('failed');
      expect(sessions.ended).toBeFalse();
      w.client.connect();
      time.advance();
      expect(sessions.values.length).toBe(1);
    });
  });

  it('has what connect() gives first', () => {
    virtual((time) => {
      const w = world();
      const connected = record(w.client.connect());
      const sessions = record(w.client.session$);
      time.advance();
      expect(connected.values.map(({ id }) => id)).toEqual(w.router.sessions.map(({ id }) => id));
      expect(sessions.values).toEqual(connected.values);
      expect([connected.completed, sessions.completed]).toEqual([true, false]);
    });
  });

  it('begins a new session when the user leaves one', () => {
    virtual((time) => {
      const w = world();
      const sessions = record(w.client.session$);
      time.advance();
      sessions.values[0]?.leave('com.app.fresh', 'please');
      expect(sessions.values[0]?.open).toBeFalse();
      time.advance(10_000);
      expect(sessions.values.length).toBe(2);
      expect(w.of(6)).toEqual([[6, { message: 'please' }, 'com.app.fresh']]);
      expect(w.events.find(({ type }) => type === 'leave')).toEqual(
        jasmine.objectContaining({ reason: 'com.app.fresh', message: 'please' }) as never,
      );
    });
  });
});

describe('connection: lifecycle$', () => {
  it('says connect, challenge, join, ready, leave, disconnect, in this order and with what belongs to them', () => {
    virtual((time) => {
      const w = faked({ auth: [ticket({ authid: 'joe', ticket: 's' })] });
      w.client.subscribe('com.app.topic').subscribe();
      time.advance(40);
      w.channel.reply(4, 'ticket', {});
      w.channel.welcome(9);
      expect(w.types()).toEqual(['connect', 'challenge', 'join']);
      w.channel.reply(33, 1, 100);
      expect(w.types()).toEqual(['connect', 'challenge', 'join', 'ready']);
      const lost = new ConnectionLostError('gone', { code: 1006 });
      w.channel.lose(lost);
      const session = jasmine.objectContaining({ id: 9 });
      expect(w.events as unknown[]).toEqual([
        { time: 0, type: 'connect', transport: w.channels[0]?.details, attempt: 1 },
        { time: 40, type: 'challenge', method: 'ticket' },
        { time: 40, type: 'join', session },
        { time: 40, type: 'ready', session },
        { time: 40, type: 'leave', session, reason: 'wamp.close.transport_lost', message: 'gone' },
        { time: 40, type: 'disconnect', wasClean: false, error: lost },
      ]);
    });
  });

  it('says leave with the reason of the router', () => {
    virtual(({ advance }) => {
      const w = world();
      w.client.connect();
      advance();
      w.router.goodbye('com.app.maintenance', 'back at noon');
      advance();
      expect(w.events.at(-2) as unknown).toEqual(
        jasmine.objectContaining({ type: 'leave', reason: 'com.app.maintenance', message: 'back at noon' }),
      );
      expect(w.events.at(-1) as unknown).toEqual(jasmine.objectContaining({ type: 'disconnect', wasClean: true }));
    });
  });

  it('says leave and disconnect at close(), and completes', () => {
    virtual(({ advance }) => {
      const w = world();
      const lifecycle = record(w.client.lifecycle$);
      w.client.connect();
      advance();
      void w.client.close('com.app.bye', 'x');
      advance(2000);
      expect(lifecycle.values.slice(-2) as unknown[]).toEqual([
        jasmine.objectContaining({ type: 'leave', reason: 'com.app.bye', message: 'x' }),
        jasmine.objectContaining({ type: 'disconnect', wasClean: true }),
      ]);
      expect(lifecycle.completed).toBeTrue();
    });
  });

  it('says connectfailure with attempt, transport and error', () => {
    virtual(() => {
      const w = world({ transports: [refusing('far')] });
      w.client.connect();
      expect(w.events as unknown[]).toEqual([
        { type: 'connectfailure', time: 0, attempt: 1, transport: 'far', error: jasmine.any(ConnectFailedError) },
      ]);
    });
  });

  it('says publisherror for a publication whose report is unobserved', () => {
    virtual(({ advance }) => {
      const w = world({ publishQueue: { size: 0 }, transports: [refusing()] });
      w.client.publish('com.app.lost', [1]);
      w.client.publish('com.app.seen', [1]).subscribe({ error: () => undefined });
      advance();
      expect(w.events.filter(({ type }) => type === 'publisherror') as unknown[]).toEqual([
        { type: 'publisherror', time: 0, topic: 'com.app.lost', error: jasmine.any(ConnectionLostError) },
      ]);
    });
  });

  it('says publisherror for what was still queued at close()', () => {
    virtual(({ advance }) => {
      const w = world({ transports: [refusing()] });
      w.client.publish('com.app.lost', [1]);
      advance();
      void w.client.close();
      advance(2000);
      expect(w.events.filter(({ type }) => type === 'publisherror') as unknown[]).toEqual([
        { type: 'publisherror', time: jasmine.any(Number), topic: 'com.app.lost', error: jasmine.any(ClosedError) },
      ]);
    });
  });

  it('is hot: nothing is replayed', () => {
    virtual(({ advance }) => {
      const { client } = world();
      client.connect();
      advance();
      expect(record(client.lifecycle$).values).toEqual([]);
    });
  });
});

describe('connection: messages$', () => {
  it('shows all messages with direction and time, GOODBYE included, and completes', () => {
    virtual(({ advance }) => {
      const w = world();
      const messages = record(w.client.messages$);
      advance(7);
      w.client.subscribe('com.app.topic').subscribe();
      advance();
      void w.client.close();
      advance(2000);
      expect(messages.values.map(({ direction, message }) => [direction, message[0]])).toEqual([
        ['out', 1],
        ['in', 2],
        ['out', 32],
        ['in', 33],
        ['out', 6],
        ['in', 6],
      ]);
      expect(messages.values.map(({ time }) => time)).toEqual([7, 7, 7, 7, 7, 7]);
      expect(messages.completed).toBeTrue();
    });
  });

  it('costs nothing while unobserved: the tap is not even called', () => {
    virtual(({ advance }) => {
      const tapped = spyOn(MessageTap.prototype, 'message').and.callThrough();
      const { client } = world();
      client.connect();
      advance();
      client.publish('com.app.topic');
      advance();
      expect(tapped).not.toHaveBeenCalled();
      const messages = record(client.messages$);
      client.publish('com.app.topic');
      expect(tapped).toHaveBeenCalledTimes(1);
      messages.stop();
      client.publish('com.app.topic');
      expect(tapped).toHaveBeenCalledTimes(1);
    });
  });

  it('never dials', () => {
    virtual(({ advance }) => {
      const t = refusing();
      const { client } = world({ transports: [t] });
      record(client.messages$);
      advance(60_000);
      expect(t.opened).toEqual([]);
    });
  });

  it('takes publish() in an observer: ids stay in order, and the session lives', () => {
    virtual(({ advance }) => {
      const w = world();
      w.client.connect();
      advance();
      let published = false;
      w.client.messages$.subscribe(({ direction, message }) => {
        if (published || direction !== 'out' || message[0] !== 32) return;
        published = true;
        w.client.publish('com.app.audit', [], {}, { acknowledge: true });
      });
      w.client.subscribe('com.app.topic').subscribe();
      advance(10);
      expect(published).toBeTrue();
      const ids = w.received.flatMap((message) => (message[0] === 32 || message[0] === 16 ? [message[1]] : []));
      expect(ids).toEqual([1, 2]);
      expect(w.states()).toEqual(['idle', 'connecting', 'joining', 'joined']);
    });
  });

  it('takes close() in an observer, at each message of the handshake', () => {
    for (const code of [1, 4, 5, 2, 32, 33]) {
      virtual(({ advance }) => {
        const router = createTestRouter({ realms: { realm1: { auth: [acceptTicket({ joe: 's' })] } } });
        const w = world({ router, auth: [ticket({ authid: 'joe', ticket: 's' })] });
        w.client.messages$.subscribe(({ message }) => {
          if (message[0] === code) void w.client.close();
        });
        w.client.subscribe('com.app.topic').subscribe();
        advance(20_000);
        expect(w.client.status.state).withContext(`message ${code}`).toBe('closed');
        expect(w.states().at(-1)).withContext(`message ${code}`).toBe('closed');
        expect(router.sessions).withContext(`message ${code}`).toEqual([]);
      });
    }
  });

  it('masks what proves an identity: no secret in messages, statuses, events or errors', () => {
    virtual((time) => {
      const router = createTestRouter({ realms: { realm1: { auth: [acceptTicket({ joe: SECRET })] } } });
      const seen: unknown[] = [];
      const keep = (value: unknown): void => {
        seen.push(value);
      };
      const watch = (w: World): void => {
        w.client.messages$.subscribe(keep);
        w.client.status$.subscribe(keep);
        w.client.lifecycle$.subscribe(keep);
        w.client.userErrors$.subscribe(keep);
        w.client.call('com.app.f').subscribe({ error: keep });
      };
      const options = { router, transports: [router.transport()] };
      watch(world({ ...options, auth: [ticket({ authid: 'joe', ticket: SECRET, authextra: { pin: SECRET } })] }));
      watch(world({ ...options, auth: [ticket({ authid: 'joe', ticket: () => `wrong ${SECRET}` })] }));
      for (const notText of [of({ pin: SECRET }), Promise.resolve(PIN), PIN]) {
        const auth = [ticket({ authid: 'joe', ticket: () => notText as unknown as string })];
        watch(world({ ...options, auth, reconnect: false }));
      }
      time.advance(60_000);
      const all = seen.map((value) => text(value)).join('\n');
      // what was looked at has substance
      for (const expected of ['wamp.error.authentication_denied', '***', 'the ticket must be a string']) {
        expect(all.includes(expected)).withContext(expected).toBeTrue();
      }
      expect(all.includes(SECRET)).withContext('the ticket in clear').toBeFalse();
      expect(all.includes(String(PIN)))
        .withContext('the number in clear')
        .toBeFalse();
      // while the router was shown it
      const authenticate = seen.filter((value) => (value as { message?: unknown[] }).message?.[0] === 5);
      // a wrong one that is a function's twice
      expect(authenticate.length).toBe(3);
    });
  });
});

/** All of a value that could reach a log. */
function text(value: unknown, seen = new Set<unknown>()): string {
  if (typeof value !== 'object' || value === null) return String(value);
  if (seen.has(value)) return '';
  seen.add(value);
  return Reflect.ownKeys(value)
    .map((key) => `${String(key)}: ${text(Reflect.get(value, key), seen)}`)
    .join(', ');
}

describe('connection: what dials', () => {
  const dials = (use: (client: Client) => unknown): boolean => {
    let dialled = false;
    virtual(({ advance }) => {
      const t = scripted('t', () => 'never');
      const { client } = world({ transports: [t] });
      use(client);
      advance(5);
      dialled = t.opened.length > 0;
    });
    return dialled;
  };
  const topic = 'com.app.topic';

  it('connect(), session$, publish(), and subscribing to subscribe(), register(), call()', () => {
    expect(dials((client) => client.connect())).toBeTrue();
    expect(dials((client) => client.session$.subscribe())).toBeTrue();
    expect(dials((client) => client.publish(topic))).toBeTrue();
    expect(dials((client) => client.subscribe(topic).subscribe())).toBeTrue();
    expect(dials((client) => client.register(topic, () => 1).subscribe())).toBeTrue();
    expect(dials((client) => client.call(topic).subscribe({ error: () => undefined }))).toBeTrue();
  });

  it('not: being made, verbs without a subscriber, status$, lifecycle$, messages$, userErrors$', () => {
    expect(dials(() => undefined)).toBeFalse();
    expect(dials((client) => client.subscribe(topic))).toBeFalse();
    expect(dials((client) => client.register(topic, () => 1))).toBeFalse();
    expect(dials((client) => client.call(topic))).toBeFalse();
    expect(dials((client) => client.session$)).toBeFalse();
    expect(dials((client) => client.status$.subscribe())).toBeFalse();
    expect(dials((client) => client.lifecycle$.subscribe())).toBeFalse();
    expect(dials((client) => client.messages$.subscribe())).toBeFalse();
    expect(dials((client) => client.userErrors$.subscribe())).toBeFalse();
  });

  it('dials once for any number of uses, and stays when they are over', () => {
    virtual(({ advance }) => {
      const w = world();
      w.client.connect();
      w.client.connect();
      const topics = w.client.subscribe(topic).subscribe();
      w.client.publish(topic);
      advance();
      topics.unsubscribe();
      advance(1_000_000);
      expect(w.states()).toEqual(['idle', 'connecting', 'joining', 'joined']);
    });
  });
});

describe('connection: idleTimeout', () => {
  const IDLE = 10_000;

  it('says GOODBYE after so long without use, goes idle, and dials again at the next use', () => {
    virtual(({ advance }) => {
      const w = world({ idleTimeout: IDLE });
      w.client.connect();
      advance(IDLE - 1);
      expect(w.client.status.state).toBe('joined');
      advance(IDLE / 10 + 1);
      expect(w.client.status.state).toBe('idle');
      expect(w.of(6).length).toBe(1);
      expect(w.router.sessions).toEqual([]);
      advance(1_000_000);
      expect(w.client.status.state).toBe('idle');
      const got = record(w.client.subscribe('com.app.topic'));
      advance();
      expect(w.client.status.state).toBe('joined');
      w.router.publish('com.app.topic', [1]);
      advance();
      expect(got.values.length).toBe(1);
    });
  });

  it('does not go while a topic or a registration is open, or a call or publication under way', () => {
    const uses: ((w: ReturnType<typeof faked>) => void)[] = [
      ({ client, channel }) => {
        client.subscribe('com.app.topic').subscribe();
        channel.reply(33, 1, 5);
      },
      ({ client, channel }) => {
        client.register('com.app.f', () => 1).subscribe();
        channel.reply(65, 1, 5);
      },
      ({ client }) => {
        client.call('com.app.f').subscribe({ error: () => undefined });
      },
      ({ client }) => {
        client.publish('com.app.topic', [], {}, { acknowledge: true }).subscribe({ error: () => undefined });
      },
    ];
    uses.forEach((use, i) => {
      virtual(({ advance }) => {
        const w = faked({ idleTimeout: IDLE, requestTimeout: Infinity });
        w.client.connect();
        w.channel.welcome();
        use(w);
        advance(10 * IDLE);
        expect(w.client.status.state).withContext(`use ${i}`).toBe('joined');
      });
    });
  });

  it('counts from the last use, an unanswered publication included', () => {
    virtual(({ advance }) => {
      const w = faked({ idleTimeout: IDLE });
      w.client.connect();
      w.channel.welcome();
      for (let i = 0; i < 10; i++) {
        advance(0.8 * IDLE);
        w.client.publish('com.app.topic');
      }
      expect(w.client.status.state).toBe('joined');
      advance(1.2 * IDLE);
      expect(w.client.status.state).toBe('idle');
    });
  });

  it('is not held up by observers of session$', () => {
    virtual(({ advance }) => {
      const w = world({ idleTimeout: IDLE });
      const sessions = record(w.client.session$);
      advance(1.2 * IDLE);
      expect(w.client.status.state).toBe('idle');
      expect(sessions.ended).toBeFalse();
      w.client.connect();
      advance();
      expect(sessions.values.length).toBe(2);
    });
  });

  it('is not held up by our own probes of the link', () => {
    virtual(({ advance }) => {
      const w = world({ idleTimeout: 60_000, keepalive: { interval: 30_000 } });
      w.client.connect();
      advance(120_000);
      expect(w.of(34).length).toBeGreaterThan(0);
      expect(w.client.status.state).toBe('idle');
    });
  });

  it('tells of the end: leave and disconnect', () => {
    virtual(({ advance }) => {
      const w = world({ idleTimeout: IDLE });
      w.client.connect();
      advance(20_000);
      expect(w.client.status.state).toBe('idle');
      expect(w.types()).toEqual(['connect', 'join', 'ready', 'leave', 'disconnect']);
    });
  });

  it('closes well when idle again, and sets no timer', () => {
    virtual(({ advance, timers }) => {
      const w = faked({ idleTimeout: IDLE });
      w.client.connect();
      w.channel.welcome();
      advance(1.2 * IDLE);
      w.channel.reply(6, {}, 'a.b');
      advance();
      expect(w.client.status.state).toBe('idle');
      expect(timers()).toBe(0);
      void w.client.close();
      advance();
      expect(w.client.status.state).toBe('closed');
      expect(w.channel.open).toBeFalse();
    });
  });
});

describe('connection: close()', () => {
  /** Closes, and checks that it is done in time and leaves nothing behind. */
  function closes(w: World, time: Parameters<Parameters<typeof virtual>[0]>[0], within: number): void {
    void w.client.close('com.app.bye');
    time.advance(within);
    expect(w.client.status).toEqual({ state: 'closed', details: { reason: 'com.app.bye' } });
    expect(time.timers()).withContext('timers left').toBe(0);
    time.advance(600_000);
    expect(w.states().filter((state) => state === 'closed').length).toBe(1);
    expect(w.states().at(-1)).toBe('closed');
  }

  it('idle: at once', () => {
    virtual((time) => {
      const t = refusing();
      closes(world({ transports: [t] }), time, 0);
      expect(t.opened).toEqual([]);
    });
  });

  it('connecting: gives the dialling up', () => {
    virtual((time) => {
      const t = scripted('t', () => 'never');
      const w = world({ transports: [t] });
      w.client.connect();
      time.advance(10);
      closes(w, time, 0);
      expect(t.opened.length).toBe(1);
      expect(t.givenUp).toBe(1);
    });
  });

  it('joining: lets go of the link', () => {
    virtual((time) => {
      const w = faked();
      w.client.connect();
      time.advance(10);
      expect(w.client.status.state).toBe('joining');
      closes(w, time, 0);
      expect(w.channel.open).toBeFalse();
    });
  });

  it('while an authenticator is pending: unsubscribes it and lets go', () => {
    virtual((time) => {
      const secret$ = new Subject<string>();
      const w = faked({ auth: [ticket({ authid: 'joe', ticket: () => secret$ })] });
      w.client.connect();
      w.channel.reply(4, 'ticket', {});
      time.advance(10);
      expect(secret$.observed).toBeTrue();
      closes(w, time, 0);
      expect(secret$.observed).toBeFalse();
      expect(w.channel.of(5)).toEqual([]);
      expect(w.channel.open).toBeFalse();
    });
  });

  it('joined: GOODBYE, then hangs up', () => {
    virtual((time) => {
      const w = faked();
      w.client.subscribe('com.app.topic').subscribe();
      w.channel.welcome();
      w.channel.reply(33, 1, 5);
      void w.client.close('com.app.bye');
      expect(inState(w.client, 'leaving').reason).toBe('com.app.bye');
      time.advance(10);
      // GOODBYE says it all: no UNSUBSCRIBE
      expect(w.channel.sent.map(([code]) => code)).toEqual([1, 32, 6]);
      w.channel.reply(6, {}, 'wamp.close.normal');
      expect(w.channel.closed).toBe(1000);
      expect(w.client.status.state).toBe('closed');
      closes(w, time, 0);
    });
  });

  it('joined to a router that does not answer: lets go after closeTimeout', () => {
    virtual((time) => {
      const w = faked({ closeTimeout: 700 });
      w.client.connect();
      w.channel.welcome();
      w.channel.obliging = false;
      void w.client.close('com.app.bye');
      time.advance(699);
      expect(w.client.status.state).toBe('leaving');
      closes(w, time, 1);
      expect(w.channel.dropped).toBeGreaterThan(0);
    });
  });

  it('joined to a router that says GOODBYE and does not hang up: lets go after closeTimeout', () => {
    virtual((time) => {
      const w = faked({ closeTimeout: 700 });
      w.client.connect();
      w.channel.welcome();
      w.channel.obliging = false;
      void w.client.close('com.app.bye');
      time.advance(300);
      w.channel.reply(6, {}, 'com.app.bye');
      expect(w.channel.closed).toBe(1000);
      closes(w, time, 400);
      expect(w.channel.dropped).toBeGreaterThan(0);
    });
  });

  it('of a session that is left: GOODBYE and the end of the link have one limit', () => {
    virtual((time) => {
      const w = faked({ closeTimeout: 700 });
      w.client.connect();
      w.channel.welcome();
      const { channel } = w;
      channel.obliging = false;
      inState(w.client, 'joined').session.leave();
      time.advance(600);
      channel.reply(6, {}, 'wamp.close.goodbye_and_out');
      time.advance(99);
      expect([channel.closed, channel.dropped]).toEqual([1000, 0]);
      time.advance(1);
      expect(channel.dropped).toBe(1);
    });
  });

  it('joined to the router in memory: done in a moment, not after the whole closeTimeout', () => {
    virtual((time) => {
      const w = world();
      w.client.connect();
      time.advance();
      closes(w, time, 0);
      expect(w.router.sessions).toEqual([]);
    });
  });

  it('waiting after a loss: at once, without a timer', () => {
    virtual((time) => {
      const w = faked();
      w.client.connect();
      w.channel.welcome();
      w.channel.lose();
      time.advance(10);
      expect(w.client.status.state).toBe('waiting');
      closes(w, time, 0);
      expect(w.channels.length).toBe(1);
    });
  });

  it('waiting after a link that was lost before WELCOME: at once, without a timer', () => {
    virtual((time) => {
      const w = faked();
      w.client.connect();
      w.channel.lose();
      time.advance(10);
      closes(w, time, 0);
    });
  });

  it('waiting after a GOODBYE of a router that does not hang up: lets go within closeTimeout', () => {
    virtual((time) => {
      const w = faked();
      w.client.connect();
      w.channel.welcome();
      w.channel.obliging = false;
      w.channel.reply(6, {}, 'wamp.close.system_shutdown');
      time.advance(10);
      expect(w.client.status.state).toBe('waiting');
      void w.client.close('com.app.bye');
      time.advance(2000);
      expect(w.client.status.state).toBe('closed');
      expect(w.channel.dropped).toBeGreaterThan(0);
      expect(time.timers()).toBe(0);
    });
  });

  it('is not over before the links of earlier sessions are let go of', () => {
    virtual((time) => {
      const w = faked();
      w.client.connect();
      w.channel.welcome();
      w.channel.obliging = false;
      w.channel.reply(6, {}, 'wamp.close.system_shutdown');
      time.advance(10);
      const at: number[] = [];
      w.client.status$.subscribe(({ state }) => {
        if (state === 'closed') at.push(w.channel.dropped);
      });
      void w.client.close();
      time.advance(2000);
      expect(at.length).toBe(1);
      expect(at[0]).toBeGreaterThan(0);
    });
  });

  it('failed: at once', () => {
    virtual((time) => {
      const w = world({ transports: [refusing()], reconnect: false });
      w.client.connect();
      time.advance(10);
      expect(w.client.status.state).toBe('failed');
      closes(w, time, 0);
    });
  });

  it('with a custom operator under way: at once', () => {
    virtual((time) => {
      const w = world({ transports: [refusing()], reconnect: retry({ delay: () => NEVER }) });
      w.client.connect();
      time.advance(10);
      closes(w, time, 0);
    });
  });

  it('completes topics and registrations, errors calls, reports and what is queued', () => {
    virtual((time) => {
      const w = faked();
      const topic = record(w.client.subscribe('com.app.topic'));
      const procedure = record(w.client.register('com.app.f', () => 1));
      w.channel.welcome();
      w.channel.reply(33, 1, 5);
      w.channel.reply(65, 2, 6);
      const call = record(w.client.call('com.app.g'));
      const report = record(w.client.publish('com.app.topic', [], {}, { acknowledge: true }));
      void w.client.close();
      expect([topic.completed, procedure.completed]).toEqual([true, true]);
      expect(call.error).toEqual(jasmine.any(ClosedError));
      expect(report.error).toEqual(jasmine.any(ClosedError));
      time.advance(2000);

      const queued = faked();
      const waiting = record(queued.client.subscribe('com.app.topic'));
      const later = record(queued.client.publish('com.app.topic'));
      const asked = record(queued.client.call('com.app.f'));
      void queued.client.close();
      expect(waiting.completed).toBeTrue();
      expect(asked.error).toEqual(jasmine.any(ClosedError));
      time.advance(1999);
      expect(later.error).toBeUndefined();
      time.advance(1);
      expect(later.error).toEqual(jasmine.any(ClosedError));
      expect(queued.states()).toEqual(['idle', 'connecting', 'joining', 'closed']);
    });
  });

  it('sends what is queued where the session is still being dialled, and then says GOODBYE', () => {
    virtual((time) => {
      const w = faked({ closeTimeout: 500 });
      const report = record(w.client.publish('com.app.topic', [1]));
      record(w.client.subscribe('com.app.topic'));
      record(w.client.call('com.app.f'));
      let closed = false;
      w.client.status$.subscribe({ complete: () => (closed = true) });
      const sessions = record(w.client.session$);
      void w.client.close('com.app.bye');
      const late = record(w.client.publish('com.app.topic', [2]));
      time.advance(400);
      w.channel.welcome();
      expect(w.channel.sent.map(([type]) => type)).toEqual([1, 16, 6]);
      expect(w.channel.of(6)[0]![2]).toBe('com.app.bye');
      expect(report.values).toEqual([{ acknowledged: false }]);
      time.advance();
      expect(late.error).toEqual(jasmine.any(ClosedError));
      expect(closed).toBeFalse();
      w.channel.reply(6, {}, 'wamp.close.goodbye_and_out');
      time.advance();
      expect(closed).toBeTrue();
      expect(w.states()).toEqual(['idle', 'connecting', 'joining', 'joined', 'leaving', 'closed']);
      expect([sessions.values, sessions.completed]).toEqual([[], true]);
      expect(time.timers()).toBe(0);
    });
  });

  it('has one limit for all of it: the session that is waited for, its GOODBYE, and the end of the link', () => {
    for (const answers of [false, true]) {
      virtual((time) => {
        const w = faked({ closeTimeout: 500 });
        const report = record(w.client.publish('com.app.topic', [1]));
        w.channel.obliging = false;
        void w.client.close('com.app.bye');
        time.advance(400);
        w.channel.welcome();
        expect(report.values).toEqual([{ acknowledged: false }]);
        expect(w.channel.of(6).length).toBe(1);
        if (answers) w.channel.reply(6, {}, 'wamp.close.goodbye_and_out');
        time.advance(99);
        expect(w.client.status.state).toBe('leaving');
        time.advance(1);
        expect(w.client.status.state).toBe('closed');
        expect(w.channel.dropped).toBe(1);
        expect(time.timers()).toBe(0);
      });
    }
  });

  it('tries again meanwhile, and is done at once when it gives up', () => {
    virtual((time) => {
      const router = createTestRouter();
      const w = world({ router, reconnect: { jitter: 0, initialDelay: 300 } });
      router.refuse(1);
      const report = record(w.client.publish('com.app.topic', [1]));
      void w.client.close();
      time.advance(299);
      expect(w.client.status.state).toBe('waiting');
      time.advance(1);
      expect(w.client.status.state).toBe('closed');
      expect(report.values).toEqual([{ acknowledged: false }]);

      const hopeless = world({ realm: 'nowhere' });
      const lost = record(hopeless.client.publish('com.app.topic', [1]));
      void hopeless.client.close();
      expect(hopeless.client.status.state).not.toBe('closed');
      time.advance();
      expect(hopeless.states()).toEqual(['idle', 'connecting', 'joining', 'closed']);
      expect(lost.error).toEqual(jasmine.any(ClosedError));
    });
  });

  it('sends what is queued when it comes with the news of the session', () => {
    virtual((time) => {
      const w = faked();
      const first = record(w.client.publish('com.app.topic', [1]));
      const second = record(w.client.publish('com.app.topic', [2]));
      w.client.status$.subscribe(({ state }) => {
        if (state === 'joined') void w.client.close();
      });
      w.channel.welcome();
      time.advance();
      expect(w.channel.sent.map((message) => [message[0], message[4]])).toEqual([
        [1, undefined],
        [16, [1]],
        [16, [2]],
        [6, undefined],
      ] as unknown[][] as never);
      expect(first.values).toEqual([{ acknowledged: false }]);
      expect(second.values).toEqual([{ acknowledged: false }]);
    });
  });

  it('ends all observables of the client', () => {
    virtual(({ advance }) => {
      const { client } = world();
      const all = [client.status$, client.session$, client.lifecycle$, client.messages$, client.userErrors$];
      const records = all.map((each) => record(each as Observable<unknown>));
      advance();
      void client.close();
      advance(2000);
      expect(records.map(({ completed }) => completed)).toEqual([true, true, true, true, true]);
    });
  });

  describe('with { drain }', () => {
    /** A callee with a call under way, and what its caller got. */
    function calleeAtWork() {
      const router = createTestRouter();
      const callee = world({ router });
      const caller = world({ router });
      const work = new Subject<string>();
      const registration = record(callee.client.register('com.app.f', () => work));
      record(callee.client.subscribe('com.app.t'));
      caller.client.connect();
      return { callee, caller, work, registration, call: () => record(caller.client.call('com.app.f')) };
    }

    it('unregisters first, lets what runs be answered, and then closes', () => {
      virtual((time) => {
        const { callee, work, registration, call } = calleeAtWork();
        time.advance();
        const running = call();
        time.advance();
        void callee.client.close({ drain: 5000, reason: 'com.app.deploy' });
        expect(registration.completed).toBeTrue();
        time.advance(1000);
        expect(callee.client.status.state).toBe('joined');
        const refused = call();
        time.advance();
        expect((refused.error as ApplicationError).uri).toBe('wamp.error.no_such_procedure');
        // a handler may need the client until it has answered
        expect(record(callee.client.publish('com.app.t')).values).toEqual([{ acknowledged: false }]);
        work.next('done');
        work.complete();
        time.advance(50);
        expect(running.values.map(({ value }) => value)).toEqual(['done']);
        expect(inState(callee.client, 'closed').details.reason).toBe('com.app.deploy');
        expect(callee.of(66).length).toBe(1);
      });
    });

    it('waits for UNREGISTERED, since the router may send calls until then', () => {
      virtual((time) => {
        const w = faked();
        w.client.connect();
        w.client.register('com.app.f', () => 'late').subscribe();
        w.channel.welcome();
        w.channel.reply(65, 1, 6);
        void w.client.close({ drain: 5000 });
        expect(w.channel.of(66)).toEqual([[66, 2, 6]]);
        time.advance(1000);
        w.channel.reply(68, 1, 6, {});
        w.channel.reply(67, 2);
        time.advance(50);
        expect(w.channel.sent.slice(-2)).toEqual([
          [70, 1, {}, ['late']],
          [6, {}, 'wamp.close.normal'],
        ]);
      });
    });

    it('is over at once where there is nothing to wait for', () => {
      virtual((time) => {
        for (const { client } of [world(), faked()]) {
          client.register('com.app.f', () => 1).subscribe();
          void client.close({ drain: 5000 });
          time.advance();
          expect(client.status.state).toBe('closed');
        }
      });
    });

    it('ends also where a registration comes back each time, without a session', () => {
      virtual((time) => {
        const { client } = faked();
        let times = 0;
        const registration = record(
          defer(() => {
            // the limit of what would go on for ever
            if (++times > 1000) throw new Error('It never ends');
            return client.register('com.app.f', () => 1);
          }).pipe(repeat()),
        );
        void client.close({ drain: 120 });
        time.advance(120);
        expect(client.status.state).toBe('closed');
        time.advance();
        expect(registration.error).toBeInstanceOf(ClosedError);
      });
    });

    it('stops what still runs after that time', () => {
      virtual((time) => {
        const { callee, work, call } = calleeAtWork();
        time.advance();
        const running = call();
        time.advance();
        void callee.client.close({ drain: 120 });
        time.advance(119);
        expect([work.observed, callee.client.status.state]).toEqual([true, 'joined']);
        time.advance(1);
        expect([work.observed, callee.client.status.state]).toEqual([false, 'closed']);
        time.advance();
        expect(running.error).toBeInstanceOf(ApplicationError);
      });
    });

    it('is over at once where close() is called again, and with the session', () => {
      virtual((time) => {
        const { callee, call } = calleeAtWork();
        time.advance();
        call();
        time.advance();
        void callee.client.close({ drain: 5000 });
        void callee.client.close();
        time.advance();
        expect(callee.client.status.state).toBe('closed');

        const other = calleeAtWork();
        time.advance();
        other.call();
        time.advance();
        void other.callee.client.close({ drain: 5000 });
        other.callee.router.dropAll();
        time.advance(50);
        expect(other.callee.client.status.state).toBe('closed');
      });
    });

    it('names the option that is wrong', () => {
      virtual(() => {
        const { client } = world();
        expect(() => client.close({ drain: -1 })).toThrowError(TypeError, /close\(\): drain must be a number/);
        expect(() => client.close({ drian: 1 } as never)).toThrowError(TypeError, /close\(\): unknown option 'drian'/);
        expect(() => client.close({ message: 1 as never })).toThrowError(TypeError, /message must be/);
        expect(client.status.state).toBe('idle');
      });
    });
  });

  it('resolves with reason and message, the same Promise each time', async () => {
    const { client } = world();
    const first = client.close('com.app.first', 'for good');
    const second = client.close('com.app.second');
    expect(second).toBe(first);
    const details: CloseDetails = await first;
    expect(details).toEqual({ reason: 'com.app.first', message: 'for good' });
  });

  it('has wamp.close.normal as reason', async () => {
    const { client } = world();
    expect(await client.close()).toEqual({ reason: 'wamp.close.normal' });
  });

  it('resolves for a client that is joined, and the router has no session then', async () => {
    const w = world({ closeTimeout: 300 });
    await firstValueFrom(w.client.session$);
    await w.client.close();
    expect(w.router.sessions).toEqual([]);
    expect(w.client.status.state).toBe('closed');
  });

  it('is the end of an `await using` block, where the runtime knows it', async () => {
    const { client } = world();
    if (typeof Symbol.asyncDispose === 'symbol') await client[Symbol.asyncDispose]();
    else await client.close();
    expect(inState(client, 'closed').details).toEqual({ reason: 'wamp.close.normal' });
  });
});

describe('connection: a client that is over', () => {
  const overs: readonly (readonly [name: string, end: (w: World, advance: (ms?: number) => void) => void])[] = [
    [
      'closed',
      ({ client }, advance) => {
        void client.close();
        advance(2000);
      },
    ],
    [
      'failed',
      ({ client, router }, advance) => {
        router.abort('wamp.error.no_such_realm');
        client.connect();
        advance();
      },
    ],
  ];
  for (const [name, end] of overs) {
    it(`${name}: refuses all verbs, at the end of the turn`, () => {
      virtual(({ advance }) => {
        const w = world();
        end(w, advance);
        expect(w.client.status.state).toBe(name as 'closed');
        const verbs = [
          record(w.client.subscribe('com.app.topic')),
          record(w.client.register('com.app.f', () => 1)),
          record(w.client.call('com.app.f')),
          record(w.client.publish('com.app.topic')),
        ];
        expect(verbs.map(({ ended }) => ended))
          .withContext('within the call')
          .toEqual([false, false, false, false]);
        advance();
        const { status } = w.client;
        for (const { error } of verbs) {
          if (status.state === 'failed') expect(error).toBe(status.error);
          else expect(error).toEqual(jasmine.any(ClosedError));
        }
      });
    });

    it(`${name}: retry() of a verb turns on the spot, but does not recurse`, () => {
      virtual(({ advance }) => {
        const w = world();
        end(w, advance);
        let tries = 0;
        let depth = 0;
        const count = (make: () => Observable<unknown>): Subscription =>
          defer(() => {
            tries++;
            expect(++depth).toBe(1);
            const made = make();
            return new Observable<unknown>((subscriber) => {
              const subscription = made.subscribe(subscriber);
              depth--;
              return subscription;
            });
          })
            .pipe(retry(3))
            .subscribe({ error: () => undefined });
        count(() => w.client.subscribe('com.app.topic'));
        count(() => w.client.register('com.app.f', () => 1));
        count(() => w.client.call('com.app.f'));
        count(() => w.client.publish('com.app.topic'));
        expect(tries).toBe(4);
        advance();
        expect(tries).toBe(16);
      });
    });

    it(`${name}: reports unobserved publications only while lifecycle$ lives, and never throws`, () => {
      virtual(({ advance }) => {
        const w = world();
        end(w, advance);
        expect(() => w.client.publish('com.app.topic')).not.toThrow();
        advance();
        expect(w.types().filter((type) => type === 'publisherror').length).toBe(name === 'failed' ? 1 : 0);
      });
    });
  }

  it('connect() gives one session; where the client gives up, its error, also to a late subscriber, until it dials anew', () => {
    virtual(({ advance }) => {
      const { client, router } = world();
      router.abort('wamp.error.no_such_realm');
      const connected = client.connect();
      const refused = record(connected);
      expect(refused.ended).withContext('within the call').toBeFalse();
      advance();
      const { status } = client;
      expect(status.state === 'failed' && refused.error === status.error).toBeTrue();
      const late = record(connected);
      advance();
      expect(late.error).toBe(refused.error);
      const joined = record(client.connect());
      advance();
      expect([joined.values.map(({ open }) => open), joined.completed]).toEqual([[true], true]);
    });
  });

  it('connect() made where the failure is reported is not failed by it', () => {
    virtual(({ advance }) => {
      const { client, router } = world();
      router.abort('wamp.error.no_such_realm');
      const again: Recording<unknown>[] = [];
      client.status$.subscribe(({ state }) => {
        if (state === 'failed') again.push(record(client.connect()));
      });
      client.connect();
      advance();
      expect(again.map(({ values, error }) => [values.length, error])).toEqual([[1, undefined]]);
    });
  });

  it('closed: connect() and session$ do nothing more', () => {
    virtual(({ advance }) => {
      const t = scripted('t', () => 'never');
      const { client } = world({ transports: [t] });
      void client.close();
      advance();
      expect(record(client.connect()).completed).toBeTrue();
      advance(60_000);
      expect(t.opened).toEqual([]);
    });
  });

  it('failed: what begins after connect() lives, also within the news of the failure', () => {
    virtual(({ advance }) => {
      const w = world();
      w.router.abort('wamp.error.no_such_realm');
      const old = record(w.client.subscribe('com.app.old'));
      let fresh: ReturnType<typeof record> | undefined;
      w.client.status$.subscribe(({ state }) => {
        if (state !== 'failed') return;
        w.client.connect();
        fresh = record(w.client.subscribe('com.app.fresh'));
      });
      advance(10_000);
      expect(old.ended).toBeTrue();
      expect(fresh?.error).toBeUndefined();
      expect(w.router.subscriptions.map(({ topic }) => topic)).toEqual(['com.app.fresh']);
    });
  });
});

describe('connection: WampClient', () => {
  afterEach(closeAll);

  it('takes url or transports, not both and not none', () => {
    const { router } = world();
    const transports = [router.transport()];
    expect(() => new WampClient({ realm: 'realm1', url: 'ws://localhost/', transports })).toThrowError(
      TypeError,
      /not both/,
    );
    expect(() => new WampClient({ realm: 'realm1' })).toThrowError(TypeError, /url/);
    expect(tracked(new WampClient({ realm: 'realm1', url: 'ws://localhost/' })).status).toEqual({ state: 'idle' });
  });

  it('is the same client', async () => {
    const router = createTestRouter();
    const client = tracked(new WampClient({ realm: 'realm1', transports: [router.transport()], closeTimeout: 100 }));
    expect(client).toEqual(jasmine.any(Client));
    await firstValueFrom(client.session$);
    expect(router.sessions.length).toBe(1);
  });

  it('tells the refusal of a procedure as what it is', () => {
    virtual(({ advance }) => {
      const w = world({ reconnect: STEADY });
      const call = record(w.client.call('com.app.none'));
      advance();
      expect(an(ApplicationError, call.error).uri).toBe('wamp.error.no_such_procedure');
    });
  });
});
