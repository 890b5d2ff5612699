// The test router on real sockets.
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { firstValueFrom } from 'rxjs';
import { WebSocket, type ClientOptions } from 'ws';
import { WampClient } from '../../src/index.ts';
import { cbor } from '../../src/serializers/cbor.ts';
import { json } from '../../src/serializers/json.ts';
import { msgpack } from '../../src/serializers/msgpack.ts';
import type { Serializer } from '../../src/serializers/serializer.ts';
import { createTestRouter, type TestRouter } from '../../src/testing/index.ts';
import { serveRouter, type ServedRouter, type ServeOptions } from '../../src/router/node/index.ts';

const ROLES = { publisher: {}, subscriber: {}, caller: {}, callee: {} };

/** A raw client on a socket: frames in a queue, and the end. */
class Client {
  readonly socket: WebSocket;
  readonly opened: Promise<void>;
  readonly closed: Promise<number>;
  readonly serializer: Serializer;
  #frames: unknown[][] = [];
  #waiting: ((frame: unknown[]) => void)[] = [];

  constructor(
    url: string,
    serializer: Serializer = json(),
    options: ClientOptions = {},
    protocols = [serializer.subprotocol],
  ) {
    this.serializer = serializer;
    this.socket = new WebSocket(url, protocols, options);
    this.opened = new Promise((resolve, reject) => {
      this.socket.once('open', resolve);
      this.socket.once('error', reject);
      this.socket.once('unexpected-response', (_, response) => {
        let body = '';
        response.on('data', (data: Buffer) => (body += data.toString()));
        response.on('end', () => {
          reject(new Error(`${response.statusCode ?? 0}: ${body}`));
        });
      });
    });
    this.closed = new Promise((resolve) => this.socket.once('close', resolve));
    this.opened.catch(() => undefined);
    this.socket.on('message', (data: Buffer, binary) => {
      const frame = serializer.decode(binary ? data : data.toString()) as unknown[];
      const waiting = this.#waiting.shift();
      if (waiting) waiting(frame);
      else this.#frames.push(frame);
    });
  }

  send(frame: unknown[]): this {
    this.socket.send(this.serializer.encode(frame));
    return this;
  }

  /** The next frame. */
  next(): Promise<unknown[]> {
    const frame = this.#frames.shift();
    return frame ? Promise.resolve(frame) : new Promise((resolve) => this.#waiting.push(resolve));
  }

  async join(): Promise<number> {
    await this.opened;
    const [type, session] = await this.send([1, 'realm1', { roles: ROLES }]).next();
    expect(type).toBe(2);
    return session as number;
  }
}

describe('serveRouter', () => {
  let router: TestRouter;
  let served: ServedRouter;
  const clients: Client[] = [];

  async function serve(options: ServeOptions = {}): Promise<void> {
    router = createTestRouter({ maxMessageSize: 100_000, closeTimeout: 50 });
    served = await serveRouter(router, options);
  }
  function client(...args: [serializer?: Serializer, options?: ClientOptions, protocols?: string[]]): Client {
    const made = new Client(served.url, ...args);
    clients.push(made);
    return made;
  }
  afterEach(async () => {
    for (const { socket } of clients.splice(0)) socket.terminate();
    await router.close();
    await served.close();
  });

  for (const serializer of [json(), cbor(), msgpack()]) {
    it(`speaks ${serializer.id}: ids above 2^32, binary, empty and nested arguments`, async () => {
      await serve();
      const [caller, callee] = [client(serializer), client(serializer)];
      const sessions = [await caller.join(), await callee.join()];
      expect(sessions.every((session) => session > 2 ** 32)).toBeTrue();
      expect(router.sessions.map(({ link }) => link.serializer)).toEqual([serializer.id, serializer.id]);
      const [, , registration] = await callee.send([64, 1, {}, 'com.p']).next();
      const args = [[], [1, [2]], {}, null, 2 ** 40, new Uint8Array([0, 255])];
      caller.send([48, 1, {}, 'com.p', args, { k: 'ü' }]);
      expect(await callee.next()).toEqual([68, 1, registration, {}, args, { k: 'ü' }]);
      callee.send([70, 1, {}, []]);
      expect(await caller.next()).toEqual([50, 1, {}]);
      callee.send([66, 2, registration]);
      expect(await callee.next()).toEqual([67, 2]);
    });
  }

  it("agrees on the client's first subprotocol that it speaks", async () => {
    await serve();
    const made = client(cbor(), {}, ['wamp.2.flatbuffers', 'wamp.2.cbor', 'wamp.2.json']);
    await made.join();
    expect(made.socket.protocol).toBe('wamp.2.cbor');
    expect(made.socket.extensions).toBe('');
  });

  it('refuses a handshake without a common subprotocol, and says what it speaks', async () => {
    await serve();
    for (const protocols of [['wamp.2.flatbuffers'], []]) {
      await expectAsync(client(json(), {}, protocols).opened).toBeRejectedWithError(
        /400: No common WebSocket subprotocol.*speaks wamp\.2\.json, wamp\.2\.msgpack, wamp\.2\.cbor/,
      );
    }
  });

  it('refuses other paths than its own', async () => {
    await serve({ path: '/ws' });
    await client().join();
    served = { ...served, url: served.url.replace('/ws', '/other') };
    await expectAsync(client().opened).toBeRejectedWithError(/404: The router is at \/ws/);
  });

  it('lets in pages from this machine and of the option, and who is no browser', async () => {
    await serve({ allowedOrigins: ['https://app.example'] });
    for (const origin of [
      'http://localhost:4200',
      'http://127.0.0.1',
      'http://[::1]:1',
      'http://a.localhost',
      'https://app.example',
    ]) {
      await client(json(), { origin }).join();
    }
    await client().join();
    for (const origin of [
      'https://evil.example',
      'http://127.0.0.1.evil.example',
      'null',
      'http://localhost.evil.example',
    ]) {
      await expectAsync(client(json(), { origin }).opened).toBeRejectedWithError(/403: Pages from .* may not/);
    }
    await served.close();
    await serve({ allowedOrigins: '*' });
    await client(json(), { origin: 'https://evil.example' }).join();
  });

  it('aborts text where binary was agreed, binary where text was, and what cannot be decoded', async () => {
    await serve();
    for (const [serializer, data] of [
      [json(), new Uint8Array([1])],
      [cbor(), 'text'],
      [msgpack(), new Uint8Array([0xc1])],
      [json(), '{'],
    ] as const) {
      const made = client(serializer);
      await made.join();
      made.socket.send(data);
      expect((await made.next())[2]).toBe('wamp.error.protocol_violation');
      expect(await made.closed).toBe(1002);
    }
  });

  it('drops a client that sends too much at once, and goes on', async () => {
    await serve();
    const made = client();
    await made.join();
    made.send([16, 1, {}, 'com.a', ['x'.repeat(200_000)]]);
    expect(await made.closed).toBe(1009);
    await client().join();
  });

  it('drops a client that says nothing', async () => {
    await serve({ helloTimeout: 20 });
    const made = client();
    await made.opened;
    expect(await made.closed).toBe(1002);
  });

  it('drops a client that does not read', async () => {
    await serve({ maxBacklog: 1000 });
    const made = client();
    const session = await made.join();
    await made.send([32, 1, {}, 'com.a']).next();
    made.socket.pause();
    const payload = ['x'.repeat(90_000)];
    for (let i = 0; i < 2000 && router.sessions.length > 0; i++) {
      router.publish('com.a', payload);
      if (i % 50 === 0) await new Promise(setImmediate);
    }
    await router.whenSession(0);
    expect(session).toBeGreaterThan(0);
  });

  it('survives what is no WebSocket, and says so to browsers', async () => {
    await serve();
    const answer = await new Promise<string>((resolve) => {
      httpRequest({ port: served.port, host: '127.0.0.1' }, (response) => {
        response.on('data', (data: Buffer) => resolve(`${response.statusCode ?? 0} ${data.toString()}`));
      }).end();
    });
    expect(answer).toContain('426 This is a WAMP router for tests');
    await new Promise((resolve) => {
      const socket = connect(served.port, '127.0.0.1', () => socket.end('rubbish\r\n\r\n'));
      socket.on('close', resolve).resume();
    });
    await client().join();
  });

  it('dropAll, refuse and abort work on sockets', async () => {
    await serve();
    const made = client();
    await made.join();
    router.dropAll();
    expect(await made.closed).toBe(1006);
    router.refuse(1);
    await expectAsync(client().opened).toBeRejectedWithError(/503: the router refuses connections for the test/);
    router.abort('com.app.no');
    const refused = client();
    await refused.opened;
    expect(await refused.send([1, 'realm1', { roles: ROLES }]).next()).toEqual([3, jasmine.anything(), 'com.app.no']);
    expect(await refused.closed).toBe(1000);
    await client().join();
  });

  it('stall leaves sockets open and pings unanswered; resume answers again', async () => {
    await serve();
    const made = client();
    await made.join();
    let pongs = 0;
    made.socket.on('pong', () => pongs++);
    const pong = (): Promise<unknown> => new Promise((resolve) => made.socket.once('pong', resolve));
    made.socket.ping();
    await pong();
    router.stall();
    made.socket.ping();
    made.send([48, 1, {}, 'wamp.session.count']);
    // another link is served meanwhile: what the first one sent has been read by then
    await client().join();
    expect(pongs).toBe(1);
    router.resume();
    made.socket.ping();
    await pong();
    made.send([48, 1, {}, 'wamp.session.count']);
    expect(await made.next()).toEqual([50, 1, {}, [2]]);
  });

  it('ghost keeps the session of a socket that is gone', async () => {
    await serve();
    const made = client();
    await made.join();
    await made.send([64, 1, {}, 'com.p']).next();
    router.ghost(60_000);
    expect(await made.closed).toBe(1006);
    const back = client();
    await back.join();
    expect((await back.send([64, 1, {}, 'com.p']).next())[4]).toBe('wamp.error.procedure_already_exists');
  });

  it('sendRaw sends frames as they are, goodbye says so and closes after the answer', async () => {
    await serve();
    const made = client();
    const session = await made.join();
    router.sendRaw(session, '[999]');
    expect(await made.next()).toEqual([999]);
    router.goodbye();
    expect(await made.next()).toEqual([6, {}, 'wamp.close.system_shutdown']);
    made.send([6, {}, 'wamp.close.goodbye_and_out']);
    expect(await made.closed).toBe(1000);
  });

  it('says where it listens, and rejects where the port is taken', async () => {
    await serve();
    expect(served.url).toBe(`ws://127.0.0.1:${served.port}`);
    await expectAsync(serveRouter(createTestRouter(), { port: served.port })).toBeRejectedWithError(/EADDRINUSE/);
    const six = await serveRouter(createTestRouter(), { host: '::1', path: '/x' }).catch(() => undefined);
    if (six) {
      expect(six.url).toBe(`ws://[::1]:${six.port}/x`);
      const wamp = new WampClient({ realm: 'realm1', url: six.url });
      expect((await firstValueFrom(wamp.session$)).open).toBeTrue();
      await wamp.close();
    }
    await six?.close();
  });

  it('says what is wrong with what it is given, before it listens', async () => {
    await serve();
    const wrong = (...given: unknown[]): Promise<unknown> => serveRouter(...(given as [TestRouter]));
    await expectAsync(wrong({ port: 0 })).toBeRejectedWithError(
      TypeError,
      'serveRouter: router must be what createRouter() made, got an object',
    );
    await expectAsync(wrong()).toBeRejectedWithError(TypeError, /router must be .* got nothing$/);
    await expectAsync(wrong(createTestRouter(), { prot: 1 })).toBeRejectedWithError(
      TypeError,
      /^serveRouter: unknown option 'prot'; known are port, host/,
    );
    await expectAsync(wrong(createTestRouter(), { port: '1' })).toBeRejectedWithError(TypeError, /port must be/);
  });
});
