import { Observable } from 'rxjs';

/** As much of a browser as is looked at; none of it need be there. */
interface Surroundings {
  addEventListener?: (type: string, listener: () => void) => void;
  removeEventListener?: (type: string, listener: () => void) => void;
  document?: EventTarget & { visibilityState?: string };
}

/**
 * Emits when the surroundings wake up: the network came back, the page is seen again, the tab was resumed. Silent
 * where there is no browser.
 */
export const wake$ = new Observable<void>((subscriber) => {
  const world = globalThis as Surroundings;
  const { document } = world;
  const wake = (): void => subscriber.next();
  const seen = (): void => {
    if (document?.visibilityState === 'visible') wake();
  };
  for (const type of ['online', 'pageshow']) world.addEventListener?.(type, wake);
  document?.addEventListener('resume', wake);
  document?.addEventListener('visibilitychange', seen);
  return () => {
    for (const type of ['online', 'pageshow']) world.removeEventListener?.(type, wake);
    document?.removeEventListener('resume', wake);
    document?.removeEventListener('visibilitychange', seen);
  };
});
