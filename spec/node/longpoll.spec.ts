// longPoll() and serveRouter({ longPoll }) on real sockets, and what each does when the other fails.
import { filter, firstValueFrom } from 'rxjs';
import { Client } from '../../src/client/client.ts';
import type { BaseOptions } from '../../src/client/client-options.ts';
import type { Status } from '../../src/client/status.ts';
import { ConnectionLostError } from '../../src/protocol/errors.ts';
import { serveRouter, type ServedRouter, type ServeOptions } from '../../src/router/node/index.ts';
import { createTestRouter, type TestRouter } from '../../src/testing/test-router.ts';
import { longPoll } from '../../src/transports/longpoll.ts';
import { webSocket } from '../../src/transports/websocket.ts';
import { live, provided, values } from '../helpers/live.ts';

describe('HTTP long-poll', () => {
  let router: TestRouter;
  let served: ServedRouter;
  let clients: Client[];

  const serve = async (options: ServeOptions = {}): Promise<string> => {
    served = await serveRouter(router, { longPoll: true, ...options });
    return served.longPollUrl ?? '';
  };

  const client = (options: Partial<BaseOptions> = {}): Client => {
    const made = new Client({
      realm: 'realm1',
      transports: [longPoll({ url: () => served.longPollUrl ?? '' })],
      reconnect: { initialDelay: 1 },
      ...options,
    });
    clients.push(made);
    return made;
  };

  const state = <S extends Status['state']>(wamp: Client, wanted: S): Promise<Extract<Status, { state: S }>> =>
    firstValueFrom(
      wamp.status$.pipe(filter((status): status is Extract<Status, { state: S }> => status.state === wanted)),
    );

  beforeEach(() => {
    router = createTestRouter();
    clients = [];
  });

  afterEach(async () => {
    await Promise.all(clients.map((each) => each.close()));
    await served.close().catch(() => undefined);
    await router.close();
  });

  describe('a client', () => {
    it('tells the router what it is, and leaves in order', async () => {
      await serve({ longPoll: { path: '/wamp/poll/' } });
      expect(served.longPollUrl).toBe(`http://127.0.0.1:${served.port}/wamp/poll`);
      const wamp = client();
      const { details } = await firstValueFrom(wamp.connect());
      expect(details.transport).toEqual({
        type: 'longpoll',
        url: served.longPollUrl ?? '',
        serializer: 'json',
        subprotocol: 'wamp.2.json',
        isSecure: false,
      });
      expect(router.sessions[0]!.link.type).toBe('longpoll');
      await wamp.close();
      expect(router.sessions).toEqual([]);
    });

    it('heals after the links were cut', async () => {
      await serve();
      const wamp = client();
      const events = await live(wamp, 'com.app.topic');
      await provided(wamp, 'com.app.f', () => 1);
      const lost = state(wamp, 'waiting');
      router.dropAll();
      const { error } = await lost;
      expect(error).toBeInstanceOf(ConnectionLostError);
      await router.whenSubscribed('com.app.topic');
      await router.whenRegistered('com.app.f');
      router.publish('com.app.topic', ['again']);
      await events.next();
      expect(values(events)).toEqual(['again']);
    });

    it('breaks off where the router breaks the protocol, and the router hears of it', async () => {
      await serve();
      const wamp = client({ reconnect: false });
      const { id } = await firstValueFrom(wamp.connect());
      router.sendRaw(id, [2, 1, {}]);
      expect((await state(wamp, 'failed')).error.message).toMatch(/WELCOME must not come now/);
      await router.whenSession(0);
    });

    it('takes it for a loss when the router is gone', async () => {
      await serve();
      const wamp = client({ reconnect: false });
      await firstValueFrom(wamp.connect());
      const failed = state(wamp, 'failed');
      await served.close();
      expect((await failed).error).toBeInstanceOf(ConnectionLostError);
    });

    it('notices by its keepalive that the link is half-open, though requests to send are answered', async () => {
      await serve();
      const wamp = client({ keepalive: { interval: 60, timeout: 60 }, reconnect: false });
      await firstValueFrom(wamp.connect());
      const failed = state(wamp, 'failed');
      router.stall();
      expect((await failed).error.message).toMatch(/No sign of life/);
      router.resume();
    });

    it('meets its own ghost, and gets its registration when that is gone', async () => {
      await serve();
      const wamp = client();
      await provided(wamp, 'com.app.f', () => 1);
      router.ghost(50);
      await state(wamp, 'waiting');
      await state(wamp, 'joined');
      while (wamp.status.state !== 'joined' || wamp.status.healing > 0) {
        await firstValueFrom(wamp.status$.pipe(filter((s) => s.state === 'joined' && s.healing === 0)));
      }
      expect((await firstValueFrom(wamp.call('com.app.f'))).value).toBe(1);
    });

    it('is the way out where no WebSocket can be had', async () => {
      const url = await serve({ path: '/elsewhere' });
      const blocked = webSocket({ url: `ws://127.0.0.1:${served.port}/blocked` });
      const wamp = client({ transports: [blocked, longPoll({ url })] });
      const session = await firstValueFrom(wamp.connect());
      expect(session.details.transport.type).toBe('longpoll');
      router.dropAll();
      await state(wamp, 'waiting');
      const back = client({ transports: [longPoll({ url: `${url}/none` }), webSocket({ url: served.url })] });
      expect((await firstValueFrom(back.connect())).details.transport.type).toBe('websocket');
      expect((await state(wamp, 'joined')).session.details.transport.type).toBe('longpoll');
    });
  });

  describe('the router', () => {
    const post = (path: string, body?: string, headers: Record<string, string> = {}, method = 'POST') =>
      fetch(`${served.longPollUrl}/${path}`, { method, headers, ...(body !== undefined && { body }) });
    const OPEN = '{"protocols":["wamp.2.nothing","wamp.2.json","wamp.2.cbor"]}';
    const open = async (): Promise<string> => {
      const answer = (await (await post('open', OPEN)).json()) as { transport: string; protocol: string };
      expect(answer.protocol).toBe('wamp.2.json');
      return answer.transport;
    };
    const HELLO = '[1,"realm1",{"roles":{"caller":{},"subscriber":{}}}]';

    it('speaks as the specification says', async () => {
      await serve();
      const id = await open();
      const waiting = post(`${id}/receive`);
      expect((await post(`${id}/send`, HELLO)).status).toBe(202);
      const welcome = await waiting;
      expect([welcome.status, (JSON.parse(await welcome.text()) as unknown[])[0]]).toEqual([200, 2]);
      const held = post(`${id}/receive`);
      expect((await post(`${id}/close`)).status).toBe(202);
      expect(await (await held).text()).toBe('');
      expect((await post(`${id}/receive`)).status).toBe(404);
      expect(router.sessions).toEqual([]);
    });

    it('refuses what it does not know', async () => {
      await serve();
      const id = await open();
      for (const [path, body, status, method] of [
        ['open', '{"protocols":["wamp.2.nothing"]}', 400],
        ['open', '{"protocols":"x"}', 400],
        ['open', 'null', 400],
        ['open', '{', 400],
        ['open', `{"protocols":["${'x'.repeat(20_000)}"]}`, 400],
        ['none/receive', '', 404],
        ['none/send', HELLO, 404],
        [`${id}/other`, '', 404],
        [`${id}/send/more`, '', 404],
        [`${id}/send`, undefined, 405, 'GET'],
      ] as const) {
        const answer = await post(path, body, {}, method);
        expect([path, answer.status]).toEqual([path, status]);
        await answer.text();
      }
      const elsewhere = await fetch(`http://127.0.0.1:${served.port}/`);
      expect([elsewhere.status, await elsewhere.text()]).toEqual([426, jasmine.stringMatching(/WAMP router/)]);
      router.refuse(1);
      expect((await post('open', OPEN)).status).toBe(503);
    });

    it('ends a session at what it cannot read: 400, and ABORT is fetched before the end', async () => {
      await serve();
      const id = await open();
      expect((await post(`${id}/send`, 'no JSON')).status).toBe(400);
      expect(await (await post(`${id}/receive`)).text()).toMatch(/^\[3,.*protocol_violation/);
      const end = await post(`${id}/receive`);
      expect([end.status, await end.text()]).toEqual([410, jasmine.stringMatching(/The router hung up/)]);
      expect((await post(`${id}/receive`)).status).toBe(404);
    });

    it('takes no message beyond its bound', async () => {
      await serve({ maxMessageSize: 1000 });
      const id = await open();
      expect((await post(`${id}/send`, 'x'.repeat(1001))).status).toBe(413);
      expect((await post(`${id}/send`, HELLO)).status).toBe(404);
    });

    it('drops a client that does not fetch what waits for it', async () => {
      await serve({ maxBacklog: 10_000 });
      const id = await open();
      await post(`${id}/send`, HELLO);
      await router.whenSession();
      router.sendRaw('all', 'x'.repeat(10_001));
      await router.whenSession(0);
      expect((await post(`${id}/receive`)).status).toBe(404);
    });

    it('takes a client for gone that makes no request, and answers those that wait long with nothing', async () => {
      await serve({ longPoll: { idleTimeout: 100, holdTimeout: 20 } });
      const id = await open();
      await post(`${id}/send`, HELLO);
      await (await post(`${id}/receive`)).text();
      const begin = performance.now();
      const empty = await post(`${id}/receive`);
      expect([empty.status, await empty.text()]).toEqual([200, '']);
      expect(performance.now() - begin).toBeGreaterThan(15);
      expect(router.sessions.length).toBe(1);
      await router.whenSession(0);
      expect((await post(`${id}/receive`)).status).toBe(404);
    });

    it('gives up the request that waited when another comes, and loses nothing when one breaks off', async () => {
      await serve();
      const id = await open();
      const two = [post(`${id}/receive`), post(`${id}/receive`)].map(async (answer) => (await answer).text());
      expect(await Promise.race(two)).toBe('');
      await post(`${id}/send`, HELLO);
      expect((await Promise.all(two)).filter((text) => text.startsWith('[2,')).length).toBe(1);
      const abort = new AbortController();
      const broken = fetch(`${served.longPollUrl}/${id}/receive`, { method: 'POST', signal: abort.signal });
      await post(`${id}/send`, '[32,1,{},"com.app.topic"]');
      expect(await (await broken).text()).toMatch(/^\[33,1/);
      const late = fetch(`${served.longPollUrl}/${id}/receive`, { method: 'POST', signal: abort.signal });
      abort.abort();
      await expectAsync(late).toBeRejected();
      const next = post(`${id}/receive`).then((answer) => answer.text());
      await post(`${id}/send`, '[32,2,{},"com.app.other"]');
      expect(await next).toMatch(/^\[33,2/);
    });

    it('lets in pages from this machine and those of allowedOrigins, with CORS, and no others', async () => {
      await serve({ allowedOrigins: ['https://app.example'] });
      const asked = { 'access-control-request-headers': 'authorization,content-type' };
      for (const origin of ['https://app.example', 'http://localhost:4200']) {
        const preflight = await post('open', undefined, { origin, ...asked }, 'OPTIONS');
        expect(preflight.status).toBe(204);
        expect(preflight.headers.get('access-control-allow-origin')).toBe(origin);
        expect(preflight.headers.get('access-control-allow-headers')).toBe('authorization,content-type');
        expect(preflight.headers.get('access-control-allow-methods')).toBe('POST');
        const opened = await post('open', OPEN, { origin });
        expect(opened.status).toBe(200);
        expect(opened.headers.get('access-control-allow-origin')).toBe(origin);
        expect(opened.headers.get('access-control-allow-credentials')).toBe('true');
        await opened.text();
      }
      const other = await post('open', OPEN, { origin: 'https://evil.example' });
      expect(other.status).toBe(403);
      expect(other.headers.get('access-control-allow-origin')).toBeNull();
      expect(await other.text()).toMatch(/name the origin in allowedOrigins/);
      expect((await post('open', undefined, { origin: 'https://evil.example', ...asked }, 'OPTIONS')).status).toBe(403);
    });
  });
});
