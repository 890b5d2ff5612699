import type { Uri } from '../protocol/uris.ts';
import type { RegistrationView, SessionView, SubscriptionView } from './options.ts';
import type { TestRouter } from './router.ts';
import type { WaitOptions } from './waiting.ts';

/** {@link TestRouter.whenSession} as a function. */
export function whenSession(
  router: TestRouter,
  which?: number | ((session: SessionView) => boolean),
  options?: WaitOptions,
): Promise<SessionView> {
  return router.whenSession(which, options);
}

/** {@link TestRouter.whenSubscribed} as a function. */
export function whenSubscribed(
  router: TestRouter,
  topic: Uri,
  n?: number,
  options?: WaitOptions,
): Promise<readonly SubscriptionView[]> {
  return router.whenSubscribed(topic, n, options);
}

/** {@link TestRouter.whenRegistered} as a function. */
export function whenRegistered(
  router: TestRouter,
  procedure: Uri,
  n?: number,
  options?: WaitOptions,
): Promise<readonly RegistrationView[]> {
  return router.whenRegistered(procedure, n, options);
}
