// Fast frames rely on parts of `ws` that it does not document. Where one is different, all frames go through `ws`.
import type { Socket as TcpSocket } from 'node:net';
import { WebSocket } from 'ws';
import { connection, frame, RawServer, type Outcome } from './endpoint.ts';

const CLOSE_1000 = Buffer.of(3, 232);

/** A WebSocket of `ws` as an implementation would look that has other properties. */
function disguised(ws: WebSocket, properties: Readonly<Record<string, unknown>>): WebSocket {
  return new Proxy(ws, {
    get(target, name) {
      if (typeof name === 'string' && Object.hasOwn(properties, name)) return properties[name];
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? (value as () => unknown).bind(target) : value;
    },
    set: (target, name, value) => Reflect.set(target, name, value, target),
  });
}

/** Calls a function with the TCP socket when the WebSocket has opened, before anything else. */
const whenOpen = (ws: WebSocket, change: (tcp: TcpSocket) => void): WebSocket => {
  ws.on('upgrade', ({ socket }) => ws.prependOnceListener('open', () => change(socket)));
  return ws;
};

const others: Readonly<Record<string, (ws: WebSocket) => WebSocket>> = {
  'no property that begins with an underscore': (ws) =>
    disguised(ws, { _socket: undefined, _receiver: undefined, _sender: undefined }),
  'no _socket': (ws) => disguised(ws, { _socket: undefined }),
  'a _socket that wraps the one below': (ws) => disguised(ws, { _socket: {} }),
  'no _receiver': (ws) => disguised(ws, { _receiver: null }),
  'a _receiver with other names': (ws) => disguised(ws, { _receiver: { bufferedBytes: 0 } }),
  'a _receiver within a frame': (ws) => disguised(ws, { _receiver: { _bufferedBytes: 1 } }),
  'no _sender': (ws) => disguised(ws, { _sender: null }),
  'a _sender that writes elsewhere': (ws) => disguised(ws, { _sender: { _socket: {}, _bufferedBytes: 0 } }),
  'a _sender that has something to write': (ws) =>
    disguised(ws, {
      get _sender() {
        return { _socket: (ws as unknown as { _socket: unknown })._socket, _bufferedBytes: 9 };
      },
    }),
  'an extension in use': (ws) => disguised(ws, { extensions: 'permessage-deflate' }),
  'no event upgrade': (ws) =>
    disguised(ws, { on: (event: string, listener: () => void) => event !== 'upgrade' && ws.on(event, listener) }),
  'a socket to which something else listens': (ws) => whenOpen(ws, (tcp) => tcp.on('data', () => undefined)),
  'another way to read': (ws) =>
    whenOpen(ws, (tcp) => {
      const [listener] = tcp.listeners('data') as ((chunk: Buffer) => void)[];
      tcp.off('data', listener!);
      tcp.on('readable', () => {
        for (let chunk = tcp.read() as Buffer | null; chunk; chunk = tcp.read() as Buffer | null) {
          listener!.call(tcp, chunk);
        }
      });
    }),
};

describe('fast frames', () => {
  let server: RawServer;
  let url: string;

  beforeAll(async () => {
    server = new RawServer();
    url = await server.start();
  });
  afterAll(() => server.stop());

  /** One conversation of every usual kind, and how many messages and writes of it went through `ws`. */
  const conversation = async (
    fastFrames: boolean,
    dressed?: (ws: WebSocket) => WebSocket,
  ): Promise<{ outcome: Outcome; received: number; sent: number }> => {
    const emit = spyOn(WebSocket.prototype, 'emit').and.callThrough();
    const send = spyOn(WebSocket.prototype, 'send').and.callThrough();
    const { socket, tcp, outcome, closed } = await connection(server, url, { maxPayload: 1000, fastFrames }, dressed);
    for (const data of ['[1]', '[2]', Uint8Array.of(3, 4), 'x'.repeat(30_000)]) socket.send(data);
    tcp.write(Buffer.concat([frame(0x81, Buffer.from('["ä"]')), frame(0x89, Buffer.from('there?'))]));
    tcp.write(frame(0x82, Buffer.of(1, 2)));
    tcp.end(frame(0x88, CLOSE_1000));
    await closed;
    const received = emit.calls.allArgs().filter(([event]) => event === 'message').length;
    return { outcome, received, sent: send.calls.count() };
  };
  const frames = [
    { first: 0x81, payload: Buffer.from('[1]').toString('hex') },
    { first: 0x81, payload: Buffer.from('[2]').toString('hex') },
    { first: 0x82, payload: '0304' },
    { first: 0x81, payload: '78'.repeat(30_000) },
    { first: 0x8a, payload: Buffer.from('there?').toString('hex') },
    { first: 0x88, payload: '03e8' },
  ];
  const expected: Outcome = { messages: ['["ä"]', '0x0102'], sent: frames, code: 1000, reason: '', error: '' };

  it('read and write beside the `ws` that is installed', async () => {
    const { outcome, received, sent } = await conversation(true);
    expect(outcome).toEqual(expected);
    expect([received, sent]).toEqual([0, 0]);
  });

  it('are not used where the option says so', async () => {
    const { outcome, received, sent } = await conversation(false);
    expect(outcome).toEqual(expected);
    expect([received, sent]).toEqual([2, 4]);
  });

  for (const [what, dressed] of Object.entries(others)) {
    it(`leave all to a \`ws\` with ${what}`, async () => {
      const { outcome, received, sent } = await conversation(true, dressed);
      expect(outcome).toEqual(expected);
      expect([received, sent]).toEqual([2, 4]);
    });
  }
});
