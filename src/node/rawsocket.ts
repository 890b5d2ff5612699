import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls, type SecureContextOptions } from 'node:tls';
import { catchError, Observable, of, switchMap, throwError, timeout } from 'rxjs';
import { resolve, type Resolvable } from '../async.ts';
import {
  BOOL,
  checkOptions,
  discreetly,
  FUNCTION,
  isDict,
  LIST,
  NUMBER,
  TEXT,
  type Kind,
} from '../protocol/attributes.ts';
import { ConnectFailedError } from '../protocol/errors.ts';
import { json } from '../serializers/json.ts';
import type { Serializer } from '../serializers/serializer.ts';
import {
  announced,
  HANDSHAKE,
  handshake,
  HandshakeRefused,
  LEAST,
  MOST,
  numberOf,
  readReply,
  UNSUPPORTED_SERIALIZER,
} from '../transports/rawsocket.handshake.ts';
import type { Channel, Transport } from '../transports/transport.ts';
import { eitherOr, PEM } from './kinds.ts';
import { localAddress, networkAddress, parseAddress, type RawAddress } from './rawsocket.address.ts';
import { makeChannel } from './rawsocket.channel.ts';

/** How to reach a router by RawSocket: by `host` and `port`, by the `path` of a Unix domain socket, or by a `url`. */
export interface RawSocketOptions {
  /** The router's host. */
  readonly host?: string | undefined;
  /** Its TCP port. */
  readonly port?: number | undefined;
  /** The path of a Unix domain socket. */
  readonly path?: string | undefined;
  /**
   * `rs://host:port`, `rss://host:port` (TLS) or `rs+unix:/path`, or a function that gives it, asked at every attempt.
   * The forms `rs://unix:/path` and `unix+rs:///path` of other clients are understood, too.
   */
  readonly url?: Resolvable<string> | undefined;
  /**
   * The serializer to ask for: a RawSocket names one.
   * @default json()
   */
  readonly serializer?: Serializer | undefined;
  /** Serializers to ask for in turn, best first, as long as the router does not speak them: one connection each. */
  readonly serializers?: readonly Serializer[] | undefined;
  /**
   * Whether to speak TLS to `host` or `path`; a `url` says so itself. Any of the options for TLS implies it.
   * @default false
   */
  readonly tls?: boolean | undefined;
  /** Certificates to trust instead of the well-known ones (PEM). */
  readonly ca?: SecureContextOptions['ca'] | undefined;
  /** This client's certificate (PEM), for authentication by TLS. */
  readonly cert?: SecureContextOptions['cert'] | undefined;
  /** The key that belongs to `cert` (PEM). */
  readonly key?: SecureContextOptions['key'] | undefined;
  /** The name to ask for, and to expect, in the TLS handshake; the host by default. */
  readonly servername?: string | undefined;
  /**
   * False accepts any certificate. For development only.
   * @default true
   */
  readonly rejectUnauthorized?: boolean | undefined;
  /**
   * The longest message, in bytes, that is accepted; a longer one ends the link. It is announced to the router as a power
   * of two, rounded down: from 512 to 16 MiB.
   * @default 16 MiB
   */
  readonly maxMessageSize?: number | undefined;
  /**
   * Milliseconds that dialling and handshake may take, for all serializers together. The client's `joinTimeout` bounds
   * dialling and joining together.
   * @default Infinity
   */
  readonly openTimeout?: number | undefined;
  /**
   * Whether keepalive asks by PING; otherwise it does so by a message that every router answers. nexus answers PINGs,
   * Crossbar.io takes one for the head of a long message and breaks off. PINGs of the router are always answered.
   * @default false
   */
  readonly ping?: boolean | undefined;
}

const isSerializer = (value: unknown): boolean =>
  isDict(value) && typeof value['encode'] === 'function' && numberOf(String(value['subprotocol'])) !== undefined;

const TLS_OPTIONS = ['ca', 'cert', 'key', 'servername', 'rejectUnauthorized'] as const;

/** What the options must be. */
const OPTIONS: Readonly<Record<keyof RawSocketOptions, Kind>> = {
  url: eitherOr(TEXT, FUNCTION),
  host: TEXT,
  port: {
    expected: 'an integer from 1 to 65535',
    test: (v) => Number.isInteger(v) && (v as number) > 0 && (v as number) < 65_536,
  },
  path: TEXT,
  serializer: {
    expected: 'a serializer that RawSocket knows (json, msgpack, cbor; none is batched)',
    test: isSerializer,
  },
  serializers: {
    expected: 'a list of serializers that RawSocket knows (json, msgpack, cbor; none is batched)',
    test: (v) => LIST.test(v) && (v as unknown[]).length > 0 && (v as unknown[]).every(isSerializer),
  },
  ...discreetly({ tls: BOOL, ca: PEM, cert: PEM, key: PEM }),
  servername: TEXT,
  rejectUnauthorized: BOOL,
  maxMessageSize: {
    expected: `a number from ${LEAST} to ${MOST}`,
    test: (v) => typeof v === 'number' && v >= LEAST && v <= MOST,
  },
  openTimeout: NUMBER,
  ping: BOOL,
};

/**
 * A RawSocket to a router, over TCP, TLS or a Unix domain socket (WAMP, section "RawSocket Transport"): less work for each
 * message than a WebSocket, and nothing that a browser could speak.
 *
 * A message that is longer than the router takes fails alone, with a SerializationError; as the result of a call it is
 * answered with `wamp.error.payload_size_exceeded`.
 *
 * @throws TypeError where an option is unknown or of the wrong type, or the address is given not at all or twice
 *
 * @example
 * new WampClient({ realm: 'realm1', transports: [rawSocket({ path: '/run/crossbar.sock', serializer: cbor() })] });
 */
export function rawSocket(options: RawSocketOptions): Transport {
  checkOptions(() => 'rawSocket', OPTIONS, options);
  const { serializer, serializers = [serializer ?? json()], openTimeout = Infinity } = options;
  if (serializer && options.serializers) throw new TypeError('rawSocket: give serializer or serializers, not both');
  const address = addressOf(options);
  const open = (to: RawAddress): Observable<Channel> => {
    const dialled = inTurn(to, options, serializers);
    if (openTimeout === Infinity) return dialled;
    const late = (): Observable<never> => throwError(() => failed(to, new Error(`no answer in ${openTimeout} ms`)));
    return dialled.pipe(timeout({ first: openTimeout, with: late }));
  };
  if (typeof address !== 'function') return { name: `rawsocket ${address.url}`, open: () => open(address) };
  return {
    name: 'rawsocket',
    open: (attempt) =>
      (attempt ? attempt.resolve(address) : resolve(address)).pipe(
        switchMap((url) => of(checked(parseAddress(url), options))),
        catchError((error: unknown) => {
          throw failed({ url: 'the router: url' }, error);
        }),
        switchMap(open),
      ),
  };
}

/** The one address, or the function that will tell it. */
function addressOf(
  options: RawSocketOptions,
): RawAddress | (() => ReturnType<Extract<Resolvable<string>, () => unknown>>) {
  const { url, host, port, path } = options;
  const ways = [url, port ?? host, path].filter((way) => way !== undefined);
  if (ways.length !== 1) throw new TypeError('rawSocket: give either host and port, or path, or url');
  if (typeof url === 'function') return url;
  try {
    if (url !== undefined) return checked(parseAddress(url), options);
  } catch (error) {
    throw new TypeError(`rawSocket: ${(error as Error).message}`, { cause: error });
  }
  const secure = options.tls ?? TLS_OPTIONS.some((name) => options[name] !== undefined);
  if (path !== undefined) return localAddress(path, secure);
  if (host === undefined || port === undefined) throw new TypeError('rawSocket: host and port go together');
  return networkAddress(host, port, secure);
}

/** Nobody who gives certificates wants to speak in the clear. */
function checked(address: RawAddress, options: RawSocketOptions): RawAddress {
  const meant = options.tls === true ? 'tls' : TLS_OPTIONS.find((name) => options[name] !== undefined);
  if (!address.secure && meant) throw new TypeError(`${meant} is given, but the url is not for TLS: use rss://`);
  return address;
}

/** The router hung up instead of answering: some do where they do not speak the serializer. */
class NoAnswer extends Error {}

/** Dials with each serializer in turn, until the router speaks one. */
function inTurn(
  address: RawAddress,
  options: RawSocketOptions,
  [serializer, ...others]: readonly Serializer[],
  errors: readonly unknown[] = [],
): Observable<Channel> {
  return connect(address, options, serializer as Serializer).pipe(
    catchError((error: unknown) => {
      const all = [...errors, error];
      const unspoken =
        error instanceof NoAnswer || (error instanceof HandshakeRefused && error.code === UNSUPPORTED_SERIALIZER);
      if (unspoken && others.length > 0) return inTurn(address, options, others, all);
      throw failed(address, error, (serializer as Serializer).id, all);
    }),
  );
}

function failed(
  { url }: { readonly url: string },
  cause: unknown,
  asked?: string,
  all: readonly unknown[] = [cause],
): ConnectFailedError {
  // of several addresses that refuse, Node's error has a code alone
  const { message, code } = (cause ?? {}) as { message?: string; code?: string };
  const why = [message, code, String(cause)].find(Boolean) as string;
  return new ConnectFailedError(`Cannot connect to ${url}${asked ? ` (with ${asked})` : ''}: ${why}`, 1, all);
}

/** Dials once. */
function connect(address: RawAddress, options: RawSocketOptions, serializer: Serializer): Observable<Channel> {
  return new Observable((subscriber) => {
    const { maxMessageSize = MOST, ping = false } = options;
    const number = numberOf(serializer.subprotocol) as number;
    const limit = announced(maxMessageSize);
    let socket: Socket;
    try {
      socket = dial(address, options);
    } catch (error) {
      subscriber.error(error);
      return;
    }
    let asked = false;
    let open = false;
    let reply = Buffer.alloc(0);

    socket.once(address.secure ? 'secureConnect' : 'connect', () => {
      asked = true;
      socket.write(handshake(limit, number));
    });
    const take = (chunk: Buffer): void => {
      reply = Buffer.concat([reply, chunk]);
      if (reply.length < HANDSHAKE) return;
      let theirLimit: number;
      try {
        theirLimit = readReply(reply.subarray(0, HANDSHAKE), number);
      } catch (error) {
        subscriber.error(error);
        return;
      }
      open = true;
      socket.off('data', take).off('error', fail).off('close', closed);
      const { url } = address;
      const agreement = { url, serializer, limit, theirLimit, pings: ping };
      subscriber.next(makeChannel(socket, agreement, reply.subarray(HANDSHAKE)));
      subscriber.complete();
    };
    const fail = (error: Error): void => {
      // what says that somebody hung up says nothing before there was an answer
      if (asked && reply.length === 0 && /ECONNRESET|EPIPE/.test(String((error as { code?: string }).code))) closed();
      else subscriber.error(error);
    };
    const closed = (): void =>
      subscriber.error(
        reply.length > 0
          ? new Error('it hung up in the midst of its answer')
          : new NoAnswer('it hung up without an answer, as some routers do that do not speak the serializer'),
      );
    socket.on('data', take).on('error', fail).on('close', closed);
    // after the channel was emitted it belongs to its receiver; before, unsubscribing gives the dialling up
    subscriber.add(() => {
      if (open) return;
      socket.off('data', take).off('error', fail).off('close', closed);
      // where nobody listens, an error ends the process
      socket.on('error', () => undefined);
      socket.destroy();
    });
  });
}

function dial({ secure, to }: RawAddress, options: RawSocketOptions): Socket {
  const { ca, cert, key, rejectUnauthorized } = options;
  const { servername = 'host' in to && isIP(to.host) === 0 ? to.host : undefined } = options;
  const given = Object.entries({ ca, cert, key, rejectUnauthorized, servername }).filter(([, v]) => v !== undefined);
  const socket = secure ? connectTls({ ...to, ...Object.fromEntries(given) }) : connectTcp(to);
  return socket.setNoDelay(true);
}
