// What is measured: each scenario takes a connected client and gives the figures of one cell.
import { flatScenarios } from './flat.mjs';
import { makeMeter } from './meter.mjs';
import { PAYLOADS } from './payloads.mjs';

const CALL = 'bench.echo';
const TOPIC = 'bench.topic';

/** Keeps so many requests in flight, beside calls without an answer. */
function pipelined(verb, inFlight, open = 0) {
  return async (client, cell) => {
    const { payload } = cell;
    const args = PAYLOADS[payload];
    for (let i = 0; i < open; i++) client.call('bench.ctl.never', [i], () => undefined);
    await control(client, 'answer', payload);
    const { step, figures } = makeMeter(cell);
    const send =
      verb === 'call'
        ? (done) => client.call(CALL, args, done)
        : (done) => client.publishAcknowledged(TOPIC, args, done);
    const next = () => {
      if (step(1)) send(next);
    };
    for (let i = 0; i < inFlight; i++) send(next);
    return figures;
  };
}

const control = (client, what, ...args) => new Promise((resolve) => client.call(`bench.ctl.${what}`, args, resolve));

/** Asks for batch after batch, each long enough that asking does not count. */
async function batches(step, ask) {
  let size = 64;
  for (;;) {
    const began = performance.now();
    await ask(size);
    if (!step(0)) return;
    if (performance.now() - began < 15 && size < 20_000) size *= 2;
  }
}

function events(topics, observers) {
  return async (client, cell) => {
    const { payload } = cell;
    const { step, figures } = makeMeter(cell);
    let left = 0;
    let done;
    let copies = 0;
    const first = () => {
      step(1);
      if (--left === 0) done();
    };
    const other = () => copies++;
    const all = Array.from({ length: observers }, (_, i) => (i === observers - 1 ? first : other));
    // a list of its own for each topic, as a program has whose observers come and go
    await Promise.all(
      Array.from({ length: topics }, (_, i) => client.observe(topics === 1 ? TOPIC : `${TOPIC}.${i}`, [...all])),
    );
    await control(client, 'answer', 'small');
    await batches(
      step,
      (size) =>
        new Promise((resolve) => {
          left = size;
          done = resolve;
          client.call('bench.ctl.events', [size, payload], () => undefined);
        }),
    );
    return figures;
  };
}

async function progress(client, cell) {
  const { payload } = cell;
  const { step, figures } = makeMeter(cell);
  const each = () => step(1);
  await batches(
    step,
    (size) => new Promise((done) => client.progressive('bench.ctl.progress', [size, payload], each, done)),
  );
  return figures;
}

async function publish(client, cell) {
  const { payload } = cell;
  const { step, figures } = makeMeter(cell);
  const args = PAYLOADS[payload];
  // what one turn sends; large ones should not fill the memory
  const burst = payload === 'small' || payload === '1k' ? 200 : 10;
  while (step(burst)) {
    for (let i = 0; i < burst; i++) client.publish(TOPIC, args);
    // the answer comes when the router has taken them all
    await new Promise((resolve) => client.call(CALL, [1], resolve));
  }
  return figures;
}

function invocations(registrations) {
  return async (client, cell) => {
    const { payload } = cell;
    const { step, figures } = makeMeter(cell);
    const handler = (args) => {
      step(1);
      return args[0];
    };
    await Promise.all(
      Array.from({ length: registrations }, (_, i) => client.register(`bench.procedure.${i}`, handler)),
    );
    await batches(step, (size) => control(client, 'invoke', size, 100, payload));
    return figures;
  };
}

/** All at once they come, hear one event, and leave in the order in which they came; how long it takes once compiled. */
function observers(count) {
  return async (client, { warm }) => {
    await client.observe(TOPIC, [() => undefined]);
    await control(client, 'answer', 'small');
    const comeAndGo = async (n) => {
      const cpu = process.cpuUsage();
      const began = performance.now();
      let heard = 0;
      const leave = Array.from({ length: n }, () => client.follow(TOPIC, () => heard++));
      await control(client, 'events', 1, 'small');
      while (heard === 0) await settled(0);
      for (const each of leave) each();
      const ms = performance.now() - began;
      if (heard !== n) throw new Error(`${heard} of ${n} observers heard the event`);
      const { user, system } = process.cpuUsage(cpu);
      return { ms, cpu: user + system };
    };
    for (const until = performance.now() + warm; performance.now() < until;) await comeAndGo(100);
    return comeAndGo(count);
  };
}

const settled = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

async function heap() {
  for (let i = 0; i < 4; i++) {
    globalThis.gc();
    await settled(10);
  }
  return process.memoryUsage().heapUsed;
}

/** What so many of something hold, beyond what is there without them. */
function memory(hold) {
  return async (client, { few }) => {
    const count = few ? 500 : 10_000;
    const names = Array.from({ length: count }, (_, i) => `bench.ctl.never.${i}`);
    // flattened: a name that is still made of pieces would be counted as the client's
    const set = new Set(names);
    const callback = () => undefined;
    hold(client, 'bench.ctl.never.warm', callback);
    await control(client, 'answer', 'small');
    const before = await heap();
    for (const name of names) hold(client, name, callback);
    for (let i = 0; i < 5; i++) await control(client, 'answer', 'small');
    await settled(100);
    const bytes = ((await heap()) - before) / count;
    return { bytes: set.size > 0 ? bytes : 0 };
  };
}

/**
 * Name → what it says, how it runs, and whom it is compared with: `clients` where not with all, `sends` where the limit
 * is one write per turn.
 */
export const SCENARIOS = {
  'call-1': { title: 'calls, one after the other', run: pipelined('call', 1) },
  'call-100': { title: 'calls, 100 in flight', run: pipelined('call', 100), sends: true },
  'call-1000': { title: 'calls, 1000 in flight', run: pipelined('call', 1000), sends: true },
  'event-1': { title: 'events in', run: events(1, 1) },
  'event-10': { title: 'events in, 10 observers of one topic', run: events(1, 10) },
  'event-topics': { title: 'events in, 1000 topics', run: events(1000, 1) },
  publish: { title: 'publish, unacknowledged', run: publish, sends: true },
  'publish-ack': { title: 'publish, acknowledged', run: pipelined('publish', 100), without: ['thruway'] },
  progress: { title: 'progressive results in', run: progress },
  invocation: { title: 'invocations answered', run: invocations(1), sends: true },
  ...flatScenarios(
    {
      topics: 'events in, over so many topics',
      'open-calls': 'calls, 100 in flight beside so many open ones',
      registrations: 'invocations answered, over so many registrations',
    },
    {
      topics: (size) => events(size, 1),
      'open-calls': (size) => pipelined('call', 100, size),
      registrations: invocations,
    },
  ),
  observers: {
    title: '10 000 observers of one topic come and go',
    unit: 'ms',
    run: observers(10_000),
    clients: ['rxwamp'],
  },
  'heap-subscription': {
    title: 'heap per idle subscription',
    unit: 'bytes',
    run: memory((client, name, callback) =>
      (client.hold ?? ((topic, it) => client.observe(topic, [it])))(name, callback),
    ),
  },
  'heap-call': {
    title: 'heap per pending call',
    unit: 'bytes',
    run: memory((client, name, callback) => client.call(name, [1], callback)),
  },
  cold: {
    title: 'cold start to first result',
    unit: 'ms',
    run: async (client) => {
      await new Promise((resolve) => client.call(CALL, [1], resolve));
      const { user, system } = process.cpuUsage();
      return { ms: performance.now(), cpu: user + system };
    },
  },
  bundle: { title: 'browser bundle, gzip, rxjs outside', unit: 'gzip' },
};
