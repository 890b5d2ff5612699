import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Router } from '../router.ts';
import { credentialsOf } from './credentials.ts';
import { answer, requestBody, bodyOf } from './http.ts';
import { PolledClient, type LongPollContext } from './polled.ts';

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

/** The long-poll side of a served router. */
export interface LongPollServer {
  readonly path: string;
  /** Takes a request, where it is one of long-poll. */
  handle(request: IncomingMessage, response: ServerResponse): boolean;
  /** Hangs up on all clients. */
  close(): void;
}

/** Serves a router by HTTP long-poll (WAMP, section "HTTP Longpoll Transport"), as a part of an HTTP server. */
export function longPollServer(
  router: Router,
  { path = '/lp', idleTimeout = 30_000, holdTimeout = 25_000 }: LongPollServeOptions,
  context: LongPollContext,
): LongPollServer {
  const base = path.replace(/\/+$/, '');
  const transports = new Map<string, PolledClient>();

  const open = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { protocols } = await requestBody(request);
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
    // the id is the client's secret
    const transport = randomBytes(18).toString('base64url');
    const client = new PolledClient(serializer, context, { idleTimeout, holdTimeout }, () => {
      transports.delete(transport);
    });
    const { remoteAddress = '?', remotePort = '?' } = request.socket;
    // without a binding: it would be to the connection of this one request
    const { headers, certificate } = credentialsOf(request);
    client.attach(router, `${remoteAddress}:${remotePort}`, {
      ...(headers && { headers }),
      ...(certificate && { certificate }),
    });
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
