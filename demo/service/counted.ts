import { BehaviorSubject, defer, from, tap, type Observable, type ObservableInput } from 'rxjs';
import type { CallCounts } from '../shared/host.ts';

const counts = new BehaviorSubject<CallCounts>({ running: 0, finished: 0, cancelled: 0, failed: 0 });

/** The outcomes of the calls so far. */
export const callCounts$: Observable<CallCounts> = counts.asObservable();

/**
 * Runs a call and counts its outcome: it completes, it fails, or it is unsubscribed, which is how a CANCEL arrives.
 */
export function counted<T>(work: () => ObservableInput<T>): Observable<T> {
  const end = (field: 'finished' | 'cancelled' | 'failed'): void => {
    const now = counts.value;
    counts.next({ ...now, running: now.running - 1, [field]: now[field] + 1 });
  };
  return defer(() => from(work())).pipe(
    tap({
      subscribe: () => counts.next({ ...counts.value, running: counts.value.running + 1 }),
      complete: () => end('finished'),
      error: () => end('failed'),
      unsubscribe: () => end('cancelled'),
    }),
  );
}
