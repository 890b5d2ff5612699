import { defer, filter, fromEvent, merge, NEVER, type Observable } from 'rxjs';

/** As much of a browser as is looked at; none of it need be there. */
interface Surroundings extends Partial<EventTarget> {
  document?: Surroundings & { visibilityState?: string };
}

const on = (target: Surroundings | undefined, type: string): Observable<unknown> =>
  target?.addEventListener ? fromEvent(target as EventTarget, type) : NEVER;

/**
 * Emits when the surroundings wake up: the network came back, the page is seen again, the tab was resumed. Silent
 * where there is no browser.
 */
export const wake$ = defer(() => {
  const world = globalThis as Surroundings;
  const { document } = world;
  return merge(
    on(world, 'online'),
    on(world, 'pageshow'),
    on(document, 'resume'),
    on(document, 'visibilitychange').pipe(filter(() => document?.visibilityState === 'visible')),
  );
});
