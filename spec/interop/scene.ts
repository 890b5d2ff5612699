// What the features of the suite have in common: a router, clients of it, and waiting for what shall happen.
import type { Observable } from 'rxjs';
import { filter, firstValueFrom, map, ReplaySubject, take, timeout } from 'rxjs';
import { Client } from '../../src/client/client.ts';
import type { BaseOptions } from '../../src/client/client-options.ts';
import { json } from '../../src/serializers/json.ts';
import type { Transport } from '../../src/transports/transport.ts';
import { webSocket } from '../../src/transports/websocket.ts';
import type { RealRouter } from './routers/router.ts';
import type { Certificate } from './tls.ts';

/** A router, and what specs need to meet it. */
export interface Scene {
  readonly router: RealRouter;
  readonly certificate: Certificate;
  /** A client that is closed after the spec. */
  client(options?: Partial<BaseOptions>): Client;
}

/** Any client of the router: JSON over WebSocket, realm1, quick to come back. */
export function connect({ at }: RealRouter, options: Partial<BaseOptions> = {}): Client {
  const transports: readonly Transport[] = [webSocket({ url: at.ws, serializers: [json()] })];
  return new Client({ realm: 'realm1', transports, reconnect: { initialDelay: 50, maxDelay: 500 }, ...options });
}

/** The scene of a group of specs; to be made inside `describe`. */
export function sceneOf(router: RealRouter, certificate: Certificate): Scene {
  let clients: Client[] = [];
  afterEach(async () => {
    const all = clients;
    clients = [];
    await Promise.all(all.map((each) => each.close()));
  });
  return {
    router,
    certificate,
    client(options) {
      const made = connect(router, options);
      clients.push(made);
      return made;
    },
  };
}

/** The first value, or an error after some seconds. */
export const soon = <T>(source: Observable<T>, patience = 10_000): Promise<T> =>
  firstValueFrom(source.pipe(timeout({ first: patience })));

/** Joins, and gives the session. */
export const joined = (wamp: Client): Promise<{ readonly id: number }> => soon(wamp.session$);

/** Remembers what comes from the router from now on; resolves with the first message that the predicate takes. */
export function incoming(
  wamp: Client,
): (test: (message: readonly unknown[]) => boolean) => Promise<readonly unknown[]> {
  const seen = new ReplaySubject<readonly unknown[]>();
  wamp.messages$
    .pipe(
      filter(({ direction }) => direction === 'in'),
      map(({ message }) => message as readonly unknown[]),
    )
    .subscribe(seen);
  return (test) => soon(seen.pipe(filter(test), take(1)));
}

/** Resolves with what a promise was rejected with. */
export const refusal = (promise: Promise<unknown>): Promise<Error> =>
  promise.then(
    (value) => {
      throw new Error(`expected a refusal, got ${JSON.stringify(value)}`);
    },
    (error: unknown) => error as Error,
  );
