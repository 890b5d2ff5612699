// Batches on real WebSockets: what stands in one frame, both ways.
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { firstValueFrom, take, toArray } from 'rxjs';
import { WebSocket, WebSocketServer } from 'ws';
import { Client } from '../../src/client/client.ts';
import { ConnectionLostError, ProtocolError, SerializationError } from '../../src/protocol/errors.ts';
import { batched } from '../../src/serializers/batched.ts';
import { cbor } from '../../src/serializers/cbor.ts';
import { json } from '../../src/serializers/json.ts';
import { msgpack } from '../../src/serializers/msgpack.ts';
import type { Serializer } from '../../src/serializers/serializer.ts';
import { createTestRouter, type TestRouter } from '../../src/testing/index.ts';
import { serveRouter, type ServedRouter } from '../../src/router/node/index.ts';
import type { Channel } from '../../src/transports/transport.ts';
import { webSocket } from '../../src/transports/websocket.ts';
import { fresh, live } from '../helpers/live.ts';

const ROLES = { publisher: {}, subscriber: {}, caller: {}, callee: {} };

describe('batches on a WebSocket', () => {
  describe('of the client', () => {
    let server: WebSocketServer;
    let url: string;

    beforeEach(async () => {
      server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
      await once(server, 'listening');
      url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
    });

    afterEach(async () => {
      for (const peer of server.clients) peer.terminate();
      server.close();
      await once(server, 'close');
    });

    const opened = async (
      serializer: Serializer,
      injected?: typeof WebSocket,
    ): Promise<{ channel: Channel; peer: WebSocket; got: unknown[]; end: Promise<unknown> }> => {
      const arrival = once(server, 'connection') as Promise<[WebSocket]>;
      const got: unknown[] = [];
      let end!: Promise<unknown>;
      const channel = await new Promise<Channel>((resolve, reject) => {
        webSocket({ url, serializers: [serializer], WebSocket: injected })
          .open()
          .subscribe({
            next: (open) => {
              end = new Promise((done) => {
                open.incoming.subscribe({
                  next: (value) => got.push(value),
                  error: done,
                  complete: () => done('complete'),
                });
              });
              resolve(open);
            },
            error: reject,
          });
      });
      return { channel, peer: (await arrival)[0], got, end };
    };

    for (const injected of [undefined, WebSocket]) {
      const how = injected ? 'a standard socket' : "Node's socket";
      for (const plain of [json(), msgpack(), cbor()]) {
        it(`${plain.id} over ${how}: the messages of one turn are one frame, before the close`, async () => {
          const { channel, peer, end } = await opened(batched(plain), injected);
          const frames: Buffer[] = [];
          peer.on('message', (data: Buffer) => frames.push(data));
          const closed = once(peer, 'close') as Promise<[number]>;
          for (let i = 0; i < 3; i++) channel.send([36, i, 1, {}]);
          expect(() => channel.send([36, 3, 1, {}, [Symbol('no')]])).toThrowError(SerializationError);
          expect(channel.bufferedAmount).toBeGreaterThan(0);
          const [first] = (await once(peer, 'message')) as [Buffer];
          const one = batched(plain).encode([36, 0, 1, {}]);
          expect(first.length).toBe(3 * one.length);
          expect([...first.subarray(0, one.length)]).toEqual([...Buffer.from(one as Uint8Array)]);
          channel.send([36, 4, 1, {}]);
          channel.send([36, 5, 1, {}]);
          channel.close();
          expect((await closed)[0]).toBe(1000);
          expect(frames.map(({ length }) => length)).toEqual([3, 2].map((count) => count * one.length));
          expect(await end).toBe('complete');
        });

        it(`${plain.id} over ${how}: what was sent still leaves at drop()`, async () => {
          const { channel, peer } = await opened(batched(plain), injected);
          const arrival = once(peer, 'message');
          channel.send([36, 1, 1, {}]);
          if (injected) await Promise.resolve(); // a standard socket that is dropped forgets what it has not written
          channel.drop();
          expect((await arrival).length).toBeGreaterThan(0);
        });

        it(`${plain.id} over ${how}: the messages of one frame come one by one; none is a ProtocolError`, async () => {
          const { peer, got, end } = await opened(batched(plain), injected);
          const batch = [1, 2, 3].map((n) => Buffer.from(batched(plain).encode([n]) as Uint8Array));
          peer.send(Buffer.concat(batch), { binary: plain.binary });
          peer.send(Buffer.alloc(0), { binary: plain.binary });
          peer.send(batch[0] ?? '', { binary: plain.binary });
          const error = await end;
          expect(got).toEqual([[1], [2], [3]]);
          expect(error).toBeInstanceOf(ProtocolError);
          expect((error as Error).message).toMatch(/batch without a message/);
        });
      }
    }

    it('a frame of the wrong kind is a ProtocolError', async () => {
      const { peer, end } = await opened(batched(cbor()));
      peer.send('[1]\x18');
      expect(((await end) as Error).message).toBe('A text frame on wamp.2.cbor.batched');
    });

    it('nothing of a batch is delivered after close() inside it', async () => {
      const arrival = once(server, 'connection') as Promise<[WebSocket]>;
      const got: unknown[] = [];
      webSocket({ url, serializers: [batched(json())] })
        .open()
        .subscribe((channel) => {
          channel.incoming.subscribe((value) => {
            got.push(value);
            channel.close();
          });
        });
      const [peer] = await arrival;
      const closed = once(peer, 'close');
      peer.send('[1]\x18[2]\x18');
      await closed;
      expect(got).toEqual([[1]]);
    });
  });

  describe('of the router', () => {
    let router: TestRouter;
    let served: ServedRouter;
    let sockets: WebSocket[];

    beforeEach(async () => {
      sockets = [];
      router = createTestRouter();
      served = await serveRouter(router);
    });

    afterEach(async () => {
      for (const socket of sockets) socket.terminate();
      await served.close();
    });

    const dialled = async (protocols: string[]): Promise<WebSocket> => {
      const socket = new WebSocket(served.url, protocols);
      sockets.push(socket);
      await once(socket, 'open');
      return socket;
    };
    const next = async (socket: WebSocket): Promise<string> => String(((await once(socket, 'message')) as [Buffer])[0]);

    it('are negotiated in the order of the client, like any serializer', async () => {
      const names = ['wamp.2.ubjson.batched', 'wamp.2.cbor.batched', 'wamp.2.json'];
      expect((await dialled(names)).protocol).toBe('wamp.2.cbor.batched');
      expect((await dialled(names.reverse())).protocol).toBe('wamp.2.json');
    });

    it('hold all answers of one turn: SUBSCRIBED and its first EVENT share one', async () => {
      const socket = await dialled(['wamp.2.json.batched']);
      socket.send(`${JSON.stringify([1, 'realm1', { roles: ROLES }])}\x1e`);
      const welcome = await next(socket);
      expect([welcome.slice(0, 3), welcome.at(-1)]).toEqual(['[2,', '\x1e']);
      const publish = [16, 1, { exclude_me: false, retain: true }, 'com.t', ['first']];
      const subscribe = [32, 2, { get_retained: true }, 'com.t'];
      socket.send([publish, subscribe].map((message) => `${JSON.stringify(message)}\x18`).join(''));
      const messages = (await next(socket))
        .split('\x18')
        .map((text) => (text ? (JSON.parse(text) as unknown[]) : 'end'));
      expect(messages.map(([code]) => code)).toEqual([33, 36, 'e']);
    });

    it('of JSON come back with the separator that the client used', async () => {
      const hello = JSON.stringify([1, 'realm1', { roles: ROLES }]);
      const sockets = [await dialled(['wamp.2.json.batched']), await dialled(['wamp.2.json.batched'])];
      for (const [i, separator] of ['\x1e', '\x18'].entries()) {
        const socket = sockets[i]!;
        socket.send(hello + separator);
        expect((await next(socket)).at(-1)).toBe(separator);
        socket.send([1, 2].map((request) => `[32,${request},{},"com.t"]${separator}`).join(''));
        expect(await next(socket)).toMatch(new RegExp(`^\\[33,1,\\d+\\]${separator}\\[33,2,\\d+\\]${separator}$`));
      }
    });

    it('without a message are answered with ABORT', async () => {
      const socket = await dialled(['wamp.2.json.batched']);
      socket.send(`${JSON.stringify([1, 'realm1', { roles: ROLES }])}\x18`);
      await next(socket);
      const closed = once(socket, 'close') as Promise<[number]>;
      socket.send('');
      expect(await next(socket)).toMatch(/^\[3,.*protocol_violation/);
      expect((await closed)[0]).toBe(1002);
    });

    it('a client takes SUBSCRIBED and EVENT out of one, and nothing is lost', async () => {
      const transports = [webSocket({ url: served.url, serializers: [batched(msgpack()), msgpack()] })];
      const [alice, bob] = [new Client({ realm: 'realm1', transports }), new Client({ realm: 'realm1', transports })];
      const topic = fresh('topic');
      await firstValueFrom(bob.publish(topic, ['state'], {}, { retain: true, acknowledge: true }));
      const events = await live(alice, topic, { getRetained: true });
      for (let i = 0; i < 500; i++) bob.publish(topic, [i]);
      const got = await events.next(501);
      expect(got.map(({ value }) => value)).toEqual(['state', ...Array(500).keys()]);
      expect(router.sessions.map(({ link }) => link.serializer)).toEqual(['msgpack.batched', 'msgpack.batched']);
      const { transport } = (await firstValueFrom(alice.session$)).details;
      expect(transport.serializer).toBe('msgpack.batched');
      await Promise.all([alice.close(), bob.close()]);
    });

    it('a client heals over them', async () => {
      const wamp = new Client({
        realm: 'realm1',
        transports: [webSocket({ url: served.url, serializers: [batched(json())] })],
        reconnect: { initialDelay: 1, jitter: 0 },
      });
      const sessions = firstValueFrom(wamp.session$.pipe(take(2), toArray()));
      const first = await firstValueFrom(wamp.session$);
      const call = firstValueFrom(first.call('com.nobody.answers')).catch((error: unknown) => error);
      router.dropAll();
      expect((await sessions).length).toBe(2);
      expect(await call).toBeInstanceOf(ConnectionLostError);
      await wamp.close();
    });
  });
});
