import type { Uri } from '../protocol/uris.ts';
import { checkRouterOptions } from '../router/option-checks.ts';
import type { RouterOptions } from '../router/router-options.ts';
import type { RegistrationView, SessionView, SubscriptionView } from '../router/view-types.ts';
import { Router } from '../router/router.ts';
import type { Handler } from '../session/events.ts';
import { MockProcedure, type MockOptions } from './mock.ts';
import type { WaitOptions } from './waiting.ts';
import { TopicWatch, type WatchOptions } from './watch.ts';
import { whenRegistered, whenSession, whenSubscribed, type WantedSession } from './when.ts';

/**
 * The embedded router with what tests need beside its faults: waiting, mocks, and an eye on what clients publish.
 *
 * Made by {@link createTestRouter}.
 */
export class TestRouter extends Router {
  /**
   * Resolves with the session once one is joined that satisfies the predicate, or with the last of the first `n`.
   *
   * @param which a predicate, or how many sessions; 1 by default, and 0 waits until there is none
   */
  whenSession(which: 0, options?: WaitOptions): Promise<undefined>;
  whenSession(which?: WantedSession, options?: WaitOptions): Promise<SessionView>;
  whenSession(which?: WantedSession, options?: WaitOptions): Promise<SessionView | undefined> {
    return whenSession(this, which, options);
  }

  /**
   * Resolves once `n` sessions or more are subscribed to exactly this URI or pattern.
   *
   * @param topic the URI or pattern, as subscribed
   * @param n how many; 1 by default, and 0 waits until there is none
   */
  whenSubscribed(topic: Uri, n?: number, options?: WaitOptions): Promise<readonly SubscriptionView[]> {
    return whenSubscribed(this, topic, n, options);
  }

  /**
   * Resolves once `n` sessions or more have registered exactly this URI or pattern.
   *
   * @param procedure the URI or pattern, as registered
   * @param n how many; 1 by default, and 0 waits until there is none
   */
  whenRegistered(procedure: Uri, n?: number, options?: WaitOptions): Promise<readonly RegistrationView[]> {
    return whenRegistered(this, procedure, n, options);
  }

  /**
   * Registers a procedure in the router's own name, at once, and remembers its calls. It takes part in all that
   * registrations do (patterns, shared registration, progress, cancelling), needs no permission, and stays while links
   * come and go.
   *
   * @param procedure the URI, or a pattern with `match`
   * @param handler answers as a handler of `register()` does: a value, a Promise or Observable of it, `result(…)`; what
   *   it throws becomes the caller's error
   * @throws ApplicationError where a client's registration is in the way, or the URI is malformed
   * @example
   * const add = router.mock('com.calc.add', ({ args: [a, b] }) => Number(a) + Number(b));
   * const [call] = await add.whenCalled();
   */
  mock(procedure: Uri, handler: Handler, options?: MockOptions): MockProcedure;
  /**
   * The same with one answer for all calls.
   *
   * @param answer a value, a Promise or Observable of it, `result(…)`; an Error is thrown
   * @example
   * router.mock('com.shop.price', 3);
   * router.mock('com.shop.buy', new ApplicationError('com.shop.error.sold_out'));
   */
  mock(procedure: Uri, answer?: unknown, options?: MockOptions): MockProcedure;
  mock(procedure: Uri, answer?: unknown, options?: MockOptions): MockProcedure {
    return new MockProcedure(this.core, this.serializer, procedure, answer, options);
  }

  /**
   * Remembers what clients publish on a topic from now on.
   *
   * @param topic the URI, or a pattern with `match`
   * @example
   * const orders = router.watch('com.shop.order');
   * component.buy();
   * const [order] = await orders.whenPublished();
   */
  watch(topic: Uri, options?: WatchOptions): TopicWatch {
    return new TopicWatch(this, topic, options);
  }
}

/**
 * Makes a router for a test, in this process, browser or Node.
 *
 * @param options realms, authentication, habits of real routers …; without any: the realm `realm1`, open to all. With
 *   `seed` its random ids and choices are the same each time
 * @throws TypeError that names the option that is wrong
 * @example
 * const router = createTestRouter();
 * const wamp = new WampClient({ realm: 'realm1', transports: [router.transport()] });
 * wamp.subscribe('com.app.topic').subscribe(console.log);
 * await router.whenSubscribed('com.app.topic');
 * router.publish('com.app.topic', ['hello']);
 * router.dropAll(); // and see it heal
 */
export function createTestRouter(options: RouterOptions = {}): TestRouter {
  checkRouterOptions('createTestRouter', options);
  return new TestRouter(options);
}
