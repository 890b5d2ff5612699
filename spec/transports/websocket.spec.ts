// webSocket() on a WebSocket played by the spec: every order of events, in browsers and Node alike.
import { TestScheduler } from 'rxjs/testing';
import { ConnectFailedError, ConnectionLostError, ProtocolError } from '../../src/protocol/errors.ts';
import { cbor } from '../../src/serializers/cbor.ts';
import { json } from '../../src/serializers/json.ts';
import type { Serializer } from '../../src/serializers/serializer.ts';
import { webSocket, type WebSocketOptions } from '../../src/transports/websocket.ts';
import type { Channel } from '../../src/transports/transport.ts';

/** A WebSocket without a network. */
class FakeSocket {
  static latest: FakeSocket;
  readonly url: string;
  readonly protocols: string[];
  readonly did: unknown[] = [];
  binaryType = 'blob';
  protocol = '';
  readyState = 0;
  bufferedAmount = 3;
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onerror: ((event: object) => void) | null = null;
  onclose: ((event: { code: number; reason: string }) => void) | null = null;

  constructor(url: string, protocols: string[]) {
    this.url = url;
    this.protocols = protocols;
    FakeSocket.latest = this;
  }

  open(...given: [protocol?: string]): void {
    this.protocol = (given.length > 0 ? given[0] : this.protocols[0]) as string;
    this.readyState = 1;
    this.onopen?.();
  }

  receive(data: unknown): void {
    this.onmessage?.({ data });
  }

  end(code: number, reason = ''): void {
    this.readyState = 3;
    this.onclose?.({ code, reason });
  }

  send(data: unknown): void {
    this.did.push(data);
  }

  close(code?: number, reason?: string): void {
    this.readyState = 2;
    this.did.push(['close', code, reason]);
  }
}

const dialled = (
  options: Partial<WebSocketOptions> = {},
): { log: unknown[]; socket: FakeSocket; giveUp: () => void } => {
  const log: unknown[] = [];
  const subscription = webSocket({ url: 'ws://host/ws', WebSocket: FakeSocket, ...options })
    .open()
    .subscribe({
      next: (channel) => log.push(channel),
      error: (error: unknown) => log.push(error),
      complete: () => log.push('complete'),
    });
  return { log, socket: FakeSocket.latest, giveUp: () => subscription.unsubscribe() };
};

const opened = (options: Partial<WebSocketOptions> = {}): { channel: Channel; socket: FakeSocket; log: unknown[] } => {
  const { log, socket } = dialled(options);
  socket.open();
  const channel = log[0] as Channel;
  const seen: unknown[] = [];
  channel.incoming.subscribe({
    next: (value) => seen.push(value),
    error: (error: unknown) => seen.push(error),
    complete: () => seen.push('complete'),
  });
  return { channel, socket, log: seen };
};

describe('webSocket', () => {
  it('emits the one channel and completes', () => {
    const { log, socket } = dialled({ serializers: [cbor(), json()] });
    expect(socket.url).toBe('ws://host/ws');
    expect(socket.protocols).toEqual(['wamp.2.cbor', 'wamp.2.json']);
    expect(socket.binaryType).toBe('arraybuffer');
    expect(log).toEqual([]);
    socket.open('wamp.2.json');
    expect(log).toEqual([jasmine.objectContaining({ bufferedAmount: 3, received: 0 }), 'complete']);
    expect((log[0] as Channel).details.serializer).toBe('json');
  });

  it('hangs up where the router chose nothing, or what was not offered', () => {
    for (const protocol of ['', 'wamp.2.msgpack']) {
      const { log, socket } = dialled({ serializers: [json(), cbor()] });
      socket.open(protocol);
      expect(log.length).toBe(1);
      expect(log[0]).toBeInstanceOf(ConnectFailedError);
      expect((log[0] as Error).message).toMatch(new RegExp(`offered: wamp\\.2\\.json.*'${protocol}'`));
      expect(socket.did).toEqual([['close', undefined, undefined]]);
    }
  });

  it('takes the one serializer that it offers where the WebSocket does not report the choice', () => {
    for (const protocol of ['', undefined, null]) {
      const { log, socket } = dialled({ serializers: [cbor()] });
      socket.open(protocol as string);
      expect((log[0] as Channel).details.serializer).toBe('cbor');
      const several = dialled({ serializers: [cbor(), json()] });
      several.socket.open(protocol as string);
      expect(several.log).toEqual([jasmine.any(ConnectFailedError)]);
    }
  });

  it('fails once, however many events tell of the failure', () => {
    const { log, socket } = dialled();
    const { onclose } = socket;
    socket.onerror?.({ error: new Error('because') });
    onclose?.({ code: 1006, reason: '' });
    socket.end(1006);
    expect(log).toEqual([jasmine.any(ConnectFailedError)]);
    expect((log[0] as ConnectFailedError).message).toMatch(/ws:\/\/host\/ws \(.*\): because; see \S+#cannot-connect$/);
  });

  it('repeats the message of an error event, without the secrets of the address', () => {
    const url = 'ws://host/ws?ticket=s3cret';
    const { log, socket } = dialled({ url });
    socket.onerror?.({ message: `${url}: expected HTTP 101 response but was '403 Forbidden'` });
    expect((log[0] as Error).message).toMatch(
      /ws:\/\/host\/ws: expected HTTP 101 response but was '403 Forbidden'; see \S+#cannot-connect$/,
    );
    expect((log[0] as Error).message).not.toContain('s3cret');
    const closed = dialled();
    closed.socket.end(undefined as never, 'Expected HTTP 101');
    expect((closed.log[0] as Error).message).toMatch(/closed with code undefined \(Expected HTTP 101\)/);
    const lost = opened();
    lost.socket.onerror?.({ message: 'Connection reset by peer' });
    lost.socket.end(1006);
    expect((lost.log[0] as Error).message).toMatch(/code 1006 \(.*Connection reset by peer\)/);
  });

  it('takes a text for the error of an event, and events without one', () => {
    const { log, socket } = dialled({ url: 'ws://host/ws?ticket=s3cret' });
    socket.onerror?.({ error: 'ws://host/ws?ticket=s3cret said 403' });
    expect((log[0] as Error).message).toMatch(/: ws:\/\/host\/ws said 403; see/);
    const beside = dialled();
    beside.socket.onerror?.({ error: '', message: 'no route' });
    expect((beside.log[0] as Error).message).toMatch(/: no route; see/);
    for (const nothing of [undefined, null, { message: 5 }, { error: null }]) {
      const failed = dialled();
      failed.socket.onerror?.(nothing as never);
      expect((failed.log[0] as Error).message).toMatch(/no reason is given/);
      const hungUp = dialled();
      hungUp.socket.onclose?.(nothing as never);
      expect((hungUp.log[0] as Error).message).toMatch(/closed with code undefined;/);
      const lost = opened();
      lost.socket.onerror?.(nothing as never);
      lost.socket.onclose?.(nothing as never);
      expect((lost.log[0] as Error).message).toMatch(/^Lost ws:\/\/host\/ws: code undefined$/);
    }
  });

  it('says so where there is no reason', () => {
    const { log, socket } = dialled();
    socket.onerror?.({});
    expect((log[0] as ConnectFailedError).message).toMatch(/no reason is given/);
    expect((log[0] as ConnectFailedError).errors).toEqual([]);
  });

  it('fails where the constructor throws', () => {
    const refusing = class {
      constructor() {
        throw new SyntaxError('bad address ws://joe:secret@x');
      }
    };
    const log: unknown[] = [];
    webSocket({ url: 'ws://x', WebSocket: refusing })
      .open()
      .subscribe({ error: (error: unknown) => log.push(error) });
    expect(log).toEqual([jasmine.any(ConnectFailedError)]);
    expect(((log[0] as Error).cause as Error).message).toBe('SyntaxError: bad address ws://x');
  });

  it('fails where an exception keeps the link from opening', () => {
    const serializer: Serializer = {
      ...json(),
      batching: () => {
        throw new TypeError('this socket has no batches');
      },
    };
    const { log, socket } = dialled({ serializers: [serializer] });
    socket.open();
    expect(log).toEqual([jasmine.any(ConnectFailedError)]);
    expect((log[0] as Error).message).toMatch(/: this socket has no batches; see \S+#cannot-connect$/);
    expect(socket.did).toEqual([['close', undefined, undefined]]);
  });

  it('closes the socket when given up, and hears no more of it', () => {
    const { log, socket, giveUp } = dialled();
    giveUp();
    socket.open();
    socket.end(1006);
    expect(socket.did).toEqual([['close', undefined, undefined]]);
    expect(log).toEqual([]);
  });

  it('leaves the channel alone when unsubscribed after it was emitted', () => {
    const { socket, giveUp } = dialled();
    socket.open();
    giveUp();
    expect(socket.did).toEqual([]);
  });

  it('gives up after openTimeout', () => {
    new TestScheduler((actual, expected) => expect(actual).toEqual(expected)).run(({ expectObservable, flush }) => {
      const transport = webSocket({ url: 'ws://host/ws', WebSocket: FakeSocket, openTimeout: 50 });
      expectObservable(transport.open()).toBe(
        '50ms #',
        {},
        new ConnectFailedError(
          'Cannot connect to ws://host/ws (offered: wamp.2.json): no answer in 50 ms; see rxwamp/src/client/errors.md#cannot-connect',
          1,
          [new Error('no answer in 50 ms')],
        ),
      );
      flush();
      expect(FakeSocket.latest.did).toEqual([['close', undefined, undefined]]);
    });
  });

  it('stops that clock when the link is open', () => {
    new TestScheduler((actual, expected) => expect(actual).toEqual(expected)).run(({ flush }) => {
      const { socket, log } = dialled({ openTimeout: 50 });
      socket.open();
      flush();
      expect(log).toEqual([jasmine.anything(), 'complete']);
      expect(socket.did).toEqual([]);
    });
  });

  it('decodes what comes, text and ArrayBuffers', () => {
    const text = opened();
    text.socket.receive('[1,"a"]');
    expect(text.log).toEqual([[1, 'a']]);
    const binary = opened({ serializers: [cbor()] });
    binary.socket.receive(Uint8Array.of(0x82, 1, 0x61, 0x61).buffer);
    expect(binary.log).toEqual([[1, 'a']]);
    expect(binary.channel.received).toBe(1);
  });

  it('decodes other views of bytes, and refuses what is neither text nor bytes', () => {
    const view = opened({ serializers: [cbor()] });
    view.socket.receive(new DataView(Uint8Array.of(9, 0x82, 1, 0x61, 0x61, 9).buffer, 1, 4));
    expect(view.log).toEqual([[1, 'a']]);
    for (const data of [{}, null, undefined, 5]) {
      const { socket, log } = opened({ serializers: [cbor()] });
      socket.receive(data);
      expect(log).toEqual([jasmine.any(ProtocolError)]);
      expect((log[0] as Error).message).toMatch(/neither text nor bytes/);
    }
  });

  it('reads no further after a frame that it cannot read, but still sends', () => {
    const { channel, socket, log } = opened();
    socket.receive('[');
    socket.receive('[1]');
    expect(log).toEqual([jasmine.any(ProtocolError)]);
    channel.send([3, {}, 'wamp.error.protocol_violation']);
    channel.close(1002, 'protocol');
    // a page may not say 1002
    expect(socket.did).toEqual(['[3,{},"wamp.error.protocol_violation"]', ['close', 3002, 'protocol']]);
    socket.end(3002);
    expect(log.length).toBe(1);
  });

  it('keeps what comes before anybody listens: frames, then the end', () => {
    const { log, socket } = dialled();
    socket.open();
    socket.receive('[1]');
    socket.receive('[2]');
    socket.end(1011, 'why');
    const seen: unknown[] = [];
    (log[0] as Channel).incoming.subscribe({
      next: (value) => seen.push(value),
      error: (error: unknown) => seen.push(error),
    });
    expect(seen).toEqual([[1], [2], jasmine.any(ConnectionLostError)]);
    expect((seen[2] as ConnectionLostError).message).toBe('Lost ws://host/ws: code 1011 (why; the router failed)');
  });

  it('keeps nothing that came before close()', () => {
    const { log, socket } = dialled();
    socket.open();
    const channel = log[0] as Channel;
    socket.receive('[1]');
    channel.close();
    socket.receive('[2]');
    const seen: unknown[] = [];
    channel.incoming.subscribe({ next: (value) => seen.push(value), complete: () => seen.push('complete') });
    socket.end(1000);
    expect(seen).toEqual(['complete']);
  });

  it('tells what the platform said of a loss', () => {
    const { socket, log } = opened();
    const cause = new Error('read ECONNRESET');
    socket.onerror?.({ error: cause });
    socket.end(1006);
    expect(log).toEqual([jasmine.any(ConnectionLostError)]);
    expect((log[0] as ConnectionLostError).message).toMatch(/code 1006 .*ECONNRESET/);
    expect((log[0] as ConnectionLostError).cause).toBe(cause);
  });

  it('throws on send() when the link is not open, the loss where it is known', () => {
    const { channel, socket, log } = opened();
    socket.readyState = 2;
    expect(() => channel.send([34, 1, 7])).toThrowError(ConnectionLostError);
    socket.end(1006);
    expect(() => channel.send([34, 1, 7])).toThrow(log[0]);
    expect(socket.did).toEqual([]);
  });

  it('never calls back from inside send()', () => {
    const { channel, socket, log } = opened();
    socket.readyState = 3;
    expect(() => channel.send([34, 1, 7])).toThrow();
    expect(log).toEqual([]);
  });

  it('completes at once on drop(), which lets go of the socket', () => {
    const { channel, socket, log } = opened();
    channel.drop();
    expect(log).toEqual(['complete']);
    expect(socket.did).toEqual([['close', undefined, undefined]]);
    socket.receive('[1]');
    socket.end(1006);
    expect(log).toEqual(['complete']);
    expect(channel.received).toBe(0); // the socket, which may take its time to close, keeps nothing of ours alive
  });

  it('has no ping, so that keepalive probes by other means', () => {
    expect(opened().channel.ping).toBeUndefined();
  });
});
