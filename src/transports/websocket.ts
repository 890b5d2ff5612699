import { asyncScheduler, catchError, Observable, switchMap, type Subscriber } from 'rxjs';
import { dial } from '#websocket';
import { resolve, type Resolvable } from '../async.ts';
import { checkOptions, FUNCTION, isDict, kind, NUMBER, TEXT, type Kind } from '../protocol/kinds.ts';
import { ConnectionLostError, ProtocolError } from '../protocol/errors.ts';
import { json } from '../serializers/json.ts';
import type { Serializer } from '../serializers/serializer.ts';
import { dialFailed, shown } from './address.ts';
import { standardSocket, type Socket, type WebSocketConstructor } from './socket.browser.ts';
import type { Channel, Transport } from './transport.ts';

/** How to reach a router by WebSocket. */
export interface WebSocketOptions {
  /** `ws://` or `wss://` address of the router, or a function that gives it, asked at every attempt. */
  readonly url: Resolvable<string>;
  /**
   * What to offer, best first; the router chooses.
   * @default [json()]
   */
  readonly serializers?: readonly Serializer[] | undefined;
  /** Another WebSocket than the platform's: a polyfill, a wrapper, a fake. */
  readonly WebSocket?: WebSocketConstructor | undefined;
  /**
   * Milliseconds that the dialling may take. The client's `joinTimeout` bounds dialling and joining together.
   * @default Infinity
   */
  readonly openTimeout?: number | undefined;
}

/**
 * A WebSocket to a router (WAMP, section "WebSocket Transport"), in browsers and, through the package `ws`, in Node. For
 * headers, certificates and other things that only Node can do see `webSocket` of `rxwamp/node`.
 *
 * @throws TypeError where an option is unknown or of the wrong type
 *
 * @example
 * new WampClient({ realm: 'realm1', transports: [webSocket({ url: 'wss://router.example/ws', serializers: [cbor(), json()] })] });
 */
export function webSocket(options: WebSocketOptions): Transport {
  return webSocketTransport(options, OPTIONS);
}

/** What the options must be. @internal */
export const OPTIONS: Readonly<Record<keyof WebSocketOptions, Kind>> = {
  url: kind('a string or a function', (v) => TEXT.test(v) || FUNCTION.test(v)),
  serializers: kind(
    'a list of serializers',
    (v) => Array.isArray(v) && v.length > 0 && v.every((s) => isDict(s) && s['encode']),
  ),
  WebSocket: FUNCTION,
  openTimeout: NUMBER,
};

/** The transport; `extra` goes to Node's socket. @internal */
export function webSocketTransport(
  options: WebSocketOptions,
  table: Readonly<Record<string, Kind | undefined>>,
  extra?: object,
): Transport {
  checkOptions(() => 'webSocket', table, options);
  const { url } = options;
  if (!url) throw new TypeError('webSocket: url must be given');
  return {
    name: typeof url === 'string' ? `websocket ${shown(url)}` : 'websocket',
    open: (attempt) =>
      (attempt ? attempt.resolve(url) : resolve(url)).pipe(
        catchError((error: unknown) => {
          throw dialFailed('the router: url', error);
        }),
        switchMap((address) => connect(address, options, extra)),
      ),
  };
}

/** Dials once. */
function connect(url: string, options: WebSocketOptions, extra?: object): Observable<Channel> {
  return new Observable((subscriber) => {
    const { serializers = [json()], WebSocket, openTimeout = Infinity } = options;
    const protocols = serializers.map((serializer) => serializer.subprotocol);
    const fail = (cause: unknown): void =>
      subscriber.error(dialFailed(`${shown(url)} (offered: ${protocols.join()})`, cause));
    let socket: Socket;
    try {
      socket = WebSocket ? standardSocket(new WebSocket(url, protocols) as WebSocket) : dial(url, protocols, extra);
    } catch (error) {
      // what is said of a malformed address repeats it, secrets and all
      fail(new Error(shown(`${error as Error}`)));
      return;
    }
    const { ws } = socket;
    let open = false;
    ws.onopen = () => {
      const serializer = serializers.find(({ subprotocol }) => subprotocol === ws.protocol);
      if (serializer) {
        open = true;
        subscriber.next(makeChannel(serializer.batching?.(socket) ?? socket, serializer, shown(url)));
        subscriber.complete();
      } else fail(new Error(`the router chose '${ws.protocol}'`));
    };
    ws.onerror = (event) => fail((event as ErrorEvent).error as unknown);
    ws.onclose = ({ code }) => fail(new Error(`closed with code ${code}`));
    if (openTimeout < Infinity) {
      subscriber.add(asyncScheduler.schedule(() => fail(new Error(`no answer in ${openTimeout} ms`)), openTimeout));
    }
    // after the channel was emitted it belongs to its receiver; before, unsubscribing gives the dialling up
    subscriber.add(() => open || letGo(socket));
  });
}

function letGo(socket: Socket): void {
  const { ws } = socket;
  // not null: an error of `ws` without a listener ends the process
  ws.onopen = ws.onmessage = ws.onerror = ws.onclose = () => undefined;
  socket.terminate();
}

/** What the usual close codes mean (RFC 6455, section 7.4.1). */
const MEANINGS: Readonly<Record<number, string>> = {
  1001: 'it goes away',
  1002: 'protocol error',
  1006: 'network, proxy or router failed',
  1008: 'against its policy',
  1009: 'message too big',
  1011: 'the router failed',
};

function makeChannel(socket: Socket, serializer: Serializer, url: string): Channel {
  const { ws } = socket;
  /** Frames that came before anyone listened: `ws` may open and deliver in one turn. */
  let early: unknown[] | undefined = [];
  let observer: Subscriber<unknown> | undefined;
  /** Set by close() and drop(). */
  let left = false;
  /** How the link ended. */
  let ended = false;
  let loss: ConnectionLostError | undefined;
  let cause: unknown;
  let messages = 0;

  const deliver = (data: unknown): void => {
    if (left || !observer || observer.closed) return;
    let value: unknown;
    try {
      const text = typeof data === 'string';
      if (text === serializer.binary) {
        throw new ProtocolError(`A ${text ? 'text' : 'binary'} frame on ${serializer.subprotocol}`);
      }
      value = serializer.decode(data instanceof ArrayBuffer ? new Uint8Array(data) : (data as string | Uint8Array));
    } catch (error) {
      // only reading ends here: what remains to be said (ABORT) can still be sent, until close() or drop()
      observer.error(error instanceof ProtocolError ? error : new ProtocolError(String(error), { cause: error }));
      return;
    }
    observer.next(value);
  };

  const finish = (): void => {
    ended = true;
    if (loss) observer?.error(loss);
    else observer?.complete();
  };

  socket.listen((data) => {
    messages++;
    if (early) early.push(data);
    else deliver(data);
  });
  // Node says here what was wrong; the close event that follows settles it
  ws.onerror = (event) => (cause = (event as ErrorEvent).error as unknown);
  ws.onclose = ({ code, reason }) => {
    // after our own close() any end is the one we asked for; 1005 is a close frame without a code
    if (!left && code !== 1000 && code !== 1005) {
      const why = [reason, MEANINGS[code], (cause as Error | undefined)?.message].filter(Boolean).join('; ');
      loss = new ConnectionLostError(`Lost ${url}: code ${code}${why && ` (${why})`}`, { code, cause });
    }
    finish();
  };

  return {
    details: {
      type: 'websocket',
      url,
      serializer: serializer.id,
      subprotocol: serializer.subprotocol,
      ...socket.details,
    },
    incoming: new Observable((subscriber) => {
      const frames = early ?? [];
      observer = subscriber;
      early = undefined;
      frames.forEach(deliver);
      if (ended) finish();
    }),
    get received() {
      return socket.received ?? messages;
    },
    get bufferedAmount() {
      return socket.bufferedAmount;
    },
    // refuses when the link is closing or closed: a WebSocket would swallow the message without a word
    send(message) {
      if (left || ws.readyState !== 1) {
        throw loss ?? new ConnectionLostError(`Cannot send: the link to ${url} is closed`);
      }
      socket.send(serializer.encode(message));
    },
    recode(wrap) {
      serializer = wrap(serializer);
    },
    ...socket.more,
    close(code = 1000, reason = '') {
      if (left) return;
      left = true;
      // 123 bytes are allowed, and a character may take three
      socket.close(code, reason.slice(0, 41));
    },
    drop() {
      if (ended) return;
      left = true;
      letGo(socket);
      finish();
    },
  };
}
