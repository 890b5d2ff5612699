import { asyncScheduler, catchError, forkJoin, Observable, switchMap, type Subscriber } from 'rxjs';
import { resolve, type Resolvable } from '../async.ts';
import { checkOptions, discreetly, FUNCTION, isDict, LIST, NUMBER, TEXT, type Kind } from '../protocol/attributes.ts';
import { ConnectionLostError, ProtocolError } from '../protocol/errors.ts';
import { json } from '../serializers/json.ts';
import type { FramePort, Serializer } from '../serializers/serializer.ts';
import { dialFailed, shown } from './address.ts';
import { Poll, Refusal, type Post } from './poll.ts';
import type { Attempt, Channel, Transport, TransportDetails } from './transport.ts';

/** How to reach a router by HTTP long-poll. */
export interface LongPollOptions {
  /**
   * `http://` or `https://` address of the router's long-poll service, below which it has `open`; in a browser it may be
   * relative to the page. Or a function that gives it, asked at every attempt.
   */
  readonly url: Resolvable<string>;
  /**
   * What to offer, best first; the router chooses.
   * @default [json()]
   */
  readonly serializers?: readonly Serializer[] | undefined;
  /** Headers of every request, or a function that gives them, asked at every attempt. Another site's router must allow them (CORS). */
  readonly headers?: Resolvable<Readonly<Record<string, string>>> | undefined;
  /**
   * Whether a browser sends cookies and the like along, as `fetch()` has it: `'include'` also to other sites.
   * @default 'same-origin'
   */
  readonly credentials?: 'omit' | 'same-origin' | 'include' | undefined;
  /** Another `fetch` than the platform's: one with a proxy agent, a wrapper, a fake. */
  readonly fetch?: typeof fetch | undefined;
  /**
   * Milliseconds that the dialling may take. The client's `joinTimeout` bounds dialling and joining together.
   * @default Infinity
   */
  readonly openTimeout?: number | undefined;
}

const OPTIONS: Readonly<Record<keyof LongPollOptions, Kind>> = {
  url: { expected: 'a string or a function', test: (v) => TEXT.test(v) || FUNCTION.test(v) },
  serializers: {
    expected: 'a list of serializers',
    test: (v) => LIST.test(v) && (v as unknown[]).length > 0 && (v as unknown[]).every((s) => isDict(s) && s['encode']),
  },
  ...discreetly<Record<'headers', Kind>>({
    headers: {
      expected: 'an object of strings or a function',
      test: (v) => FUNCTION.test(v) || (isDict(v) && Object.values(v).every((text) => typeof text === 'string')),
    },
  }),
  credentials: {
    expected: "'omit', 'same-origin' or 'include'",
    test: (v) => v === 'omit' || v === 'same-origin' || v === 'include',
  },
  fetch: FUNCTION,
  openTimeout: NUMBER,
};

/**
 * WAMP over plain HTTP requests (WAMP, section "HTTP Longpoll Transport"), for networks that let nothing else through, in
 * browsers and in Node; stands well behind a `webSocket()` in a list of transports. Everything works as over a WebSocket,
 * at the price of one request for each message.
 *
 * A request that fails ends the link with ConnectionLostError, whose `code` is the HTTP status if there was one. What
 * router and proxies do with requests that wait long is theirs: Crossbar.io ends a link on which none was made for 30
 * seconds, so let the client's `keepalive.interval` be 10 seconds. Browsers allow six connections to a site without
 * HTTP/2, and each client holds one or two.
 *
 * @throws TypeError where an option is unknown or of the wrong type
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
    name: typeof url === 'string' ? `longpoll ${shown(url)}` : 'longpoll',
    open: (attempt) =>
      forkJoin([resolveOption(attempt, 'url', url), resolveOption(attempt, 'headers', headers)]).pipe(
        switchMap(([address, given]) => connect(address, given, options)),
      ),
  };
}

/** What the user gave, now or later. */
const resolveOption = <T>(attempt: Attempt | undefined, what: string, source: Resolvable<T>): Observable<T> =>
  (attempt ? attempt.resolve(source) : resolve(source)).pipe(
    catchError((error: unknown) => {
      throw dialFailed(`the router: ${what}`, error);
    }),
  );

/** The parts of an address, before and behind what each request adds to its path. */
function partsOf(url: string): readonly [head: string, tail: string] {
  let parsed;
  try {
    parsed = new URL(url, (globalThis as { location?: { href: string } }).location?.href);
  } catch {
    // what it says repeats the address, with its secrets
    throw new TypeError('the url is malformed');
  }
  const { protocol, username, password, origin, pathname, search } = parsed;
  if (!/^https?:$/.test(protocol)) throw new TypeError(`the url must begin with http: or https:, not ${protocol}`);
  if (username || password) throw new TypeError('the url must not hold a password; send it as a header');
  return [origin + pathname.replace(/\/+$/, ''), search];
}

/** What a platform says of a header that it refuses repeats the value, which may be a secret. */
function checkHeaders(headers: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(headers)) {
    try {
      new Headers([[name, value]]);
    } catch {
      throw new TypeError(`the header '${name}' cannot be sent`);
    }
  }
}

/** What of headers and query an answer may repeat, and must not be told: `Bearer s3cret` may come back as `s3cret`. */
function secretsOf(headers: Readonly<Record<string, string>>, query: string): string[] {
  return [...Object.values(headers), ...new URLSearchParams(query).values(), query]
    .flatMap((text) => [text, ...text.split(/[\s=&;,?"]+/)])
    .filter(({ length }) => length > 3)
    .sort((a, b) => b.length - a.length);
}

/** Dials once. */
function connect(
  url: string,
  headers: Readonly<Record<string, string>>,
  { serializers = [json()], credentials, fetch = globalThis.fetch, openTimeout = Infinity }: LongPollOptions,
): Observable<Channel> {
  return new Observable((subscriber) => {
    const protocols = serializers.map(({ subprotocol }) => subprotocol);
    const abort = new AbortController();
    const fail = (cause: unknown): void => {
      subscriber.error(dialFailed(`${shown(url)} (offered: ${protocols.join()})`, cause));
    };
    let parts: readonly [string, string];
    try {
      if (typeof fetch !== 'function') throw new Error('there is no fetch here; give one as option fetch');
      parts = partsOf(url);
      checkHeaders(headers);
    } catch (error) {
      fail(error);
      return;
    }
    const secrets = secretsOf(headers, parts[1]);
    const post = async (
      step: string,
      body: string | Uint8Array | undefined,
      signal: AbortSignal,
      more?: Readonly<Record<string, string>>,
    ): Promise<Response> => {
      const response = await fetch(`${parts[0]}/${step}${parts[1]}`, {
        method: 'POST',
        headers: { ...more, ...headers },
        cache: 'no-store',
        signal,
        ...(body !== undefined && { body: body as string | Uint8Array<ArrayBuffer> }),
        ...(credentials !== undefined && { credentials }),
        // what says that we leave may outlive the page
        ...(step.endsWith('/close') && { keepalive: true }),
      });
      if (!response.ok) throw new Refusal(response.status, await response.arrayBuffer(), secrets);
      return response;
    };

    const begin = async (): Promise<Channel> => {
      const response = await post('open', JSON.stringify({ protocols }), abort.signal, {
        'content-type': 'application/json',
      });
      const answer: unknown = await response.json().catch(() => undefined);
      const { protocol, transport } = isDict(answer) ? answer : {};
      const serializer = serializers.find(({ subprotocol }) => subprotocol === protocol);
      if (!serializer) throw new Error(`the router chose '${String(protocol)}'`);
      if (!TEXT.test(transport)) throw new Error('the router gave no transport id');
      const base = encodeURIComponent(transport as string);
      return makeChannel((step, body, signal) => post(`${base}/${step}`, body, signal), serializer, shown(url));
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

function makeChannel(post: Post, serializer: Serializer, url: string): Channel {
  const details: TransportDetails = {
    type: 'longpoll',
    url,
    serializer: serializer.id,
    subprotocol: serializer.subprotocol,
    isSecure: url.startsWith('https'),
  };
  const poll = new Poll(post, serializer.binary, url);
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
            // only reading ends here: what remains to be said (ABORT) can still be sent, until close() or drop()
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
