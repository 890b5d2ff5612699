import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, type ServerOptions as TlsServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import {
  checkOptions,
  COUNT,
  DICT,
  FUNCTION,
  isDict,
  kind,
  LIST,
  mistaken,
  NUMBER,
  TEXT,
  type Kind,
} from '../../protocol/kinds.ts';
import type { Message } from '../../protocol/messages.ts';
import type { Dict } from '../../protocol/payload.ts';
import { batched } from '../../serializers/batched.ts';
import { cbor } from '../../serializers/cbor.ts';
import { json } from '../../serializers/json.ts';
import { msgpack } from '../../serializers/msgpack.ts';
import type { Serializer } from '../../serializers/serializer.ts';
import type { Router } from '../router.ts';
import { isAllowed } from './origins.ts';
import { longPollServer, type LongPollServeOptions } from './serve-longpoll.ts';
import { serveRawSocket, type RawSocketServeOptions, type ServedRawSocket } from './serve-rawsocket.ts';
import { attachWebSocket, type SocketLimits } from './serve-websocket.ts';

/** Options of {@link serveRouter}. */
export interface ServeOptions {
  /**
   * The TCP port; 0 takes a free one.
   *
   * @default 0
   */
  readonly port?: number;
  /**
   * The address to listen on. Other than loopback addresses let the whole network reach a router without protection.
   *
   * @default '127.0.0.1'
   */
  readonly host?: string;
  /** The only path of the URL to accept, `/ws`; any by default. */
  readonly path?: string;
  /** The path of a Unix domain socket to listen on, instead of a port; `url` begins with `ws+unix:` then. */
  readonly socketPath?: string;
  /** Serves HTTP long-poll on the same port, too: at `/lp`, or as it says. */
  readonly longPoll?: boolean | LongPollServeOptions;
  /**
   * Whether to agree to compression where a client offers it, or how (as the package `ws` has it).
   *
   * @default false
   */
  readonly perMessageDeflate?: boolean | Readonly<Dict>;
  /**
   * Origins of web pages that may connect, beside pages from this machine; `'*'` for all. Without this check any page
   * that the developer's browser shows could reach the router.
   */
  readonly allowedOrigins?: readonly string[] | '*';
  /** Bytes that one message may have; the router's by default. */
  readonly maxMessageSize?: number;
  /**
   * Bytes that may wait for a client that does not read, before it is dropped.
   *
   * @default 67108864
   */
  readonly maxBacklog?: number;
  /**
   * Milliseconds that a client may take to its HELLO.
   *
   * @default 10000
   */
  readonly helloTimeout?: number;
  /** Key and certificate, as Node's `https.createServer` takes them: serves `wss:`. */
  readonly tls?: TlsServerOptions;
  /**
   * The encodings on offer.
   *
   * @default [json(), msgpack(), cbor()] and their batched forms
   */
  readonly serializers?: readonly Serializer[];
  /** Answers plain HTTP requests on the same port; by default with 426 and a line that says what listens here. */
  readonly onRequest?: RequestListener;
  /** Serves RawSocket as well, on a port of its own (with TLS where `tls` is given) or on a Unix domain socket. */
  readonly rawSocket?: RawSocketServeOptions;
}

/** A router that listens. */
export interface ServedRouter {
  /** Where clients connect to: `ws://127.0.0.1:40001`. */
  readonly url: string;
  /** Where clients of long-poll connect to, if it is served: `http://127.0.0.1:40001/lp`. */
  readonly longPollUrl?: string;
  /** The TCP port; 0 on a Unix domain socket. */
  readonly port: number;
  /** Where clients find RawSocket, if it is served. */
  readonly rawSocket?: ServedRawSocket;
  /** Stops listening and hangs up. The router itself goes on. */
  close(): Promise<void>;
}

const OPTIONS = {
  port: COUNT,
  host: TEXT,
  path: TEXT,
  socketPath: TEXT,
  longPoll: kind('a boolean or an object', (v) => typeof v === 'boolean' || isDict(v)),
  perMessageDeflate: kind('a boolean or an object', (v) => typeof v === 'boolean' || isDict(v)),
  allowedOrigins: kind("a list of origins or '*'", (v) => v === '*' || Array.isArray(v)),
  maxMessageSize: NUMBER,
  maxBacklog: NUMBER,
  helloTimeout: NUMBER,
  tls: DICT,
  serializers: LIST,
  onRequest: FUNCTION,
  rawSocket: DICT,
} satisfies Record<keyof ServeOptions, Kind>;

/**
 * Serves a test router on WebSocket, and on HTTP long-poll and RawSocket where asked. Faults of the router work on
 * these links, too.
 *
 * @param router what `createRouter` made
 * @param options where to listen
 * @returns once it listens; rejects with Node's error where the port is taken, with a TypeError that names what is wrong
 * @example
 * const { url, close } = await serveRouter(createRouter());
 */
export async function serveRouter(router: Router, options: ServeOptions = {}): Promise<ServedRouter> {
  if (typeof (router as Partial<Router> | undefined)?.admit !== 'function') {
    throw mistaken('serveRouter', 'router', 'what createRouter() made', router);
  }
  checkOptions(() => 'serveRouter', OPTIONS, options);
  const { maxBacklog = 2 ** 26, helloTimeout = 10_000, host = '127.0.0.1', rawSocket } = options;
  const { serializers = spoken(), maxMessageSize = router.maxMessageSize, tls } = options;
  const settings = { ...options, host, serializers, maxMessageSize };
  const limits = { maxBacklog, helloTimeout, encode: once() };
  const served = await serveWebSocket(router, settings, limits);
  if (!rawSocket) return served;
  try {
    const raw = await serveRawSocket(router, { host, ...rawSocket, tls, maxMessageSize, serializers }, limits);
    return {
      ...served,
      rawSocket: raw,
      close: async () => {
        await Promise.all([served.close(), raw.close()]);
      },
    };
  } catch (error) {
    await served.close();
    throw error;
  }
}

function serveWebSocket(
  router: Router,
  options: ServeOptions & Required<Pick<ServeOptions, 'host' | 'serializers' | 'maxMessageSize'>>,
  limits: SocketLimits,
): Promise<ServedRouter> {
  const { port = 0, host, path, socketPath, tls, serializers, maxMessageSize, perMessageDeflate = false } = options;
  const {
    onRequest = (_request: IncomingMessage, response: ServerResponse): void => {
      response.writeHead(426, { 'content-type': 'text/plain', upgrade: 'websocket', connection: 'upgrade' });
      response.end('This is a WAMP router for tests: connect with WebSocket.\n');
    },
  } = options;
  const polls =
    options.longPoll === undefined || options.longPoll === false
      ? undefined
      : longPollServer(router, options.longPoll === true ? {} : options.longPoll, {
          ...{ serializers, maxMessageSize, ...limits },
          allows: (origin) => isAllowed(origin, options.allowedOrigins ?? []),
        });
  const onPlain: RequestListener = (request, response) => {
    if (!polls?.handle(request, response)) onRequest(request, response);
  };
  const server: Server = tls ? createTlsServer(tls, onPlain) : createServer(onPlain);
  const sockets = new WebSocketServer({
    noServer: true,
    perMessageDeflate,
    maxPayload: maxMessageSize,
    // a stalled link must not answer pings
    autoPong: false,
    handleProtocols: (offered) => agreed(offered, serializers)?.subprotocol ?? false,
  });

  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const refusal = refuse(request, router, options, path, serializers);
    if (refusal) {
      socket.on('error', () => socket.destroy());
      turnAway(socket, ...refusal);
      return;
    }
    sockets.handleUpgrade(request, socket, head, (client) => {
      const serializer = serializers.find(({ subprotocol }) => subprotocol === client.protocol);
      if (serializer) attachWebSocket(router, client, request, serializer, limits);
      else client.terminate();
    });
  });

  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(socketPath === undefined ? { port, host } : { path: socketPath }, () => {
      server.off('error', reject);
      const address = server.address() as AddressInfo | string;
      const actual = typeof address === 'string' ? 0 : address.port;
      const place = `${host.includes(':') ? `[${host}]` : host}:${actual}`;
      const s = tls ? 's' : '';
      resolve({
        url: socketPath === undefined ? `ws${s}://${place}${path ?? ''}` : `ws${s}+unix:${socketPath}:${path ?? '/'}`,
        ...(polls && { longPollUrl: `http${s}://${place}${polls.path}` }),
        port: actual,
        close: () =>
          new Promise((closed) => {
            for (const client of sockets.clients) client.terminate();
            polls?.close();
            sockets.close();
            server.close(() => {
              closed();
            });
            server.closeAllConnections();
          }),
      });
    });
  });
}

const spoken = (): Serializer[] => {
  const plain = [json(), msgpack(), cbor()];
  return [...plain, ...plain.map((serializer) => batched(serializer))];
};

/** Why a handshake is refused: HTTP status and a sentence. */
function refuse(
  request: IncomingMessage,
  router: Router,
  { allowedOrigins = [] }: ServeOptions,
  path: string | undefined,
  serializers: readonly Serializer[],
): [status: string, reason: string] | undefined {
  const { origin } = request.headers;
  if (path !== undefined && request.url?.split('?')[0] !== path) {
    return ['404 Not Found', `The router is at ${path}`];
  }
  if (origin !== undefined && !isAllowed(origin, allowedOrigins)) {
    return [
      '403 Forbidden',
      `Pages from ${origin} may not use this router: name the origin in allowedOrigins (--allow-origin)`,
    ];
  }
  const offered = request.headers['sec-websocket-protocol'] ?? '';
  if (!agreed(new Set(offered.split(',').map((name) => name.trim())), serializers)) {
    const spoken = serializers.map(({ subprotocol }) => subprotocol).join(', ');
    return [
      '400 Bad Request',
      `No common WebSocket subprotocol: offered were '${offered}', this router speaks ${spoken}`,
    ];
  }
  const refusal = router.admit();
  return refusal === undefined ? undefined : ['503 Service Unavailable', refusal];
}

/** The first of the client's subprotocols that the router speaks. */
function agreed(offered: Iterable<string>, serializers: readonly Serializer[]): Serializer | undefined {
  for (const name of offered) {
    const found = serializers.find(({ subprotocol }) => subprotocol === name);
    if (found) return found;
  }
  return undefined;
}

/** An event goes to many: it is encoded once for each serializer, as long as it is the same message. */
function once(): (serializer: Serializer, message: Message) => string | Uint8Array {
  const last = new Map<Serializer, { readonly message: Message; readonly frame: string | Uint8Array }>();
  return (serializer, message) => {
    const known = last.get(serializer);
    if (known?.message === message) return known.frame;
    const frame = serializer.encode(message);
    last.set(serializer, { message, frame });
    return frame;
  };
}

function turnAway(socket: Duplex, status: string, reason: string): void {
  const body = `${reason}\n`;
  socket.end(
    `HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-type: text/plain; charset=utf-8\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}
