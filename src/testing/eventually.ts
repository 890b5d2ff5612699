import { asyncScheduler, isObservable, merge, NEVER, timer, type Observable } from 'rxjs';
import { checkOptions, FUNCTION, kind, NUMBER, type Kind } from '../protocol/kinds.ts';
import { messageOf } from '../protocol/thrown.ts';
import { callSite, timedOut, type CallSite } from './call-site.ts';
import { WAIT_OPTIONS, type WaitOptions } from './waiting.ts';

/** A class of errors, for `instanceof`. */
type AnyClass = abstract new (...args: never[]) => unknown;

/** Options of {@link eventually}. */
export interface EventuallyOptions extends WaitOptions {
  /**
   * Milliseconds between two tries; `Infinity` tries again only when `on` emits.
   *
   * @default 20
   */
  readonly interval?: number;
  /** Tries again at once when this emits: `router.messages$`, `wamp.status$` … */
  readonly on?: Observable<unknown>;
  /** What may be thrown until it holds; anything else is thrown on at once. Any error by default. */
  readonly error?: AnyClass;
}

const OPTIONS = {
  ...WAIT_OPTIONS,
  interval: NUMBER,
  on: kind('an Observable', isObservable),
  error: FUNCTION,
} satisfies Record<keyof EventuallyOptions, Kind>;

/**
 * Tries an assertion until it holds: until it neither throws (or rejects) nor gives `false`. For what there is no event
 * to wait for; `whenSubscribed()` and the like wait for events.
 *
 * @param assertion throws or gives `false` while it does not hold; with Jasmine use `throwUnless()` in place of `expect()`
 * @returns what the assertion returned; rejects in time-out with what it threw last, and says how often it was tried and
 *   which line of the test waited
 * @throws TypeError that names a wrong option
 * @example
 * await eventually(() => assert.equal(component.price(), 3));
 */
export function eventually<T>(assertion: () => T | Promise<T>, options: EventuallyOptions = {}): Promise<T> {
  checkOptions(() => 'eventually', OPTIONS, options);
  const { timeout = 4000, interval = 20, on = NEVER, error: tolerated } = options;
  const site = callSite();
  return new Promise<T>((resolve, reject) => {
    let tries = 0;
    let busy = false;
    let over = false;
    let last: unknown = new Error('the assertion did not end');
    const end = (act: () => void): void => {
      if (over) return;
      over = true;
      again.unsubscribe();
      clock.unsubscribe();
      act();
    };
    const failed = (thrown: unknown): void => {
      last = thrown;
      if (tolerated === undefined || thrown instanceof tolerated) return;
      // what the assertion threw is handed on as it is
      // oxlint-disable-next-line typescript/prefer-promise-reject-errors
      end(() => reject(thrown));
    };
    const returned = (value: T): void => {
      if (value === false) last = new Error('it gave false');
      else end(() => resolve(value));
    };
    const attempt = async (): Promise<void> => {
      // an attempt that still runs is not overtaken
      if (busy || over) return;
      busy = true;
      tries++;
      try {
        returned(await assertion());
      } catch (thrown) {
        failed(thrown);
      } finally {
        busy = false;
      }
    };
    const clock = asyncScheduler.schedule(
      () => end(() => reject(inTimeOut(site, `Tried ${tries} times in ${timeout} ms`, last))),
      timeout,
    );
    const again = merge(interval === Infinity ? NEVER : timer(interval, interval), on).subscribe(() => void attempt());
    void attempt();
  });
}

/** What was thrown last, with what test frameworks show of it. */
function inTimeOut(site: CallSite, what: string, last: unknown): Error {
  const error = timedOut(site, `${what}; in the end: ${messageOf(last)}`, { cause: last });
  for (const name of ['actual', 'expected', 'operator', 'showDiff'] as const) {
    if (last instanceof Error && name in last) Object.assign(error, { [name]: last[name as keyof Error] });
  }
  return error;
}
