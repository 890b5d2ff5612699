import { defer, finalize, type Observable, type Subscription } from 'rxjs';
import type { Identity } from '../auth/authenticator.ts';
import type { Dict } from '../protocol/messages.ts';
import { after, now } from './time.ts';

/**
 * A time limit that stands still while the application is asked for something: starts the clock, which runs until
 * `until` is closed, and returns the operator that stops it while its source is pending.
 */
export function patience(
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
  const merge = (dicts: readonly object[]): Dict => {
    const merged: Dict = {};
    for (const [name, value] of dicts.flatMap((dict) => Object.entries(dict) as [string, unknown][])) {
      if (value === undefined) continue;
      if (name in merged && merged[name] !== value) {
        throw new TypeError(`auth: the authenticators contradict each other in ${name}`);
      }
      merged[name] = value;
    }
    return merged;
  };
  const extras = shares.flatMap(({ authextra }) => (authextra ? [authextra] : []));
  return {
    ...merge(shares.map(({ authid, authrole }) => ({ authid, authrole }))),
    ...(extras.length > 0 && { authextra: merge(extras) }),
  };
}
