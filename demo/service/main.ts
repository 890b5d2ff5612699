/**
 * The demo's service: publishes measurements of this machine, and works on the project's files for its callers. An
 * ordinary WAMP client; it could as well run on another machine.
 */
import { parseArgs } from 'node:util';
import { WampClient, ticket, type Handler } from 'rxwamp';
import { EMPTY, distinctUntilChanged, map, merge, mergeMap, switchMap, from, throttleTime, asyncScheduler } from 'rxjs';
import { callCounts$ } from './counted.ts';
import { measurements } from './measure/index.ts';
import { procedures } from './procedures.ts';

const { values: options } = parseArgs({
  options: {
    url: { type: 'string', default: 'ws://127.0.0.1:8080' },
    realm: { type: 'string', default: 'realm1' },
    verbose: { type: 'boolean', default: false },
  },
});

const wamp = new WampClient({
  realm: options.realm,
  url: options.url,
  auth: [ticket({ authid: 'service', ticket: process.env['SERVICE_TICKET'] ?? '' })],
  reconnect: { initialDelay: 250, maxDelay: 2_000 }, // one machine, one user: reconnect quickly
});

if (options.verbose) {
  wamp.status$.subscribe(({ state }) => {
    console.log(state);
  });
}

// A registration heals by itself: one subscription each is enough, however often the link is lost.
const registrations = from(Object.entries(procedures)).pipe(
  mergeMap(([uri, handler]) => wamp.register(uri, audited(uri, handler))),
);

/** A handler that also tells operators who called it. */
function audited(procedure: string, handler: Handler): Handler {
  return (invocation) => {
    wamp.publish('demo.audit', [{ time: Date.now(), procedure, role: invocation.details.callerAuthrole ?? '' }]);
    return handler(invocation);
  };
}

// A measurement is of use only now: measure only during a session, so that none is queued.
const news = merge(
  measurements,
  callCounts$.pipe(
    throttleTime(100, asyncScheduler, { leading: true, trailing: true }),
    map((value) => ({ topic: 'demo.calls', value, time: Date.now() })),
  ),
);
const publications = wamp.status$.pipe(
  map(({ state }) => state === 'joined'),
  distinctUntilChanged(),
  switchMap((joined) => (joined ? news : EMPTY)),
  map(({ topic, value, time }) => wamp.publish(topic, [value], { time })),
);

merge(registrations, publications).subscribe({
  error: (error: unknown) => {
    console.error(error);
    process.exitCode = 1;
    stop();
  },
});

let stopping: Promise<unknown> | undefined;

function stop(): void {
  stopping ??= wamp.close().finally(() => process.exit());
}

process.on('SIGTERM', stop);
process.on('SIGINT', stop);
