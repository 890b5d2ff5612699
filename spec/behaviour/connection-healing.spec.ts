// What outlives a connection, and how: topics, registrations, calls, publications across a loss.
import { Client } from '../../src/client/client.ts';
import { ApplicationError, ConnectionLostError, GoodbyeError } from '../../src/protocol/errors.ts';
import type { Message } from '../../src/protocol/messages.ts';
import type { SubscriptionInfo } from '../../src/session/options.ts';
import { createTestRouter, record, type Recording } from '../../src/testing/index.ts';
import {
  an,
  FakeChannel,
  inState,
  refusing,
  scripted,
  STEADY,
  tracked,
  virtual,
  waitOut,
  world,
  type VirtualTime,
  type World,
} from '../client/helpers.ts';

/** A client whose sessions are played by the test. */
function faked(options: Parameters<typeof world>[0] = {}): World & { at(n: number): FakeChannel } {
  const channels: FakeChannel[] = [];
  const w = world({ transports: [scripted('t', () => (channels[channels.length] = new FakeChannel()))], ...options });
  return Object.assign(w, { at: (n: number) => channels[n]! });
}

/** Loses the session and waits for the next one. */
function again(time: VirtualTime, w: World): void {
  w.router.dropAll();
  waitOut(time, w.client);
  time.advance();
  inState(w.client, 'joined');
}

const TOPIC = 'com.app.topic';
const PROCEDURE = 'com.app.procedure';
/** The router hung up of itself. */
const HUNG_UP = new ConnectionLostError('closed', { code: 1011 });

describe('healing: topics and registrations', () => {
  it('come back with their exact options, in each session', () => {
    virtual((time) => {
      const w = world();
      w.client.subscribe('com.app', { match: 'prefix', nkey: 'k', x_mine: { a: [1] } }).subscribe();
      w.client.subscribe('com..topic', { match: 'wildcard' }).subscribe();
      w.client.subscribe(TOPIC).subscribe();
      w.client
        .register('com.app', () => 1, { match: 'prefix', invoke: 'roundrobin', concurrency: 3, discloseCaller: true })
        .subscribe();
      w.client.register(PROCEDURE, () => 1, { forceReregister: true, x_mine: 'x' }).subscribe();
      time.advance();
      const sent = (): Message[] => w.received.filter(([code]) => code === 32 || code === 64);
      const first = sent();
      expect(first.map(([, , options, uri]) => [uri, options] as unknown)).toEqual([
        ['com.app', { match: 'prefix', nkey: 'k', x_mine: { a: [1] } }],
        ['com..topic', { match: 'wildcard' }],
        [TOPIC, {}],
        ['com.app', { match: 'prefix', invoke: 'roundrobin', concurrency: 3, disclose_caller: true }],
        [PROCEDURE, { force_reregister: true, x_mine: 'x' }],
      ]);
      for (let i = 1; i < 4; i++) {
        again(time, w);
        expect(sent().slice(i * first.length)).toEqual(first);
      }
    });
  });

  it('go on as the same streams: events, invocations and calls across the loss', () => {
    virtual((time) => {
      const w = world();
      const events = record(w.client.subscribe<number>(TOPIC));
      const registrations = record(w.client.register(PROCEDURE, ({ args }) => Number(args[0]) * 2));
      time.advance();
      for (let i = 1; i <= 3; i++) {
        w.router.publish(TOPIC, [i]);
        const call = record(w.client.call<number>(PROCEDURE, [i]));
        time.advance();
        expect(call.values.map(({ value }) => value)).toEqual([2 * i]);
        again(time, w);
      }
      expect(events.values.map(({ value }) => value)).toEqual([1, 2, 3]);
      expect(events.ended).toBeFalse();
      expect(registrations.values.map((each) => each.again)).toEqual([false, true, true, true]);
      expect(registrations.values.at(-1)?.id).toBe(w.router.registrations[0]?.id);
    });
  });

  it('tell each observer of each subscription, with `again` and `lostAt`', () => {
    virtual((time) => {
      const w = world();
      const infos: SubscriptionInfo[] = [];
      const onSubscribed = (info: SubscriptionInfo): void => {
        infos.push(info);
      };
      w.client.subscribe(TOPIC, { onSubscribed }).subscribe();
      time.advance(100);
      w.router.dropAll();
      time.advance();
      const late: SubscriptionInfo[] = [];
      w.client.subscribe(TOPIC, { onSubscribed: (info) => void late.push(info) }).subscribe();
      waitOut(time, w.client);
      time.advance();
      const [first, second] = infos;
      expect(infos.length).toBe(2);
      expect(first?.again).toBeFalse();
      expect(first && 'lostAt' in first).toBeFalse();
      expect(second?.again).toBeTrue();
      expect(second?.lostAt).toBe(100);
      expect(second?.session.id).toBe(w.router.sessions[0]?.id);
      expect(second?.id).toBe(w.router.subscriptions[0]?.id);
      // it was not confirmed before: nothing was missed
      expect(late.map((info) => info.again)).toEqual([false]);
    });
  });

  it('tell an observer before the first event of the new subscription', () => {
    virtual((time) => {
      const w = faked();
      const reported: unknown[] = [];
      w.client
        .subscribe(TOPIC, { onSubscribed: ({ id }) => void reported.push(`subscribed ${id}`) })
        .subscribe(() => reported.push('event'));
      w.at(0).welcome();
      w.at(0).reply(33, 1, 5);
      w.at(0).lose();
      waitOut(time, w.client);
      w.at(1).welcome(2);
      w.at(1).reply(33, 1, 6);
      w.at(1).reply(36, 6, 1, {});
      expect(reported).toEqual(['subscribed 5', 'subscribed 6', 'event']);
    });
  });

  it('count down on the status, and `ready` is emitted when all are confirmed', () => {
    virtual((time) => {
      const w = faked();
      w.client.subscribe(TOPIC).subscribe();
      w.client.subscribe('com.app.other').subscribe();
      w.client.register(PROCEDURE, () => 1).subscribe();
      w.at(0).welcome(1);
      for (const reply of [[33, 1, 5] as const, [33, 2, 6] as const, [65, 3, 7] as const]) w.at(0).reply(...reply);
      expect(w.types()).toEqual(['connect', 'join', 'ready']);
      w.at(0).lose();
      waitOut(time, w.client);
      w.at(1).welcome(2);
      const healing: number[] = [];
      w.client.status$.subscribe((status) => {
        if (status.state === 'joined') healing.push(status.healing);
      });
      w.at(1).reply(65, 3, 17);
      w.at(1).reply(33, 1, 15);
      expect(w.types().filter((type) => type === 'ready').length).toBe(1);
      w.at(1).reply(33, 2, 16);
      expect(healing).toEqual([3, 2, 1, 0]);
      expect(w.events.at(-1)).toEqual(
        jasmine.objectContaining({ type: 'ready', session: jasmine.objectContaining({ id: 2 }) }) as never,
      );
    });
  });

  it('are not waited for when they are given up while they heal', () => {
    virtual((time) => {
      const w = faked();
      w.client.subscribe(TOPIC).subscribe();
      const other = w.client.subscribe('com.app.other').subscribe();
      w.at(0).welcome(1);
      w.at(0).reply(33, 1, 5);
      w.at(0).reply(33, 2, 6);
      w.at(0).lose();
      waitOut(time, w.client);
      w.at(1).welcome(2);
      w.at(1).reply(33, 1, 15);
      other.unsubscribe();
      time.advance();
      w.at(1).reply(33, 2, 16);
      time.advance();
      expect(inState(w.client, 'joined').healing).toBe(0);
      expect(w.types().at(-1)).toBe('ready');
      // and given back when its answer came
      expect(w.at(1).sent.at(-1)).toEqual([34, 3, 16]);
    });
  });

  it('that have lost their last observer are not requested again', () => {
    virtual((time) => {
      const w = world();
      const topic = w.client.subscribe(TOPIC).subscribe();
      const procedure = w.client.register(PROCEDURE, () => 1).subscribe();
      w.client.subscribe('com.app.kept').subscribe();
      time.advance();
      w.router.dropAll();
      time.advance();
      topic.unsubscribe();
      procedure.unsubscribe();
      waitOut(time, w.client);
      time.advance();
      expect(w.router.subscriptions.map((each) => each.topic)).toEqual(['com.app.kept']);
      expect(w.router.registrations).toEqual([]);
      expect(w.of(64).length).toBe(1);
    });
  });

  it('ask for the retained event again, unless it was asked for once', () => {
    virtual((time) => {
      const w = world();
      w.router.publish(TOPIC, ['old'], {}, { options: { retain: true } });
      const every = record(w.client.subscribe(TOPIC, { getRetained: true }));
      const once = record(w.client.subscribe(TOPIC, { getRetained: 'once' }));
      const never = record(w.client.subscribe(TOPIC));
      time.advance();
      w.router.dropAll();
      time.advance();
      w.router.publish(TOPIC, ['new'], {}, { options: { retain: true } });
      waitOut(time, w.client);
      time.advance();
      expect(every.values.map(({ value }) => value)).toEqual(['old', 'new']);
      expect(once.values.map(({ value }) => value)).toEqual(['old']);
      expect(never.values).toEqual([]);
      expect(every.values.map(({ details }) => details.retained)).toEqual([true, true]);
    });
  });

  it('keep one subscription for all observers of a topic', () => {
    virtual((time) => {
      const w = world();
      const all = [1, 2, 3].map(() => record(w.client.subscribe(TOPIC)));
      time.advance();
      again(time, w);
      w.router.publish(TOPIC, ['x']);
      time.advance();
      expect(w.of(32).length).toBe(2);
      expect(all.map(({ values }) => values.length)).toEqual([1, 1, 1]);
    });
  });
});

describe('healing: a router that still holds the dead session', () => {
  it('race 5: after ghost(5000) REGISTER meets procedure_already_exists, and heals with the backoff', () => {
    virtual((time) => {
      const w = world({ reconnect: { ...STEADY, initialDelay: 1000, growth: 2 } });
      const registrations = record(w.client.register(PROCEDURE, () => 1));
      const events = record(w.client.subscribe(TOPIC));
      time.advance();
      w.router.ghost(5000);
      waitOut(time, w.client);
      time.advance();
      expect(inState(w.client, 'joined').healing).toBe(1);
      const heals = (): unknown[] => w.events.filter(({ type }) => type === 'heal');
      expect(heals()).toEqual([
        {
          type: 'heal',
          time: 1000,
          stream: jasmine.objectContaining({ kind: 'procedure', uri: PROCEDURE, match: 'exact' }),
          error: jasmine.any(ApplicationError),
          tries: 1,
          delay: 1000,
        },
      ]);
      time.advance(999);
      expect(w.of(64).length).toBe(2);
      time.advance(1);
      expect(w.of(64).length).toBe(3);
      expect(heals().length).toBe(2);
      time.advance(2000);
      expect(heals().length).toBe(3);
      expect(inState(w.client, 'joined').healing).toBe(1);
      // at 5000 the ghost goes, at 8000 the next try comes
      time.advance(4000);
      expect(inState(w.client, 'joined').healing).toBe(0);
      expect(registrations.values.map((each) => each.again)).toEqual([false, true]);
      expect(registrations.ended).toBeFalse();
      const call = record(w.client.call(PROCEDURE));
      w.router.publish(TOPIC, [1]);
      time.advance();
      expect(call.values.length).toBe(1);
      expect(events.values.length).toBe(1);
      expect(w.types().filter((type) => type === 'ready').length).toBe(2);
    });
  });

  it('may hold what was requested and not confirmed when the link was lost', () => {
    virtual((time) => {
      const w = world({ reconnect: STEADY });
      const losing = w.router.intercept((message) => (message[0] === 65 ? undefined : message));
      const registrations = record(w.client.register(PROCEDURE, () => 1));
      time.advance();
      losing();
      w.router.ghost(5000);
      waitOut(time, w.client);
      time.advance(10_000);
      expect(registrations.error).toBeUndefined();
      expect(registrations.values.map((each) => each.again)).toEqual([false]);
      expect(w.types().filter((type) => type === 'heal').length).toBeGreaterThan(1);
    });
  });

  it('may hold what was given up meanwhile, and is registered again', () => {
    virtual((time) => {
      const w = world({ reconnect: STEADY });
      const before = record(w.client.register(PROCEDURE, () => 1));
      time.advance();
      w.router.ghost(5000);
      before.unsubscribe();
      const registrations = record(w.client.register(PROCEDURE, () => 2));
      waitOut(time, w.client);
      time.advance(10_000);
      expect(registrations.error).toBeUndefined();
      expect(registrations.values.length).toBe(1);
      // in this session it is free: now another one's registration is another one's
      registrations.unsubscribe();
      time.advance();
      const other = tracked(new Client({ realm: 'realm1', transports: [w.router.transport()] }));
      const others = record(other.register(PROCEDURE, () => 3));
      time.advance();
      expect(others.values.length).toBe(1);
      const late = record(w.client.register(PROCEDURE, () => 4));
      time.advance();
      expect(an(ApplicationError, late.error).uri).toBe('wamp.error.procedure_already_exists');
    });
  });

  it('is given two minutes; then the error is final', () => {
    virtual((time) => {
      const w = world({ reconnect: { ...STEADY, initialDelay: 10_000, growth: 1 } });
      const registration = record(w.client.register(PROCEDURE, () => 1));
      time.advance();
      w.router.ghost(Infinity);
      waitOut(time, w.client);
      const joinedAt = time.now();
      time.advance(119_999);
      expect(registration.ended).toBeFalse();
      while (!registration.ended && time.now() - joinedAt < 200_000) time.advance(1);
      expect(an(ApplicationError, registration.error).uri).toBe('wamp.error.procedure_already_exists');
      expect(time.now() - joinedAt).toBeLessThanOrEqual(120_000);
      expect(w.of(64).length).toBe(1 + 13);
      expect(inState(w.client, 'joined').healing).toBe(0);
      expect(w.types().at(-1)).toBe('ready');
    });
  });

  for (const uri of ['network_failure', 'unavailable', 'authorization_failed', 'timeout']) {
    it(`also waits for what may pass: ${uri}`, () => {
      virtual((time) => {
        const w = faked();
        const topic = record(w.client.subscribe(TOPIC));
        w.at(0).welcome();
        w.at(0).reply(33, 1, 5);
        w.at(0).lose();
        waitOut(time, w.client);
        w.at(1).welcome(2);
        w.at(1).reply(8, 32, 1, {}, `wamp.error.${uri}`);
        expect(topic.ended).toBeFalse();
        time.advance(1500);
        expect(w.at(1).of(32).length).toBe(2);
        w.at(1).reply(33, 2, 6);
        w.at(1).reply(36, 6, 1, {});
        expect(topic.values.length).toBe(1);
      });
    });
  }

  for (const uri of ['not_authorized', 'invalid_uri', 'no_such_procedure', 'option_not_allowed']) {
    it(`takes others for final: ${uri} errors that stream alone`, () => {
      virtual((time) => {
        const w = faked();
        const topic = record(w.client.subscribe(TOPIC));
        const other = record(w.client.subscribe('com.app.other'));
        w.at(0).welcome();
        w.at(0).reply(33, 1, 5);
        w.at(0).reply(33, 2, 6);
        w.at(0).lose();
        waitOut(time, w.client);
        w.at(1).welcome(2);
        w.at(1).reply(8, 32, 1, {}, `wamp.error.${uri}`);
        expect(an(ApplicationError, topic.error).uri).toBe(`wamp.error.${uri}`);
        w.at(1).reply(33, 2, 7);
        w.at(1).reply(36, 7, 1, {});
        expect(other.values.length).toBe(1);
        expect(inState(w.client, 'joined').healing).toBe(0);
      });
    });
  }

  it('does not give a first REGISTER a second chance', () => {
    virtual((time) => {
      const w = world();
      const other = world({ router: w.router });
      other.client.register(PROCEDURE, () => 1).subscribe();
      time.advance();
      const refused = record(w.client.register(PROCEDURE, () => 1));
      time.advance();
      expect(an(ApplicationError, refused.error).uri).toBe('wamp.error.procedure_already_exists');
      expect(w.types()).not.toContain('heal');
    });
  });

  it('asks no more when the session ends meanwhile, and begins anew in the next', () => {
    virtual((time) => {
      const w = world();
      record(w.client.register(PROCEDURE, () => 1));
      time.advance();
      w.router.ghost(20_000);
      waitOut(time, w.client);
      time.advance(10);
      expect(w.types().at(-1)).toBe('heal');
      const { length } = w.of(64);
      w.router.drop(w.router.sessions.find(({ ghost }) => !ghost)?.id ?? 0);
      waitOut(time, w.client);
      time.advance();
      expect(w.of(64).length).toBe(length + 1);
      time.advance(60_000);
      expect(w.router.registrations.length).toBe(1);
      expect(inState(w.client, 'joined').healing).toBe(0);
    });
  });
});

describe('healing: suspect streams', () => {
  /** A router that hangs up on a topic it does not like. */
  function touchy(time: VirtualTime): World & { bad: Recording<unknown>; goods: Recording<unknown>[] } {
    const w = world({ reconnect: { ...STEADY, growth: 1 } });
    w.router.intercept((message, { direction }) => {
      if (direction === 'in' && message[0] === 32 && message[3] === 'com.app.bad') {
        w.router.sendRaw('all', [3, {}, 'wamp.error.invalid_uri']);
        w.router.dropAll();
        return undefined;
      }
      return message;
    });
    const goods: Recording<unknown>[] = [record<unknown>(w.client.subscribe('com.app.a'))];
    const bad = record(w.client.subscribe('com.app.bad'));
    goods.push(
      record<unknown>(w.client.subscribe('com.app.b')),
      record<unknown>(w.client.register(PROCEDURE, () => 1)),
    );
    time.advance();
    return Object.assign(w, { bad, goods });
  }

  it('heal last and alone, and then error, while the others live', () => {
    virtual((time) => {
      const w = touchy(time);
      for (let i = 0; i < 5 && !w.bad.ended; i++) {
        if (w.client.status.state === 'waiting') waitOut(time, w.client);
        time.advance();
      }
      const error = an(ConnectionLostError, w.bad.error);
      expect(error.message).toContain('com.app.bad');
      expect(w.goods.map(({ ended }) => ended)).toEqual([false, false, false]);
      waitOut(time, w.client);
      time.advance();
      expect(inState(w.client, 'joined').healing).toBe(0);
      expect(w.router.subscriptions.map(({ topic }) => topic)).toEqual(['com.app.a', 'com.app.b']);
      expect(w.router.registrations.length).toBe(1);
      time.advance(60_000);
      expect(w.client.status.state).toBe('joined');
    });
  });

  it('are asked for when all others have been answered, one at a time', () => {
    virtual((time) => {
      const w = faked({ reconnect: { ...STEADY, growth: 1 } });
      for (const uri of ['com.app.a', 'com.app.b', 'com.app.good'])
        w.client.subscribe(uri).subscribe({ error: () => uri });
      for (let i = 0; i < 2; i++) {
        w.at(i).welcome();
        w.at(i).reply(33, 3, 30);
        w.at(i).lose(HUNG_UP);
        waitOut(time, w.client);
      }
      w.at(2).welcome();
      time.advance();
      const asked = (): unknown[] =>
        w
          .at(2)
          .of(32)
          .map(([, , , uri]) => uri);
      expect(asked()).toEqual(['com.app.good']);
      w.at(2).reply(33, 1, 30);
      time.advance();
      expect(asked()).toEqual(['com.app.good', 'com.app.a']);
      time.advance(5000);
      expect(asked().length).toBe(2);
      w.at(2).reply(33, 2, 31);
      time.advance();
      expect(asked()).toEqual(['com.app.good', 'com.app.a', 'com.app.b']);
      w.at(2).reply(33, 3, 32);
      time.advance();
      expect(inState(w.client, 'joined').healing).toBe(0);
      // cleared of suspicion: all at once the next time
      w.at(2).lose();
      waitOut(time, w.client);
      w.at(3).welcome();
      expect(w.at(3).of(32).length).toBe(3);
    });
  });

  it('are cleared by any answer in between', () => {
    virtual((time) => {
      const w = faked({ reconnect: { ...STEADY, growth: 1 } });
      const topic = record(w.client.subscribe(TOPIC));
      for (let i = 0; i < 8; i++) {
        w.at(i).welcome();
        if (i % 2 === 1) w.at(i).reply(33, 1, 5);
        w.at(i).lose(HUNG_UP);
        waitOut(time, w.client);
      }
      expect(topic.ended).toBeFalse();
    });
  });

  it('are none of twenty streams on a network that flaps, cut ten times right behind WELCOME', () => {
    const cuts: Readonly<Record<string, (channel: FakeChannel) => void>> = {
      'a reset': (channel) => channel.lose(),
      'the end of TCP': (channel) => channel.lose(new ConnectionLostError('The link ended')),
      'a proxy that answers with HTTP': (channel) => channel.lose(new ConnectionLostError('HTTP', { code: 502 })),
      'a router that goes away': (channel) => channel.lose(new ConnectionLostError('closed', { code: 1001 })),
      'a router that restarts': (channel) => channel.lose(new ConnectionLostError('closed', { code: 1012 })),
      GOODBYE: (channel) => channel.reply(6, {}, 'wamp.close.system_shutdown'),
    };
    for (const [name, cut] of Object.entries(cuts)) {
      for (const count of [1, 20]) {
        virtual((time) => {
          const w = faked({ reconnect: { ...STEADY, growth: 1 } });
          const streams = Array.from({ length: count }, (_, i) => record(w.client.subscribe(`com.app.t${i}`)));
          for (let i = 0; i < 10; i++) {
            w.at(i).welcome();
            cut(w.at(i));
            waitOut(time, w.client);
          }
          w.at(10).welcome();
          expect(w.at(10).of(32).length).withContext(name).toBe(count);
          expect(streams.some(({ ended }) => ended))
            .withContext(name)
            .toBeFalse();
        });
      }
    }
  });

  it('are none on a link that falls silent right behind WELCOME, again and again', () => {
    virtual((time) => {
      const w = faked({ reconnect: { ...STEADY, growth: 1 }, keepalive: { interval: 1000, timeout: 1000 } });
      const topic = record(w.client.subscribe(TOPIC));
      for (let i = 0; i < 6; i++) {
        w.at(i).welcome();
        for (let ms = 0; ms < 10_000 && w.client.status.state === 'joined'; ms += 100) time.advance(100);
        waitOut(time, w.client);
      }
      expect(topic.ended).toBeFalse();
    });
  });

  it('heal last, but never end, where some session had confirmed them', () => {
    virtual((time) => {
      const w = faked({ reconnect: { ...STEADY, growth: 1 } });
      const topic = record(w.client.subscribe(TOPIC));
      w.at(0).welcome();
      w.at(0).reply(33, 1, 5);
      w.at(0).lose();
      for (let i = 1; i < 9; i++) {
        waitOut(time, w.client);
        w.at(i).welcome();
        w.at(i).lose(HUNG_UP);
      }
      waitOut(time, w.client);
      w.at(9).welcome();
      w.at(9).reply(33, 1, 6);
      w.at(9).reply(36, 6, 1, {}, ['again']);
      expect(topic.values.map(({ value }) => value)).toEqual(['again']);
    });
  });

  it('may show in a reset, too, where all others had been answered', () => {
    virtual((time) => {
      const w = faked({ reconnect: { ...STEADY, growth: 1 } });
      const good = record(w.client.subscribe(TOPIC));
      const bad = record(w.client.subscribe('com.app.bad'));
      for (let i = 0; i < 3; i++) {
        w.at(i).welcome();
        w.at(i).reply(33, 1, 5);
        w.at(i).lose();
        waitOut(time, w.client);
      }
      expect(an(ConnectionLostError, bad.error).message).toContain('com.app.bad');
      expect(good.ended).toBeFalse();
    });
  });
});

describe('healing: calls', () => {
  it('fail at once at a loss, with ConnectionLostError', () => {
    virtual((time) => {
      const w = faked();
      w.client.connect();
      w.at(0).welcome();
      const calls = [record(w.client.call(PROCEDURE)), record(w.client.call(PROCEDURE, { progress: true }))];
      w.at(0).reply(50, 2, { progress: true }, [1]);
      w.at(0).lose();
      for (const call of calls) expect(call.error).toEqual(jasmine.any(ConnectionLostError));
      expect(calls.map(({ values }) => values.length)).toEqual([0, 1]);
      waitOut(time, w.client);
      w.at(1).welcome();
      // never sent again
      expect(w.at(1).of(48)).toEqual([]);
    });
  });

  it('that are made again at a loss wait for the next session', () => {
    virtual((time) => {
      const w = faked();
      w.client.connect();
      w.at(0).welcome();
      let again_: ReturnType<typeof record> | undefined;
      w.client.call(PROCEDURE).subscribe({
        error: () => {
          again_ = record(w.client.call(PROCEDURE));
        },
      });
      w.at(0).lose();
      expect(again_?.ended).toBeFalse();
      waitOut(time, w.client);
      w.at(1).welcome();
      w.at(1).reply(50, 1, {}, ['x']);
      expect(again_?.completed).toBeTrue();
    });
  });

  it('wait for a session at most waitTimeout, and then say why there was none', () => {
    virtual((time) => {
      const w = world({ transports: [refusing('far')], waitTimeout: 2000 });
      const call = record(w.client.call(PROCEDURE));
      time.advance(1999);
      expect(call.ended).toBeFalse();
      time.advance(1);
      const error = an(ConnectionLostError, call.error);
      expect(error.message).toContain(PROCEDURE);
      expect(error.message).toContain('2000 ms');
      expect(error.maybeDelivered).toBeFalse();
      expect((error.cause as Error).message).toContain('far: refused 2');
    });
  });

  it('wait 30 s by default, each its own', () => {
    virtual((time) => {
      const { client } = world({ transports: [scripted('t', () => 'never')], joinTimeout: 1e9 });
      const first = record(client.call(PROCEDURE));
      time.advance(10_000);
      const second = record(client.call(PROCEDURE));
      time.advance(20_000);
      expect([first.ended, second.ended]).toEqual([true, false]);
      time.advance(10_000);
      expect(second.ended).toBeTrue();
    });
  });

  it('that were given up while they waited are not sent, and leave no timer', () => {
    virtual((time) => {
      const w = faked();
      w.client.connect();
      time.advance();
      const before = time.timers();
      const waiting = w.client.call(PROCEDURE).subscribe();
      expect(time.timers()).toBe(before + 1);
      waiting.unsubscribe();
      expect(time.timers()).toBe(before);
      w.at(0).welcome();
      expect(w.at(0).of(48)).toEqual([]);
    });
  });
});

describe('healing: publications', () => {
  const payloads = (channel: FakeChannel): unknown[] => channel.of(16).map(([, , , , args]) => (args as unknown[])[0]);

  it('are queued while there is no session, and sent in their order', () => {
    virtual((time) => {
      const w = faked();
      const reports = [1, 2, 3].map((n) => record(w.client.publish(TOPIC, [n])));
      time.advance(5000);
      expect(reports.map(({ ended }) => ended)).toEqual([false, false, false]);
      w.at(0).welcome();
      expect(payloads(w.at(0))).toEqual([1, 2, 3]);
      expect(reports.map(({ values }) => values)).toEqual([1, 2, 3].map(() => [{ acknowledged: false as const }]));
    });
  });

  it('are as they were when they were made', () => {
    virtual(() => {
      const w = faked();
      const list = [1];
      const bytes = new Uint8Array([1]);
      w.client.publish(TOPIC, [list, { list }, bytes], { list });
      list.push(2);
      bytes[0] = 9;
      w.at(0).welcome();
      expect(
        w
          .at(0)
          .of(16)
          .map((message) => message.slice(4)),
      ).toEqual([[[[1], { list: [1] }, new Uint8Array([1])], { list: [1] }]] as never);
    });
  });

  it('are bounded in number: the last one fails, the earlier ones stay', () => {
    virtual(() => {
      const w = faked({ publishQueue: { size: 2 } });
      const reports = [1, 2, 3].map((n) => record(w.client.publish(TOPIC, [n])));
      const error = an(ConnectionLostError, reports[2]?.error);
      expect(error.maybeDelivered).toBeFalse();
      expect(error.message).toContain(TOPIC);
      expect(error.message).toContain('2 publications');
      w.at(0).welcome();
      expect(payloads(w.at(0))).toEqual([1, 2]);
      expect(reports.map(({ completed }) => completed)).toEqual([true, true, false]);
    });
  });

  it('make room when they are sent, and when they are too old', () => {
    virtual((time) => {
      const w = faked({ publishQueue: { size: 1, ttl: 100 } });
      const old = record(w.client.publish(TOPIC, [1]));
      time.advance(99);
      expect(old.ended).toBeFalse();
      time.advance(1);
      const error = an(ConnectionLostError, old.error);
      expect(error.message).toContain('100 ms');
      expect(error.maybeDelivered).toBeFalse();
      const young = record(w.client.publish(TOPIC, [2]));
      w.at(0).welcome();
      expect(young.completed).toBeTrue();
      w.at(0).lose();
      const next = record(w.client.publish(TOPIC, [3]));
      expect(next.ended).toBeFalse();
      expect(payloads(w.at(0))).toEqual([2]);
      waitOut(time, w.client);
    });
  });

  it('go out at most once: unanswered at a loss is ConnectionLostError with maybeDelivered, and never sent again', () => {
    virtual((time) => {
      const w = faked();
      w.client.connect();
      w.at(0).welcome();
      const written = record(w.client.publish(TOPIC, ['written']));
      const unanswered = record(w.client.publish(TOPIC, ['unanswered'], {}, { acknowledge: true }));
      const answered = record(w.client.publish(TOPIC, ['answered'], {}, { acknowledge: true }));
      w.at(0).reply(17, 3, 777);
      w.at(0).lose();
      const queued = record(w.client.publish(TOPIC, ['queued'], {}, { acknowledge: true }));
      expect(written.values).toEqual([{ acknowledged: false }]);
      expect(answered.values).toEqual([{ acknowledged: true, publication: 777 }]);
      expect(an(ConnectionLostError, unanswered.error).maybeDelivered).toBeTrue();
      expect(queued.ended).toBeFalse();
      waitOut(time, w.client);
      w.at(1).welcome();
      expect(payloads(w.at(1))).toEqual(['queued']);
    });
  });

  it('and calls are lost also when the router took its leave', () => {
    virtual(() => {
      const w = faked();
      w.client.connect();
      w.at(0).welcome();
      const report = record(w.client.publish(TOPIC, [1], {}, { acknowledge: true }));
      const call = record(w.client.call(PROCEDURE));
      w.at(0).reply(6, {}, 'wamp.close.system_shutdown');
      expect(an(ConnectionLostError, report.error).maybeDelivered).toBeTrue();
      expect(report.error).toEqual(jasmine.objectContaining({ cause: jasmine.any(GoodbyeError) }));
      expect(call.error).toEqual(jasmine.any(ConnectionLostError));
    });
  });

  it('keep their order when they are made in an observer of the status or the queue’s own reports', () => {
    virtual(() => {
      const w = faked();
      w.client.publish(TOPIC, [1]).subscribe(() => w.client.publish(TOPIC, [4]));
      w.client.publish(TOPIC, [2]);
      w.client.status$.subscribe(({ state }) => {
        if (state === 'joined') w.client.publish(TOPIC, [3]);
      });
      w.client.session$.subscribe(() => w.client.publish(TOPIC, [5]));
      w.at(0).welcome();
      expect(payloads(w.at(0))).toEqual([1, 2, 3, 4, 5]);
    });
  });

  it('that cannot be written fail alone', () => {
    virtual((time) => {
      const w = world();
      const reports = [1, 2n ** 70n, 3].map((value) => record(w.client.publish(TOPIC, [value])));
      time.advance();
      expect(reports.map(({ completed }) => completed)).toEqual([true, false, true]);
      expect(w.of(16).map(([, id]) => id)).toEqual([1, 2]);
    });
  });
});

describe('healing: at WELCOME', () => {
  it('comes first the status, then streams, then calls and publications in their order, then session$, then join', () => {
    virtual((time) => {
      const w = faked();
      const order: unknown[] = [];
      let last = 0;
      const reported = (what: string): void => {
        const channel = w.at(0);
        const { length } = channel.sent;
        order.push(...channel.sent.slice(last, length).map(([code]) => code), what);
        last = length;
      };
      w.client.call('com.app.f').subscribe({ error: () => undefined });
      w.client.publish(TOPIC, [1]);
      w.client.call('com.app.g').subscribe({ error: () => undefined });
      w.client.register(PROCEDURE, () => 1).subscribe();
      w.client.publish(TOPIC, [2], {}, { acknowledge: true });
      w.client.subscribe(TOPIC).subscribe();
      last = w.at(0).sent.length;
      w.client.status$.subscribe(({ state }) => {
        if (state === 'joined') reported(state);
      });
      w.client.session$.subscribe(() => {
        reported('session$');
      });
      w.client.lifecycle$.subscribe(({ type }) => {
        reported(type);
      });
      w.at(0).welcome();
      expect(order).toEqual(['joined', 64, 32, 48, 16, 48, 16, 'session$', 'join']);
      time.advance();
      w.at(0).reply(65, 1, 5);
      w.at(0).reply(33, 2, 6);
      expect(order.slice(-3)).toEqual(['joined', 'joined', 'ready']);
    });
  });

  it('finds a call in an observer of the status behind those that waited', () => {
    virtual(() => {
      const w = faked();
      w.client.call('com.app.first').subscribe({ error: () => undefined });
      w.client.status$.subscribe(({ state }) => {
        if (state === 'joined') w.client.call('com.app.second').subscribe({ error: () => undefined });
      });
      w.at(0).welcome();
      expect(
        w
          .at(0)
          .of(48)
          .map(([, id, , uri]) => [id, uri] as unknown),
      ).toEqual([
        [1, 'com.app.first'],
        [2, 'com.app.second'],
      ]);
    });
  });
});

describe('healing: half-open links', () => {
  it('are left for a new one, whose router still holds the old session', () => {
    virtual((time) => {
      const router = createTestRouter();
      const w = world({ router, keepalive: { interval: 1000, timeout: 500 }, transports: [router.transport()] });
      const registrations = record(w.client.register(PROCEDURE, () => 'x'));
      const events = record(w.client.subscribe(TOPIC));
      time.advance();
      router.stall();
      const call = record(w.client.call(PROCEDURE));
      time.advance(2000);
      expect(call.error).toEqual(jasmine.any(ConnectionLostError));
      time.advance(4000);
      // the old session stands in the way, until the router hears of its end
      expect(w.types()).toContain('heal');
      router.resume();
      time.advance(120_000);
      expect(registrations.values.map((each) => each.again)).toEqual([false, true]);
      router.publish(TOPIC, [1]);
      time.advance();
      expect(events.values.length).toBe(1);
      expect(router.sessions.length).toBe(1);
    });
  });
});
