import { catchError, of, switchMap, throwError, timeout, type Observable } from 'rxjs';
import { resolve, type Resolvable } from '../../async.ts';
import { checkOptions } from '../../protocol/kinds.ts';
import { ConnectFailedError } from '../../protocol/errors.ts';
import { seeGuide } from '../../protocol/guide.ts';
import { json } from '../../serializers/json.ts';
import type { Serializer } from '../../serializers/serializer.ts';
import { TLS, type TlsClientOptions } from '../tls-options.node.ts';
import type { Channel, Transport } from '../transport.ts';
import { localAddress, networkAddress, parseAddress, type RawAddress } from './address.ts';
import { dial, NoAnswer } from './dial.node.ts';
import { HandshakeRefused, UNSUPPORTED_SERIALIZER } from './handshake.ts';
import { OPTIONS, type RawSocketOptions } from './options.node.ts';

/**
 * A RawSocket to a router, over TCP, TLS or a Unix domain socket (WAMP, section "RawSocket Transport"): less work for each
 * message than a WebSocket; browsers cannot speak it.
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

/** The one address, or the function that returns it. */
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
  const secure = options.tls ?? tlsOptionIn(options) !== undefined;
  if (path !== undefined) return localAddress(path, secure);
  if (host === undefined || port === undefined) throw new TypeError('rawSocket: host and port go together');
  return networkAddress(host, port, secure);
}

/** The name of an option that implies TLS, if one is given. */
const tlsOptionIn = (options: RawSocketOptions): string | undefined =>
  (Object.keys(TLS) as (keyof TlsClientOptions)[]).find((name) => options[name] !== undefined);

/** Refuses certificates beside an address without TLS: the link would be unencrypted against the user's intention. */
function checked(address: RawAddress, options: RawSocketOptions): RawAddress {
  const meant = options.tls === true ? 'tls' : tlsOptionIn(options);
  if (!address.secure && meant) throw new TypeError(`${meant} is given, but the url is not for TLS: use rss://`);
  return address;
}

/** Dials with each serializer in turn, until the router speaks one. */
function inTurn(
  address: RawAddress,
  options: RawSocketOptions,
  [serializer, ...others]: readonly Serializer[],
  errors: readonly unknown[] = [],
): Observable<Channel> {
  return dial(address, options, serializer as Serializer).pipe(
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
  const what = `Cannot connect to ${url}${asked ? ` (with ${asked})` : ''}: ${why}`;
  return new ConnectFailedError(what + seeGuide('cannot-connect'), 1, all);
}
