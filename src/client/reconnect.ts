import {
  defer,
  filter,
  fromEvent,
  merge,
  NEVER,
  retry,
  skipUntil,
  take,
  tap,
  throwError,
  timer,
  type MonoTypeOperatorFunction,
  type Observable,
} from 'rxjs';
import { backoff, type BackoffOptions } from './backoff.ts';

/** The longest delay that timers know, in milliseconds. */
const LONGEST = 2 ** 31 - 1;

/** As much of a browser as is looked at; none of it need be there. */
interface Surroundings extends Partial<EventTarget> {
  document?: Surroundings & { visibilityState?: string };
}

const on = (target: Surroundings | undefined, type: string): Observable<Event> =>
  target?.addEventListener ? fromEvent(target as EventTarget, type) : NEVER;

/**
 * Emits when the surroundings wake up: the network came back, the page is visible again, the tab was resumed. Silent
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

/**
 * Emits when the browser puts the page into its back/forward cache: nothing runs there, and a socket that stayed open would
 * keep the session, so that calls to it found no answer.
 */
export const cached$ = defer(() =>
  on(globalThis as Surroundings, 'pagehide').pipe(filter((event) => (event as PageTransitionEvent).persisted)),
);

/**
 * A pause of some milliseconds, which ends early, though not before `least`, when the surroundings wake up. Beyond
 * 2^31 - 1 it never ends by itself. Emits what woke it, or 0.
 */
export const pause = (delay: number, least = 0): Observable<unknown> =>
  merge(
    timer(Math.min(delay, LONGEST)),
    least > 0 ? wake$.pipe(skipUntil(timer(Math.min(least, LONGEST)))) : wake$,
  ).pipe(take(1));

/**
 * The default reconnection as an operator, to build one's own from: retries with backoff, for ever or `maxRetries` times
 * in a row.
 *
 * @example
 * new WampClient({ url, realm, reconnect: pipe(reconnect({ maxRetries: 3 }), catchError(askTheUser)) });
 */
export function reconnect<T>(
  options: BackoffOptions & {
    /** Retries in a row; `Infinity` by default. */
    maxRetries?: number;
  } = {},
): MonoTypeOperatorFunction<T> {
  const delays = backoff(options);
  const { maxRetries = Infinity } = options;
  return (source) =>
    defer(() => {
      /** Tries since the last success that waking up brought forward: they count for none. */
      let early = 0;
      return source.pipe(
        retry({
          delay: (error: unknown, tries) => {
            if (tries === 1) early = 0;
            const count = tries - early;
            if (count > maxRetries) return throwError(() => error);
            return pause(delays(count)).pipe(tap((woken) => woken && early++));
          },
          resetOnSuccess: true,
        }),
      );
    });
}
