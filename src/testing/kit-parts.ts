import { Client } from '../client/client.ts';
import type { BaseOptions } from '../client/client-options.ts';
import { BOOL, checkOptions, DICT, FUNCTION, isDict, type Kind } from '../protocol/kinds.ts';
import type { RouterOptions } from '../router/router-options.ts';
import { createTestRouter, TestRouter } from './test-router.ts';
import { UnhandledErrors } from './unhandled.ts';

/** Options of {@link createTestKit} and of what stands on it. */
export interface TestKitOptions<C extends Client = Client> {
  /** A router, or the options of one that the kit makes, and closes at the end. */
  readonly router?: TestRouter | RouterOptions;
  /** What every client of the kit has, beside a transport to the router, its first realm, and quick reconnects. */
  readonly client?: Partial<BaseOptions>;
  /**
   * Makes a client: `(options) => new WampClient(options)` for clients of that class or of a contract's type.
   *
   * @default (options) => new Client(options), the base class of WampClient
   */
  readonly create?: (options: BaseOptions) => C;
  /**
   * Whether subscriptions, registrations and calls must have ended before the kit closes its clients: whether the code
   * under test unsubscribes.
   *
   * @default false
   */
  readonly strict?: boolean;
}

const OPTIONS = {
  router: { expected: 'a test router, or its options', test: (v) => v instanceof TestRouter || isDict(v) },
  client: DICT,
  create: FUNCTION,
  strict: BOOL,
} satisfies Record<keyof TestKitOptions, Kind>;

/** What kits are made of: a router, the clients made for it, and the errors that were not handled. */
export interface KitParts<C extends Client> {
  readonly router: TestRouter;
  /** Whether the router was made here, and ends here. */
  readonly own: boolean;
  readonly clients: ReadonlySet<C>;
  readonly unhandled: UnhandledErrors;
  readonly client: (options?: Partial<BaseOptions>) => C;
}

/** Makes the parts. `what` asks for them, and knows further options. */
export function kitParts<C extends Client>(
  what: string,
  options: TestKitOptions<C>,
  further: Readonly<Record<string, Kind>> = {},
): KitParts<C> {
  checkOptions(() => what, { ...OPTIONS, ...further }, options);
  const create = options.create ?? ((settings: BaseOptions) => new Client(settings) as C);
  const own = !(options.router instanceof TestRouter);
  const router = options.router instanceof TestRouter ? options.router : createTestRouter(options.router);
  const unhandled = new UnhandledErrors();
  const clients = new Set<C>();
  return {
    router,
    own,
    clients,
    unhandled,
    client(more) {
      const client = create({
        realm: router.realms[0] ?? 'realm1',
        transports: [router.transport()],
        reconnect: { initialDelay: 10, maxDelay: 1000, jitter: 0 },
        ...options.client,
        ...more,
      });
      clients.add(client);
      client.userErrors$.subscribe(({ error, context }) => unhandled.add(error, context));
      return client;
    },
  };
}
