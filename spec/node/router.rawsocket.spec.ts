// The test router on RawSocket: octet by octet, and with clients over TCP, TLS and Unix domain sockets.
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import type { Socket } from 'node:net';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { filter, firstValueFrom, take, toArray } from 'rxjs';
import { Client } from '../../src/client/client.ts';
import type { BaseOptions } from '../../src/client/client-options.ts';
import { rawSocket, webSocket, type RawSocketOptions } from '../../src/node/index.ts';
import { ApplicationError, ConnectFailedError, SerializationError } from '../../src/protocol/errors.ts';
import { cbor } from '../../src/serializers/cbor.ts';
import { json } from '../../src/serializers/json.ts';
import { msgpack } from '../../src/serializers/msgpack.ts';
import { createTestRouter, type TestRouter } from '../../src/testing/index.ts';
import { serveRouter, type ServedRouter, type ServeOptions } from '../../src/router/node/index.ts';
import { testCertificate, type TestCertificate } from '../../src/testing/node/index.ts';
import { fresh, live, provided } from '../helpers/live.ts';

const ROLES = { publisher: {}, subscriber: {}, caller: {}, callee: {} };

/** A client that says what the spec says. */
class Raw {
  readonly socket: Socket;
  readonly closed: Promise<unknown>;
  #got = Buffer.alloc(0);
  #wake: () => void = () => undefined;

  constructor(port: number) {
    this.socket = connect(port, '127.0.0.1').setNoDelay(true);
    this.socket.on('error', () => undefined);
    this.socket.on('data', (chunk) => {
      this.#got = Buffer.concat([this.#got, chunk]);
      this.#wake();
    });
    this.closed = once(this.socket, 'close');
  }

  /** Whether anything has come that was not taken. */
  get idle(): boolean {
    return this.#got.length === 0;
  }

  write(...octets: number[]): this {
    this.socket.write(Uint8Array.from(octets));
    return this;
  }

  async take(count: number): Promise<number[]> {
    while (this.#got.length < count) await new Promise<void>((resolve) => (this.#wake = resolve));
    const taken = this.#got.subarray(0, count);
    this.#got = this.#got.subarray(count);
    return [...taken];
  }

  /** The next frame: its kind and payload. */
  async frame(): Promise<[kind: number, payload: string]> {
    const [kind = 0, a = 0, b = 0, c = 0] = await this.take(4);
    return [kind, Buffer.from(await this.take((a << 16) | (b << 8) | c)).toString()];
  }

  async next(): Promise<unknown[]> {
    const [, payload] = await this.frame();
    return JSON.parse(payload) as unknown[];
  }

  send(message: unknown[]): this {
    const payload = Buffer.from(JSON.stringify(message));
    return this.write(0, payload.length >> 16, payload.length >> 8, payload.length, ...payload);
  }

  /** Shakes hands for JSON, and joins. */
  async join(length = 15): Promise<this> {
    this.write(0x7f, (length << 4) | 1, 0, 0);
    await this.take(4);
    const [type] = await this.send([1, 'realm1', { roles: ROLES }]).next();
    expect(type).toBe(2);
    return this;
  }
}

describe('serveRouter on RawSocket', () => {
  let router: TestRouter;
  let served: ServedRouter;
  let raws: Raw[];
  let clients: Client[];

  const serve = async (options: ServeOptions = {}): Promise<void> => {
    router = createTestRouter({ maxMessageSize: 100_000, closeTimeout: 50 });
    served = await serveRouter(router, { rawSocket: {}, ...options });
  };
  const raw = (): Raw => {
    const made = new Raw(served.rawSocket?.port ?? 0);
    raws.push(made);
    return made;
  };
  const client = (transport: RawSocketOptions = {}, options: Partial<BaseOptions> = {}): Client => {
    const url = served.rawSocket?.url ?? '';
    const made = new Client({ realm: 'realm1', transports: [rawSocket({ url, ...transport })], ...options });
    clients.push(made);
    return made;
  };

  beforeEach(() => {
    raws = [];
    clients = [];
  });

  afterEach(async () => {
    await Promise.all(clients.map((each) => each.close()));
    for (const { socket } of raws) socket.destroy();
    await router.close();
    await served.close();
  });

  describe('shakes hands', () => {
    it('for the serializers that it speaks, with its own limit: the next lower power of two', async () => {
      await serve();
      for (const serializer of [1, 2, 3]) {
        expect(
          await raw()
            .write(0x7f, 0xf0 | serializer, 0, 0)
            .take(4),
        ).toEqual([0x7f, 0x70 | serializer, 0, 0]);
      }
    });

    const refused: readonly (readonly [what: string, begin: readonly number[], answer: number])[] = [
      ['a serializer that it does not speak', [0x7f, 0xf4, 0, 0], 0x10],
      ['an unknown serializer', [0x7f, 0xff, 0, 0], 0x10],
      ['reserved bits', [0x7f, 0xf1, 0, 1], 0x30],
    ];
    for (const [what, begin, answer] of refused) {
      it(`refuses ${what}, and hangs up`, async () => {
        await serve();
        const made = raw().write(...begin);
        expect(await made.take(4)).toEqual([0x7f, answer, 0, 0]);
        await made.closed;
      });
    }

    it('offers the serializers of its options', async () => {
      await serve({ serializers: [msgpack()] });
      expect(await raw().write(0x7f, 0xf1, 0, 0).take(4)).toEqual([0x7f, 0x10, 0, 0]);
      const wamp = client({ serializers: [cbor(), json(), msgpack()] });
      await firstValueFrom(wamp.session$);
      expect(router.sessions.map(({ link }) => [link.type, link.serializer])).toEqual([['rawsocket', 'msgpack']]);
    });

    it('says that it has enough connections where it is to refuse some', async () => {
      await serve();
      router.refuse(1);
      expect(await raw().write(0x7f, 0xf1, 0, 0).take(4)).toEqual([0x7f, 0x40, 0, 0]);
      expect(await raw().write(0x7f, 0xf1, 0, 0).take(4)).toEqual([0x7f, 0x71, 0, 0]);
    });

    it('hangs up on what is no RawSocket, and on silence', async () => {
      await serve({ helloTimeout: 30 });
      const http = raw();
      http.socket.write('GET / HTTP/1.1\r\n\r\n');
      const [silent, joining] = [raw(), raw().write(0x7f, 0xf1, 0, 0)];
      await joining.take(4);
      await Promise.all([http.closed, silent.closed, joining.closed]);
      expect([http, silent, joining].map(({ idle }) => idle)).toEqual([true, true, true]);
    });

    it('takes octets one by one', async () => {
      await serve();
      const made = raw();
      const hello = Buffer.from(JSON.stringify([1, 'realm1', { roles: ROLES }]));
      for (const octet of [0x7f, 0xf1, 0, 0, 0, 0, 0, hello.length, ...hello]) {
        made.write(octet);
        await new Promise((resolve) => setImmediate(resolve));
      }
      await made.take(4);
      expect((await made.next())[0]).toBe(2);
    });
  });

  describe('keeps to limits', () => {
    it('hangs up on a frame that is longer than it takes, or malformed', async () => {
      for (const head of [
        [0, 1, 0, 1],
        [0x08, 0, 0, 0],
        [0x10, 0, 0, 0],
        [0x05, 0, 0, 0],
      ]) {
        await serve();
        const made = await raw().join();
        await made.write(...head).closed;
        expect(made.idle).toBeTrue();
        await served.close();
      }
    });

    it('answers a frame that is no message with ABORT', async () => {
      await serve();
      const made = await raw().join();
      expect((await made.write(0, 0, 0, 1, 0x5b).next()).slice(0, 3)).toEqual([
        3,
        jasmine.any(Object),
        'wamp.error.protocol_violation',
      ]);
      await made.closed;
    });

    it('loses an event that is longer than the client takes, and sends the others', async () => {
      await serve();
      const made = await raw().join(2);
      await made.send([32, 1, {}, 'com.t']).next();
      const wamp = client();
      wamp.publish('com.t', ['x'.repeat(3000)]);
      wamp.publish('com.t', ['short']);
      expect((await made.next())[4]).toEqual(['short']);
    });

    it('answers a call with payload_size_exceeded where the caller cannot take the result', async () => {
      await serve();
      const callee = client();
      await provided(callee, 'com.f', ({ value }) => 'x'.repeat(value as number));
      const caller = client({ maxMessageSize: 2048 });
      expect((await firstValueFrom(caller.call('com.f', [100]))).value).toBe('x'.repeat(100));
      await expectAsync(firstValueFrom(caller.call('com.f', [3000]))).toBeRejectedWith(
        jasmine.objectContaining({ uri: 'wamp.error.payload_size_exceeded' }),
      );
      expect((await firstValueFrom(caller.call('com.f', [1]))).value).toBe('x');
    });

    it('answers a call with payload_size_exceeded where the callee cannot take the arguments', async () => {
      await serve();
      await provided(client({ maxMessageSize: 2048 }), 'com.f', () => 1);
      const caller = client();
      await expectAsync(firstValueFrom(caller.call('com.f', ['x'.repeat(3000)]))).toBeRejectedWith(
        jasmine.objectContaining({ uri: 'wamp.error.payload_size_exceeded' }),
      );
      expect((await firstValueFrom(caller.call('com.f'))).value).toBe(1);
    });

    it('a client fails what is longer than the router takes, and that alone', async () => {
      await serve();
      const wamp = client();
      const long = 'x'.repeat(70_000);
      const topic = fresh('topic');
      const events = await live(client(), topic);
      await expectAsync(firstValueFrom(wamp.call('com.f', [long]))).toBeRejectedWithError(SerializationError, /65536/);
      await expectAsync(firstValueFrom(wamp.publish(topic, [long]))).toBeRejectedWithError(SerializationError);
      wamp.publish(topic, ['short']);
      expect((await events.next())[0]?.value).toBe('short');
    });

    it('a callee answers with payload_size_exceeded where its result is longer than the router takes', async () => {
      await serve();
      const callee = client();
      const reported: unknown[] = [];
      callee.userErrors$.subscribe(({ error }) => reported.push(error));
      await provided(callee, 'com.f', ({ value }) => 'x'.repeat(value as number));
      const caller = client();
      const failed = await firstValueFrom(caller.call('com.f', [70_000])).catch((error: unknown) => error);
      expect(failed).toBeInstanceOf(ApplicationError);
      expect((failed as ApplicationError).uri).toBe('wamp.error.payload_size_exceeded');
      expect((failed as ApplicationError).args).toEqual([jasmine.stringMatching(/longer than the 65536/)]);
      expect(reported).toEqual([jasmine.any(SerializationError)]);
      expect((await firstValueFrom(caller.call('com.f', [1]))).value).toBe('x');
    });

    it('drops a client that does not read', async () => {
      await serve({ maxBacklog: 100_000 });
      const made = await raw().join();
      await made.send([32, 1, {}, 'com.t']).next();
      const [idle] = router.sessions;
      made.socket.pause();
      const wamp = client();
      await firstValueFrom(wamp.session$);
      const gone = firstValueFrom(router.sessions$.pipe(filter((all) => !all.some(({ id }) => id === idle?.id))));
      for (let i = 0; i < 400; i++) wamp.publish('com.t', ['x'.repeat(50_000)]);
      expect((await gone).length).toBe(1);
    });
  });

  describe('has faults', () => {
    it('answers PING with PONG, but not where the link is stalled', async () => {
      await serve();
      const made = await raw().join();
      made.write(1, 0, 0, 2, 5, 6);
      expect(await made.frame()).toEqual([2, '\x05\x06']);
      router.stall();
      made.write(1, 0, 0, 1, 7);
      made.send([48, 1, {}, 'wamp.session.count']);
      await (await raw().join()).send([48, 1, {}, 'wamp.session.count']).next(); // two round trips on a link that lives
      expect(made.idle).toBeTrue();
      router.resume();
      expect(await made.write(1, 0, 0, 1, 8).frame()).toEqual([2, '\x08']);
    });

    it('sends a frame as it is', async () => {
      await serve();
      const made = await raw().join();
      router.sendRaw('all', '{"odd":1}');
      expect(await made.frame()).toEqual([0, '{"odd":1}']);
    });

    it('keepalive notices a stalled link, by PING and without', async () => {
      for (const ping of [true, false]) {
        await serve();
        const wamp = client({ ping }, { keepalive: { interval: 20, timeout: 20 }, reconnect: { initialDelay: 1 } });
        const first = await firstValueFrom(wamp.session$);
        const sent: number[] = [];
        wamp.messages$.subscribe(({ direction, message }) => {
          if (direction === 'out') sent.push(message[0]);
        });
        router.stall();
        const next = await firstValueFrom(wamp.session$.pipe(filter(({ id }) => id !== first.id)));
        expect(next.id).not.toBe(first.id);
        expect(sent.includes(34)).withContext(`ping: ${ping}`).toBe(!ping);
        await wamp.close();
        await served.close();
      }
    });

    it('a client whose link was dropped comes back, with its topics and procedures, past its own ghost', async () => {
      await serve();
      for (const fault of [() => router.dropAll(), () => router.ghost(30)]) {
        const [topic, procedure] = [fresh('topic'), fresh('f')];
        const wamp = client({ serializer: cbor() }, { reconnect: { initialDelay: 5, jitter: 0 } });
        const events = await live(wamp, topic);
        await provided(wamp, procedure, () => 'here');
        const ready = firstValueFrom(wamp.lifecycle$.pipe(filter(({ type }) => type === 'ready')));
        fault();
        await ready;
        const other = client();
        await firstValueFrom(other.publish(topic, [1], {}, { acknowledge: true }));
        expect((await events.next())[0]?.value).toBe(1);
        expect((await firstValueFrom(other.call(procedure))).value).toBe('here');
        await wamp.close();
      }
    });

    it('a GOODBYE of the router is answered and the link closed', async () => {
      await serve();
      const made = await raw().join();
      router.goodbye();
      expect((await made.next())[0]).toBe(6);
      await made.send([6, {}, 'wamp.close.goodbye_and_out']).closed;
      expect(router.sessions).toEqual([]);
    });
  });

  describe('listens', () => {
    it('on a port of its own, and says where', async () => {
      await serve();
      expect(served.rawSocket).toEqual(
        jasmine.objectContaining({ url: `rs://127.0.0.1:${served.rawSocket?.port ?? 0}`, port: jasmine.any(Number) }),
      );
      expect(served.rawSocket?.port).not.toBe(served.port);
      await served.close();
      const error: unknown = await firstValueFrom(rawSocket({ url: served.rawSocket?.url ?? '' }).open()).catch(
        (reason: unknown) => reason,
      );
      expect(error).toBeInstanceOf(ConnectFailedError);
    });

    it('not at all unless asked to', async () => {
      await serve();
      await served.close();
      served = await serveRouter(router);
      expect(served.rawSocket).toBeUndefined();
    });

    it('on a Unix domain socket, which is gone afterwards', async () => {
      const path = join(tmpdir(), `rxwamp-${process.pid}-${fresh('s')}.sock`);
      await serve({ rawSocket: { path } });
      expect(served.rawSocket).toEqual(jasmine.objectContaining({ url: `rs+unix:${path}` }));
      const wamp = client({ url: undefined, path });
      await firstValueFrom(wamp.session$);
      expect(router.sessions.map(({ link }) => link.peer)).toEqual(['unix']);
      await served.close();
      expect(existsSync(path)).toBeFalse();
    });

    it('or rejects, and frees the port of the WebSocket', async () => {
      await serve();
      const port = served.rawSocket?.port ?? 0;
      const free = served.port;
      const second = createTestRouter();
      await served.close();
      served = await serveRouter(router, { rawSocket: { port } });
      await expectAsync(serveRouter(second, { port: free, rawSocket: { port } })).toBeRejectedWith(
        jasmine.objectContaining({ code: 'EADDRINUSE' }),
      );
      const again = await serveRouter(second, { port: free });
      expect(again.port).toBe(free);
      await again.close();
    });
  });

  describe('over TLS', () => {
    let own: TestCertificate;
    let other: TestCertificate;

    beforeAll(async () => {
      own = await testCertificate({ names: ['router.test'] });
      other = await testCertificate({ names: ['other.test'] });
    });

    const secure = (more: object = {}): Promise<void> => serve({ tls: { ...own, ...more } });
    const refused = async (options: RawSocketOptions): Promise<ConnectFailedError> => {
      const opening = firstValueFrom(rawSocket({ url: served.rawSocket?.url ?? '', ...options }).open());
      const error: unknown = await opening.catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(ConnectFailedError);
      return error as ConnectFailedError;
    };

    it('calls arrive where the certificate is trusted and the name is right', async () => {
      await secure();
      expect(served.rawSocket?.url).toMatch(/^rss:/);
      const trusting = { ca: own.cert, servername: 'router.test' };
      await provided(client({ ...trusting, serializer: msgpack() }), 'com.f', ({ value }) => value);
      const long = 'x'.repeat(50_000);
      const port = served.rawSocket?.port ?? 0;
      const caller = client({ url: undefined, host: '127.0.0.1', port, ...trusting });
      expect((await firstValueFrom(caller.call('com.f', [long]))).value).toBe(long);
      const { details } = await firstValueFrom(caller.session$);
      expect(details.transport).toEqual(jasmine.objectContaining({ isSecure: true, peer: `127.0.0.1:${port}` }));
    });

    it('a certificate that is not trusted, or for another name, is refused', async () => {
      await secure();
      expect((await refused({ servername: 'router.test' })).message).toMatch(/self-signed certificate/);
      expect((await refused({ ca: other.cert, servername: 'router.test' })).message).toMatch(/self-signed certificate/);
      expect((await refused({ ca: own.cert, servername: 'wrong.test' })).message).toMatch(/wrong\.test|altnames/);
    });

    it('any certificate will do where that was asked for', async () => {
      await secure();
      const wamp = client({ rejectUnauthorized: false });
      expect((await firstValueFrom(wamp.session$)).id).toBeGreaterThan(0);
    });

    it('a client shows its certificate where the router wants one', async () => {
      await secure({ requestCert: true, ca: other.cert, rejectUnauthorized: true });
      const trusting = { ca: own.cert, servername: 'router.test' };
      const wamp = client({ ...trusting, ...other });
      expect((await firstValueFrom(wamp.session$)).id).toBeGreaterThan(0);
      await refused(trusting);
    });

    it('says what is wrong with a certificate of its own', async () => {
      await secure();
      expect((await refused({ cert: 'no PEM', key: 'no PEM' })).message).toMatch(/PEM|no start line/i);
    });

    it('says so where the router speaks no TLS', async () => {
      await serve();
      const url = `rss://127.0.0.1:${served.rawSocket?.port ?? 0}`;
      await refused({ url, openTimeout: 5000 });
    });
  });

  describe('beside WebSocket', () => {
    it('sessions of both meet', async () => {
      await serve();
      const topic = fresh('topic');
      const events = await live(client({ serializer: cbor() }), topic);
      const web = new Client({ realm: 'realm1', transports: [webSocket({ url: served.url })] });
      clients.push(web);
      web.publish(topic, [Uint8Array.of(1, 2)]);
      expect((await events.next())[0]?.value).toEqual(Uint8Array.of(1, 2));
    });

    for (const [first, second] of [
      ['websocket', 'rawsocket'],
      ['rawsocket', 'websocket'],
    ] as const) {
      it(`a client fails over from ${first} to ${second}, and stays there`, async () => {
        await serve();
        const gone = await serveRouter(createTestRouter(), { rawSocket: {} });
        await gone.close();
        const transport = { websocket: webSocket, rawsocket: rawSocket };
        const url = (of: ServedRouter): Record<typeof first, string> => ({
          websocket: of.url,
          rawsocket: of.rawSocket?.url ?? '',
        });
        const wamp = new Client({
          realm: 'realm1',
          transports: [transport[first]({ url: url(gone)[first] }), transport[second]({ url: url(served)[second] })],
          reconnect: { initialDelay: 1, jitter: 0 },
        });
        clients.push(wamp);
        const sessions = firstValueFrom(wamp.session$.pipe(take(2), toArray()));
        await firstValueFrom(wamp.session$);
        expect(router.sessions.map(({ link }) => link.type)).toEqual([second]);
        router.dropAll();
        expect((await sessions).length).toBe(2);
        expect(router.sessions.map(({ link }) => link.type)).toEqual([second]);
      });
    }
  });
});
