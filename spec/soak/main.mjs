// An hour of mixed traffic in minutes, with a reconnect every ten seconds, after which nothing may be left behind:
// `npm run soak -- --help`.
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { FAULTS, RouterProcess } from './faults.mjs';
import { Ledger } from './ledger.mjs';
import { alive, differences, handles, heap, settles, trend } from './memory.mjs';
import { NAMES, Party } from './party.mjs';
import { Traffic } from './traffic.mjs';

/** What a busy dashboard with its services sends and takes in. */
const PER_SECOND = 300;
/** How many times as fast it goes here. */
const PACE = 12;
/** Seconds between two faults; fewer in a short run. */
const CYCLE = 10;
/** How many cycles it takes to tell growth from noise. */
const ENOUGH = 6;
/** What the heap may grow by, from the first to the last measured cycle. */
const GROWTH = 256 * 1024;

const HELP = `npm run soak -- [options]

  --minutes <n>   how long it goes on, 5 unless said: an hour at ${PACE} times the pace
  --help          this text

Three clients in one process (JSON, CBOR, MessagePack) publish, hear, call and serve each other over a router in another
process, as a dashboard with ${PER_SECOND} messages per second does, ${PACE} times as fast. About every ${CYCLE} s they lose it:
${Object.keys(FAULTS)
  .map((name) => `  - ${name}`)
  .join('\n')}
After each such cycle all that was begun must have ended, and what is left on the heap is measured.`;

const say = (text) => process.stdout.write(`${text}\n`);
const mega = (bytes) => `${(bytes / 2 ** 20).toFixed(2)} MB`;
const kilo = (bytes) => `${bytes < 0 ? '' : '+'}${(bytes / 1024).toFixed(0)} kB`;
const count = (n) => n.toLocaleString('en').replaceAll(',', ' ');

const { values: options } = parseArgs({
  options: { minutes: { type: 'string', default: '5' }, help: { type: 'boolean', default: false } },
});

/** Waits until something holds; false where it does not in time. */
async function until(holds, patience = 30_000) {
  for (const late = performance.now() + patience; performance.now() < late; await wait(10)) if (holds()) return true;
  return false;
}

class Soak {
  ledger = new Ledger();
  router = new RouterProcess();
  parties = [];
  verdicts = [];
  samples = [];
  #unjudged = [];
  #traffic;
  #seconds;
  #goal;

  constructor(minutes) {
    this.#seconds = minutes * 60;
    this.#goal = Math.round(PER_SECOND * PACE * this.#seconds);
  }

  async run() {
    const minutes = this.#seconds / 60;
    say(`An hour's worth is ${PER_SECOND} messages/s × 3600 s = ${count(PER_SECOND * 3600)} messages.`);
    say(`In ${minutes} min at ${PACE} times the pace ${count(this.#goal)} have to pass.`);
    await this.router.start();
    const before = handles();
    this.#open();
    await this.#healed('at the beginning');
    await this.#cycles();
    await this.#letGo();
    await this.#end(before);
    this.#tell();
  }

  #open() {
    this.parties = NAMES.map((name) => new Party(name, this.router.url, this.ledger));
    this.parties.forEach((party, i) => party.settle([1, 2].map((k) => NAMES[(i + k) % NAMES.length])));
    this.#traffic = new Traffic(this.parties, this.ledger);
  }

  async #healed(when) {
    const healed = await until(() => this.parties.every((party) => party.healed));
    if (!healed) this.ledger.violated(`${when}: not all streams were confirmed in time`);
  }

  /** The first round of all faults warms up; what is there after it must not grow. */
  async #cycles() {
    const faults = Object.entries(FAULTS);
    const began = performance.now();
    const end = began + this.#seconds * 1000;
    const length = Math.min(CYCLE, Math.max(4, this.#seconds / (2 * faults.length))) * 1000;
    const due = () => {
      const share = Math.min(1, (performance.now() - began) / (end - began - length / 2));
      return share * this.#goal;
    };
    // a slow machine takes longer, twice as long at most
    const late = end + this.#seconds * 1000;
    const goesOn = (now) => now < end - length / 2 || (this.ledger.passed < this.#goal && now < late);
    let measuring = 1000;
    for (let i = 0; i <= faults.length || goesOn(performance.now()); i++) {
      const [name, fault] = faults[i % faults.length];
      const next = performance.now() + length;
      this.#traffic.start(due);
      await wait(length / 4);
      await this.#storm(name, fault);
      // the pause for measuring belongs to the cycle
      await wait(Math.max(500, next - measuring - performance.now()));
      this.#traffic.stop();
      const stopped = performance.now();
      await this.#measure(name, i >= faults.length - 1, (performance.now() - began) / 1000);
      measuring = performance.now() - stopped;
    }
  }

  async #storm(name, fault) {
    const { ledger, parties } = this;
    const sessions = parties.map((party) => party.session);
    const renewed = () => parties.every((party, i) => party.session !== 0 && party.session !== sessions[i]);
    ledger.storms++;
    ledger.stormy = true;
    await fault(this.router, {
      noticed: () => until(renewed),
      leave: () => parties.forEach(({ wamp }) => wamp.status.session?.leave()),
    });
    if (!(await until(renewed))) ledger.violated(`${name}: not all clients came back`);
    await this.#healed(name);
    ledger.stormy = false;
  }

  /** Waits until nothing is open, and looks at what is held. */
  async #measure(name, counts, seconds) {
    const { ledger, parties } = this;
    // one stream for each session that lives stays open
    await until(() => ledger.openCount <= parties.length, 10_000);
    for (const [kind, left] of ledger.open)
      if (left > (kind === 'streams of one session' ? parties.length : 0))
        ledger.violated(`${kind}: ${left} had not ended 10 s after the traffic`);
    const expected = {
      clients: parties.length,
      sessions: parties.length,
      topics: parties.reduce((sum, { hearings }) => sum + hearings, 0),
      registrations: parties.reduce((sum, { procedures }) => sum + procedures, 0),
      sockets: parties.length,
      ...this.baseline,
    };
    const held = () => {
      const { subscribers, ...rest } = alive();
      return this.baseline ? { subscribers, ...rest } : rest;
    };
    for (const difference of await settles(held, expected)) ledger.violated(`left after a cycle: ${difference}`);
    const sample = { ...(await heap()), handles: handles() };
    if (counts) {
      this.baseline ??= { subscribers: alive().subscribers };
      this.samples.push(sample);
    }
    const total = Object.values(sample.handles).reduce((sum, each) => sum + each, 0);
    say(
      `${seconds.toFixed(0).padStart(4)} s  ${count(ledger.passed).padStart(9)} messages  heap ${mega(sample.heap)}  ` +
        `buffers ${mega(sample.buffers)}  ${total} handles  ${ledger.storms} reconnects (${name})` +
        `${counts ? '' : ', warming up'}${ledger.violations.size > 0 ? `  ${ledger.violations.size} VIOLATIONS` : ''}`,
    );
  }

  /** Lets go of everything: the clients must notice by themselves that nothing is in use, and then be gone. */
  async #letGo() {
    const { parties, router } = this;
    const nothing = { sessions: 0, subscriptions: 0, registrations: 0 };
    for (const { standing } of parties) standing.unsubscribe();
    const idle = () => parties.every(({ wamp }) => wamp.status.state === 'idle');
    const quiet = await until(idle, 5000);
    this.#judge('no topic, registration, call, publication or invocation is left in any client: all went idle', quiet);
    let held = await router.tell('held');
    for (let i = 0; i < 20 && differences(nothing, held).length > 0; i++) {
      await wait(100);
      held = await router.tell('held');
    }
    const left = differences(nothing, held);
    this.#judge('the router holds nothing of theirs', left.length === 0, left.join(', '));
    await Promise.all(parties.map(({ wamp }) => wamp.close()));
    parties.length = 0;
    this.#traffic = undefined;
  }

  /** Nothing but this function may be under way: what waits holds on to what it has seen. */
  async #end(before) {
    const { ledger, router } = this;
    const gone = await settles(() => ({ ...alive(), subscribers: 0 }), {});
    this.#judge('once closed and forgotten, no object of the clients is alive', gone.length === 0, gone.join(', '));
    const more = await settles(handles, before);
    this.#judge('the handles are those from before the clients were made', more.length === 0, more.join(', '));
    if (ledger.started !== ledger.stopped)
      ledger.violated(`invocations without an end: ${ledger.started} began, ${ledger.stopped} were stopped`);
    if (ledger.reported !== ledger.thrown)
      ledger.violated(`userErrors$: ${ledger.thrown} handlers threw, ${ledger.reported} were reported`);
    await router.kill();
  }

  #judge(what, holds, otherwise = '') {
    this.verdicts.push({ what, holds, otherwise });
  }

  #tell() {
    const { ledger, samples } = this;
    const ended = [...ledger.ended].sort(([a], [b]) => a.localeCompare(b));
    say(`\nwhat was begun has ended exactly once, as it should or by a fault:`);
    for (const [kind, [all, faults]] of ended) say(`  ${kind}: ${count(all)}, of them ${count(faults)} by a fault`);
    const { violations } = ledger;
    for (const [sentence, times] of violations) say(`  VIOLATED ${times} times: ${sentence}`);
    this.#judge('every expectation held', violations.size === 0, `${violations.size} did not`);
    const passed = `${count(ledger.passed)} messages passed of ${count(this.#goal)}`;
    this.#judge(passed, ledger.passed >= this.#goal);
    this.#judge(`the links were lost ${ledger.storms} times, and came back`, ledger.storms > 0);
    for (const what of ['heap', 'buffers']) {
      const values = samples.map((sample) => sample[what]);
      const grown = trend(values);
      const sizes = `${mega(values[0])} to ${mega(values.at(-1))}, trend over ${values.length} cycles ${kilo(grown)}`;
      const name = `the ${what} grew by less than ${GROWTH / 1024} kB`;
      if (values.length < ENOUGH)
        this.#unjudged.push(`not judged: ${name}: ${values.length} cycles are too few (${ENOUGH}): ${sizes}`);
      else this.#judge(`${name}: ${sizes}`, grown < GROWTH);
    }
    const changed = differences(samples[0].handles, samples.at(-1).handles);
    this.#judge('handles at the end are those after warming up', changed.length === 0, changed.join(', '));
    say('');
    for (const { what, holds, otherwise } of this.verdicts)
      say(holds ? `holds: ${what}` : `DOES NOT HOLD: ${what}${otherwise && ` (${otherwise})`}`);
    for (const sentence of this.#unjudged) say(sentence);
    if (!this.verdicts.every(({ holds }) => holds)) process.exitCode = 1;
  }
}

if (options.help) say(HELP);
else if (!(Number(options.minutes) > 0)) throw new Error('--minutes: a number above 0');
else if (globalThis.gc === undefined) throw new Error('Start it by `npm run soak`: it needs --expose-gc');
else await new Soak(Number(options.minutes)).run();
