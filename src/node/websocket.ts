import type { Agent, ClientRequest, IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import type { SecureContextOptions } from 'node:tls';
import { BOOL, DICT, discreetly, NUMBER, TEXT, type Kind } from '../protocol/attributes.ts';
import { OPTIONS, webSocketTransport, type WebSocketOptions } from '../transports/websocket.ts';
import type { Transport } from '../transports/transport.ts';
import { CookieJar } from './cookies.ts';
import { eitherOr, PEM } from '../transports/kinds.ts';

/** {@link WebSocketOptions} and what only Node can do. The url may also be `ws+unix:/path/to/socket:/path/of/url`. */
export interface NodeWebSocketOptions extends Omit<WebSocketOptions, 'WebSocket'> {
  /** Headers of the request that opens the WebSocket: `Authorization`, `Cookie`, `User-Agent` … */
  readonly headers?: Readonly<OutgoingHttpHeaders> | undefined;
  /** The header `Origin`. */
  readonly origin?: string | undefined;
  /** Certificates to trust instead of the well-known ones (PEM). */
  readonly ca?: SecureContextOptions['ca'] | undefined;
  /** This client's certificate (PEM), for authentication by TLS. */
  readonly cert?: SecureContextOptions['cert'] | undefined;
  /** The key that belongs to `cert` (PEM). */
  readonly key?: SecureContextOptions['key'] | undefined;
  /** The name to ask for, and to expect, in the TLS handshake. */
  readonly servername?: string | undefined;
  /**
   * False accepts any certificate. For development only.
   * @default true
   */
  readonly rejectUnauthorized?: boolean | undefined;
  /**
   * Keeps the cookies that the router sets when a WebSocket opens, for as long as this transport lives, and shows them
   * to the same host at the next attempt: so a router that knows a client by its cookie knows it again after a loss.
   * A cookie that you have goes into `headers`. Path and time to live are not looked at, but for what is to be forgotten.
   * @default false
   */
  readonly cookies?: boolean | undefined;
  /**
   * Makes the TCP connection: through a proxy with `new HttpsProxyAgent('http://proxy:3128')` of the package
   * `https-proxy-agent`, for instance.
   */
  readonly agent?: Agent | undefined;
  /**
   * Whether to offer compression, or how (as the package `ws` has it): worth it on slow links with large messages only.
   * @default false
   */
  readonly perMessageDeflate?: boolean | Readonly<Record<string, unknown>> | undefined;
  /**
   * The longest message, in bytes, that is accepted; a longer one closes the link with code 1009.
   * @default 16 MiB
   */
  readonly maxPayload?: number | undefined;
  /**
   * Whether usual frames (whole messages, pings and pongs) are read and written beside the package `ws`, which costs less
   * CPU per message. False leaves every frame to `ws`; the same happens by itself where the installed `ws` does not allow
   * it, or where compression is in use.
   * @default true
   */
  readonly fastFrames?: boolean | undefined;
}

/** Node's own options. */
const NODE_OPTIONS = discreetly<Readonly<Record<Exclude<keyof NodeWebSocketOptions, keyof WebSocketOptions>, Kind>>>({
  headers: DICT,
  origin: TEXT,
  ca: PEM,
  cert: PEM,
  key: PEM,
  servername: TEXT,
  rejectUnauthorized: BOOL,
  cookies: BOOL,
  agent: DICT,
  perMessageDeflate: eitherOr(BOOL, DICT),
  maxPayload: NUMBER,
  fastFrames: BOOL,
});

/** Lets `ws` send its request when the cookies have been added; the answer is read before `ws` takes it over. */
const withCookies =
  (jar: CookieJar) =>
  (request: ClientRequest): void => {
    jar.show(request);
    const keep = (answer: IncomingMessage): void => {
      jar.keep(request, answer);
    };
    request.prependOnceListener('upgrade', keep);
    request.prependOnceListener('response', keep);
    request.end();
  };

/**
 * A WebSocket to a router, as the `webSocket` of `rxwamp`, with the options that only Node has.
 *
 * @throws TypeError where an option is unknown or of the wrong type
 *
 * @example
 * webSocket({ url: 'wss://router.example/ws', headers: { Cookie: 'cbtid=…' }, ca: readFileSync('ca.pem') });
 */
export function webSocket(options: NodeWebSocketOptions): Transport {
  const extra: Record<string, unknown> = Object.fromEntries(
    Object.entries(options).filter(([name, value]) => Object.hasOwn(NODE_OPTIONS, name) && value !== undefined),
  );
  if (options.cookies === true) extra['finishRequest'] = withCookies(new CookieJar());
  return webSocketTransport(options, { ...OPTIONS, WebSocket: undefined, ...NODE_OPTIONS }, extra);
}
