import { defer, exhaustMap, filter, map, merge, timer, type Observable } from 'rxjs';
import { cpuLoad } from './cpu.ts';
import { readDisk } from './disk.ts';
import { loopDelay } from './eventloop.ts';
import type { Measurement } from './measurement.ts';
import { readMemory } from './memory.ts';
import { readNetwork } from './network.ts';

const slow = 500; // ms between two looks at a counter
const fast = 40; // ms between two reports of the event loop: faster than the page is drawn

/** All measurements of this machine, each with a topic under `demo.host.`. */
export const measurements: Observable<Measurement> = defer(() =>
  merge(
    cpuLoad(timer(0, slow)),
    polled('demo.host.memory', readMemory),
    polled('demo.host.network', readNetwork),
    polled('demo.host.disk', readDisk),
    loopDelay(fast).pipe(map((value) => stamped('demo.host.eventloop', value))),
  ),
);

function polled(topic: string, read: () => Promise<unknown>): Observable<Measurement> {
  return timer(0, slow).pipe(
    exhaustMap(read),
    filter((value) => value !== undefined),
    map((value) => stamped(topic, value)),
  );
}

function stamped(topic: string, value: unknown): Measurement {
  return { topic, value, time: Date.now() };
}
