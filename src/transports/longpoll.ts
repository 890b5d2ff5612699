import { asyncScheduler, forkJoin, Observable, switchMap, type Subscriber } from 'rxjs';
import type { Resolvable } from '../async.ts';
import type { Kind } from '../protocol/kinds.ts';
import { checkOptions, discreetly, FUNCTION, isDict, kind, NUMBER, TEXT } from '../protocol/kinds.ts';
import { ConnectionLostError, ProtocolError } from '../protocol/errors.ts';
import { json } from '../serializers/json.ts';
import type { FramePort, Serializer } from '../serializers/serializer.ts';
import { utf8Decoder } from '../serializers/text.ts';
import { addressKind, checkAddress, shown, type Address, type AddressRule } from './address.ts';
import { dialFailed, resolveOption, SERIALIZERS } from './dial.ts';
import { HttpRefusal } from './http-refusal.ts';
import { Poll, readBody, type Post } from './poll.ts';
import type { Channel, Transport, TransportDetails } from './transport.ts';

/** Bytes of an answer that is no frame. */
const SMALL = 65_536;

type HeaderFields = Readonly<Record<string, string>>;

/** How to reach a router by HTTP long-poll. */
export interface LongPollOptions {
  /**
   * `http://` or `https://` address of the router's long-poll service, below which it has `open`; in a browser also a path
   * (`/lp`, `../lp`). Or a function that returns it, called at every attempt.
   */
  readonly url: Resolvable<Address>;
  /**
   * The serializers to offer, best first; the router chooses.
   * @default [json()]
   */
  readonly serializers?: readonly Serializer[] | undefined;
  /** Headers of every request, or a function that returns them, called at every attempt. Another site's router must allow them (CORS). */
  readonly headers?: Resolvable<Readonly<Record<string, string>>> | undefined;
  /**
   * Whether a browser sends cookies, as in `fetch()`: `'include'` also to other sites.
   * @default 'same-origin'
   */
  readonly credentials?: 'omit' | 'same-origin' | 'include' | undefined;
  /** A `fetch` in place of the platform's: one with a proxy agent, a wrapper, a fake. */
  readonly fetch?: typeof fetch | undefined;
  /**
   * The longest answer, in bytes, that is accepted; a longer one is aborted, and ends the link with ConnectionLostError
   * (`code` 1009).
   * @default 16 MiB
   */
  readonly maxPayload?: number | undefined;
  /**
   * Milliseconds that the dialling may take. The client's `joinTimeout` bounds dialling and joining together.
   * @default Infinity
   */
  readonly openTimeout?: number | undefined;
}

const ADDRESS: AddressRule = {
  owner: 'longPoll',
  schemes: ['http:', 'https:'],
  example: 'https://router.example/lp',
  relative: true,
  refuse: ({ username, password }) => username + password !== '' && 'must not hold a password: send it as a header',
};

const OPTIONS: Readonly<Record<keyof LongPollOptions, Kind>> = {
  url: addressKind(ADDRESS),
  serializers: SERIALIZERS,
  ...discreetly<Record<'headers', Kind>>({
    headers: kind(
      'an object of strings or a function',
      (v) => FUNCTION.test(v) || (isDict(v) && Object.values(v).every((text) => typeof text === 'string')),
    ),
  }),
  credentials: kind("'omit', 'same-origin' or 'include'", (v) => /^(omit|same-origin|include)$/.test(String(v))),
  fetch: FUNCTION,
  maxPayload: NUMBER,
  openTimeout: NUMBER,
};

/**
 * WAMP over plain HTTP requests (WAMP, section "HTTP Longpoll Transport"), for networks that let nothing else through, in
 * browsers and in Node; put it behind a `webSocket()` in a list of transports. Everything works as over a WebSocket, at
 * the price of one request for each message.
 *
 * A request that fails ends the link with ConnectionLostError, whose `code` is the HTTP status if there was one.
 * Crossbar.io ends a link without a request for 30 seconds, so set the client's `keepalive.interval` to 10 seconds. Without
 * HTTP/2, browsers allow six connections to a site, and each client holds one or two.
 *
 * @throws TypeError where an option is unknown or of the wrong type, and for an address that no request can reach
 *
 * @example
 * new WampClient({
 *   realm: 'realm1',
 *   transports: [webSocket({ url: 'wss://router.example/ws' }), longPoll({ url: 'https://router.example/lp' })],
 *   keepalive: { interval: 10_000 },
 * });
 */
export function longPoll(options: LongPollOptions): Transport {
  checkOptions(() => 'longPoll', OPTIONS, options);
  const { url, headers = {} } = options;
  if (!url) throw new TypeError('longPoll: url must be given');
  return {
    name: typeof url === 'function' ? 'longpoll' : `longpoll ${shown(String(url))}`,
    open: (attempt) =>
      forkJoin([
        resolveOption('url', url, attempt, (address) => checkAddress(ADDRESS, address)),
        resolveOption('headers', headers, attempt, checkHeaders),
      ]).pipe(switchMap(([address, given]) => connect(address, given, options))),
  };
}

/** The parts of an address, before and behind what each request adds to its path. */
function partsOf(url: string): readonly [head: string, tail: string] {
  const page = (globalThis as { location?: { href: string } }).location?.href;
  if (!URL.canParse(url, page)) throw new TypeError('a relative url needs a page: give a whole address');
  const { origin, pathname, search } = new URL(url, page);
  return [origin + pathname.replace(/\/+$/, ''), search];
}

/** The headers, if all can be sent. The platform's own error would repeat the value, which may be a secret. */
function checkHeaders(headers: HeaderFields): HeaderFields {
  if (!isDict(headers)) throw new TypeError(`must be an object of strings, got a ${typeof headers}`);
  for (const [name, value] of Object.entries(headers)) {
    try {
      new Headers([[name, value]]);
    } catch {
      throw new TypeError(`the header '${name}' cannot be sent`);
    }
  }
  return headers;
}

/** Secrets of headers and query that an answer may repeat: `Bearer s3cret` may come back as `s3cret`. */
function secretsOf(headers: HeaderFields, query: string): string[] {
  return [...Object.values(headers), ...new URLSearchParams(query).values(), query]
    .flatMap((text) => [text, ...text.split(/[\s=&;,?"]+/)])
    .filter(({ length }) => length > 3)
    .sort((a, b) => b.length - a.length);
}

/** The error for an answer other than 2xx, with its body where that is one line of text, without secrets. */
async function refusalOf(response: Response, secrets: readonly string[]): Promise<HttpRefusal> {
  const body = await readBody(response, SMALL).catch(() => new Uint8Array());
  const text = secrets.reduce((masked, secret) => masked.replaceAll(secret, '***'), utf8Decoder.decode(body).trim());
  const { status, headers } = response;
  return new HttpRefusal(
    status,
    { retryAfter: headers.get('retry-after'), location: headers.get('location') },
    /^[^<\n]{1,200}$/.test(text) ? text : '',
  );
}

/** Dials once. */
function connect(
  url: string,
  headers: HeaderFields,
  {
    serializers = [json()],
    credentials,
    fetch = globalThis.fetch,
    maxPayload = 16 * 1024 * 1024,
    openTimeout = Infinity,
  }: LongPollOptions,
): Observable<Channel> {
  return new Observable((subscriber) => {
    const protocols = serializers.map(({ subprotocol }) => subprotocol);
    const abort = new AbortController();
    const fail = (cause: unknown): void =>
      subscriber.error(dialFailed(`${shown(url)} (offered: ${protocols.join()})`, cause));
    let parts: readonly [string, string];
    try {
      if (typeof fetch !== 'function') throw new Error('this platform has no fetch; pass one as the option fetch');
      parts = partsOf(url);
    } catch (error) {
      fail(error);
      return;
    }
    const secrets = secretsOf(headers, parts[1]);
    const post = async (
      step: string,
      body: string | Uint8Array | undefined,
      signal: AbortSignal,
      more?: HeaderFields,
    ): Promise<Response> => {
      const response = await fetch(`${parts[0]}/${step}${parts[1]}`, {
        method: 'POST',
        headers: { ...more, ...headers },
        cache: 'no-store',
        signal,
        ...(body !== undefined && { body: body as string | Uint8Array<ArrayBuffer> }),
        ...(credentials !== undefined && { credentials }),
        // the last request may outlive the page
        ...(step.endsWith('/close') && { keepalive: true }),
      });
      if (!response.ok) throw await refusalOf(response, secrets);
      return response;
    };

    const begin = async (): Promise<Channel> => {
      const response = await post('open', JSON.stringify({ protocols }), abort.signal, {
        'content-type': 'application/json',
      });
      const { protocol, transport } = answerOf(utf8Decoder.decode(await readBody(response, SMALL)));
      const serializer = serializers.find(({ subprotocol }) => subprotocol === protocol);
      if (!serializer) throw new Error(`the router chose '${String(protocol)}', which was not offered`);
      if (!TEXT.test(transport))
        throw new Error('the router gave no transport id: is this the address of its long-poll transport?');
      const base = encodeURIComponent(transport as string);
      const request: Post = (step, body, signal) => post(`${base}/${step}`, body, signal);
      return makeChannel(new Poll(request, serializer.binary, shown(url), maxPayload), serializer, shown(url));
    };
    begin().then((channel) => {
      subscriber.next(channel);
      subscriber.complete();
    }, fail);
    if (openTimeout < Infinity) {
      subscriber.add(asyncScheduler.schedule(() => fail(new Error(`no answer in ${openTimeout} ms`)), openTimeout));
    }
    subscriber.add(() => abort.abort());
  });
}

/** The router's answer to `open`; nothing where it cannot be read. */
function answerOf(text: string): { readonly protocol?: unknown; readonly transport?: unknown } {
  try {
    const answer: unknown = JSON.parse(text);
    return isDict(answer) ? answer : {};
  } catch {
    return {};
  }
}

function makeChannel(poll: Poll, serializer: Serializer, url: string): Channel {
  const details: TransportDetails = {
    type: 'longpoll',
    url,
    serializer: serializer.id,
    subprotocol: serializer.subprotocol,
    isSecure: url.startsWith('https'),
  };
  const port = serializer.batching?.<FramePort>(poll) ?? poll;
  let observer: Subscriber<unknown> | undefined;
  /** Set by close() and drop(). */
  let left = false;
  let ended = false;
  let loss: ConnectionLostError | undefined;

  const finish = (): void => {
    ended = true;
    if (loss) observer?.error(loss);
    else observer?.complete();
  };

  poll.ended = (error) => {
    loss = error;
    finish();
  };

  return {
    details,
    incoming: new Observable((subscriber) => {
      observer = subscriber;
      if (ended) finish();
      else {
        port.listen((frame) => {
          if (left || subscriber.closed) return;
          let value: unknown;
          try {
            value = serializer.decode(frame as string | Uint8Array);
          } catch (error) {
            // only reading ends here: ABORT can still be sent, until close() or drop()
            subscriber.error(
              error instanceof ProtocolError ? error : new ProtocolError(String(error), { cause: error }),
            );
            return;
          }
          subscriber.next(value);
        });
      }
    }),
    get received() {
      return poll.received;
    },
    get bufferedAmount() {
      return port.bufferedAmount;
    },
    send(message) {
      if (left || ended) throw loss ?? new ConnectionLostError(`Cannot send: the link to ${url} is closed`);
      port.send(serializer.encode(message));
    },
    recode(wrap) {
      serializer = wrap(serializer);
    },
    close(code = 1000, reason = '') {
      if (left) return;
      left = true;
      port.close(code, reason);
    },
    drop() {
      if (ended) return;
      left = true;
      poll.terminate();
      finish();
    },
  };
}
