// What is held: heap after collection, objects of the client that are alive, handles of the process.
import { setTimeout as wait } from 'node:timers/promises';
import v8 from 'node:v8';
import { Subscriber } from 'rxjs';
import { WebSocket } from 'ws';
import { WampClient } from '../../src/index.ts';
import { Call } from '../../src/session/call.ts';
import { RunningInvocation } from '../../src/session/invocation.ts';
import { ProcedureRegistration } from '../../src/session/registration.ts';
import { PendingPublication } from '../../src/session/publication.ts';
import { Session } from '../../src/session/session.ts';
import { TopicSubscription } from '../../src/session/subscription.ts';

const CLASSES = {
  clients: WampClient,
  sessions: Session,
  topics: TopicSubscription,
  registrations: ProcedureRegistration,
  calls: Call,
  invocations: RunningInvocation,
  publications: PendingPublication,
  sockets: WebSocket,
  subscribers: Subscriber,
};

/** How many objects of each class are alive. */
export const alive = () =>
  Object.fromEntries(Object.entries(CLASSES).map(([name, type]) => [name, v8.queryObjects(type, { format: 'count' })]));

/** Bytes on the heap, and beside it in buffers, after everything was collected that can be. */
export async function heap() {
  let least = Infinity;
  let buffers = Infinity;
  for (let i = 0; i < 3; i++) {
    globalThis.gc();
    await wait(20);
    const { heapUsed, external } = process.memoryUsage();
    least = Math.min(least, heapUsed);
    buffers = Math.min(buffers, external);
  }
  return { heap: least, buffers };
}

/** To the terminal and to the router's process: they come and go with what is written. */
const OWN = new Set(['PipeWrap', 'ProcessWrap', 'TTYWrap', 'CloseReq', 'Immediate']);

/** What keeps the process alive, counted by kind, but what this program has beside its clients. */
export function handles() {
  const found = {};
  for (const kind of process.getActiveResourcesInfo()) if (!OWN.has(kind)) found[kind] = (found[kind] ?? 0) + 1;
  return found;
}

/** Where two tables of counts differ, in words. */
export const differences = (expected, found) =>
  [...new Set([...Object.keys(expected), ...Object.keys(found)])]
    .filter((name) => (expected[name] ?? 0) !== (found[name] ?? 0))
    .map((name) => `${name} ${found[name] ?? 0} instead of ${expected[name] ?? 0}`);

/** Looks until the counts are those expected, for what is about to end; gives back the differences that remain. */
export async function settles(look, expected, patience = 3000) {
  const until = performance.now() + patience;
  for (;;) {
    const left = differences(expected, look());
    if (left.length === 0 || performance.now() > until) return left;
    await wait(100);
  }
}

/**
 * How much a series of figures grows from its first to its last: the median of all slopes between two of them, which
 * single outliers do not move (Theil and Sen).
 */
export function trend(values) {
  const slopes = [];
  for (let i = 0; i < values.length; i++)
    for (let j = i + 1; j < values.length; j++) slopes.push((values[j] - values[i]) / (j - i));
  slopes.sort((a, b) => a - b);
  const middle = slopes.length >> 1;
  const slope = slopes.length % 2 > 0 ? slopes[middle] : (slopes[middle - 1] + slopes[middle]) / 2;
  return slope * (values.length - 1);
}
