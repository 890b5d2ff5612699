import { asyncScheduler, type SchedulerAction, type Subscription } from 'rxjs';
import { TestScheduler, type RunHelpers } from 'rxjs/testing';
import { isPromise } from '../async.ts';
import type { Client } from '../client/client.ts';
import type { BaseOptions } from '../client/client-options.ts';
import { FUNCTION, NUMBER } from '../protocol/kinds.ts';
import { assertSameFrames } from './frames.ts';
import { kitParts, type TestKitOptions } from './kit-parts.ts';
import { assertNothingLeft, openStreams } from './leftovers.ts';
import type { TestRouter } from './test-router.ts';

/** Options of {@link virtually}. */
export interface VirtualOptions<C extends Client = Client> extends TestKitOptions<C> {
  /**
   * How the test framework compares frames: `(actual, expected) => expect(actual).toEqual(expected)`, or Node's
   * `assert.deepStrictEqual`. Without it a difference throws an Error that lists both.
   */
  readonly assertDeepEqual?: (actual: unknown, expected: unknown) => unknown;
  /**
   * Virtual milliseconds after which what is observed by `expectObservable()` is unsubscribed, and clients and router
   * are closed: keep-alive and reconnecting would go on for ever.
   *
   * @default 60000
   */
  readonly until?: number;
}

/** What a test under virtual time works with: the helpers of RxJS's `TestScheduler`, a router, and clients. */
export interface VirtualKit<C extends Client = Client> extends RunHelpers {
  /** The embedded router, on the virtual clock. */
  readonly router: TestRouter;
  /** Makes a client of the router. Reconnects after 10 ms, without jitter, unless the options say otherwise. */
  readonly client: (options?: Partial<BaseOptions>) => C;
  /** Does something after so many virtual milliseconds. */
  readonly at: (ms: number, action: () => void) => void;
  /**
   * Does something at each letter of a marble diagram.
   *
   * @example
   * act('-a--x---b', { a: () => publish(1), x: () => router.dropAll(), b: () => publish(2) });
   */
  readonly act: (marbles: string, actions: Readonly<Record<string, () => void>>) => void;
  /** How many virtual milliseconds have passed. */
  readonly now: () => number;
}

/**
 * `TestScheduler` without its one trap: each turn of its queue takes the most urgent of what is due, so that a timer
 * which is cleared in the very frame in which it is due can leave a turn behind that finds nothing; it throws then.
 */
class Scheduler extends TestScheduler {
  override schedule<T>(work: (this: SchedulerAction<T>, state?: T) => void, delay?: number, state?: T): Subscription {
    const turn = function (this: SchedulerAction<T>, given?: T): void {
      try {
        work.call(this, given);
      } catch (error) {
        if (!(error instanceof Error && error.message === 'Expected a due immediate or interval')) throw error;
      }
    };
    return super.schedule(turn, delay, state);
  }
}

/**
 * Runs a test on virtual time, with a router in memory: what takes minutes of backoff takes none, and streams are
 * expected as marble diagrams through losses and reconnects. Joining and what is on its way take no time, so all is
 * subscribed by frame 1. Promises know no virtual time: handlers of such a test answer at once or with Observables.
 *
 * @param body sets up; when it returns, virtual time runs to its end
 * @returns what the body returned, which must not be a Promise, since virtual time does not wait for one
 * @throws where an expectation does not hold, an action threw, or something was left behind (as with `createTestKit()`)
 * @example
 * virtually(({ router, client, act, expectObservable }) => {
 *   const price$ = client().subscribe<number>('com.shop.price').pipe(map((event) => event.value));
 *   const publish = (price: number) => router.publish('com.shop.price', [price]);
 *   act('-a--x 20ms b', { a: () => publish(1), x: () => router.dropAll(), b: () => publish(2) });
 *   expectObservable(price$).toBe('-a-- 21ms b', { a: 1, b: 2 });
 * });
 */
export function virtually<T, C extends Client = Client>(
  body: (kit: VirtualKit<C>) => T,
  options: VirtualOptions<C> = {},
): T {
  const { assertDeepEqual = assertSameFrames, until = 60_000, strict = false } = options;
  const { router, own, clients, unhandled, client } = kitParts('virtually', options, {
    assertDeepEqual: FUNCTION,
    until: NUMBER,
  });
  const scheduler = new Scheduler((actual, expected) => {
    assertDeepEqual(actual, expected);
  });
  let streams: readonly string[] = [];
  let failure: { readonly error: unknown } | undefined;
  const guarded = (action: () => void): void => {
    if (failure) return;
    try {
      action();
    } catch (error) {
      failure = { error };
    }
  };
  const end = (): void => {
    router.resume();
    router.delay(0);
    if (strict) streams = openStreams(router);
    for (const each of clients) void each.close();
    if (own) void router.close();
  };
  try {
    const value = scheduler.run((helpers) => {
      const start = asyncScheduler.now();
      asyncScheduler.schedule(end, until + 1);
      return body({
        ...helpers,
        expectObservable: (observable, subscription = `^ ${until - 1}ms !`) =>
          helpers.expectObservable(observable, subscription),
        router,
        client,
        at: (ms, action) => void asyncScheduler.schedule(() => guarded(action), ms),
        act: (marbles, actions) =>
          void helpers.cold<(() => void) | undefined>(marbles, actions).subscribe((action) =>
            guarded(() => {
              if (!action) throw new Error(`act(): a letter of '${marbles}' has no action: name it in actions`);
              action();
            }),
          ),
        now: () => asyncScheduler.now() - start,
      });
    });
    if (failure) throw failure.error;
    if (isPromise(value)) {
      value.then(undefined, () => undefined);
      throw new TypeError('virtually(): the function must not be async: Promises know no virtual time');
    }
    assertNothingLeft(router, unhandled.take(), streams);
    return value;
  } catch (error) {
    // that an action failed explains what else does not hold
    throw failure ? failure.error : error;
  } finally {
    unhandled.close();
  }
}
