import {
  asyncScheduler,
  catchError,
  first,
  from,
  isObservable,
  Observable,
  of,
  switchMap,
  type Subscriber,
} from 'rxjs';
import { dial } from '#websocket';
import type { Askable, Eventually } from '../auth/authenticator.ts';
import { ConnectFailedError, ConnectionLostError, ProtocolError } from '../protocol/errors.ts';
import type { Message } from '../protocol/messages.ts';
import { json } from '../serializers/json.ts';
import type { Serializer } from '../serializers/serializer.ts';
import { StandardSocket, type Socket, type WebSocketConstructor } from './socket.browser.ts';
import type { Channel, Transport, TransportDetails } from './transport.ts';

/** How to reach a router by WebSocket. */
export interface WebSocketOptions {
  /** `ws://` or `wss://` address of the router, or a function that gives it, asked at every attempt. */
  readonly url: Askable<string>;
  /**
   * What to offer, best first; the router chooses.
   * @default [json()]
   */
  readonly serializers?: readonly Serializer[];
  /** Another WebSocket than the platform's: a polyfill, a wrapper, a fake. */
  readonly WebSocket?: WebSocketConstructor;
  /**
   * Milliseconds that the dialling may take. The client's `joinTimeout` bounds dialling and joining together.
   * @default Infinity
   */
  readonly openTimeout?: number;
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

/** Options and their types, as `typeof` says them. @internal */
export type OptionTypes = Readonly<Record<string, string | undefined>>;

/** @internal */
export const OPTIONS: OptionTypes = {
  url: 'string or function',
  serializers: 'object',
  WebSocket: 'function',
  openTimeout: 'number',
};

/** The transport; `extra` goes to Node's socket. @internal */
export function webSocketTransport(options: WebSocketOptions, types: OptionTypes, extra?: object): Transport {
  const { url, serializers } = options;
  const refuse = (what: string): never => {
    throw new TypeError(`webSocket: ${what}`);
  };
  if (!url) refuse('url is missing');
  for (const [name, value] of Object.entries(options)) {
    const expected = (Object.hasOwn(types, name) ? types[name] : undefined) ?? refuse(`unknown option ${name}`);
    if (value !== undefined && !expected.split(' ').includes(typeof value)) refuse(`${name} must be ${expected}`);
  }
  if (serializers && !(serializers.length && serializers.every((serializer) => serializer.subprotocol))) {
    refuse('serializers must be a list of serializers');
  }
  return {
    name: typeof url === 'string' ? `websocket ${shown(url)}` : 'websocket',
    open: (attempt) =>
      (attempt ? attempt.ask(url) : ask(url)).pipe(
        catchError((error: unknown) => {
          throw failed('the router: url', error);
        }),
        switchMap((address) => connect(address, options, extra)),
      ),
  };
}

/** What the user gave, now or later. */
const ask = (source: Askable<string>): Observable<string> =>
  new Observable((subscriber) => {
    const value: Eventually<string> = typeof source === 'function' ? source() : source;
    (typeof value === 'string' ? of(value) : isObservable(value) ? value.pipe(first()) : from(value)).subscribe(
      subscriber,
    );
  });

/** An address without what may be secret in it. */
const shown = (url: string): string => url.replace(/\/\/[^/]*@/, '//').replace(/[?#].*/, '');

function failed(what: string, cause: unknown, offered = ''): ConnectFailedError {
  // Node says a lot; browsers nothing, on purpose: a page must not learn about networks
  const { message, code } = (cause ?? {}) as { message?: string; code?: string };
  // of several addresses that refuse, Node's error has a code alone
  const why = [message, code, 'no reason is given here'].find(Boolean) as string;
  const hint = why.includes('subprotocol') ? ` (offered: ${offered})` : '';
  return new ConnectFailedError(`Cannot connect to ${what}: ${why}${hint}`, 1, cause === undefined ? [] : [cause]);
}

/** Dials once. */
function connect(url: string, options: WebSocketOptions, extra?: object): Observable<Channel> {
  return new Observable((subscriber) => {
    const serializers = options.serializers ?? [json()];
    const protocols = serializers.map((serializer) => serializer.subprotocol);
    const fail = (cause: unknown): void => subscriber.error(failed(shown(url), cause, protocols.join()));
    let socket: Socket;
    try {
      const { WebSocket } = options;
      socket = WebSocket ? new StandardSocket(new WebSocket(url, protocols) as WebSocket) : dial(url, protocols, extra);
    } catch (error) {
      fail(error);
      return;
    }
    const { ws } = socket;
    let open = false;
    ws.onopen = () => {
      const serializer = serializers.find(({ subprotocol }) => subprotocol === ws.protocol);
      if (serializer) {
        open = true;
        subscriber.next(new SocketChannel(socket, serializer, url));
        subscriber.complete();
      } else fail(new Error(`the router chose the subprotocol '${ws.protocol}'`));
    };
    ws.onerror = (event) => fail((event as ErrorEvent).error as unknown);
    ws.onclose = ({ code }) => fail(new Error(`closed with code ${code}`));
    const { openTimeout = Infinity } = options;
    if (openTimeout < Infinity) {
      subscriber.add(asyncScheduler.schedule(() => fail(new Error(`no answer in ${openTimeout} ms`)), openTimeout));
    }
    // after the channel was emitted it belongs to its receiver; before, unsubscribing gives the dialling up
    subscriber.add(() => open || letGo(socket));
  });
}

function letGo(socket: Socket): void {
  const { ws } = socket;
  // not null: where nobody listens, an error in `ws` ends the process
  ws.onopen = ws.onmessage = ws.onerror = ws.onclose = () => undefined;
  socket.terminate();
}

/** What the usual close codes mean (RFC 6455, section 7.4.1). */
const MEANINGS: Readonly<Record<number, string>> = {
  1001: 'the router goes away',
  1002: 'protocol error',
  1006: 'no goodbye: network, proxy or router failed',
  1008: 'against its policy',
  1009: 'message too big',
  1011: 'the router failed',
};

class SocketChannel implements Channel {
  readonly details: TransportDetails;
  readonly incoming: Observable<unknown>;
  readonly ping?: () => void;
  readonly #socket: Socket;
  readonly #serializer: Serializer;
  /** Frames that came before anyone listened: `ws` may open and deliver in one turn. */
  #early: unknown[] | undefined = [];
  #observer: Subscriber<unknown> | undefined;
  /** Set by close() and drop(). */
  #left = false;
  /** How the link ended. */
  #ended = false;
  #loss: ConnectionLostError | undefined;
  #cause: unknown;

  constructor(socket: Socket, serializer: Serializer, url: string) {
    this.#socket = socket;
    this.#serializer = serializer;
    this.details = { type: 'websocket', url, serializer: serializer.id, subprotocol: serializer.subprotocol };
    this.incoming = new Observable((subscriber) => {
      const early = this.#early ?? [];
      this.#observer = subscriber;
      this.#early = undefined;
      for (const data of early) this.#deliver(data);
      if (this.#ended) this.#finish();
    });
    if (socket.ping) this.ping = () => socket.ping?.();
    const { ws } = socket;
    ws.onmessage = (event) => {
      socket.count();
      if (this.#early) this.#early.push(event.data);
      else this.#deliver(event.data);
    };
    // Node says here what was wrong; the close event that follows settles it
    ws.onerror = (event) => (this.#cause = (event as ErrorEvent).error as unknown);
    ws.onclose = ({ code, reason }) => {
      // after our own close() any end is the one we asked for; 1005 is a close frame without a code
      if (!this.#left && code !== 1000 && code !== 1005) this.#loss = this.#lost(code, reason);
      this.#finish();
    };
  }

  get received(): number {
    return this.#socket.received;
  }

  get bufferedAmount(): number {
    return this.#socket.ws.bufferedAmount;
  }

  /** Refuses when the link is closing or closed: a WebSocket would swallow the message without a word. */
  send(message: Message): void {
    const socket = this.#socket;
    if (this.#left || socket.ws.readyState !== 1) {
      throw (
        this.#loss ?? new ConnectionLostError(`Cannot send: the link to ${shown(this.details.url ?? '')} is closed`)
      );
    }
    const frame = this.#serializer.encode(message);
    socket.beforeSend();
    socket.ws.send(frame as Uint8Array<ArrayBuffer>);
  }

  close(code = 1000, reason = ''): void {
    if (this.#left) return;
    this.#left = true;
    this.#early &&= [];
    // 123 bytes are allowed, and a character may take three
    this.#socket.close(code, reason.slice(0, 41));
  }

  drop(): void {
    if (this.#ended) return;
    this.#left = true;
    this.#early &&= [];
    letGo(this.#socket);
    this.#finish();
  }

  #deliver(data: unknown): void {
    const observer = this.#observer;
    if (this.#left || !observer || observer.closed) return;
    let value: unknown;
    try {
      if ((typeof data === 'string') === this.#serializer.binary) {
        throw new ProtocolError(
          `A ${typeof data === 'string' ? 'text' : 'binary'} frame on ${this.#serializer.subprotocol}`,
        );
      }
      value = this.#serializer.decode(
        data instanceof ArrayBuffer ? new Uint8Array(data) : (data as string | Uint8Array),
      );
    } catch (error) {
      // only reading ends here: what remains to be said (ABORT) can still be sent, until close() or drop()
      observer.error(error instanceof ProtocolError ? error : new ProtocolError(String(error), { cause: error }));
      return;
    }
    observer.next(value);
  }

  #finish(): void {
    this.#ended = true;
    if (this.#loss) this.#observer?.error(this.#loss);
    else this.#observer?.complete();
  }

  #lost(code: number, reason: string): ConnectionLostError {
    const cause = this.#cause;
    const why = [reason, MEANINGS[code], (cause as Error | undefined)?.message].filter(Boolean).join('; ');
    return new ConnectionLostError(`Lost ${shown(this.details.url ?? '')}: code ${code}${why && ` (${why})`}`, {
      code,
      cause,
    });
  }
}
