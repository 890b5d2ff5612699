import { asyncScheduler, first, firstValueFrom, startWith, timeout } from 'rxjs';
import type { Client } from '../client/client.ts';
import type { BaseOptions } from '../client/client-options.ts';
import { isDict } from '../protocol/kinds.ts';
import { kitParts, type TestKitOptions } from './kit-parts.ts';
import { assertNothingLeft, liveSessions, openStreams } from './leftovers.ts';
import type { TestRouter } from './test-router.ts';

/** A router with clients for one test, and an eye on what the test leaves behind. */
export interface TestKit<C extends Client = Client> {
  /** The embedded router, with what tests want of it: faults, watching, waiting. */
  readonly router: TestRouter;
  /**
   * Makes a client of the router, which the kit will close. Reconnects after 10 ms, without jitter, unless
   * the options say otherwise.
   *
   * @param options beside those of the kit
   */
  readonly client: (options?: Partial<BaseOptions>) => C;
  /**
   * The unhandled errors so far: what RxJS reports as such, and `userErrors$` of the kit's clients. The kit
   * forgets them: for tests that expect some.
   */
  readonly takeErrors: () => readonly unknown[];
  /**
   * Ends it: takes back the router's faults, closes the clients and then the router.
   *
   * @returns rejects with a list of what the test left behind: sessions that were not closed, unhandled
   * errors, with `strict` also streams and calls
   */
  readonly close: () => Promise<void>;
}

/** Milliseconds that the last frames of a test may take. */
const PATIENCE = 500;

/**
 * Makes a router with clients for one test. {@link useTestRouter} does it before each test, and {@link withTestRouter}
 * around one function.
 *
 * @throws TypeError that names the option that is wrong
 */
export function createTestKit<C extends Client = Client>(options: TestKitOptions<C> = {}): TestKit<C> {
  const { router, own, clients, unhandled, client } = kitParts('createTestKit', options);
  let closed: Promise<void> | undefined;

  const close = async (): Promise<void> => {
    try {
      router.resume();
      router.delay(0);
      // what was given back may still be on its way
      if (options.strict) await patiently(router, () => openStreams(router).length === 0);
      const streams = options.strict ? openStreams(router) : [];
      await Promise.all([...clients].map((each) => each.close()));
      await patiently(router, () => liveSessions(router).length === 0);
      // RxJS reports in a turn of its own
      await new Promise<void>((resolve) => asyncScheduler.schedule(() => resolve()));
      assertNothingLeft(router, unhandled.take(), streams);
    } finally {
      unhandled.close();
      if (own) await router.close();
    }
  };

  return {
    router,
    client(more) {
      if (closed) throw new Error('client(): this test is over, its kit is closed: await what makes clients');
      return client(more);
    },
    takeErrors: () => unhandled.take().map(({ error }) => error),
    close: () => (closed ??= close()),
  };
}

/** The hooks of a test framework: those of Jasmine, Mocha and Vitest are all alike. */
export interface TestHooks {
  /** Runs before each test. */
  beforeEach(hook: () => void): unknown;
  /** Runs after each test, and fails it where the Promise rejects. */
  afterEach(hook: () => Promise<void>): unknown;
}

const HOOKS = ['beforeEach', 'afterEach'] as const;

/**
 * A fresh router for each test of the group (`describe`) in which it is called, closed afterwards. A test that leaves
 * sessions or unhandled errors behind fails. What it returns may be used within tests and hooks alone.
 *
 * @param hooks `{ beforeEach, afterEach }` of the test framework
 * @param options of each kit, or a function that gives them for each test
 * @throws TypeError where the hooks are missing
 * @example
 * describe('prices', () => {
 *   const wamp = useTestRouter({ beforeEach, afterEach });
 *
 *   it('asks the shop', async () => {
 *     wamp.router.mock('com.shop.price', 3);
 *     const { value } = await firstValueFrom(wamp.client().call('com.shop.price', ['tea']));
 *     expect(value).toBe(3);
 *   });
 * });
 */
export function useTestRouter<C extends Client = Client>(
  hooks: TestHooks,
  options: TestKitOptions<C> | (() => TestKitOptions<C>) = {},
): TestKit<C> {
  if (!isDict(hooks) || !HOOKS.every((name) => typeof hooks[name] === 'function')) {
    throw new TypeError('useTestRouter(): give the hooks of the test framework, { beforeEach, afterEach }');
  }
  let kit: TestKit<C> | undefined;
  hooks.beforeEach(() => {
    kit = createTestKit(typeof options === 'function' ? options() : options);
  });
  hooks.afterEach(async () => {
    const over = kit;
    kit = undefined;
    await over?.close();
  });
  const present = (): TestKit<C> => {
    if (kit === undefined) throw new Error('useTestRouter(): there is a router within a test only, not around it');
    return kit;
  };
  return {
    get router() {
      return present().router;
    },
    client: (more) => present().client(more),
    takeErrors: () => present().takeErrors(),
    close: () => present().close(),
  };
}

/**
 * Runs a function with a router of its own, and closes it afterwards: for one test, or as the body of a fixture.
 *
 * @param body what it throws counts more than what it leaves behind
 * @returns what the body returned; rejects also where it left something behind
 * @example
 * const test = base.extend<{ wamp: TestKit }>({ wamp: ({}, use) => withTestRouter(use) }); // Vitest
 */
export async function withTestRouter<T, C extends Client = Client>(
  body: (kit: TestKit<C>) => T | Promise<T>,
  options?: TestKitOptions<C>,
): Promise<T> {
  const kit = createTestKit(options);
  let value: T;
  try {
    value = await body(kit);
  } catch (error) {
    await kit.close().catch(() => undefined);
    throw error;
  }
  await kit.close();
  return value;
}

/** Waits for something, as long as the last frames may take; what is left then is listed by `assertNothingLeft()`. */
const patiently = (router: TestRouter, holds: () => boolean): Promise<unknown> =>
  firstValueFrom(router.changes$.pipe(startWith(undefined), first(holds), timeout(PATIENCE))).catch(() => undefined);
