// rawSocket() against servers that the spec plays itself: every octet on the wire is its own.
import { once } from 'node:events';
import { createServer, Socket, type AddressInfo, type Server } from 'node:net';
import { asyncScheduler, firstValueFrom, of } from 'rxjs';
import { rawSocket, type RawSocketOptions } from '../../src/node/index.ts';
import { parseAddress } from '../../src/transports/rawsocket/address.ts';
import {
  ConnectFailedError,
  ConnectionLostError,
  ProtocolError,
  SerializationError,
} from '../../src/protocol/errors.ts';
import type { Message } from '../../src/protocol/messages.ts';
import { batched } from '../../src/serializers/batched.ts';
import { cbor } from '../../src/serializers/cbor.ts';
import { json } from '../../src/serializers/json.ts';
import { msgpack } from '../../src/serializers/msgpack.ts';
import type { Channel } from '../../src/transports/transport.ts';

const EVENT: Message = [36, 5512315355, 1, {}, ['hello']];
const text = (frame: string): Buffer => {
  const payload = Buffer.from(frame);
  return Buffer.concat([Buffer.from([0, 0, payload.length >> 8, payload.length & 0xff]), payload]);
};

/** A server's end: what came, and its end. */
class Peer {
  readonly socket: Socket;
  got = Buffer.alloc(0);
  chunks = 0;
  readonly closed: Promise<unknown>;
  #wake: () => void = () => undefined;

  constructor(socket: Socket) {
    this.socket = socket.setNoDelay(true);
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      this.got = Buffer.concat([this.got, chunk]);
      this.chunks++;
      this.#wake();
    });
    this.closed = once(socket, 'close');
  }

  /** Takes the next octets off what came. */
  async take(count: number): Promise<Buffer> {
    while (this.got.length < count) await new Promise<void>((resolve) => (this.#wake = resolve));
    const taken = this.got.subarray(0, count);
    this.got = this.got.subarray(count);
    return taken;
  }

  write(...octets: number[]): this {
    this.socket.write(Uint8Array.from(octets));
    return this;
  }
}

/** What an incoming stream did, and its end as a promise. */
class Record {
  readonly got: unknown[] = [];
  error: unknown;
  ended = false;
  readonly end: Promise<'complete' | 'error'>;
  #wake: () => void = () => undefined;

  constructor(channel: Channel) {
    this.end = new Promise((resolve) => {
      channel.incoming.subscribe({
        next: (value) => {
          this.got.push(value);
          this.#wake();
        },
        error: (error: unknown) => {
          this.error = error;
          this.ended = true;
          resolve('error');
        },
        complete: () => {
          this.ended = true;
          resolve('complete');
        },
      });
    });
  }

  async count(n: number): Promise<unknown[]> {
    while (this.got.length < n) await new Promise<void>((resolve) => (this.#wake = resolve));
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

describe('rawSocket', () => {
  let server: Server;
  let address: { host: string; port: number };
  let peers: Peer[];
  let arrivals: ((peer: Peer) => void)[];

  beforeEach(async () => {
    peers = [];
    arrivals = [];
    server = createServer((socket) => {
      const peer = new Peer(socket);
      peers.push(peer);
      arrivals.shift()?.(peer);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    address = { host: '127.0.0.1', port: (server.address() as AddressInfo).port };
  });

  afterEach(async () => {
    for (const { socket } of peers) socket.destroy();
    server.close();
    await once(server, 'close');
  });

  const arrival = (): Promise<Peer> => new Promise((resolve) => arrivals.push(resolve));
  const open = (options: RawSocketOptions = {}): Promise<Channel> =>
    firstValueFrom(rawSocket({ ...address, ...options }).open());

  /** An open channel, its record, and the server's end of it. */
  const opened = async (
    options: RawSocketOptions = {},
    reply: readonly number[] = [0x7f, 0xf1, 0, 0],
  ): Promise<{ channel: Channel; record: Record; peer: Peer }> => {
    const coming = arrival();
    let record!: Record;
    const opening = new Promise<Channel>((resolve, reject) => {
      rawSocket({ ...address, ...options })
        .open()
        .subscribe({
          next: (channel) => {
            record = new Record(channel);
            resolve(channel);
          },
          error: reject,
        });
    });
    const peer = await coming;
    await peer.take(4);
    peer.write(...reply);
    return { channel: await opening, record, peer };
  };

  describe('options', () => {
    const wrong: readonly (readonly [options: unknown, said: RegExp])[] = [
      [{}, /either host and port, or path, or url/],
      [{ host: 'h' }, /host and port go together/],
      [{ port: 1 }, /host and port go together/],
      [{ host: 'h', port: 1, path: '/p' }, /either host and port, or path, or url/],
      [{ url: 'rs://h:1', port: 1 }, /either host and port, or path, or url/],
      [{ url: 'ws://h:1' }, /must be rs:\/\/host:port, rss:/],
      [{ url: 'rs://h:1', ca: 'pem' }, /ca is given, but the url is not for TLS/],
      [{ url: 'rs://h:1', tls: true }, /tls is given, but the url is not for TLS/],
      [{ host: 'h', port: 0 }, /port must be an integer from 1 to 65535/],
      [{ host: 'h', port: '1' }, /port must be an integer/],
      [{ path: '' }, /path must be a non-empty string/],
      [{ path: '/p', serializer: batched(json()) }, /serializer must be .*none is batched/],
      [{ path: '/p', serializer: { ...json(), subprotocol: 'x' } }, /serializer that RawSocket knows/],
      [{ path: '/p', serializers: [] }, /serializers must be a list/],
      [{ path: '/p', serializers: [json(), batched(cbor())] }, /serializers must be .*none is batched/],
      [{ path: '/p', serializer: json(), serializers: [json()] }, /serializer or serializers, not both/],
      [{ path: '/p', maxMessageSize: 511 }, /maxMessageSize must be a number from 512 to 16777216/],
      [{ path: '/p', maxMessageSize: 2 ** 24 + 1 }, /maxMessageSize/],
      [{ path: '/p', openTimeout: '1' }, /openTimeout must be a number/],
      [{ path: '/p', ping: 1 }, /ping must be a boolean/],
      [{ path: '/p', cert: 1 }, /cert must be/],
      [{ path: '/p', tls: 'hush' }, /tls must be a boolean, got a string$/],
      [{ path: '/p', headers: {} }, /unknown option 'headers'/],
    ];
    for (const [options, said] of wrong) {
      it(`are checked: ${JSON.stringify(options)}`, () => {
        expect(() => rawSocket(options as RawSocketOptions)).toThrowError(TypeError, said);
      });
    }

    it('name the transport', () => {
      const names = [
        { host: 'h', port: 1 },
        { host: '::1', port: 1 },
        { host: 'h', port: 1, ca: 'pem' },
        { path: '/run/r.sock' },
        { path: '/run/r.sock', tls: true },
        { url: 'rss://h:1' },
        { url: () => 'rss://h:1' },
      ].map((options) => rawSocket(options).name);
      expect(names).toEqual([
        'rawsocket rs://h:1',
        'rawsocket rs://[::1]:1',
        'rawsocket rss://h:1',
        'rawsocket rs+unix:/run/r.sock',
        'rawsocket rss+unix:/run/r.sock',
        'rawsocket rss://h:1',
        'rawsocket',
      ]);
    });
  });

  describe('addresses', () => {
    const right: readonly (readonly [url: string, shown: string, to: object])[] = [
      ['rs://host:8081', 'rs://host:8081', { host: 'host', port: 8081 }],
      ['rss://host:8081/', 'rss://host:8081', { host: 'host', port: 8081 }],
      ['rs://host', 'rs://host:80', { host: 'host', port: 80 }],
      ['rss://host', 'rss://host:443', { host: 'host', port: 443 }],
      ['rs://[::1]:5', 'rs://[::1]:5', { host: '::1', port: 5 }],
      ['rs+unix:/run/a.sock', 'rs+unix:/run/a.sock', { path: '/run/a.sock' }],
      ['rs+unix:///run/a.sock', 'rs+unix:/run/a.sock', { path: '/run/a.sock' }],
      ['rs+unix:a.sock', 'rs+unix:a.sock', { path: 'a.sock' }],
      ['rss+unix:/run/a.sock', 'rss+unix:/run/a.sock', { path: '/run/a.sock' }],
      ['rs://unix:/run/a.sock', 'rs+unix:/run/a.sock', { path: '/run/a.sock' }],
      ['unix+rs:///run/a.sock', 'rs+unix:/run/a.sock', { path: '/run/a.sock' }],
    ];
    for (const [url, shown, to] of right) {
      it(`are understood: ${url}`, () => {
        expect(parseAddress(url)).toEqual({ url: shown, secure: shown.startsWith('rss'), to: to as never });
      });
    }
    for (const url of [
      '',
      'host:1',
      'http://h',
      'rs://',
      'rs://h:0',
      'rs://h:65536',
      'rs://u:secret@h:1',
      'rs://h/p',
    ]) {
      it(`are refused without being repeated: '${url}'`, () => {
        expect(() => parseAddress(url)).toThrowMatching(
          (error) =>
            error instanceof TypeError &&
            error.message.startsWith('the address must be') &&
            !error.message.includes('secret'),
        );
      });
    }
  });

  describe('dialling', () => {
    it('begins with the limit and the serializer, and uses what was agreed', async () => {
      const coming = arrival();
      const opening = open({ serializer: cbor(), maxMessageSize: 1_000_000 });
      const peer = await coming;
      expect([...(await peer.take(4))]).toEqual([0x7f, 0xa3, 0, 0]);
      peer.write(0x7f, 0xf3, 0, 0);
      const channel = await opening;
      const url = `rs://127.0.0.1:${address.port}`;
      expect(channel.details).toEqual({
        type: 'rawsocket',
        url,
        serializer: 'cbor',
        subprotocol: 'wamp.2.cbor',
        isSecure: false,
        peer: new URL(url).host,
        maxMessageSize: 2 ** 24,
      });
      channel.send(EVENT);
      const frame = cbor().encode(EVENT) as Uint8Array;
      expect([...(await peer.take(4))]).toEqual([0, 0, 0, frame.length]);
      expect(cbor().decode(await peer.take(frame.length))).toEqual(EVENT);
      channel.drop();
    });

    it('speaks JSON and takes 16 MiB by default', async () => {
      const coming = arrival();
      const opening = open();
      const peer = await coming;
      expect([...(await peer.take(4))]).toEqual([0x7f, 0xf1, 0, 0]);
      peer.write(0x7f, 0xf1, 0, 0);
      (await opening).drop();
    });

    it('takes an answer in pieces, and what comes right behind it', async () => {
      const coming = arrival();
      let record!: Record;
      rawSocket(address)
        .open()
        .subscribe((channel) => (record = new Record(channel)));
      const peer = await coming;
      for (const octet of [0x7f, 0xf1, 0]) {
        peer.write(octet);
        await new Promise((resolve) => setImmediate(resolve));
      }
      peer.socket.write(Buffer.concat([Buffer.from([0]), text('[1]'), text('[2]')]));
      peer.socket.end();
      await peer.closed;
      expect(await record.end).toBe('complete');
      expect(record.got).toEqual([[1], [2]]);
    });

    it('is cold', async () => {
      rawSocket(address).open();
      await new Promise((resolve) => setImmediate(resolve));
      expect(peers).toEqual([]);
    });

    const answers: readonly (readonly [octets: readonly number[], said: RegExp])[] = [
      [[0x7f, 0x10, 0, 0], /\(with json\): the router refuses: it does not speak the serializer \(error 1\)/],
      [[0x7f, 0x20, 0, 0], /maximum message length \(error 2\)/],
      [[0x7f, 0x30, 0, 0], /reserved bits \(error 3\)/],
      [[0x7f, 0x40, 0, 0], /as many connections as it takes \(error 4\)/],
      [[0x7f, 0x90, 0, 0], /not known \(error 9\)/],
      [[0x7f, 0xf2, 0, 0], /answered with serializer 2, not 1/],
      [[0x7f, 0xf1, 1, 0], /reserved bits of its answer/],
      [[...Buffer.from('HTTP/1.1 400 Bad Request')], /no RawSocket: .*"HTTP"/],
    ];
    for (const [octets, said] of answers) {
      it(`fails where the router answers ${octets.slice(0, 4).join(' ')}, says why, and hangs up`, async () => {
        const coming = arrival();
        const opening = failure(open());
        const peer = await coming;
        peer.write(...octets);
        const error = await opening;
        expect(error.message).toMatch(/^Cannot connect to rs:\/\/127\.0\.0\.1:\d+/);
        expect(error.message).toMatch(said);
        await peer.closed;
      });
    }

    it('says that the router hung up without an answer, or in the midst of one', async () => {
      for (const [octets, said] of [
        [[], /hung up without an answer/],
        [[0x7f, 0xf1], /in the midst of its answer/],
      ] as const) {
        const coming = arrival();
        const opening = failure(open());
        const peer = await coming;
        await peer.take(4);
        peer.write(...octets).socket.end();
        expect((await opening).message).toMatch(said);
      }
    });

    it('asks for the next serializer where the router does not speak one, or hangs up, each on a connection', async () => {
      const opening = open({ serializers: [cbor(), msgpack(), json()] });
      opening.catch(() => undefined);
      const first = await arrival();
      expect((await first.take(4))[1]).toBe(0xf3);
      let coming = arrival();
      first.write(0x7f, 0x10, 0, 0);
      const second = await coming;
      expect((await second.take(4))[1]).toBe(0xf2);
      coming = arrival();
      second.socket.resetAndDestroy();
      const third = await coming;
      expect((await third.take(4))[1]).toBe(0xf1);
      third.write(0x7f, 0xf1, 0, 0);
      const channel = await opening;
      expect(channel.details.serializer).toBe('json');
      await Promise.all([first.closed, second.closed]);
      channel.drop();
    });

    it('tells of every serializer when none is spoken', async () => {
      const opening = failure(open({ serializers: [cbor(), json()] }));
      for (let i = 0; i < 2; i++) (await arrival()).write(0x7f, 0x10, 0, 0);
      const error = await opening;
      expect(error.errors.length).toBe(2);
      expect(error.message).toMatch(/with json.*does not speak/);
    });

    it('does not go on to another serializer for another refusal', async () => {
      const opening = failure(open({ serializers: [cbor(), json()] }));
      (await arrival()).write(0x7f, 0x40, 0, 0);
      expect((await opening).message).toMatch(/with cbor.*error 4/);
      expect(peers.length).toBe(1);
    });

    it('says that no server listens', async () => {
      const error = await failure(open({ port: 1 }));
      expect(error.message).toMatch(/rs:\/\/127\.0\.0\.1:1 .*ECONNREFUSED/);
      expect((error.cause as { code: string }).code).toBe('ECONNREFUSED');
      expect((await failure(firstValueFrom(rawSocket({ path: '/no/such.sock' }).open()))).message).toMatch(/ENOENT/);
    });

    it('gives up after openTimeout, and hangs up', async () => {
      const coming = arrival();
      const error = await failure(open({ openTimeout: 20 }));
      expect(error.message).toMatch(/no answer in 20 ms/);
      await (
        await coming
      ).closed;
    });

    it('unsubscribed while connecting hangs up', async () => {
      const coming = arrival();
      const dialling = rawSocket(address).open().subscribe({ next: fail, error: fail });
      const peer = await coming;
      await peer.take(4);
      dialling.unsubscribe();
      await peer.closed;
      expect(peer.got.length).toBe(0);
    });

    it('asks for the address at every attempt: a value, a promise, an Observable', async () => {
      const url = `rs://127.0.0.1:${address.port}`;
      const values = [url, Promise.resolve(url), of(url)];
      const transport = rawSocket({ url: () => values.shift() ?? '' });
      for (let i = 0; i < 3; i++) {
        const coming = arrival();
        const opening = firstValueFrom(transport.open());
        (await coming).write(0x7f, 0xf1, 0, 0);
        (await opening).drop();
      }
      expect(values).toEqual([]);
    });

    it('fails where the address cannot be resolved, is none, or would send in the clear what was meant for TLS', async () => {
      const attempt = (options: RawSocketOptions): Promise<ConnectFailedError> =>
        failure(firstValueFrom(rawSocket(options).open()));
      const cause = new Error('no token');
      expect((await attempt({ url: () => Promise.reject(cause) })).cause).toBe(cause);
      expect((await attempt({ url: () => 'nowhere' })).message).toMatch(/must be rs:/);
      expect((await attempt({ url: () => 'rs://127.0.0.1:1', cert: 'pem' })).message).toMatch(/cert is given/);
    });
  });

  describe('frames', () => {
    it('come whole wherever they are cut', async () => {
      const { record, peer } = await opened();
      const octets = Buffer.concat([text('[1]'), text('["ä"]'), text('[3]')]);
      for (const octet of octets) {
        peer.write(octet);
        await new Promise((resolve) => setImmediate(resolve));
      }
      expect(await record.count(3)).toEqual([[1], ['ä'], [3]]);
    });

    it('of one turn leave in one write, in order, long ones among them', async () => {
      const { channel, peer } = await opened();
      const write = spyOn(Socket.prototype, 'write').and.callThrough();
      for (let i = 0; i < 100; i++) channel.send([36, i, 1, {}]);
      expect(channel.bufferedAmount).toBeGreaterThan(1400);
      expect(write).not.toHaveBeenCalled(); // nothing calls back from inside send()
      const octets = await peer.take(10 * 15 + 90 * 16);
      expect(write).toHaveBeenCalledTimes(1);
      expect(octets.subarray(0, 16).toString()).toBe('\0\0\0\x0b[36,0,1,{}]\0');
      const long = 'x'.repeat(20_000);
      for (const args of [['a'], [long], ['b']]) channel.send([36, 1, 1, {}, args]);
      const expected = [['a'], [long], ['b']].map((args) => JSON.stringify([36, 1, 1, {}, args]));
      for (const frame of expected) {
        const [, a = 0, b = 0, c = 0] = await peer.take(4);
        expect((await peer.take((a << 16) | (b << 8) | c)).toString()).toBe(frame);
      }
      expect(channel.bufferedAmount).toBe(0);
    });

    it('longer than the router takes fail alone', async () => {
      const { channel, peer } = await opened({}, [0x7f, 0x01, 0, 0]);
      channel.send([36, 1, 1, {}]);
      expect(() => channel.send([36, 1, 2, {}, ['x'.repeat(512)]])).toThrowMatching(
        (error: unknown) =>
          error instanceof SerializationError &&
          error.uri === 'wamp.error.payload_size_exceeded' &&
          error.message.includes('512'),
      );
      channel.send([36, 1, 3, {}]);
      expect((await peer.take(30)).toString()).toBe('\0\0\0\x0b[36,1,1,{}]\0\0\0\x0b[36,1,3,{}]');
    });

    it('that cannot be written fail alone', async () => {
      const { channel, peer } = await opened();
      expect(() => channel.send([36, 1, 1, {}, [NaN]])).toThrowError(SerializationError);
      channel.send([36, 1, 3, {}]);
      expect((await peer.take(15)).toString()).toBe('\0\0\0\x0b[36,1,3,{}]');
    });

    it('longer than was announced end the link, with the code that a WebSocket would have', async () => {
      const { record, peer } = await opened({ maxMessageSize: 1000 });
      peer.write(0, 0, 2, 1);
      expect(await record.end).toBe('error');
      expect(record.error).toBeInstanceOf(ConnectionLostError);
      expect((record.error as ConnectionLostError).code).toBe(1009);
      expect((record.error as Error).message).toMatch(/513 octets exceeds the limit of 512/);
      await peer.closed;
    });

    it('that are malformed are a ProtocolError, after which ABORT can still be sent', async () => {
      for (const octets of [
        [0x10, 0, 0, 0],
        [0x03, 0, 0, 0],
        [0, 0, 0, 1, 0x5b],
      ]) {
        const { channel, record, peer } = await opened();
        peer.socket.write(text('[1]'));
        peer.write(...octets).socket.write(text('[2]'));
        expect(await record.end).toBe('error');
        expect(record.error).toBeInstanceOf(ProtocolError);
        expect(record.got).toEqual([[1]]);
        channel.send([36, 1, 3, {}]);
        channel.close();
        expect((await peer.take(15)).toString()).toContain('[36,1,3,{}]');
        peer.socket.end();
      }
    });

    it('are not lost when they come before anybody listens', async () => {
      const coming = arrival();
      const opening = open();
      const peer = await coming;
      await peer.take(4);
      peer.write(0x7f, 0xf1, 0, 0);
      const channel = await opening;
      peer.socket.write(text('[1]'));
      peer.socket.end();
      await peer.closed;
      const record = new Record(channel);
      expect(await record.end).toBe('complete');
      expect(record.got).toEqual([[1]]);
    });
  });

  describe('signs of life', () => {
    it('PING is answered with PONG and the same payload, in its place', async () => {
      const { channel, record, peer } = await opened();
      peer.write(1, 0, 0, 3, 7, 8, 9).socket.write(text('[1]'));
      await record.count(1);
      expect([...(await peer.take(7))]).toEqual([2, 0, 0, 3, 7, 8, 9]);
      peer.write(1, 0, 0, 0);
      expect([...(await peer.take(4))]).toEqual([2, 0, 0, 0]);
      channel.drop();
    });

    it('are not asked for by PING unless that was wanted', async () => {
      const { channel } = await opened();
      expect(channel.ping).toBeUndefined();
      channel.drop();
    });

    it('are asked for by PING where that was wanted, and a PONG counts as one', async () => {
      const { channel, record, peer } = await opened({ ping: true });
      let answered = 0;
      channel.ping?.(() => answered++);
      expect([...(await peer.take(4))]).toEqual([1, 0, 0, 0]);
      const before = channel.received;
      peer.write(2, 0, 0, 0).socket.write(text('[1]'));
      await record.count(1);
      expect(answered).toBe(1);
      expect(channel.received - before).toBe(4 + 7);
      channel.drop();
      channel.ping?.(() => undefined); // a keepalive that comes late does no harm
    });
  });

  describe('the end', () => {
    it('of the router in order completes', async () => {
      const { channel, record, peer } = await opened();
      peer.socket.end(text('[1]'));
      expect(await record.end).toBe('complete');
      expect(record.got).toEqual([[1]]);
      expect(() => channel.send(EVENT)).toThrowError(ConnectionLostError, /is closed/);
      channel.close();
      channel.drop();
    });

    it('in the midst of a message is a loss', async () => {
      const { record, peer } = await opened();
      peer.socket.end(text('[1]').subarray(0, 5));
      expect(await record.end).toBe('error');
      expect((record.error as Error).message).toMatch(/^Lost rs:.*in the midst of a message/);
    });

    it('by a reset is a loss, and says so', async () => {
      const { channel, record, peer } = await opened();
      peer.socket.resetAndDestroy();
      expect(await record.end).toBe('error');
      expect(record.error).toBeInstanceOf(ConnectionLostError);
      expect((record.error as Error).message).toMatch(/ECONNRESET/);
      expect(() => channel.send(EVENT)).toThrowError(ConnectionLostError, /ECONNRESET/);
    });

    it('by close() comes after what was sent; nothing is delivered any more', async () => {
      const { channel, record, peer } = await opened();
      peer.socket.allowHalfOpen = true;
      channel.send([36, 1, 1, {}]);
      channel.close();
      channel.close();
      expect(() => channel.send(EVENT)).toThrowError(ConnectionLostError);
      await once(peer.socket, 'end');
      expect((await peer.take(15)).toString()).toContain('[36,1,1,{}]');
      expect(record.ended).toBeFalse();
      peer.socket.end(text('[1]'));
      expect(await record.end).toBe('complete');
      expect(record.got).toEqual([]);
    });

    it('by close() does not wait for ever for the router', async () => {
      const { channel, record, peer } = await opened();
      peer.socket.allowHalfOpen = true;
      const schedule = spyOn(asyncScheduler, 'schedule');
      channel.close();
      expect(schedule).toHaveBeenCalledOnceWith(jasmine.any(Function), 5000);
      await once(peer.socket, 'end');
      expect(record.ended).toBeFalse();
      const work: unknown = schedule.calls.mostRecent().args[0];
      (work as () => void)();
      expect(await record.end).toBe('complete');
      peer.socket.destroy();
    });

    it('by drop() is at once, and what was sent in this turn still leaves', async () => {
      const { channel, record, peer } = await opened();
      channel.send([36, 1, 1, {}]);
      channel.drop();
      expect(record.ended).toBeTrue();
      expect(record.error).toBeUndefined();
      channel.drop();
      await peer.closed;
      expect(peer.got.toString()).toContain('[36,1,1,{}]');
    });

    it('leaves no listener behind that could end the process', async () => {
      const escaped = jasmine.createSpy('uncaughtException');
      process.on('uncaughtExceptionMonitor', escaped);
      const { channel, record, peer } = await opened();
      channel.send(EVENT);
      peer.socket.resetAndDestroy();
      channel.close();
      await record.end;
      await new Promise((resolve) => setImmediate(resolve));
      expect(escaped).not.toHaveBeenCalled();
      process.off('uncaughtExceptionMonitor', escaped);
    });
  });

  it('what waits for a router that does not read is counted', async () => {
    const { channel, peer } = await opened();
    peer.socket.pause();
    const payload = 'x'.repeat(2 ** 20);
    for (let i = 0; i < 16; i++) channel.send([36, 1, 1, {}, [payload]]);
    expect(channel.bufferedAmount).toBeGreaterThan(2 ** 24);
    await new Promise((resolve) => setImmediate(resolve));
    expect(channel.bufferedAmount).toBeGreaterThan(2 ** 20);
    channel.drop();
  });
});
