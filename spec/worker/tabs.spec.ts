// Several tabs of one worker, over real MessagePorts, and a router in memory.
import { filter, first, firstValueFrom, NEVER, Subject, tap } from 'rxjs';
import { backpressure } from '../../src/flow/backpressure.ts';
import { WampClient, type ClientOptions, type Status } from '../../src/index.ts';
import {
  AbortError,
  ApplicationError,
  ConnectFailedError,
  ConnectionLostError,
  SerializationError,
} from '../../src/protocol/errors.ts';
import { messageName, type Message } from '../../src/protocol/messages.ts';
import type { Invocation } from '../../src/session/events.ts';
import { record } from '../../src/testing/record.ts';
import { createTestRouter, type TestRouter } from '../../src/testing/test-router.ts';
import { sharedWorker } from '../../src/transports/sharedworker.ts';
import type { PortLike } from '../../src/transports/tabs.ts';
import { serveTabs, type ServeTabsOptions, type TabServer } from '../../src/worker/index.ts';
import type { Transport } from '../../src/transports/transport.ts';
import { FakeLocks } from '../helpers/locks.ts';
import { live, provided, values } from '../helpers/live.ts';

const TOPIC = 'com.app.topic';

describe('serveTabs', () => {
  let router: TestRouter;
  let locks: FakeLocks;
  let server: TabServer;
  let clients: WampClient[];
  /** What the router got and gave, by name. */
  let wire: Message[];

  const serve = (options: Partial<ClientOptions> = {}, more: ServeTabsOptions = {}): TabServer =>
    serveTabs(
      {
        realm: 'realm1',
        transports: [router.transport()],
        keepalive: false,
        reconnect: { initialDelay: 1 },
        ...options,
      },
      { locks, ...more },
    );

  beforeEach(() => {
    router = createTestRouter();
    locks = new FakeLocks();
    clients = [];
    wire = [];
    router.messages$.subscribe(({ message }) => wire.push(message));
    server = serve();
  });

  afterEach(async () => {
    await Promise.all(clients.map((client) => client.close()));
    await server.close();
    await router.close();
  });

  const port = (): MessagePort => {
    const { port1, port2 } = new MessageChannel();
    server.connect(port2);
    return port1;
  };

  /** A tab's client, and how to end the tab as browsers do. */
  const tab = (options: Partial<ClientOptions> = {}) => {
    let held: MessagePort | undefined;
    const before = new Set(locks.names);
    const wamp = new WampClient({
      realm: 'realm1',
      transports: [sharedWorker({ worker: () => (held = port()), locks })],
      reconnect: { initialDelay: 1 },
      ...options,
    });
    clients.push(wamp);
    return {
      wamp,
      vanish: () => {
        held?.close();
        const mine = locks.names.filter((name) => !before.has(name));
        expect(mine.length).toBe(1);
        locks.vanish(mine[0]!);
      },
    };
  };

  const joined = (wamp: WampClient) => firstValueFrom(wamp.connect());
  const sent = (name: string): Message[] => wire.filter((message) => messageName(message[0]) === name);
  /** All that a tab has sent so far has been dealt with, by the worker and by the router. */
  const settled = (wamp: WampClient): Promise<unknown> => firstValueFrom(wamp.call('wamp.session.count'));
  const state = <S extends Status['state']>(wamp: WampClient, wanted: S): Promise<Extract<Status, { state: S }>> =>
    firstValueFrom(
      wamp.status$.pipe(filter((status): status is Extract<Status, { state: S }> => status.state === wanted)),
    );

  it('gives all tabs the one session of the worker, with its details and features', async () => {
    const [a, b] = [tab().wamp, tab().wamp];
    const [one, two] = await Promise.all([joined(a), joined(b)]);
    expect(router.sessions.length).toBe(1);
    expect(one.id).toBe(router.sessions[0]!.id);
    expect(two.id).toBe(one.id);
    expect(server.tabs).toBe(2);
    const upstream = (await state(server.wamp, 'joined')).session.details;
    expect(one.details).toEqual({ ...upstream, serializer: 'clone', transport: one.details.transport });
    expect(one.details.transport).toEqual({ type: 'sharedworker', serializer: 'clone', subprotocol: 'wamp.2' });
    expect(one.supports('dealer', 'call_canceling')).toBeTrue();
  });

  describe('subscriptions', () => {
    it('are one at the router for all tabs, and are given back with the last of them', async () => {
      const [a, b] = [tab().wamp, tab().wamp];
      const one = await live(a, TOPIC);
      const two = await live(b, TOPIC);
      expect(sent('SUBSCRIBE').length).toBe(1);
      router.publish(TOPIC, [1]);
      await Promise.all([one.next(), two.next()]);
      one.unsubscribe();
      await settled(a);
      router.publish(TOPIC, [2]);
      await two.next();
      expect(values(one)).toEqual([1]);
      expect(values(two)).toEqual([1, 2]);
      expect(sent('UNSUBSCRIBE').length).toBe(0);
      two.unsubscribe();
      await settled(b);
      await settled(b);
      expect(sent('UNSUBSCRIBE').length).toBe(1);
    });

    it('give retained events to the observer that asked, and events once', async () => {
      const { wamp } = tab();
      router.publish(TOPIC, ['kept'], {}, { options: { retain: true } });
      const first = await live(wamp, TOPIC);
      const second = record(wamp.subscribe(TOPIC, { getRetained: true }));
      await second.next();
      router.publish(TOPIC, ['new']);
      await Promise.all([first.next(), second.next()]);
      expect(values(first)).toEqual(['new']);
      expect(values(second)).toEqual(['kept', 'new']);
      first.unsubscribe();
      second.unsubscribe();
      await settled(wamp);
      await settled(wamp);
      expect(router.subscriptions).toEqual([]);
    });

    it('are refused with the error of the router, and revoked with its reason', async () => {
      const { wamp } = tab();
      const other = record(wamp.subscribe(TOPIC, { nkey: 'x' }));
      await router.whenSubscribed(TOPIC);
      const clash = record(tab().wamp.subscribe(TOPIC, { nkey: 'y' }));
      const refused = await clash.done().catch((error: unknown) => error as ApplicationError);
      expect(refused).toBeInstanceOf(ApplicationError);
      expect((refused as ApplicationError).uri).toBe('wamp.error.option_not_allowed');
      router.revokeSubscription(TOPIC, { reason: 'com.app.over' });
      const revoked = await other.done().catch((error: unknown) => error as ApplicationError);
      expect((revoked as ApplicationError).uri).toBe('com.app.over');
      await settled(wamp);
    });
  });

  describe('publications', () => {
    it('reach the other tabs and not the one that publishes, unless it wants them', async () => {
      const [a, b] = [tab().wamp, tab().wamp];
      const [mine, theirs] = [await live(a, TOPIC), await live(b, TOPIC)];
      a.publish(TOPIC, [1]);
      const report = await firstValueFrom(a.publish(TOPIC, [2], {}, { acknowledge: true }));
      a.publish(TOPIC, [3], {}, { excludeMe: false });
      const [, second] = await theirs.next(3);
      expect(report).toEqual({ acknowledged: true, publication: second!.details.publication });
      await mine.next();
      expect(values(theirs)).toEqual([1, 2, 3]);
      expect(values(mine)).toEqual([3]);
    });

    it('of patterns, too', async () => {
      const [a, b] = [tab().wamp, tab().wamp];
      const mine = await live(a, 'com.app.', { match: 'prefix' });
      const exact = await live(a, TOPIC);
      const theirs = await live(b, 'com..topic', { match: 'wildcard' });
      a.publish(TOPIC, [1]);
      b.publish(TOPIC, [2]);
      await Promise.all([mine.next(), exact.next(), theirs.next()]);
      await settled(a);
      expect([values(mine), values(exact), values(theirs)]).toEqual([[2], [2], [1]]);
    });

    it('cost nothing more where no other tab would receive them', async () => {
      const [a] = [tab().wamp, await joined(tab().wamp)];
      const mine = await live(a, TOPIC);
      a.publish(TOPIC, [1]);
      await settled(a);
      expect(sent('PUBLISH').map((message) => message[2])).toEqual([{}]);
      expect(sent('PUBLISHED')).toEqual([]);
      expect(values(mine)).toEqual([]);
    });

    it('leave the events of others in their order while PUBLISHED is due', async () => {
      const [a, b] = [tab().wamp, tab().wamp];
      const [mine, theirs] = [await live(a, TOPIC), await live(b, TOPIC)];
      const other = await live(a, 'com.app.other');
      const order: unknown[] = [];
      mine.unsubscribe();
      a.subscribe(TOPIC).subscribe(({ value }) => order.push(value));
      a.subscribe('com.app.other').subscribe(({ value }) => order.push(value));
      await settled(a);
      // PUBLISHED comes behind the tab's own event, and behind what is published meanwhile
      let due: Message | undefined;
      const undo = router.intercept((message) => {
        if (message[0] !== 17) return message;
        due = message;
        return undefined;
      });
      const came = theirs.next(2);
      a.publish(TOPIC, ['own']);
      while (!due) await settled(b);
      undo();
      router.publish(TOPIC, ['from another']);
      router.publish('com.app.other', ['behind']);
      await came;
      await settled(a);
      const seen = [...order];
      router.sendRaw('all', due);
      await other.next();
      expect(seen).toEqual([]);
      expect(order).toEqual(['from another', 'behind']);
    });

    it('tell the tab of an ERROR if it wants to know', async () => {
      const { wamp } = tab();
      const error = await firstValueFrom(wamp.publish('wamp.not.allowed', [], {}, { acknowledge: true })).catch(
        (reason: unknown) => reason as ApplicationError,
      );
      expect((error as ApplicationError).uri).toBe('wamp.error.invalid_uri');
    });
  });

  describe('calls', () => {
    it('go from tab to tab, with progress and cancel', async () => {
      const [a, b] = [tab().wamp, tab().wamp];
      let stopped: Promise<unknown> | undefined;
      const parts = new Subject<number>();
      await provided(b, 'com.app.count', ({ signal }: Invocation) => {
        stopped = new Promise((resolve) => {
          signal.addEventListener('abort', resolve);
        });
        return parts;
      });
      const call = record(a.call('com.app.count', { progress: true }));
      while (!stopped) await settled(a);
      parts.next(1);
      await call.next();
      call.unsubscribe();
      await stopped;
      expect(sent('CANCEL').length).toBe(1);
      expect(sent('INTERRUPT').length).toBe(1);
    });

    it('that are not waited for any more are answered by no tab', async () => {
      const { wamp } = tab();
      await joined(wamp);
      const raw = port();
      const interrupted = new Promise<void>((resolve) => {
        raw.onmessage = ({ data }: MessageEvent) => {
          const [code, id] = Array.isArray(data) ? (data as number[]) : [];
          if ((data as { rxwamp?: string }).rxwamp === 'ready') {
            raw.postMessage([1, 'realm1', { roles: {} }]);
            raw.postMessage([64, 1, {}, 'com.app.late']);
          } else if (code === 69) {
            raw.postMessage([70, id, {}, ['late']]);
            resolve();
          }
        };
      });
      raw.postMessage({ rxwamp: 'open' });
      await router.whenRegistered('com.app.late');
      const call = record(wamp.call('com.app.late'));
      while (sent('INVOCATION').length === 0) await settled(wamp);
      call.unsubscribe();
      await interrupted;
      raw.postMessage([48, 1, {}, 'wamp.session.count']);
      while (sent('RESULT').length < 3) await settled(wamp);
      expect(sent('YIELD')).toEqual([]);
      raw.close();
    });

    it('of what cannot be cloned, or not be serialised, fail alone', async () => {
      const { wamp } = tab();
      const unclonable = firstValueFrom(wamp.call('com.app.f', [() => 1]));
      await expectAsync(unclonable).toBeRejectedWithError(SerializationError, /shared worker/);
      const circle: unknown[] = [];
      circle.push(circle);
      const error = await firstValueFrom(wamp.call('com.app.f', [circle])).catch(
        (reason: unknown) => reason as ApplicationError,
      );
      expect((error as ApplicationError).uri).toBe('wamp.error.invalid_payload');
      await provided(wamp, 'com.app.circle', () => circle);
      const answer = await firstValueFrom(tab().wamp.call('com.app.circle')).catch(
        (reason: unknown) => reason as ApplicationError,
      );
      expect((answer as ApplicationError).uri).toBe('wamp.error.invalid_payload');
      await settled(wamp);
    });
  });

  describe('registrations', () => {
    it('belong to one tab at a time; what the router says of them is passed on', async () => {
      const [a, b] = [tab().wamp, tab().wamp];
      const first = await provided(a, 'com.app.f', () => 'a');
      const second = await provided(b, 'com.app.f', () => 'b').catch((error: unknown) => error as ApplicationError);
      expect((second as ApplicationError).uri).toBe('wamp.error.procedure_already_exists');
      first.unsubscribe();
      await settled(a);
      await provided(b, 'com.app.f', () => 'b');
      expect((await firstValueFrom(a.call('com.app.f'))).value).toBe('b');
      const revoked = await provided(a, 'com.app.g', () => 1);
      router.revokeRegistration('com.app.g', { reason: 'com.app.over' });
      const error = await revoked.done().catch((reason: unknown) => reason as ApplicationError);
      expect((error as ApplicationError).uri).toBe('com.app.over');
    });
  });

  describe('a tab that vanishes', () => {
    it('is noticed, gives back what it held, and disturbs no other tab', async () => {
      const keeping = tab().wamp;
      const kept = await live(keeping, TOPIC);
      const gone = tab({ closeTimeout: 1 });
      await live(gone.wamp, TOPIC);
      await live(gone.wamp, 'com.app.alone');
      await provided(gone.wamp, 'com.app.slow', () => NEVER);
      await provided(keeping, 'com.app.wait', () => NEVER);
      const toIt = record(keeping.call('com.app.slow'));
      const ofIt = record(gone.wamp.call('com.app.wait'));
      while (sent('INVOCATION').length < 2) await settled(keeping);
      gone.vanish();
      const error = await toIt.done().catch((reason: unknown) => reason as ApplicationError);
      expect((error as ApplicationError).uri).toBe('wamp.error.canceled');
      await settled(keeping);
      expect(server.tabs).toBe(1);
      expect(router.subscriptions.map(({ topic }) => topic)).toEqual([TOPIC]);
      expect(router.registrations.map(({ procedure }) => procedure)).toEqual(['com.app.wait']);
      expect(sent('CANCEL').length).toBe(1);
      expect(ofIt.ended).toBeFalse();
      router.publish(TOPIC, ['still here']);
      await kept.next();
      expect((await state(keeping, 'joined')).healing).toBe(0);
      expect(router.sessions.length).toBe(1);
    });

    it('leaves no call without an answer that is on its way to it', async () => {
      const gone = tab({ closeTimeout: 1 });
      await provided(gone.wamp, 'com.app.f', () => 'late');
      const other = new WampClient({ realm: 'realm1', transports: [router.transport()] });
      clients.push(other);
      await joined(other);
      // the router reads CALL before UNREGISTER
      const call = record(other.call('com.app.f'));
      gone.vanish();
      const error = await call.done().catch((reason: unknown) => reason as ApplicationError);
      expect((error as ApplicationError).uri).toBe('wamp.error.canceled');
      expect(sent('INVOCATION').length).toBe(1);
    });

    it('or closes, leaves the session to the others', async () => {
      const [a, b] = [tab().wamp, tab().wamp];
      await live(a, TOPIC);
      await joined(b);
      expect(await a.close()).toEqual({ reason: 'wamp.close.normal' });
      await settled(b);
      expect(server.tabs).toBe(1);
      expect(router.subscriptions).toEqual([]);
      // its own is given back: what is left are the worker's and that of the other tab
      expect(locks.names.length).toBe(2);
    });

    it('is noticed by pings where there are no locks', async () => {
      await server.close();
      server = serve({}, { locks: false, pingInterval: 1, pingTimeout: 20 });
      const silent = port();
      const quiet: unknown[] = [];
      const lost = new Promise<void>((resolve) => {
        silent.onmessage = ({ data }: MessageEvent) => {
          quiet.push((data as { rxwamp: string }).rxwamp);
          if (quiet.length > 2) resolve();
        };
      });
      silent.postMessage({ rxwamp: 'open' });
      const { wamp } = tab();
      await joined(wamp);
      expect(server.tabs).toBe(2);
      await lost;
      expect(quiet).toEqual(['hello', 'ready', 'ping']);
      while (server.tabs > 1) await settled(wamp);
      expect(server.tabs).toBe(1);
      silent.close();
    });
  });

  describe('a worker that vanishes', () => {
    it('is noticed by its lock, without any keepalive, and the tab heals through the next one', async () => {
      const { wamp } = tab({ keepalive: false });
      await live(wamp, TOPIC);
      const open = record(wamp.call('com.app.nobody'));
      await open.done().catch(() => undefined);
      const [mine] = locks.names.filter((name) => name.startsWith('rxwamp worker'));
      const dead = server;
      const waiting = state(wamp, 'waiting');
      server = serve();
      locks.vanish(mine!);
      expect((await waiting).error).toBeInstanceOf(ConnectionLostError);
      expect((await waiting).error.message).toMatch(/worker is gone/);
      await state(wamp, 'joined');
      expect(server.tabs).toBe(1);
      await settled(wamp);
      await dead.close();
      // the end of what was left long ago is nothing to it
      expect((await state(wamp, 'joined')).healing).toBe(0);
      expect(locks.names.length).toBe(2);
    });
  });

  describe('a worker that ends before it has a session', () => {
    for (const [how, end] of Object.entries({
      'is closed': () => server.close(),
      'is gone without a word': () => {
        const [mine] = locks.names.filter((name) => name.startsWith('rxwamp worker'));
        locks.vanish(mine!);
      },
    })) {
      it(`lets no tab wait for ever: it ${how}`, async () => {
        await server.close();
        const never: Transport = { name: 'never', open: () => NEVER };
        const dead = (server = serve({ transports: [never], joinTimeout: Infinity }));
        const { wamp } = tab({ reconnect: { initialDelay: 1 } });
        wamp.connect();
        await firstValueFrom(dead.wamp.status$.pipe(filter(({ state }) => state === 'connecting')));
        const waiting = state(wamp, 'waiting');
        void end();
        server = serve();
        expect((await waiting).error.message).toMatch(/worker/);
        await joined(wamp);
        await dead.close();
      });
    }
  });

  describe('a loss of the session', () => {
    it('ends those of the tabs, which heal when the worker has joined again', async () => {
      const [a, b] = [tab().wamp, tab().wamp];
      const again: boolean[] = [];
      const events = await live(a, TOPIC);
      a.subscribe(TOPIC, { onSubscribed: (info) => again.push(info.again) }).subscribe();
      await provided(b, 'com.app.f', () => 'healed');
      const first = (await joined(a)).id;
      const open = record(a.call('com.app.nobody'));
      const waiting = state(a, 'waiting');
      router.dropAll();
      expect((await waiting).error).toBeInstanceOf(ConnectionLostError);
      expect((await waiting).error.message).toMatch(/shared worker lost its session/);
      await open.done().catch(() => undefined);
      await state(a, 'joined');
      await router.whenRegistered('com.app.f');
      await router.whenSubscribed(TOPIC);
      expect((await joined(a)).id).not.toBe(first);
      expect((await firstValueFrom(a.call('com.app.f'))).value).toBe('healed');
      router.publish(TOPIC, [1]);
      await events.next();
      expect(again).toEqual([false, true]);
    });

    it('lets tabs wait while the worker tries to join, beyond their joinTimeout', async () => {
      await server.close();
      server = serve({ reconnect: { initialDelay: 1_500, jitter: 0 } });
      router.refuse(1);
      const { wamp } = tab({ joinTimeout: 1_000, reconnect: false });
      expect((await joined(wamp)).id).toBe(router.sessions[0]!.id);
    });

    it('for good has the reason that the router gave', async () => {
      router.abort('wamp.error.no_such_role', 1);
      const { wamp } = tab();
      const { error } = await (wamp.connect().subscribe({ error: () => undefined }), state(wamp, 'failed'));
      expect(error).toBeInstanceOf(AbortError);
      expect((error as Partial<AbortError>).reason).toBe('wamp.error.no_such_role');
      // and a later tab tries again
      expect((await joined(tab().wamp)).id).toBe(router.sessions[0]!.id);
    });
  });

  it('refuses another realm', async () => {
    const { wamp } = tab({ realm: 'realm2' });
    const { error } = await (wamp.connect().subscribe({ error: () => undefined }), state(wamp, 'failed'));
    expect((error as Partial<AbortError>).reason).toBe('wamp.error.no_such_realm');
  });

  it('takes a tab into its own realm that leaves the realm to it', async () => {
    expect((await joined(tab({ realm: null }).wamp)).realm).toBe('realm1');
  });

  it('ends the session of a tab that breaks the protocol, and no other', async () => {
    const { wamp } = tab();
    await joined(wamp);
    const raw = port();
    const got: unknown[] = [];
    const three = new Promise<void>((resolve) => {
      raw.onmessage = ({ data }: MessageEvent) => {
        got.push(data);
        if (got.length === 6) resolve();
      };
    });
    raw.postMessage({ rxwamp: 'open' });
    raw.postMessage([32, 1, {}, TOPIC]);
    raw.postMessage([1, 'realm1', { roles: {} }]);
    raw.postMessage([2, 1, {}]);
    await three;
    expect(got.map((each) => (Array.isArray(each) ? messageName(each[0] as number) : each))).toEqual([
      { rxwamp: 'hello' },
      { rxwamp: 'held', lock: jasmine.stringMatching('^rxwamp worker ') },
      { rxwamp: 'ready' },
      'ABORT',
      'WELCOME',
      'ABORT',
    ]);
    await settled(wamp);
    raw.close();
  });

  it('takes tabs from the scope of a worker, until it is closed', async () => {
    const scope = new EventTarget();
    const own = serve({}, { scope: scope as unknown as NonNullable<ServeTabsOptions['scope']> });
    const connect = (): MessagePort => {
      const { port1, port2 } = new MessageChannel();
      scope.dispatchEvent(Object.assign(new Event('connect'), { ports: [port2] }));
      return port1;
    };
    const wamp = new WampClient({ realm: 'realm1', transports: [sharedWorker({ worker: connect, locks })] });
    clients.push(wamp);
    await joined(wamp);
    const over = state(wamp, 'waiting');
    await own.close();
    expect((await over).error.message).toMatch(/serves no more tabs/);
    expect(own.wamp.status.state).toBe('closed');
    expect(own.tabs).toBe(0);
    const late = connect();
    expect(own.tabs).toBe(0);
    late.close();
  });

  it('checks its options', () => {
    expect(() => serve({}, { pingInterval: '1' as never })).toThrowError(TypeError, /pingInterval must be a number/);
    expect(() => serve({}, { port: 1 } as never)).toThrowError(TypeError, /unknown option 'port'/);
    expect(() => serveTabs({ realm: 'realm1' }, { locks: true as never })).toThrowError(TypeError, /locks/);
  });

  describe('sharedWorker', () => {
    const failure = (worker: () => PortLike | { readonly port: PortLike }, openTimeout = 5000): Promise<Error> =>
      new Promise((resolve) => {
        sharedWorker({ worker, openTimeout, locks: false }).open().subscribe({ error: resolve });
      });

    it('tells why it cannot reach the worker', async () => {
      const none = await failure(() => {
        throw new Error('no SharedWorker here');
      });
      expect(none).toBeInstanceOf(ConnectFailedError);
      expect(none.message).toMatch(/the shared worker: no SharedWorker here/);
      const { port1 } = new MessageChannel();
      expect((await failure(() => port1, 1)).message).toMatch(/no answer in 1 ms/);
      const broken: { port: PortLike; onerror?: (event: object) => void } = { port: new MessageChannel().port1 };
      const failing = failure(() => broken);
      broken.onerror?.({});
      expect((await failing).message).toMatch(/its script cannot be run/);
    });

    it('checks its options', () => {
      expect(() => sharedWorker({} as never)).toThrowError(TypeError, /worker must be given/);
      expect(() => sharedWorker({ worker: 'x' } as never)).toThrowError(TypeError, /worker must be a function/);
      expect(() => sharedWorker({ worker: port, locks: true } as never)).toThrowError(TypeError, /locks/);
    });

    it("tells a tab how full the worker's link is, as long as anything waits there", async () => {
      let waiting = 0;
      const transport = router.transport();
      const full: Transport = {
        ...transport,
        open: (attempt) =>
          transport
            .open(attempt)
            .pipe(
              tap((channel) =>
                Object.defineProperty(channel, 'bufferedAmount', { get: () => waiting, set: () => undefined }),
              ),
            ),
      };
      await server.close();
      server = serve({ transports: [full] });
      const { wamp } = tab();
      await joined(wamp);
      const link = backpressure(wamp, { high: 1000, period: 1 });
      const reported = (bytes: number): Promise<unknown> =>
        firstValueFrom(link.pipe(first(({ bufferedAmount }) => bufferedAmount === bytes)));
      waiting = 5000;
      wamp.publish(TOPIC, [1]);
      expect(await reported(5000)).toEqual({ bufferedAmount: 5000, queued: 0, congested: true });
      waiting = 300;
      expect(await reported(300)).toEqual({ bufferedAmount: 300, queued: 0, congested: false });
      waiting = 0;
      expect(await reported(0)).toEqual({ bufferedAmount: 0, queued: 0, congested: false });
    });

    it('answers the signs of life that the client asks for', async () => {
      const { wamp } = tab({ keepalive: { interval: 5, timeout: 2000 } });
      const states: string[] = [];
      wamp.status$.subscribe((status) => states.push(status.state));
      await joined(wamp);
      const channel = await firstValueFrom(sharedWorker({ worker: port, locks }).open());
      const ended = new Promise<void>((resolve) => {
        channel.incoming.subscribe({ complete: resolve });
      });
      const before = channel.received;
      channel.ping?.(() => undefined);
      channel.close();
      channel.close();
      expect(() => {
        channel.send([6, {}, 'wamp.close.normal']);
      }).toThrowError(ConnectionLostError);
      await ended;
      expect(channel.received).toBe(before + 2);
      expect(states.at(-1)).toBe('joined');
    });
  });
});
