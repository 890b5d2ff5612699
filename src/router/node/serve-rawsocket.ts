import { createServer, type AddressInfo, type Socket } from 'node:net';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';
import { asyncScheduler } from 'rxjs';
import { ProtocolError } from '../../protocol/errors.ts';
import type { Serializer } from '../../serializers/serializer.ts';
import {
  announced,
  HANDSHAKE,
  handshake,
  MOST,
  numberOf,
  readRequest,
  refusal,
  TOO_MANY_CONNECTIONS,
  UNSUPPORTED_SERIALIZER,
  type HandshakeRequest,
} from '../../transports/rawsocket/handshake.ts';
import { FramedSocket } from '../../transports/rawsocket/framed-socket.node.ts';
import { canWrite } from '../can-write.ts';
import type { RouterLink } from '../router-options.ts';
import type { Router } from '../router.ts';
import { credentialsOf } from './credentials.ts';
import type { SocketLimits } from './serve-websocket.ts';

/** Where RawSocket is served: on a TCP port, or on a Unix domain socket. */
export interface RawSocketServeOptions {
  /**
   * The TCP port; 0 takes a free one.
   *
   * @default 0
   */
  readonly port?: number;
  /** The address to listen on; that of the WebSocket by default. */
  readonly host?: string;
  /** The path of a Unix domain socket, instead of a port; never with TLS. */
  readonly path?: string;
}

/** RawSocket that is served. */
export interface ServedRawSocket {
  /** Where clients connect to: `rs://127.0.0.1:40002`, `rss://127.0.0.1:40002` or `rs+unix:/path`. */
  readonly url: string;
  /** The TCP port, where there is one. */
  readonly port?: number;
}

/** What serving RawSocket takes from the rest. */
interface Settings extends RawSocketServeOptions {
  readonly host: string;
  readonly tls: TlsOptions | undefined;
  readonly maxMessageSize: number;
  readonly serializers: readonly Serializer[];
}

/** Milliseconds that a client may take to hang up after the router. */
const CLOSE_TIMEOUT = 2000;

/** Serves a test router on RawSocket (WAMP, section "RawSocket Transport"). */
export function serveRawSocket(
  router: Router,
  { port = 0, host, path, tls, ...settings }: Settings,
  limits: SocketLimits,
): Promise<ServedRawSocket & { close(): Promise<void> }> {
  const sockets = new Set<Socket>();
  const accept = (socket: Socket): void => {
    shakeHands(router, socket, settings, limits);
  };
  const secure = tls !== undefined && path === undefined;
  const server = secure ? createTlsServer(tls, accept) : createServer(accept);
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(path === undefined ? { port, host } : { path }, () => {
      server.off('error', reject);
      resolve({
        ...where(server.address() as AddressInfo | string, host, secure),
        close: () =>
          new Promise((closed) => {
            server.close(() => {
              closed();
            });
            for (const socket of sockets) socket.destroy();
          }),
      });
    });
  });
}

function where(address: AddressInfo | string, host: string, secure: boolean): ServedRawSocket {
  if (typeof address === 'string') return { url: `rs+unix:${address}` };
  const { port } = address;
  return { url: `${secure ? 'rss' : 'rs'}://${host.includes(':') ? `[${host}]` : host}:${port}`, port };
}

/** Waits for what a client begins with, and answers it. */
function shakeHands(
  router: Router,
  socket: Socket,
  { maxMessageSize, serializers }: Pick<Settings, 'maxMessageSize' | 'serializers'>,
  limits: SocketLimits,
): void {
  socket.setNoDelay(true);
  // 'close' follows
  socket.on('error', () => undefined);
  const timer = asyncScheduler.schedule(() => socket.destroy(), limits.helloTimeout);
  socket.on('close', () => {
    timer.unsubscribe();
  });
  let begin = Buffer.alloc(0);
  const take = (chunk: Buffer): void => {
    begin = Buffer.concat([begin, chunk]);
    if (begin.length < HANDSHAKE) return;
    socket.off('data', take);
    timer.unsubscribe();
    const request = readRequest(begin.subarray(0, HANDSHAKE));
    if (request === undefined) {
      socket.destroy();
      return;
    }
    const answer = judge(router, request, serializers);
    if (typeof answer === 'number') {
      socket.end(refusal(answer));
      hurry(socket);
      return;
    }
    const { serializer, limit: theirLimit, number } = answer;
    const limit = announced(Math.min(maxMessageSize, MOST));
    socket.write(handshake(limit, number));
    attach(router, socket, { serializer, limit, theirLimit }, limits)(begin.subarray(HANDSHAKE));
  };
  socket.on('data', take);
}

/** What is agreed on, or the error to refuse with. */
function judge(
  router: Router,
  request: HandshakeRequest | number,
  serializers: readonly Serializer[],
): number | { readonly serializer: Serializer; readonly number: number; readonly limit: number } {
  if (typeof request === 'number') return request;
  const { serializer: number, limit } = request;
  const serializer = serializers.find(({ subprotocol }) => numberOf(subprotocol) === number);
  if (!serializer) return UNSUPPORTED_SERIALIZER;
  return router.admit() === undefined ? { serializer, number, limit } : TOO_MANY_CONNECTIONS;
}

/** Does not wait for ever for a client to hang up. */
function hurry(socket: Socket): void {
  const timer = asyncScheduler.schedule(() => socket.destroy(), CLOSE_TIMEOUT);
  socket.on('close', () => {
    timer.unsubscribe();
  });
}

/** Attaches a client whose handshake is done; gives the function that takes what came. */
function attach(
  router: Router,
  socket: Socket,
  { serializer, ...sizes }: { readonly serializer: Serializer; readonly limit: number; readonly theirLimit: number },
  { maxBacklog, helloTimeout, encode }: SocketLimits,
): (chunk: Uint8Array) => void {
  const frames = new FramedSocket(socket, {
    ...sizes,
    message(payload) {
      let value: unknown;
      try {
        value = serializer.decode(serializer.binary ? payload : payload.toString());
      } catch (error) {
        link.undecodable(error instanceof Error ? error.message : String(error));
        return;
      }
      link.receive(value);
    },
    // a stalled link must not answer
    answers: () => !link.silent,
  });
  const send = (frame: string | Uint8Array): void => {
    if (!socket.writable) return;
    if (frames.bufferedAmount > maxBacklog) socket.destroy();
    else frames.send(frame);
  };
  const link: RouterLink = router.attach(
    {
      send(message) {
        send(encode(serializer, message));
      },
      canWrite: (message) => canWrite(serializer, message),
      close() {
        frames.flush();
        socket.end();
        hurry(socket);
      },
      drop() {
        socket.destroy();
      },
      raw: send,
      credentials: credentialsOf({ headers: {}, socket }),
    },
    {
      type: 'rawsocket',
      serializer: serializer.id,
      peer: socket.remoteAddress === undefined ? 'unix' : `${socket.remoteAddress}:${socket.remotePort ?? '?'}`,
      helloTimeout,
    },
  );
  const read = (chunk: Uint8Array): void => {
    try {
      frames.read(chunk);
    } catch (error) {
      // no frame can be found any more: the connection fails
      if (error instanceof ProtocolError) socket.destroy();
      else throw error;
    }
  };
  socket.on('data', read);
  socket.on('close', () => {
    link.lost();
  });
  return read;
}
