import { asyncScheduler, Observable, switchMap, type Subscriber } from 'rxjs';
import { dial } from '#websocket';
import type { Resolvable } from '../async.ts';
import type { Kind } from '../protocol/kinds.ts';
import { checkOptions, FUNCTION, NUMBER } from '../protocol/kinds.ts';
import { ConnectionLostError, ProtocolError } from '../protocol/errors.ts';
import { kindOf } from '../protocol/kind-of.ts';
import { json } from '../serializers/json.ts';
import type { Serializer } from '../serializers/serializer.ts';
import { addressKind, checkAddress, shown, type Address, type AddressRule } from './address.ts';
import { dialFailed, resolveOption, SERIALIZERS } from './dial.ts';
import { standardSocket, type Dial, type Socket, type WebSocketConstructor } from './socket.browser.ts';
import type { Channel, Transport } from './transport.ts';

/** How to reach a router by WebSocket. */
export interface WebSocketOptions {
  /** `ws://` or `wss://` address of the router, or a function that returns one, called at every attempt. */
  readonly url: Resolvable<Address>;
  /**
   * The serializers to offer, best first; the router chooses.
   * @default [json()]
   */
  readonly serializers?: readonly Serializer[] | undefined;
  /** A WebSocket class in place of the platform's: a polyfill, a wrapper, a fake. */
  readonly WebSocket?: WebSocketConstructor | undefined;
  /**
   * Milliseconds that the dialling may take. The client's `joinTimeout` bounds dialling and joining together.
   * @default Infinity
   */
  readonly openTimeout?: number | undefined;
}

/**
 * A WebSocket to a router (WAMP, section "WebSocket Transport"), in browsers and, through the package `ws`, in Node. For
 * headers, certificates and other options that only Node has see `webSocket` of `rxwamp/node`.
 *
 * @throws TypeError where an option is unknown or of the wrong type, and for an address that no WebSocket can reach
 *
 * @example
 * new WampClient({ realm: 'realm1', transports: [webSocket({ url: 'wss://router.example/ws', serializers: [cbor(), json()] })] });
 */
export function webSocket(options: WebSocketOptions): Transport {
  return webSocketTransport(options, OPTIONS, dial);
}

const ADDRESS: AddressRule = {
  owner: 'webSocket',
  // the last two reach Unix domain sockets, in Node
  schemes: ['ws:', 'wss:', 'ws+unix:', 'wss+unix:'],
  example: 'ws://localhost:8080/ws',
  refuse: ({ hash }) => hash !== '' && 'must not have a fragment (#…)',
};

/** What the options must be. @internal */
export const OPTIONS: Readonly<Record<keyof WebSocketOptions, Kind>> = {
  url: addressKind(ADDRESS),
  serializers: SERIALIZERS,
  WebSocket: FUNCTION,
  openTimeout: NUMBER,
};

/** The transport, with the platform's way to dial. @internal */
export function webSocketTransport(
  options: WebSocketOptions,
  table: Readonly<Record<string, Kind | undefined>>,
  dial: Dial,
): Transport {
  checkOptions(() => 'webSocket', table, options);
  const { url } = options;
  if (!url) throw new TypeError('webSocket: url must be given');
  return {
    name: typeof url === 'function' ? 'websocket' : `websocket ${shown(String(url))}`,
    open: (attempt) =>
      resolveOption('url', url, attempt, (address) => checkAddress(ADDRESS, address)).pipe(
        switchMap((address) => connect(address, options, dial)),
      ),
  };
}

/** Dials once. */
function connect(url: string, options: WebSocketOptions, dial: Dial): Observable<Channel> {
  return new Observable((subscriber) => {
    const { serializers = [json()], WebSocket, openTimeout = Infinity } = options;
    const protocols = serializers.map((serializer) => serializer.subprotocol);
    const fail = (cause: unknown): void =>
      subscriber.error(dialFailed(`${shown(url)} (offered: ${protocols.join()})`, cause));
    let socket: Socket;
    try {
      socket = WebSocket ? standardSocket(new WebSocket(url, protocols) as WebSocket) : dial(url, protocols);
    } catch (error) {
      // the platform's message may repeat the address with its secrets
      fail(new Error(shown(`${error as Error}`)));
      return;
    }
    const { ws } = socket;
    let open = false;
    ws.onopen = () => {
      // some WebSockets, as React Native's, do not report the choice; a single offer leaves none
      const chosen = ws.protocol || (protocols.length === 1 && protocols[0]);
      const serializer = serializers.find(({ subprotocol }) => subprotocol === chosen);
      if (!serializer) {
        fail(new Error(`the router chose '${ws.protocol}'`));
        return;
      }
      let channel: Channel;
      try {
        channel = makeChannel(serializer.batching?.(socket) ?? socket, serializer, url);
      } catch (error) {
        // an exception in a handler of events would leave the attempt open
        fail(error);
        return;
      }
      open = true;
      subscriber.next(channel);
      subscriber.complete();
    };
    ws.onerror = (event) => fail(causeOf(event, url));
    ws.onclose = (event) => {
      const { code, reason } = fieldsOf(event);
      fail(new Error(`closed with code ${code}${reason ? ` (${reason})` : ''}`));
    };
    if (openTimeout < Infinity) {
      subscriber.add(asyncScheduler.schedule(() => fail(new Error(`no answer in ${openTimeout} ms`)), openTimeout));
    }
    // an emitted channel belongs to its receiver; before that, unsubscribing aborts the dial
    subscriber.add(() => open || release(socket));
  });
}

/** The reason in an error event: an error under Node, a message in React Native and Deno, nothing in browsers. */
function causeOf(event: unknown, url: string): unknown {
  const { error, message } = fieldsOf(event);
  // some platforms have an empty one beside the message
  const reason = [error, message].find(Boolean);
  return typeof reason === 'string' ? new Error(reason.replaceAll(url, shown(url))) : reason;
}

interface EventFields {
  readonly error?: unknown;
  readonly message?: unknown;
  readonly code?: number;
  readonly reason?: string;
}

/** The fields of an event of an error or a close; none where the platform calls without one. */
const fieldsOf = (event: unknown): EventFields => Object(event) as EventFields;

/** The data of a frame: text, or bytes from whatever realm and class. */
function dataOf(data: unknown): string | Uint8Array {
  if (typeof data === 'string' || data instanceof Uint8Array) return data;
  if (ArrayBuffer.isView(data)) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  if (Object.prototype.toString.call(data) === '[object ArrayBuffer]') return new Uint8Array(data as ArrayBuffer);
  throw new ProtocolError(`A frame is ${kindOf(data)}, neither text nor bytes`);
}

function release(socket: Socket): void {
  const { ws } = socket;
  // not null: without a listener, an error in `ws` ends the process
  ws.onopen = ws.onmessage = ws.onerror = ws.onclose = () => undefined;
  socket.terminate();
}

/** What the usual close codes mean (RFC 6455, section 7.4.1). */
const MEANINGS: Readonly<Record<number, string>> = {
  1001: 'the router goes away',
  1002: 'protocol error',
  1006: 'network, proxy or router failed',
  1008: 'policy violation',
  1009: 'message too big',
  1011: 'the router failed',
};

function makeChannel(socket: Socket, serializer: Serializer, address: string): Channel {
  const { ws } = socket;
  const url = shown(address);
  /** Frames that came before `incoming` was observed: `ws` may open and deliver in one turn. */
  let early: unknown[] | undefined = [];
  let observer: Subscriber<unknown> | undefined;
  /** Set by close() and drop(). */
  let left = false;
  let ended = false;
  let loss: ConnectionLostError | undefined;
  let cause: unknown;
  let messages = 0;

  const deliver = (data: unknown): void => {
    if (left || !observer || observer.closed) return;
    let value: unknown;
    try {
      const frame = dataOf(data);
      const text = typeof frame === 'string';
      if (text === serializer.binary) {
        throw new ProtocolError(`A ${text ? 'text' : 'binary'} frame on ${serializer.subprotocol}`);
      }
      value = serializer.decode(frame);
    } catch (error) {
      // only reading ends here: ABORT can still be sent, until close() or drop()
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
  // the close event that follows ends the link
  ws.onerror = (event) => (cause = causeOf(event, address));
  ws.onclose = (event) => {
    if (ended) return;
    const { code, reason } = fieldsOf(event);
    // after our own close() every end is in order; 1005 is a close frame without a code
    if (!left && code !== 1000 && code !== 1005) {
      const why = [reason, MEANINGS[code ?? 0], (cause as Error | undefined)?.message].filter(Boolean).join('; ');
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
    // between a close frame and the end of TCP
    get closing() {
      return !left && ws.readyState > 1;
    },
    get bufferedAmount() {
      return socket.bufferedAmount;
    },
    // a WebSocket that is closing would drop the message without an error
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
      release(socket);
      finish();
    },
  };
}
