import { config, firstValueFrom, take, toArray } from 'rxjs';
import { PUBLISHED, type Message } from '../../src/protocol/messages.ts';
import { isConnectFailedError, isConnectionLostError, SerializationError } from '../../src/protocol/errors.ts';
import type { RouterFrame, RouterLink } from '../../src/router/index.ts';
import { createTestRouter, record, type TestRouter } from '../../src/testing/index.ts';
import type { Channel } from '../../src/transports/transport.ts';
import { dialled, id, joined, PLAIN, ROLES, setUp, text, virtual } from './raw.ts';

/** A client through the router's own transport, which delivers at `flush()`. */
function overMemory(router: TestRouter): { channel: Channel; came: unknown[]; ended: unknown[] } {
  const state = { channel: undefined as unknown as Channel, came: [] as unknown[], ended: [] as unknown[] };
  router
    .transport()
    .open()
    .subscribe((channel) => {
      state.channel = channel;
      channel.incoming.subscribe({
        next: (value) => state.came.push(value),
        error: (error: unknown) => state.ended.push(error),
        complete: () => state.ended.push('completed'),
      });
    });
  router.flush();
  return state;
}

describe('test router, faults', () => {
  it('dropAll: cuts all links, and ends their sessions', () => {
    const router = createTestRouter({ delivery: 'flush' });
    const client = overMemory(router);
    client.channel.send([1, 'realm1', { roles: PLAIN }]);
    router.flush();
    const raw = joined(router);
    router.dropAll();
    router.flush();
    expect(client.came.length).toBe(1);
    expect(client.ended.map(isConnectionLostError)).toEqual([true]);
    expect(raw.take()).toEqual([]);
    expect(raw.closed).toEqual([[1006, 'dropped']]);
    expect(router.sessions).toEqual([]);
  });

  it('drop: cuts one link', () => {
    const [router, one, two] = setUp(2);
    expect(router.drop(one.session)).toBeTrue();
    expect(router.drop(one.session)).toBeFalse();
    expect(router.sessions.map((session) => session.id)).toEqual([two.session]);
  });

  it('stall: frames vanish both ways and links stay, until resume', () => {
    const [router, peer, other] = setUp(2);
    peer.send([32, 1, {}, 'com.topic']).take();
    router.stall();
    expect(peer.link.silent).toBeTrue();
    router.publish('com.topic', [1]);
    other.send([48, 1, {}, 'wamp.session.count']);
    expect([peer.take(), other.take(), peer.closed]).toEqual([[], [], []]);
    router.resume();
    router.publish('com.topic', [2]);
    expect(peer.take()).toEqual([[36, id(), id(), {}, [2]]]);
    other.send([48, 1, {}, 'wamp.session.count']);
    expect(other.take()).toEqual([[50, 1, {}, [2]]]);
  });

  it('stall: the router does not learn that a client hangs up, until resume', () => {
    const [router, peer] = setUp(1);
    router.stall();
    peer.link.lost();
    expect(router.sessions.length).toBe(1);
    router.resume();
    expect(router.sessions).toEqual([]);
  });

  it('stall: new links work, unless there were none or it is asked for', () => {
    const [router] = setUp(1);
    router.stall();
    expect(joined(router).session).toBeGreaterThan(0);
    router.stall({ dials: true });
    const silent = joined(router);
    expect(silent.session).toBe(0);
    router.resume();
    silent.send([1, 'realm1', { roles: PLAIN }]);
    expect(silent.session).toBeGreaterThan(0);
    const empty = createTestRouter();
    empty.stall();
    expect(joined(empty).session).toBe(0);
  });

  it('ghost: keeps sessions, registrations and subscriptions for a while', () => {
    virtual((at) => {
      const [router, peer, caller] = setUp(2);
      peer.send([64, 1, {}, 'com.p'], [32, 2, {}, 'com.topic']).take();
      router.ghost(1000);
      expect(peer.closed).toEqual([[1006, 'dropped']]);
      expect(router.sessions.map(({ ghost }) => ghost)).toEqual([true, true]);
      const back = joined(router);
      back.send([64, 1, {}, 'com.p'], [48, 2, {}, 'com.p']);
      expect(back.take()).toEqual([[8, 64, 1, {}, 'wamp.error.procedure_already_exists', [text()]]]);
      router.dropAll();
      peer.link.lost();
      expect(router.sessions.length).toBe(2);
      at(999, () => expect(router.registrations.length).toBe(1));
      at(1001, () => {
        expect(router.sessions).toEqual([]);
        expect(router.registrations).toEqual([]);
        expect(peer.take()).toEqual([]);
        expect(caller.take()).toEqual([]);
        expect(joined(router).send([64, 1, {}, 'com.p']).take()).toEqual([[65, 1, id()]]);
      });
    });
  });

  it('ghost: a call to a ghost is cancelled when the router notices', () => {
    virtual((at) => {
      const [router, callee] = setUp(1);
      callee.send([64, 1, {}, 'com.p']);
      router.ghost(100);
      const caller = joined(router).send([48, 1, {}, 'com.p']);
      expect(caller.take()).toEqual([]);
      at(101, () => expect(caller.take()).toEqual([[8, 48, 1, {}, 'wamp.error.canceled', [text()]]]));
    });
  });

  it('ghost: without end until the router closes; links without a session just go', async () => {
    const [router] = setUp(1);
    const fresh = dialled(router);
    router.ghost(Infinity);
    expect(fresh.closed.length).toBe(1);
    expect(router.sessions.length).toBe(1);
    await router.close();
    expect(router.sessions).toEqual([]);
  });

  it('refuse: turns the next attempts to connect away', () => {
    const router = createTestRouter({ delivery: 'flush' });
    router.refuse(2);
    const results = [1, 2, 3].map(() => record(router.transport({ name: 'x' }).open()));
    router.flush();
    expect(results.map(({ error }) => isConnectFailedError(error))).toEqual([true, true, false]);
    expect(String(results[0]?.error)).toContain('x: the router refuses connections');
    expect(results[2]?.values.length).toBe(1);
    expect(results[2]?.completed).toBeTrue();
  });

  it('abort: refuses the next HELLOs with the reason', () => {
    const router = createTestRouter();
    const hello = [1, 'realm1', { roles: PLAIN }];
    router.abort('wamp.error.no_such_realm', 2);
    expect(dialled(router).send(hello).take()).toEqual([[3, { message: text() }, 'wamp.error.no_such_realm']]);
    expect(dialled(router).send(hello).last(2)).toBe('wamp.error.no_such_realm');
    expect(dialled(router).send(hello).last(0)).toBe(2);
    router.abort('com.app.no');
    router.abort('com.app.no', 0);
    expect(dialled(router).send(hello).last(0)).toBe(2);
  });

  it('goodbye: says so to all, and hangs up on those who do not answer', () => {
    virtual((at) => {
      const [router, polite, rude] = setUp(2);
      router.goodbye('com.app.restart', 'back soon');
      const goodbye = [6, { message: 'back soon' }, 'com.app.restart'];
      expect([polite.take(), rude.take()]).toEqual([[goodbye], [goodbye]]);
      expect(router.sessions).toEqual([]);
      polite.send([6, {}, 'wamp.close.goodbye_and_out']);
      expect([polite.closed.length, rude.closed.length]).toEqual([1, 0]);
      at(2001, () => expect(rude.closed.length).toBe(1));
    });
  });

  it('kill: says goodbye to one, if it is there', () => {
    const [router, one, two] = setUp(2);
    expect(router.kill(one.session)).toBeTrue();
    expect(one.take()).toEqual([[6, {}, 'wamp.close.killed']]);
    expect(router.kill(1)).toBeFalse();
    expect(two.take()).toEqual([]);
  });

  it('delay: each frame takes its time, each way, in order also when the delay shrinks', () => {
    virtual((at) => {
      const [router, peer] = setUp(1);
      router.delay(100);
      peer.send([32, 1, {}, 'a']);
      router.delay(10);
      peer.send([32, 2, {}, 'b']);
      at(99, () => expect(router.subscriptions.length).toBe(0));
      at(105, () => expect([router.subscriptions.length, peer.take().length]).toEqual([2, 0]));
      at(120, () => expect(peer.take().map(([, request]) => request)).toEqual([1, 2]));
      at(130, () => {
        router.delay(0);
        peer.send([32, 3, {}, 'c']);
        expect(peer.take().length).toBe(1);
      });
    });
  });

  it('pause: everything waits in order until resume', () => {
    const [router, peer] = setUp(1);
    router.pause();
    peer.send([32, 1, {}, 'a'], [32, 2, {}, 'b']);
    expect(peer.take()).toEqual([]);
    expect(router.subscriptions).toEqual([]);
    router.resume();
    expect(peer.take().map(([, request]) => request)).toEqual([1, 2]);
  });

  it('sendRaw: sends what a router must not, as a message or as a frame', () => {
    const router = createTestRouter({ delivery: 'flush' });
    const client = overMemory(router);
    client.channel.send([1, 'realm1', { roles: PLAIN }]);
    router.flush();
    const session = router.sessions[0]?.id ?? 0;
    expect(router.sendRaw(session, [999, 'what'])).toBe(1);
    expect(router.sendRaw('all', '[36,1,2,{},null,{"a":1}]')).toBe(1);
    expect(router.sendRaw(1, [1])).toBe(0);
    router.flush();
    expect(client.came.slice(1)).toEqual([
      [999, 'what'],
      [36, 1, 2, {}, null, { a: 1 }],
    ]);
    router.sendRaw(session, '{broken');
    router.flush();
    expect((client.ended[0] as Error).name).toBe('ProtocolError');
  });

  it('intercept: swallows, replaces and multiplies messages, until undone', () => {
    const [router, peer] = setUp(1);
    const undo = router.intercept((message, { direction, session }) => {
      expect(session).toBe(peer.session);
      if (message[0] === PUBLISHED) return undefined;
      if (direction === 'out' && message[0] === 33) return { instead: [message, message] };
      if (direction === 'in' && message[0] === 48) return [48, message[1], {}, 'wamp.session.count'] as Message;
      return message;
    });
    peer.send([16, 1, { acknowledge: true }, 'a'], [32, 2, {}, 'a'], [48, 3, {}, 'com.none']);
    expect(peer.take()).toEqual([
      [33, 2, id()],
      [33, 2, id()],
      [50, 3, {}, [1]],
    ]);
    undo();
    expect(peer.send([16, 4, { acknowledge: true }, 'a']).take()).toEqual([[17, 4, id()]]);
  });

  it('intercept: a WELCOME that cannot be written ends the link, and no session is left', () => {
    const router = createTestRouter({ delivery: 'flush' });
    router.intercept((message) =>
      message[0] === 2 ? [2, message[1], { ...message[2], authextra: { n: NaN } }] : message,
    );
    const { channel, came, ended } = overMemory(router);
    channel.send([1, 'realm1', { roles: PLAIN }]);
    router.flush();
    expect(came).toEqual([]);
    expect(ended.map(isConnectionLostError)).toEqual([true]);
    expect(router.sessions).toEqual([]);
  });

  it('intercept: what an interceptor throws aborts on the way in, and is reported on the way out', () => {
    virtual((at) => {
      const [router, peer] = setUp(1);
      const reported: unknown[] = [];
      config.onUnhandledError = (error) => reported.push(error);
      router.intercept((message, { direction }) => {
        if (direction === 'out' && message[0] === 33) throw new Error('out');
        if (direction === 'in' && message[0] === 16) throw new Error('in');
        return message;
      });
      peer.send([32, 1, {}, 'a'], [16, 2, {}, 'a']);
      expect(peer.take()).toEqual([[3, { message: 'The router failed: Error: in' }, 'wamp.error.runtime_error']]);
      at(1, () => {
        config.onUnhandledError = null;
        expect(reported).toEqual([new Error('out')]);
      });
    });
  });

  it('shows all messages on messages$, malformed ones too', async () => {
    const router = createTestRouter();
    const frames = firstValueFrom(router.messages$.pipe(take(5), toArray()));
    const peer = dialled(router).send([1, 'realm1', { roles: PLAIN }], [32, 1, {}, 'a'], ['odd']);
    const seen: RouterFrame[] = await frames;
    expect(seen.map(({ direction, message: [type], session }) => [direction, type as unknown, session])).toEqual([
      ['in', 1, undefined],
      ['out', 2, peer.session],
      ['in', 32, peer.session],
      ['out', 33, peer.session],
      ['in', 'odd', peer.session],
    ]);
    expect(seen[0]?.time).toBeGreaterThan(0);
    expect(seen[0]?.link).toBe(1);
  });

  it('close: says goodbye, resolves when all are gone, and accepts no link any more', async () => {
    const router = createTestRouter({ closeTimeout: 5 });
    const [polite, fresh] = [joined(router), dialled(router)];
    const rude = joined(router);
    const closed = router.close();
    polite.send([6, {}, 'wamp.close.goodbye_and_out']);
    await closed;
    expect([polite, fresh, rude].map((peer) => peer.closed.length)).toEqual([1, 1, 1]);
    expect(rude.take()).toEqual([[6, {}, 'wamp.close.system_shutdown']]);
    expect(dialled(router).closed.length).toBe(1);
    expect(router.admit()).toBe('the router is closed');
  });

  it('hangs up on a client that says nothing', () => {
    virtual((at) => {
      const router = createTestRouter();
      const closed: unknown[] = [];
      const silent = { send: () => undefined, close: (code?: number) => closed.push(code) };
      router.attach(silent, { helloTimeout: 100 });
      const link = router.attach({ send: () => undefined, close: () => closed.push('welcome') }, { helloTimeout: 100 });
      link.receive([1, 'realm1', { roles: PLAIN }]);
      at(101, () => expect(closed).toEqual([1002]));
    });
  });

  describe('with a message that a client cannot be given', () => {
    const BAD = 'cannot be written';
    /** A client whose serializer cannot write what holds that text. */
    const frail = (router: TestRouter): Frail => {
      const sent: (readonly unknown[])[] = [];
      const closed: unknown[] = [];
      const link = router.attach({
        send: (message) => {
          if (JSON.stringify(message).includes(BAD)) throw new SerializationError(BAD);
          sent.push(message);
        },
        close: (code) => closed.push(code),
      });
      link.receive([1, 'realm1', { roles: ROLES }]);
      return { link, closed, take: () => sent.splice(0) };
    };
    interface Frail {
      readonly link: RouterLink;
      readonly closed: unknown[];
      readonly take: () => (readonly unknown[])[];
    }
    const invalid = (request: number): unknown[] => [8, 48, request, {}, 'wamp.error.invalid_payload'];

    it('drops the event for that one', () => {
      const [router, publisher, other] = setUp(2);
      const one = frail(router);
      one.link.receive([32, 1, {}, 'com.a']);
      other.send([32, 1, {}, 'com.a']);
      one.take();
      other.take();
      publisher.send([16, 1, {}, 'com.a', [BAD]], [16, 2, {}, 'com.a', ['good']]);
      expect(one.take()).toEqual([[36, id(), id(), {}, ['good']]]);
      expect(other.take().length).toBe(2);
      expect(one.closed).toEqual([]);
    });

    it('answers the caller with an error, of an invocation and of a result, and the call ends once', () => {
      const [router, caller, callee] = setUp(2);
      const one = frail(router);
      one.link.receive([64, 1, {}, 'com.frail']);
      callee.send([64, 1, {}, 'com.p']);
      caller.send([48, 1, {}, 'com.frail', [BAD]], [48, 2, {}, 'com.frail', ['good']]);
      expect(caller.take()).toEqual([invalid(1)]);
      expect(one.take().map(([type, , , , args]) => [type, args])).toContain([68, ['good']]);
      callee.take();

      one.link.receive([48, 2, { receive_progress: true }, 'com.p']);
      one.take();
      callee.send([70, 1, { progress: true }, ['part']], [70, 1, { progress: true }, [BAD]]);
      expect(callee.take()).toEqual([
        [68, 1, id(), { receive_progress: true }],
        [69, 1, { mode: 'killnowait', reason: 'wamp.error.canceled' }],
      ]);
      callee.send([70, 1, { progress: true }, ['late']], [70, 1, {}, ['end']]);
      expect(one.take()).toEqual([[50, 2, { progress: true }, ['part']], invalid(2)]);

      one.link.receive([48, 3, {}, 'com.p']);
      callee.send([70, 2, {}, [BAD]]);
      one.link.receive([48, 4, {}, 'com.p']);
      callee.send([8, 68, 3, {}, 'com.error', [BAD]]);
      expect(one.take()).toEqual([invalid(3), [8, 48, 4, {}, 'com.error']]);
      expect([one.closed, router.calls.length]).toEqual([[], 1]);
    });

    it('interrupts a callee that cannot be given a later chunk', () => {
      const [router, caller] = setUp(1);
      const one = frail(router);
      one.link.receive([64, 1, {}, 'com.frail']);
      caller.send([48, 1, { progress: true }, 'com.frail', ['good']], [48, 1, { progress: true }, 'com.frail', [BAD]]);
      one.link.receive([70, 1, {}, ['late']]);
      expect(caller.take()).toEqual([invalid(1)]);
      expect(one.take().at(-1)?.slice(0, 2)).toEqual([69, 1]);
      expect(one.closed).toEqual([]);
    });
  });

  it('lets go of a link that cannot send', () => {
    const [router, caller] = setUp(1);
    const closed: unknown[] = [];
    const link = router.attach({
      send: (message) => {
        if (message[0] === 68) throw new Error('cannot be written');
      },
      close: (code) => closed.push(code),
    });
    link.receive([1, 'realm1', { roles: PLAIN }]);
    link.receive([64, 1, {}, 'com.p']);
    caller.send([48, 1, {}, 'com.p']);
    expect(closed).toEqual([1011]);
    expect(caller.take()).toEqual([[8, 48, 1, {}, 'wamp.error.canceled', [text()]]]);
  });
});

describe('test router, waiting', () => {
  it('resolves when sessions, subscriptions and registrations are there', async () => {
    const router = createTestRouter();
    const waits = Promise.all([
      router.whenSession(),
      router.whenSession(2),
      router.whenSession(({ agent }) => agent === 'spec'),
      router.whenSubscribed('com.topic', 2),
      router.whenRegistered('com.p'),
    ]);
    const [one, two] = [joined(router), joined(router, { agent: 'spec' })];
    one.send([32, 1, {}, 'com.topic'], [64, 2, {}, 'com.p']);
    two.send([32, 1, { match: 'prefix' }, 'com.topic']);
    const [first, second, named, subscriptions, registrations] = await waits;
    expect([first.id, second.id, named.id]).toEqual([one.session, two.session, two.session]);
    expect(subscriptions.map(({ match }) => match)).toEqual(['exact', 'prefix']);
    expect(registrations[0]?.sessions).toEqual([one.session]);
  });

  it('resolves when no session is left', async () => {
    const [router, peer] = setUp(1);
    peer.send([32, 1, {}, 'com.topic'], [64, 2, {}, 'com.p']);
    const waits = Promise.all([
      router.whenSession(0),
      router.whenSubscribed('com.topic', 0),
      router.whenRegistered('com.p', 0),
    ]);
    peer.link.lost();
    expect(await waits).toEqual([undefined, [], []]);
  });

  it('says in time what there is instead', async () => {
    const [router, peer] = setUp(1);
    peer.send([32, 1, {}, 'com.other'], [64, 2, { match: 'prefix' }, 'com.p']);
    const timeout = { timeout: 1 };
    await expectAsync(router.whenSession(2, timeout)).toBeRejectedWithError(
      new RegExp(`1 ms for 2 session.*instead there is session ${peer.session} .*anonymous\\) in realm1`),
    );
    await expectAsync(router.whenSession(() => false, timeout)).toBeRejectedWithError(/a session as wanted/);
    await expectAsync(router.whenSubscribed('com.topic', 1, timeout)).toBeRejectedWithError(
      /on 'com.topic'.*'com.other' \(exact\) with 1/,
    );
    await expectAsync(router.whenRegistered('com.q', 1, timeout)).toBeRejectedWithError(/'com.p' \(prefix\) with 1/);
    await expectAsync(createTestRouter().whenSession(1, timeout)).toBeRejectedWithError(/instead there is nothing/);
  });
});
