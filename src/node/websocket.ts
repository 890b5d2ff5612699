import { dialer } from '#node-websocket';
import type { Agent, ClientRequest, IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import { BOOL, DICT, discreetly, NUMBER, TEXT, type Kind } from '../protocol/kinds.ts';
import { OPTIONS, webSocketTransport, type WebSocketOptions } from '../transports/websocket.ts';
import type { Transport } from '../transports/transport.ts';
import { CookieJar } from './cookies.ts';
import { eitherOr } from '../transports/kinds.ts';
import { TLS, type TlsClientOptions } from '../transports/tls-options.node.ts';

/** {@link WebSocketOptions} and those that only Node has. The url may also be `ws+unix:/path/to/socket:/path/of/url`. */
export interface NodeWebSocketOptions extends Omit<WebSocketOptions, 'WebSocket'>, TlsClientOptions {
  /** Headers of the request that opens the WebSocket: `Authorization`, `Cookie`, `User-Agent` … */
  readonly headers?: Readonly<OutgoingHttpHeaders> | undefined;
  /** The header `Origin`. */
  readonly origin?: string | undefined;
  /**
   * Whether to keep the cookies that the router sets when a WebSocket opens, as long as this transport lives, and to send
   * them to the same host at the next attempt, so that a router which identifies clients by cookie recognises this one
   * after a loss. A cookie that you have goes into `headers`. Path and lifetime are ignored, except for deletions.
   * @default false
   */
  readonly cookies?: boolean | undefined;
  /**
   * Opens the TCP connection: through a proxy with `new HttpsProxyAgent('http://proxy:3128')` of the package
   * `https-proxy-agent`, for instance.
   */
  readonly agent?: Agent | undefined;
  /**
   * Whether to follow redirects (HTTP status 301, 302, 303, 307, 308), ten at most. Authorization and cookies go to the
   * same host only, and never from `wss:` to `ws:`. Without it, a redirect fails the attempt with
   * ConnectFailedError, whose `location` says where it leads.
   * @default true
   */
  readonly followRedirects?: boolean | undefined;
  /**
   * Whether to offer compression, or the options of it (as in the package `ws`): of use only on slow links with large messages.
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

/** The options that only Node has. */
const NODE_OPTIONS = discreetly<Readonly<Record<Exclude<keyof NodeWebSocketOptions, keyof WebSocketOptions>, Kind>>>({
  headers: DICT,
  origin: TEXT,
  ...TLS,
  cookies: BOOL,
  agent: DICT,
  followRedirects: BOOL,
  perMessageDeflate: eitherOr(BOOL, DICT),
  maxPayload: NUMBER,
  fastFrames: BOOL,
});

/** Has `ws` send its request after the cookies were added, and reads the answer before `ws` does. */
const withCookies =
  (jar: CookieJar) =>
  (request: ClientRequest): void => {
    jar.attach(request);
    const keep = (answer: IncomingMessage): void => jar.keep(request, answer);
    request.prependOnceListener('upgrade', keep);
    request.prependOnceListener('response', keep);
    request.end();
  };

/**
 * A WebSocket to a router, as the `webSocket` of `rxwamp`, with the options that only Node has.
 *
 * @throws TypeError where an option is unknown or of the wrong type, and for an address that no WebSocket can reach
 *
 * @example
 * webSocket({ url: 'wss://router.example/ws', headers: { Cookie: 'cbtid=…' }, ca: readFileSync('ca.pem') });
 */
export function webSocket(options: NodeWebSocketOptions): Transport {
  const extra: Record<string, unknown> = Object.fromEntries(
    Object.entries(options).filter(([name, value]) => Object.hasOwn(NODE_OPTIONS, name) && value !== undefined),
  );
  if (options.cookies === true) extra['finishRequest'] = withCookies(new CookieJar());
  const table = { ...OPTIONS, WebSocket: undefined, ...NODE_OPTIONS };
  return webSocketTransport(options, table, dialer(extra));
}
