import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Observable, filter, finalize, interval, map } from 'rxjs';
import type { LoopDelay } from '../../shared/host.ts';

const resolution = 5; // ms between two probes of the loop
const nanoseconds = 1e6; // in a millisecond

/**
 * How late the event loop of this process runs, as a fast feed: one value every `every` ms.
 * The histogram is switched on with an observer and off when it leaves.
 */
export function loopDelay(every: number): Observable<LoopDelay> {
  return new Observable((observer) => {
    const histogram = monitorEventLoopDelay({ resolution });
    histogram.enable();
    // The probes count the time from one to the next, so a loop that is never late counts `resolution`.
    const late = (delay: number): number => Math.max(0, delay / nanoseconds - resolution);
    return interval(every)
      .pipe(
        filter(() => histogram.count > 0),
        map(() => {
          const delay = { mean: late(histogram.mean), max: late(histogram.max) };
          histogram.reset();
          return delay;
        }),
        finalize(() => histogram.disable()),
      )
      .subscribe(observer);
  });
}
