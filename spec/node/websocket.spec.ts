// webSocket() against a server of the package `ws` on loopback: real sockets, real close codes.
import { once } from 'node:events';
import {
  createServer as createHttpServer,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type Server,
} from 'node:http';
import { createServer as createTcpServer, Socket as TcpSocket, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { runInNewContext } from 'node:vm';
import { firstValueFrom, of, Subject } from 'rxjs';
import { WebSocket, WebSocketServer } from 'ws';
import { webSocket as nodeWebSocket } from '../../src/node/index.ts';
import {
  ConnectFailedError,
  ConnectionLostError,
  ProtocolError,
  SerializationError,
} from '../../src/protocol/errors.ts';
import type { Message } from '../../src/protocol/messages.ts';
import { cbor } from '../../src/serializers/cbor.ts';
import { json } from '../../src/serializers/json.ts';
import { msgpack } from '../../src/serializers/msgpack.ts';
import type { Channel } from '../../src/transports/transport.ts';
import { webSocket } from '../../src/transports/websocket.ts';

const EVENT: Message = [36, 5512315355, 1, {}, ['hello']];

/** What an incoming stream did, and its end as a promise. */
class Record {
  readonly got: unknown[] = [];
  error: unknown;
  readonly end: Promise<'complete' | 'error'>;
  private wake: (() => void) | undefined;

  constructor(channel: Channel) {
    this.end = new Promise((resolve) => {
      channel.incoming.subscribe({
        next: (value) => {
          this.got.push(value);
          this.wake?.();
        },
        error: (error: unknown) => {
          this.error = error;
          resolve('error');
        },
        complete: () => resolve('complete'),
      });
    });
  }

  async count(n: number): Promise<unknown[]> {
    while (this.got.length < n) await new Promise<void>((resolve) => (this.wake = resolve));
    return this.got;
  }
}

const failure = async (opening: Promise<unknown>): Promise<ConnectFailedError> => {
  const error: unknown = await opening.then(
    () => 'it opened',
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(ConnectFailedError);
  return error as ConnectFailedError;
};

describe('webSocket in Node', () => {
  let server: WebSocketServer;
  let http: Server;
  let url: string;
  let peers: WebSocket[];
  let requests: IncomingMessage[];
  let chosen: (offered: Set<string>) => string | false;
  let status: number;
  let headers: OutgoingHttpHeaders;

  beforeEach(async () => {
    peers = [];
    requests = [];
    status = 0;
    headers = {};
    chosen = (offered) => [...offered][0] ?? false;
    http = createHttpServer();
    server = new WebSocketServer({
      server: http,
      handleProtocols: (offered) => chosen(offered),
      verifyClient: (info, done) => {
        requests.push(info.req);
        done(status === 0, status, undefined, headers);
      },
    });
    server.on('connection', (peer) => peers.push(peer));
    http.listen(0, '127.0.0.1');
    await once(http, 'listening');
    url = `ws://127.0.0.1:${(http.address() as AddressInfo).port}/ws`;
  });

  afterEach(async () => {
    for (const peer of server.clients) peer.terminate();
    server.close();
    http.close();
    http.closeAllConnections();
    await once(http, 'close');
  });

  /** A channel, its record, and the server's end of it. */
  const opened = async (
    options: Partial<Parameters<typeof nodeWebSocket>[0]> = {},
  ): Promise<{ channel: Channel; record: Record; peer: WebSocket }> => {
    const arrival = once(server, 'connection') as Promise<[WebSocket]>;
    let record!: Record;
    const channel = await new Promise<Channel>((resolve, reject) => {
      nodeWebSocket({ url, ...options })
        .open()
        .subscribe({
          next: (open) => {
            record = new Record(open);
            resolve(open);
          },
          error: reject,
        });
    });
    const [peer] = await arrival;
    return { channel, record, peer };
  };

  describe('options', () => {
    const wrong: readonly (readonly [options: unknown, said: RegExp])[] = [
      [{}, /url/],
      [{ url: 5 }, /url must be a string, a URL or a function/],
      [{ url: 'ws://h', headers: {} }, /unknown option 'headers'/],
      [{ url: 'ws://h', toString: 1 }, /unknown option 'toString'/],
      [{ url: 'ws://h', serializers: json() }, /serializers/],
      [{ url: 'ws://h', serializers: [] }, /serializers/],
      [{ url: 'ws://h', serializers: [json] }, /serializers/],
      [{ url: 'ws://h', openTimeout: '5' }, /openTimeout must be a number/],
      [{ url: 'ws://h', WebSocket: {} }, /WebSocket must be a function/],
    ];
    for (const [options, said] of wrong) {
      it(`are checked: ${JSON.stringify(options)}`, () => {
        expect(() => webSocket(options as { url: string })).toThrowError(TypeError, said);
      });
    }

    it('of Node that may be secrets are not repeated', () => {
      for (const options of [{ headers: 'Cookie: hush' }, { cookies: 'a=hush' }, { agent: 'http://joe:hush@proxy' }]) {
        const name = Object.keys(options)[0];
        expect(() => nodeWebSocket({ url: 'ws://h', ...options } as never)).toThrowError(
          TypeError,
          RegExp(`^webSocket: ${name} must be an? \\w+, got a string$`),
        );
      }
    });

    it('of Node are checked as well', () => {
      expect(() => nodeWebSocket({ url, maxPayload: '1' as never })).toThrowError(
        TypeError,
        /maxPayload must be a number/,
      );
      expect(() => nodeWebSocket({ url, header: {} } as never)).toThrowError(TypeError, /unknown option 'header'/);
    });

    it('may be undefined', () => {
      expect(() => webSocket({ url, serializers: undefined, openTimeout: undefined })).not.toThrow();
    });

    it('name the transport, without what is secret in its address', () => {
      expect(webSocket({ url: 'wss://joe:pw@host:81/ws?token=1' }).name).toBe('websocket wss://host:81/ws');
      expect(webSocket({ url: () => 'ws://host' }).name).toBe('websocket');
    });
  });

  describe('dialling', () => {
    it('offers the subprotocols in order and uses the one chosen', async () => {
      chosen = () => 'wamp.2.cbor';
      const { channel, record, peer } = await opened({ serializers: [msgpack(), cbor(), json()] });
      expect(requests[0]?.headers['sec-websocket-protocol']).toBe('wamp.2.msgpack,wamp.2.cbor,wamp.2.json');
      expect(channel.details).toEqual({
        type: 'websocket',
        url,
        serializer: 'cbor',
        subprotocol: 'wamp.2.cbor',
        isSecure: false,
        extensions: '',
        peer: new URL(url).host,
      });
      const arrival = once(peer, 'message') as Promise<[Uint8Array, boolean]>;
      channel.send(EVENT);
      const [frame, binary] = await arrival;
      expect(binary).toBeTrue();
      expect(cbor().decode(frame)).toEqual(EVENT);
      peer.send(frame);
      expect(await record.count(1)).toEqual([EVENT]);
    });

    it('speaks JSON by default', async () => {
      const { channel, record, peer } = await opened();
      expect(channel.details.subprotocol).toBe('wamp.2.json');
      const arrival = once(peer, 'message') as Promise<[Uint8Array, boolean]>;
      channel.send(EVENT);
      const [frame, binary] = await arrival;
      expect([String(frame), binary]).toEqual([JSON.stringify(EVENT), false]);
      peer.send('[36,1,2,{}]');
      expect(await record.count(1)).toEqual([[36, 1, 2, {}]]);
    });

    it('is cold', () => {
      webSocket({ url }).open();
      expect(requests).toEqual([]);
    });

    it('fails where no subprotocol is agreed on, and says which were offered', async () => {
      chosen = () => false;
      const error = await failure(opened({ serializers: [cbor(), json()] }));
      expect(error.message).toMatch(/offered: wamp\.2\.cbor,wamp\.2\.json/);
    });

    it('fails where another subprotocol is chosen than was offered', async () => {
      chosen = () => 'wamp.2.ubjson';
      expect((await failure(opened())).message).toMatch(/offered: wamp\.2\.json/);
    });

    it('says that no server listens', async () => {
      const error = await failure(firstValueFrom(webSocket({ url: 'ws://127.0.0.1:1/' }).open()));
      expect(error.message).toMatch(/ws:\/\/127\.0\.0\.1:1\/ .*: .*ECONNREFUSED/);
      expect((error.cause as { code: string }).code).toBe('ECONNREFUSED');
      expect(error.attempts).toBe(1);
    });

    for (const code of [403, 404, 503]) {
      it(`says with which HTTP status the upgrade was refused: ${code}`, async () => {
        status = code;
        const error = await failure(opened());
        expect(error.message).toMatch(new RegExp(`: HTTP status ${code}; see \\S+#cannot-connect$`));
        expect(error.status).toBe(code);
        expect(error.retryAfter).toBeUndefined();
        expect((error.cause as { status: number }).status).toBe(code);
      });
    }

    for (const [text, delay] of [
      ['2', 2000],
      ['a date', 60_000],
      ['Thu, 01 Jan 1970 00:00:00 GMT', 0],
      ['soon', undefined],
    ] as const) {
      it(`keeps Retry-After in milliseconds: ${text}`, async () => {
        status = 503;
        headers = { 'Retry-After': text === 'a date' ? new Date(Date.now() + 60_000).toUTCString() : text };
        const { retryAfter } = await failure(opened());
        if (delay === undefined) expect(retryAfter).toBeUndefined();
        else expect(Math.abs((retryAfter ?? NaN) - delay)).toBeLessThan(20_000);
      });
    }

    describe('a redirect', () => {
      let front: Server;
      let from: string;
      let location: string;

      beforeEach(async () => {
        front = createHttpServer();
        front.on('upgrade', (_, socket) =>
          socket.end(`HTTP/1.1 307 Temporary Redirect\r\nLocation: ${location}\r\nContent-Length: 0\r\n\r\n`),
        );
        front.listen(0, '127.0.0.1');
        await once(front, 'listening');
        from = `ws://127.0.0.1:${(front.address() as AddressInfo).port}/`;
        location = `${url}?ticket=s3cret`;
      });

      afterEach(() => {
        front.close();
      });

      it('is followed', async () => {
        const { channel } = await opened({ url: from });
        expect(requests.map((request) => request.url)).toEqual(['/ws?ticket=s3cret']);
        channel.drop();
      });

      it('fails the attempt and says where it leads, if it is not to be followed', async () => {
        const error = await failure(opened({ url: from, followRedirects: false }));
        expect([error.status, error.location]).toEqual([307, url]);
        expect(error.message).toContain(`HTTP status 307, a redirect to ${url}`);
        expect(error.message).not.toContain('s3cret');
        expect(requests).toEqual([]);
      });

      it('that leads in a circle ends', async () => {
        location = from;
        expect((await failure(opened({ url: from }))).message).toMatch(/redirects/i);
      });
    });

    it('keeps secrets of the address out of messages', async () => {
      const secret = 'ws://joe:pass@127.0.0.1:1/ws?ticket=tell';
      expect((await failure(firstValueFrom(webSocket({ url: secret }).open()))).message).not.toMatch(/pass|tell/);
    });

    for (const secret of ['ws://joe:pass@host:99999/', 'ws://joe:pass/word@host/', 'ws://ho st/ws?ticket=pass']) {
      it(`keeps secrets of a malformed address out of errors and of their causes: ${secret}`, async () => {
        const transport = webSocket({ url: () => secret });
        const error = await failure(firstValueFrom(transport.open()));
        expect(error.message).toMatch(/url is malformed/);
        expect(inspect(error, { depth: 10 }) + transport.name).not.toContain('pass');
      });
    }

    it('tells of an open link without the secrets of its address', async () => {
      const secret = `${url.replace('//', '//joe:pass@')}?ticket=tell#x`;
      const channel = await firstValueFrom(webSocket({ url: secret.replace('#x', '') }).open());
      expect(channel.details.url).toBe(url);
      channel.drop();
    });

    it('asks for the address at every attempt: a value, a promise, an Observable', async () => {
      const answers = [url, Promise.resolve(url), of(url, 'ws://127.0.0.1:1/')];
      const transport = webSocket({ url: () => answers.shift() ?? '' });
      for (let i = 0; i < 3; i++) {
        const channel = await firstValueFrom(transport.open());
        expect(channel.details.url).toBe(url);
        channel.drop();
      }
      expect(answers).toEqual([]);
    });

    it('leaves asking to the attempt where there is one', async () => {
      const asked: unknown[] = [];
      const source = (): string => url;
      const attempt = {
        number: 1,
        realm: 'r',
        transport: 't',
        resolve: (what: unknown) => (asked.push(what), of(url)),
      };
      const channel = await firstValueFrom(webSocket({ url: source }).open(attempt as never));
      channel.drop();
      expect(asked).toEqual([source]);
    });

    it('fails where the address cannot be resolved', async () => {
      const cause = new Error('no token');
      const error = await failure(firstValueFrom(webSocket({ url: () => Promise.reject(cause) }).open()));
      expect(error.message).toMatch(/no token/);
      expect(error.cause).toBe(cause);
      const thrown = webSocket({
        url: () => {
          throw cause;
        },
      });
      expect((await failure(firstValueFrom(thrown.open()))).cause).toBe(cause);
    });

    it('unsubscribed before the address is known dials nothing', () => {
      const address = new Subject<string>();
      webSocket({ url: () => address })
        .open()
        .subscribe()
        .unsubscribe();
      expect(address.observed).toBeFalse();
    });

    it('unsubscribed while connecting hangs up, and nothing escapes', async () => {
      const escaped = jasmine.createSpy('uncaughtException');
      process.on('uncaughtExceptionMonitor', escaped);
      const tcp = createTcpServer();
      tcp.listen(0, '127.0.0.1');
      await once(tcp, 'listening');
      const arrival = once(tcp, 'connection') as Promise<[TcpSocket]>;
      const dialling = webSocket({ url: `ws://127.0.0.1:${(tcp.address() as AddressInfo).port}/` })
        .open()
        .subscribe({ next: fail, error: fail });
      const [socket] = await arrival;
      socket.resume().on('error', () => undefined);
      const closed = once(socket, 'close');
      dialling.unsubscribe();
      await closed;
      tcp.close();
      await once(tcp, 'close');
      expect(escaped).not.toHaveBeenCalled();
      process.off('uncaughtExceptionMonitor', escaped);
    });

    it('gives up after openTimeout', async () => {
      const tcp = createTcpServer((socket) => socket.on('error', () => undefined).resume());
      tcp.listen(0, '127.0.0.1');
      await once(tcp, 'listening');
      const silent = `ws://127.0.0.1:${(tcp.address() as AddressInfo).port}/`;
      const error = await failure(firstValueFrom(webSocket({ url: silent, openTimeout: 20 }).open()));
      expect(error.message).toMatch(/no answer in 20 ms/);
      tcp.close();
      await once(tcp, 'close'); // only where the socket was hung up
    });

    it('reads binary frames of another realm', async () => {
      const realm = runInNewContext('({ ArrayBuffer, Uint8Array })') as { ArrayBuffer: ArrayBufferConstructor };
      const Foreign = function (address: string, protocols: string[]): WebSocket {
        return Object.defineProperty(new WebSocket(address, protocols), 'onmessage', {
          set(this: WebSocket, handler: (event: { data: unknown }) => void) {
            this.addEventListener('message', ({ data }) => {
              const bytes = new realm.ArrayBuffer((data as ArrayBuffer).byteLength);
              new Uint8Array(bytes).set(new Uint8Array(data as ArrayBuffer));
              handler({ data: bytes });
            });
          },
        });
      } as never;
      const arrival = once(server, 'connection') as Promise<[WebSocket]>;
      const channel = await firstValueFrom(webSocket({ url, serializers: [cbor()], WebSocket: Foreign }).open());
      const record = new Record(channel);
      const [peer] = await arrival;
      peer.send(cbor().encode(EVENT));
      expect(await record.count(1)).toEqual([EVENT]);
      channel.drop();
    });

    it('takes another WebSocket', async () => {
      const channel = await firstValueFrom(webSocket({ url, WebSocket }).open());
      const record = new Record(channel);
      expect(channel.ping).toBeUndefined(); // the standard has no ping
      peers[0]?.send('[1]');
      expect(await record.count(1)).toEqual([[1]]);
      expect(channel.received).toBe(1);
      channel.close();
      expect(await record.end).toBe('complete');
    });

    it('unsubscribed while connecting another WebSocket lets nothing escape either', async () => {
      const escaped = jasmine.createSpy('uncaughtException');
      process.on('uncaughtExceptionMonitor', escaped);
      webSocket({ url, WebSocket }).open().subscribe().unsubscribe();
      const channel = await firstValueFrom(webSocket({ url }).open()); // a round trip later
      channel.drop();
      expect(escaped).not.toHaveBeenCalled();
      process.off('uncaughtExceptionMonitor', escaped);
    });
  });

  describe('only Node', () => {
    it('sends headers and the origin', async () => {
      await opened({ headers: { Cookie: 'cbtid=1', 'X-Mine': 'yes' }, origin: 'http://app' });
      expect(requests[0]?.headers).toEqual(
        jasmine.objectContaining({ cookie: 'cbtid=1', 'x-mine': 'yes', origin: 'http://app' }),
      );
    });

    it('offers compression only when asked', async () => {
      await opened();
      await opened({ perMessageDeflate: true });
      expect(requests.map(({ headers }) => headers['sec-websocket-extensions'] !== undefined)).toEqual([false, true]);
    });

    it('reaches a Unix socket', async () => {
      const path = join(tmpdir(), `rxwamp-${process.pid}-${Date.now()}.sock`);
      const unix = createHttpServer();
      const local = new WebSocketServer({ server: unix });
      unix.listen(path);
      await once(unix, 'listening');
      const channel = await firstValueFrom(webSocket({ url: `ws+unix:${path}:/ws` }).open());
      expect(channel.details.subprotocol).toBe('wamp.2.json');
      channel.drop();
      local.close();
      unix.close();
      await once(unix, 'close');
    });

    it('refuses a message above maxPayload, and says so', async () => {
      const { record, peer } = await opened({ maxPayload: 1000 });
      const closed = once(peer, 'close') as Promise<[number]>;
      peer.send(JSON.stringify(['x'.repeat(2000)]));
      expect(await record.end).toBe('error');
      expect(record.error).toBeInstanceOf(ConnectionLostError);
      expect((record.error as Error).message).toMatch(/Max payload size exceeded/);
      expect((await closed)[0]).toBe(1009);
    });
  });

  describe('receiving', () => {
    it('loses nothing that comes before it is listened to', async () => {
      server.on('connection', (peer) => {
        peer.send('[1]');
        peer.send('[2]');
        peer.close(1000);
      });
      const channel = await firstValueFrom(webSocket({ url }).open());
      while (peers[0]?.readyState !== WebSocket.CLOSED) await new Promise((resolve) => setImmediate(resolve));
      await new Promise((resolve) => setImmediate(resolve));
      const record = new Record(channel);
      expect(await record.end).toBe('complete');
      expect(record.got).toEqual([[1], [2]]);
    });

    it('errors on a frame that is not of the serializer, and still sends', async () => {
      const { channel, record, peer } = await opened();
      peer.send('[1');
      peer.send('[2]');
      expect(await record.end).toBe('error');
      expect(record.error).toBeInstanceOf(ProtocolError);
      const arrival = once(peer, 'message') as Promise<[Uint8Array]>;
      channel.send([3, {}, 'wamp.error.protocol_violation']);
      expect(String((await arrival)[0])).toBe('[3,{},"wamp.error.protocol_violation"]');
      expect(record.got).toEqual([]);
      const closed = once(peer, 'close') as Promise<[number]>;
      channel.close(1002);
      expect((await closed)[0]).toBe(1002);
    });

    it('errors on text where frames are binary, and on binary where they are text', async () => {
      const a = await opened({ serializers: [cbor()] });
      a.peer.send('[1]');
      expect(await a.record.end).toBe('error');
      expect((a.record.error as Error).message).toMatch(/text frame on wamp\.2\.cbor/);
      const b = await opened();
      b.peer.send(Buffer.from('[1]'));
      expect(await b.record.end).toBe('error');
      expect(b.record.error).toBeInstanceOf(ProtocolError);
      expect((b.record.error as Error).message).toMatch(/binary frame on wamp\.2\.json/);
    });

    it('calls whatever an own serializer throws a ProtocolError', async () => {
      const decode = (): never => {
        throw new RangeError('odd');
      };
      const { record, peer } = await opened({ serializers: [{ ...json(), decode }] });
      peer.send('[1]');
      expect(await record.end).toBe('error');
      expect(record.error).toBeInstanceOf(ProtocolError);
      expect((record.error as Error).cause).toBeInstanceOf(RangeError);
    });

    it('reads usual messages without the machinery of ws, which answers pings among them', async () => {
      const emitted = spyOn(WebSocket.prototype, 'emit').and.callThrough();
      const { record, peer } = await opened();
      const ponged = once(peer, 'pong') as Promise<[Buffer]>;
      const long = 'x'.repeat(300_000);
      peer.send('[1]');
      peer.ping('there?');
      peer.send(JSON.stringify([long]));
      peer.send('[3,"€ \ufffd"]');
      expect(await record.count(3)).toEqual([[1], [long], [3, '€ \ufffd']]);
      expect(String((await ponged)[0])).toBe('there?');
      expect(emitted.calls.allArgs().filter(([event]) => event === 'message')).toEqual([]);
    });

    it('keeps the order where a message in fragments stands among others', async () => {
      const { record, peer } = await opened();
      peer.send('[1]');
      peer.send('[2,', { fin: false });
      peer.ping();
      peer.send('"x"]', { fin: true });
      peer.send('[3]');
      peer.close(1000);
      expect(await record.end).toBe('complete');
      expect(record.got).toEqual([[1], [2, 'x'], [3]]);
    });

    const wrong = {
      'text that is no UTF-8': [1007, /invalid UTF-8/, [0x81, 3, 0x5b, 0xff, 0x5d]],
      'a masked frame': [1002, /MASK must be clear/, [0x81, 0x83, 1, 2, 3, 4, 5, 6, 7]],
      'a reserved bit': [1002, /RSV2 and RSV3 must be clear/, [0xa1, 3, 0x5b, 0x31, 0x5d]],
    } as const;
    for (const [what, [code, said, bytes]] of Object.entries(wrong)) {
      it(`ends with code ${code} at ${what}, after what came before it`, async () => {
        const upgraded = once(http, 'upgrade') as Promise<[IncomingMessage, TcpSocket]>;
        const { record, peer } = await opened();
        const [, socket] = await upgraded;
        const closed = once(peer, 'close') as Promise<[number]>;
        peer.send('[1]');
        socket.write(Buffer.from(bytes));
        peer.send('[2]');
        expect(await record.end).toBe('error');
        expect(record.error).toBeInstanceOf(ConnectionLostError);
        expect((record.error as Error).message).toMatch(said);
        expect((await closed)[0]).toBe(code);
        expect(record.got).toEqual([[1]]);
      });
    }

    it('counts every byte, pongs too', async () => {
      const { channel, peer } = await opened();
      const before = channel.received;
      expect(before).toBeGreaterThan(0);
      const pinged = once(peer, 'ping');
      await new Promise<void>((resolve) => {
        channel.ping?.(resolve);
      });
      await pinged;
      expect(channel.received).toBeGreaterThan(before);
    });
  });

  describe('sending', () => {
    it('writes all messages of a turn at once, in order', async () => {
      const { channel, peer } = await opened();
      const write = spyOn(TcpSocket.prototype as unknown as { _writev: () => void }, '_writev').and.callThrough();
      const single = spyOn(TcpSocket.prototype as unknown as { _write: () => void }, '_write').and.callThrough();
      const writes = (): number => write.calls.count() + single.calls.count();
      const got: string[] = [];
      const all = new Promise<void>((resolve) => {
        peer.on('message', (data: Buffer) => got.push(data.toString()) === 100 && resolve());
      });
      for (let i = 1; i <= 100; i++) channel.send([34, i, 7]);
      expect(writes()).toBe(0);
      await all;
      expect(writes()).toBe(1);
      expect(got).toEqual(Array.from({ length: 100 }, (_, i) => `[34,${i + 1},7]`));
      channel.send([34, 101, 7]);
      await once(peer, 'message');
      expect(writes()).toBe(2);
    });

    it('keeps the order where long messages stand among short ones, compressed or not', async () => {
      for (const perMessageDeflate of [false, true]) {
        server.options.perMessageDeflate = perMessageDeflate;
        const { channel, peer } = await opened({ perMessageDeflate });
        expect(peer.extensions !== '').toBe(perMessageDeflate);
        const sizes = [5, 7000, 9000, 3, 100_000, 2, 1, 8000, 8000, 8000, 8000, 8000, 6, 70_000, 4];
        const got: number[] = [];
        const all = new Promise<void>((resolve) => {
          peer.on('message', (data: Buffer) => {
            got.push((JSON.parse(data.toString()) as [number, number, object, string, [string]])[4][0].length);
            if (got.length === sizes.length) resolve();
          });
        });
        sizes.forEach((size, i) => channel.send([16, i + 1, {}, 'a.b', ['x'.repeat(size)]]));
        await all;
        expect(got).toEqual(sizes);
      }
    });

    it('throws where the payload cannot be written, and has sent nothing', async () => {
      const { channel, peer } = await opened();
      const arrival = once(peer, 'message') as Promise<[Uint8Array]>;
      expect(() => channel.send([16, 1, {}, 'a.b', [NaN]])).toThrowError(SerializationError);
      channel.send([34, 1, 7]);
      expect(String((await arrival)[0])).toBe('[34,1,7]');
    });

    it('tells what waits', async () => {
      const { channel } = await opened();
      expect(channel.bufferedAmount).toBe(0);
      channel.send(EVENT);
      expect(channel.bufferedAmount).toBeGreaterThan(0);
    });

    it('throws once the link is closing or closed, by either side', async () => {
      const a = await opened();
      a.channel.close();
      expect(() => a.channel.send(EVENT)).toThrowError(ConnectionLostError);
      const b = await opened();
      b.peer.close(1001);
      await b.record.end;
      expect(() => b.channel.send(EVENT)).toThrowError(ConnectionLostError);
    });
  });

  describe('the end', () => {
    for (const code of [1000, undefined]) {
      it(`completes when the router closes ${code === undefined ? 'without a code' : `with ${code}`}`, async () => {
        const { record, peer } = await opened();
        peer.close(code);
        expect(await record.end).toBe('complete');
      });
    }

    for (const [code, meaning] of [
      [1001, /goes away/],
      [1002, /protocol error/],
      [1008, /policy/],
      [1009, /too big/],
      [1011, /failed/],
      [3000, /3000 \(my reason\)/],
    ] as const) {
      it(`is an error when the router closes with ${code}`, async () => {
        const { record, peer } = await opened();
        peer.close(code, 'my reason');
        expect(await record.end).toBe('error');
        const error = record.error as ConnectionLostError;
        expect(error).toBeInstanceOf(ConnectionLostError);
        expect(error.code).toBe(code);
        expect(error.message).toMatch(meaning);
        expect(error.message).toContain('my reason');
        expect(error.maybeDelivered).toBeFalse();
      });
    }

    for (const fastFrames of [true, false]) {
      it(`comes with the close frame, though TCP stays open, ${fastFrames ? 'beside' : 'through'} ws`, async () => {
        const { channel, record, peer } = await opened({ fastFrames });
        expect(channel.closing).toBeFalse();
        const tcp = (peer as unknown as { _socket: TcpSocket })._socket;
        // the answer is never read
        tcp.removeAllListeners('data');
        tcp.write(Buffer.from([0x88, 4, 0x03, 0xe9, 0x6e, 0x6f]));
        expect(await record.end).toBe('error');
        expect((record.error as ConnectionLostError).code).toBe(1001);
        expect((record.error as ConnectionLostError).message).toContain('(no; the router goes away)');
        expect(tcp.readableEnded).toBeFalse();
        expect(channel.closing).toBeTrue();
        expect(() => channel.send(EVENT)).toThrowError(ConnectionLostError);
        channel.drop();
      });
    }

    it('is an error with 1006 when the router vanishes', async () => {
      const { record, peer } = await opened();
      peer.terminate();
      expect(await record.end).toBe('error');
      expect((record.error as ConnectionLostError).code).toBe(1006);
    });

    it('comes in order after what was sent, with code and reason, and completes when the link is down', async () => {
      const { channel, record, peer } = await opened();
      const closed = once(peer, 'close') as Promise<[number, Buffer]>;
      const arrival = once(peer, 'message') as Promise<[Uint8Array]>;
      channel.send([6, {}, 'wamp.close.normal']);
      channel.close(1000, 'wamp.close.normal');
      channel.close(); // twice is once
      expect(String((await arrival)[0])).toBe('[6,{},"wamp.close.normal"]');
      const [code, reason] = await closed;
      expect([code, String(reason)]).toEqual([1000, 'wamp.close.normal']);
      expect(await record.end).toBe('complete');
    });

    it('cuts a reason that is longer than WebSocket allows', async () => {
      const { channel, peer } = await opened();
      const closed = once(peer, 'close') as Promise<[number, Buffer]>;
      channel.close(1000, '漢'.repeat(200));
      expect(String((await closed)[1])).toBe('漢'.repeat(41));
    });

    it('delivers nothing after close()', async () => {
      const { channel, record, peer } = await opened();
      channel.close();
      peer.send('[1]');
      expect(await record.end).toBe('complete');
      expect(record.got).toEqual([]);
    });

    it('of our own close() completes even where the router vanishes instead of answering', async () => {
      const { channel, record, peer } = await opened();
      peer.pause();
      channel.close();
      peer.terminate();
      expect(await record.end).toBe('complete');
    });

    /** Watches timers; the function returned tells how many were set and how many of those still run. */
    const watchTimers = (): (() => [set: number, running: number]) => {
      const set = spyOn(globalThis, 'setTimeout').and.callThrough();
      const clear = spyOn(globalThis, 'clearTimeout').and.callThrough();
      return () => {
        const cleared = clear.calls.all().map(({ args: [timer] }) => timer as unknown);
        const timers = set.calls.all().map(({ returnValue }) => returnValue as unknown);
        return [timers.length, timers.filter((timer) => !cleared.includes(timer)).length];
      };
    };

    it('of our own close() waits five seconds for the answer of the router, not longer', async () => {
      const { channel, record, peer } = await opened();
      peer.pause();
      const set = spyOn(globalThis, 'setTimeout').and.callThrough();
      channel.close();
      expect(set.calls.allArgs().map(([, ms]) => ms)).toEqual([5000]);
      peer.resume();
      expect(await record.end).toBe('complete');
    });

    it('drop() completes at once, hangs up and leaves no timer', async () => {
      const timers = watchTimers();
      const { channel, record, peer } = await opened();
      const closed = once(peer, 'close') as Promise<[number]>;
      peer.send('[1]');
      channel.drop();
      channel.drop();
      expect(await record.end).toBe('complete');
      expect((await closed)[0]).toBe(1006);
      expect(record.got).toEqual([]);
      expect(timers()).toEqual([0, 0]);
    });

    it('drop() still writes what was sent in the same turn', async () => {
      const { channel, peer } = await opened();
      const arrival = once(peer, 'message') as Promise<[Uint8Array]>;
      channel.send([34, 1, 7]);
      channel.drop();
      expect(String((await arrival)[0])).toBe('[34,1,7]');
    });

    it('drop() inside a message lets no further one through', async () => {
      const { channel, peer } = await opened();
      const got: unknown[] = [];
      const end = new Promise<void>((resolve) => {
        channel.incoming.subscribe({
          next: (value) => {
            got.push(value);
            channel.drop();
          },
          complete: resolve,
        });
      });
      peer.send('[1]');
      peer.send('[2]');
      await end;
      expect(got).toEqual([[1]]);
    });

    it('drop() after close() does not wait for the router', async () => {
      const timers = watchTimers();
      const { channel, record, peer } = await opened();
      peer.pause();
      const closed = once(peer, 'close');
      channel.close();
      expect(timers()).toEqual([1, 1]); // waits for the router's answer
      channel.drop();
      expect(await record.end).toBe('complete');
      peer.resume();
      await closed;
      expect(timers()).toEqual([jasmine.any(Number), 0]); // the router's side had one as well
    });
  });
});
