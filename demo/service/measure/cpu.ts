import { cpus } from 'node:os';
import { concatMap, from, map, pairwise, type Observable } from 'rxjs';
import type { Measurement } from './measurement.ts';

interface Times {
  readonly busy: number;
  readonly total: number;
}

function readTimes(): Times[] {
  return cpus().map(({ times }) => {
    const busy = times.user + times.nice + times.sys + times.irq;
    return { busy, total: busy + times.idle };
  });
}

/** The load of each core between two ticks, as the kernel counts it. */
export function cpuLoad(ticks: Observable<unknown>): Observable<Measurement> {
  return ticks.pipe(
    map(readTimes),
    pairwise(),
    concatMap(([before, now]) => from(loads(before, now))),
  );
}

function loads(before: readonly Times[], now: readonly Times[]): Measurement[] {
  const time = Date.now(); // one for all cores: they belong together
  return now.flatMap((times, core) => {
    const earlier = before[core];
    // A core that was plugged in just now has no past, and the kernel's clock may not have ticked since.
    if (!earlier || times.total <= earlier.total) return [];
    const load = (times.busy - earlier.busy) / (times.total - earlier.total);
    return [{ topic: `demo.host.cpu.${String(core)}`, value: Math.min(1, Math.max(0, load)), time }];
  });
}
