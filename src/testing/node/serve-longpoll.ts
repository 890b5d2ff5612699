import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { asyncScheduler, Subscription } from 'rxjs';
import type { Message } from '../../protocol/messages.ts';
import type { Serializer } from '../../serializers/serializer.ts';
import type { RouterLink } from '../options.ts';
import type { TestRouter } from '../router.ts';

/** How `serveRouter()` serves HTTP long-poll. */
export interface LongPollServeOptions {
  /**
   * The path below which clients find `open`.
   *
   * @default '/lp'
   */
  readonly path?: string;
  /**
   * Milliseconds after which a client that makes no request counts as gone.
   *
   * @default 30000
   */
  readonly idleTimeout?: number;
  /**
   * Milliseconds after which a request that waits is answered with nothing, so that no proxy cuts it off.
   *
   * @default 25000
   */
  readonly holdTimeout?: number;
}

/** What long-poll has in common with the other ways to the router. */
export interface LongPollContext {
  readonly serializers: readonly Serializer[];
  readonly maxMessageSize: number;
  readonly maxBacklog: number;
  readonly helloTimeout: number;
  readonly encode: (serializer: Serializer, message: Message) => string | Uint8Array;
  /** Whether pages from there may come in. */
  readonly allows: (origin: string) => boolean;
}

/** The long-poll side of a served router. */
export interface LongPollServer {
  readonly path: string;
  /** Takes a request, where it is one of long-poll. */
  handle(request: IncomingMessage, response: ServerResponse): boolean;
  /** Hangs up on all clients. */
  close(): void;
}

/** What `open` may weigh in bytes: a list of names. */
const OPEN_SIZE = 10_000;

type Timeouts = Required<Pick<LongPollServeOptions, 'idleTimeout' | 'holdTimeout'>>;

/** Serves a router by HTTP long-poll (WAMP, section "HTTP Longpoll Transport"), as a part of an HTTP server. */
export function longPollServer(
  router: TestRouter,
  { path = '/lp', idleTimeout = 30_000, holdTimeout = 25_000 }: LongPollServeOptions,
  context: LongPollContext,
): LongPollServer {
  const base = path.replace(/\/+$/, '');
  const transports = new Map<string, PolledClient>();

  const open = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { protocols } = await asked(request);
    if (!Array.isArray(protocols)) {
      answer(response, 400, 'open needs a JSON object { "protocols": [...] }');
      return;
    }
    const spoken = context.serializers.map(({ subprotocol }) => subprotocol);
    const protocol = (protocols as unknown[]).find((name) => spoken.includes(name as string));
    const serializer = context.serializers.find(({ subprotocol }) => subprotocol === protocol);
    if (!serializer) {
      answer(response, 400, `No common subprotocol: this router speaks ${spoken.join(', ')}`);
      return;
    }
    const refusal = router.admit();
    if (refusal !== undefined) {
      answer(response, 503, refusal);
      return;
    }
    // who knows the id is the client
    const transport = randomBytes(18).toString('base64url');
    const client = new PolledClient(serializer, context, { idleTimeout, holdTimeout }, () => {
      transports.delete(transport);
    });
    const { remoteAddress = '?', remotePort = '?' } = request.socket;
    client.attach(router, `${remoteAddress}:${remotePort}`);
    transports.set(transport, client);
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ protocol, transport }));
  };

  const dispatch = async (request: IncomingMessage, response: ServerResponse, steps: string[]): Promise<void> => {
    const [id = '', step = ''] = steps;
    if (id === 'open' && steps.length === 1) return open(request, response);
    const client = steps.length === 2 ? transports.get(id) : undefined;
    if (!client) {
      answer(response, 404, 'There is no such transport here, or no longer');
      return;
    }
    if (step === 'receive') client.hold(response);
    else if (step === 'send') {
      const body = await bodyOf(request, context.maxMessageSize);
      if (body) client.take(body, response);
      else {
        client.drop();
        answer(response, 413, `A message may have ${context.maxMessageSize} bytes`);
      }
    } else if (step === 'close') {
      client.leave();
      answer(response, 202);
    } else answer(response, 404, 'There are receive, send and close');
  };

  return {
    path: base,
    handle(request, response) {
      const at = request.url?.split('?')[0] ?? '';
      if (!at.startsWith(`${base}/`)) return false;
      const { origin } = request.headers;
      if (origin !== undefined) {
        if (!context.allows(origin)) {
          answer(response, 403, `Pages from ${origin} may not use this router: name the origin in allowedOrigins`);
          return true;
        }
        response.setHeader('access-control-allow-origin', origin);
        response.setHeader('access-control-allow-credentials', 'true');
        response.setHeader('vary', 'origin');
      }
      response.setHeader('cache-control', 'no-store');
      if (request.method === 'OPTIONS') {
        response.setHeader('access-control-allow-methods', 'POST');
        response.setHeader('access-control-allow-headers', request.headers['access-control-request-headers'] ?? '');
        response.setHeader('access-control-max-age', '600');
        answer(response, 204);
      } else if (request.method !== 'POST') {
        response.setHeader('allow', 'POST');
        answer(response, 405, 'Long-poll is made of POST requests');
      } else {
        dispatch(request, response, at.slice(base.length + 1).split('/')).catch(() => {
          // the request broke off, or was no JSON
          answer(response, 400, 'The request cannot be read');
        });
      }
      return true;
    },
    close() {
      for (const client of [...transports.values()]) client.drop();
    },
  };
}

/** One client, who comes by requests. */
class PolledClient {
  readonly #serializer: Serializer;
  readonly #context: LongPollContext;
  readonly #timeouts: Timeouts;
  readonly #forget: () => void;
  #link!: RouterLink;
  /** Frames that nobody has fetched yet. */
  readonly #queue: (string | Uint8Array)[] = [];
  #waiting = 0;
  /** The request that waits for a frame. */
  #held: ServerResponse | undefined;
  #timer = Subscription.EMPTY;
  /** Why the router hung up; frames that were sent before can still be fetched. */
  #closing: string | undefined;
  #over = false;

  constructor(serializer: Serializer, context: LongPollContext, timeouts: Timeouts, forget: () => void) {
    this.#serializer = serializer;
    this.#context = context;
    this.#timeouts = timeouts;
    this.#forget = forget;
    this.#idle();
  }

  attach(router: TestRouter, peer: string): void {
    const { encode, helloTimeout } = this.#context;
    const send = (frame: string | Uint8Array): void => {
      this.#send(frame);
    };
    this.#link = router.attach(
      {
        send: (message) => {
          send(encode(this.#serializer, message));
        },
        close: (_code, reason = '') => {
          this.#closing = reason;
          this.#serve();
        },
        drop: () => {
          this.drop();
        },
        raw: send,
      },
      { type: 'longpoll', serializer: this.#serializer.id, peer, helloTimeout },
    );
  }

  /** A request that waits for the next frame; one that waited before it has been given up. */
  hold(response: ServerResponse): void {
    this.#held?.end();
    this.#held = response;
    response.on('close', () => {
      if (this.#held !== response) return;
      this.#held = undefined;
      this.#idle();
    });
    this.#wait(this.#timeouts.holdTimeout, () => {
      this.#passTime();
    });
    this.#serve();
  }

  /** What a client sent. */
  take(body: Buffer, response: ServerResponse): void {
    if (!this.#held) this.#idle();
    let value: unknown;
    try {
      value = this.#serializer.decode(this.#serializer.binary ? body : body.toString('utf8'));
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      answer(response, 400, message);
      this.#link.undecodable(message);
      return;
    }
    // answered before it is dealt with: what a router does may take long
    answer(response, 202);
    this.#link.receive(value);
  }

  /** The client hung up in order. */
  leave(): void {
    this.#end();
    this.#link.lost();
  }

  /** Lets go at once, with what was under way. */
  drop(): void {
    this.#held?.destroy();
    this.leave();
  }

  #send(frame: string | Uint8Array): void {
    if (this.#over || this.#closing !== undefined) return;
    this.#queue.push(frame);
    this.#waiting += frame.length;
    if (this.#waiting > this.#context.maxBacklog) this.drop();
    else this.#serve();
  }

  /** Answers the request that waits, where there is something to say. */
  #serve(): void {
    const response = this.#held;
    if (!response || this.#over) return;
    const frame = this.#queue.shift();
    if (frame === undefined && this.#closing === undefined) return;
    this.#held = undefined;
    if (frame === undefined) {
      answer(response, 410, `The router hung up${this.#closing && `: ${this.#closing}`}`);
      this.leave();
      return;
    }
    this.#waiting -= frame.length;
    response.setHeader('content-type', this.#serializer.binary ? 'application/octet-stream' : 'application/json');
    response.on('close', () => {
      // the frame may be lost with the connection, and then all that follows makes no sense
      if (!response.writableFinished) this.drop();
    });
    response.end(frame);
    this.#idle();
  }

  /** Nothing came for long: the client shall ask anew. Not on a stalled link, on which nothing moves. */
  #passTime(): void {
    if (this.#link.silent) {
      this.#wait(this.#timeouts.holdTimeout, () => {
        this.#passTime();
      });
      return;
    }
    this.#held?.end();
    this.#held = undefined;
    this.#idle();
  }

  /** From now on the client has so long to come again. */
  #idle(): void {
    this.#wait(this.#timeouts.idleTimeout, () => {
      this.drop();
    });
  }

  #wait(ms: number, then: () => void): void {
    this.#timer.unsubscribe();
    if (!this.#over && ms < Infinity) this.#timer = asyncScheduler.schedule(then, ms);
  }

  #end(): void {
    this.#over = true;
    this.#timer.unsubscribe();
    this.#held?.end();
    this.#held = undefined;
    this.#forget();
  }
}

function answer(response: ServerResponse, status: number, text = ''): void {
  if (response.headersSent) return;
  response.statusCode = status;
  if (text !== '') response.setHeader('content-type', 'text/plain; charset=utf-8');
  response.end(text && `${text}\n`);
}

/** The body of a request; undefined where it is too long. What is too long is read, and thrown away. */
async function bodyOf(request: IncomingMessage, limit: number): Promise<Buffer | undefined> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    size += part.length;
    if (size <= limit) parts.push(part);
  }
  return size > limit ? undefined : Buffer.concat(parts);
}

async function asked(request: IncomingMessage): Promise<{ readonly protocols?: unknown }> {
  const body = await bodyOf(request, OPEN_SIZE);
  return { ...(JSON.parse(body?.toString() ?? 'null') as object | null) };
}
