import type { Resolvable } from '../../async.ts';
import { BOOL, discreetly, FUNCTION, isDict, LIST, NUMBER, TEXT, type Kind } from '../../protocol/kinds.ts';
import type { Serializer } from '../../serializers/serializer.ts';
import { eitherOr } from '../kinds.ts';
import { TLS, type TlsClientOptions } from '../tls-options.node.ts';
import { LEAST, MOST, numberOf } from './handshake.ts';

/** How to reach a router by RawSocket: by `host` and `port`, by the `path` of a Unix domain socket, or by a `url`. */
export interface RawSocketOptions extends TlsClientOptions {
  /** The router's host. */
  readonly host?: string | undefined;
  /** Its TCP port. */
  readonly port?: number | undefined;
  /** The path of a Unix domain socket. */
  readonly path?: string | undefined;
  /**
   * `rs://host:port`, `rss://host:port` (TLS) or `rs+unix:/path`, or a function that returns it, called at every attempt.
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

/** What the options must be. */
export const OPTIONS: Readonly<Record<keyof RawSocketOptions, Kind>> = {
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
  ...discreetly({ tls: BOOL }),
  ...TLS,
  maxMessageSize: {
    expected: `a number from ${LEAST} to ${MOST}`,
    test: (v) => typeof v === 'number' && v >= LEAST && v <= MOST,
  },
  openTimeout: NUMBER,
  ping: BOOL,
};
