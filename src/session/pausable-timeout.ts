import { defer, finalize, type Observable, type Subscription } from 'rxjs';
import type { Identity } from '../auth/authenticator.ts';
import type { Dict } from '../protocol/payload.ts';
import { after, now } from './time.ts';

/**
 * A time limit that stands still while the application is asked for something: starts the clock, which runs until
 * `until` is closed, and returns the operator that stops it while its source is pending.
 */
export function pausableTimeout(
  limit: number,
  until: Subscription,
  late: () => void,
): <T>(source: Observable<T>) => Observable<T> {
  let left = limit;
  let since = now();
  let pending = 0;
  let timer = after(left, late);
  until.add(() => timer?.unsubscribe());
  return (source) =>
    defer(() => {
      if (pending++ === 0) {
        timer?.unsubscribe();
        left -= now() - since;
      }
      return source;
    }).pipe(
      finalize(() => {
        if (--pending > 0 || until.closed) return;
        since = now();
        timer = after(left, late);
      }),
    );
}

/**
 * One identity of several shares.
 *
 * @throws TypeError where two of them contradict each other
 */
export function mergeIdentities(shares: readonly Identity[]): Identity {
  const merged: Dict = {};
  const add = (into: Dict, names: object): void => {
    for (const [name, value] of Object.entries(names) as [string, unknown][]) {
      if (value === undefined) continue;
      if (Object.hasOwn(into, name) && into[name] !== value) {
        throw new TypeError(`auth: the authenticators contradict each other in ${name}`);
      }
      into[name] = value;
    }
  };
  for (const { authid, authrole, authextra } of shares) {
    add(merged, { authid, authrole });
    if (authextra) add((merged['authextra'] ??= {}) as Dict, authextra);
  }
  return merged;
}
