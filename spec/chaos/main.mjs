// Clients, a router and the network between them, at which faults are thrown: `npm run chaos -- --help`.
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { config } from 'rxjs';
import { alive, handles, heap, settles, trend } from '../soak/memory.mjs';
import { audit, quiet, tryAll } from './checks.mjs';
import { inflict, NAMES, plan } from './faults.mjs';
import { Ledger } from './ledger.mjs';
import { Load, NUMBERED } from './load.mjs';
import { KINDS, Party } from './party.mjs';
import { randomOf } from './random.mjs';
import { World } from './world.mjs';

/** Faults between two looks at whether all is well again. */
const ROUND = 60;
/** Milliseconds that a fault may last. */
const LASTING = 500;
/** How many objects of each class may be waiting for a timer or for their collection, beside those in use. */
const SLACK = 40;
/** Rounds that it takes to tell growth of the heap from noise, behind those in which code is compiled. */
const ENOUGH = 10;
const WARM = 20;
/** Bytes by which the heap may grow from the first to the last measured round. */
const GROWTH = 1024 * 1024;
/** Milliseconds that the process may take to end by itself. */
const END = 10_000;

const HELP = `npm run chaos -- [options]

  --minutes <n>   how long faults are thrown, 1 unless said
  --faults <n>    how many, instead
  --seed <n>      the same faults and the same load again (what they meet still depends on the time)
  --help          this text

${KINDS.length} clients publish, hear, call and serve each other: ${KINDS.map(({ transport, serializer }) => `${transport} ${serializer}`).join(', ')}.
Each reaches the router through a proxy of its own. The faults: ${NAMES.join(', ')}.
After every ${ROUND} of them, all must be well again.`;

const say = (text) => process.stdout.write(`${text}\n`);
const count = (n) => n.toLocaleString('en').replaceAll(',', ' ');
const mega = (bytes) => `${(bytes / 2 ** 20).toFixed(1)} MB`;

const { values: options } = parseArgs({
  options: {
    minutes: { type: 'string' },
    faults: { type: 'string' },
    seed: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});

function numberOf(name, otherwise) {
  const number = Number(options[name] ?? otherwise);
  if (!(number > 0)) throw new Error(`--${name}: a number above 0`);
  return number;
}

class Chaos {
  ledger = new Ledger(say);
  world = new World(NUMBERED);
  parties = [];
  samples = [];
  #seed;
  #faults;
  #milliseconds;

  constructor(seed, faults, minutes) {
    this.#seed = seed;
    this.#faults = faults;
    this.#milliseconds = minutes * 60_000;
  }

  async run() {
    say(`seed ${this.#seed}`);
    this.#watchUnhandled();
    const before = handles();
    await this.world.start();
    for (const kind of KINDS) this.parties.push(await Party.make(kind, this.world, this.ledger));
    for (const party of this.parties) party.settle();
    await quiet(this.parties, this.ledger);
    await this.#rounds();
    await this.#end(before);
    this.#tell();
  }

  #watchUnhandled() {
    const unhandled = (error) => this.ledger.violated('an unhandled error', error?.stack ?? String(error));
    config.onUnhandledError = unhandled;
    process.on('uncaughtException', unhandled);
    process.on('unhandledRejection', unhandled);
    process.on('warning', ({ name, message }) => name !== 'ExperimentalWarning' && unhandled(`${name}: ${message}`));
  }

  async #rounds() {
    const { ledger, parties, world } = this;
    const load = new Load(parties, ledger, randomOf(this.#seed + 1));
    const faults = plan(randomOf(this.#seed));
    const end = performance.now() + this.#milliseconds;
    const goesOn = () => ledger.faultCount < this.#faults && performance.now() < end;
    while (goesOn()) {
      load.start();
      for (let i = 0; i < ROUND && goesOn(); i++) {
        const { name, seed, pause } = faults.next().value;
        ledger.fault(name);
        await inflict(name, world, randomOf(seed));
        await wait(pause);
      }
      load.stop();
      world.heal();
      // what still lasts of them: frozen links, ghosts, ends that are under way
      await wait(LASTING);
      await quiet(parties, ledger);
      audit(load, world, ledger);
      ledger.calm = true;
      await tryAll(parties, ledger);
      ledger.calm = false;
      await this.#measure();
    }
  }

  /** What the clients hold must be what they have. */
  async #measure() {
    const { ledger, parties } = this;
    const own = {
      clients: parties.length,
      sessions: parties.length,
      topics: parties.reduce((sum, { topics }) => sum + topics, 0),
      registrations: parties.reduce((sum, { procedures }) => sum + procedures, 0),
    };
    const { subscribers: _, ...held } = alive();
    for (const [name, found] of Object.entries(held)) {
      if (found > (own[name] ?? 0) + SLACK) ledger.violated('something is left in memory', `${found} ${name}`);
    }
    const { heap: bytes } = await heap();
    this.samples.push(bytes);
    const broken = ledger.broken.size > 0 ? `, ${ledger.broken.size} BROKEN` : '';
    say(
      `${count(ledger.faultCount).padStart(6)} faults, ${count(ledger.joins)} joins, ${count(ledger.events)} events, ` +
        `heap ${mega(bytes)}${broken}`,
    );
  }

  /** Lets go of everything: nothing may be left, and the process must end. */
  async #end(before) {
    const { ledger, parties, world } = this;
    for (const party of parties) party.leave();
    await Promise.all(parties.map(({ wamp }) => wamp.close()));
    const held = () => {
      const { sessions, subscriptions, registrations } = world.router();
      return {
        sessions: sessions.length,
        subscriptions: subscriptions.length,
        registrations: registrations.filter((each) => each.sessions.length > 0).length,
      };
    };
    for (const left of await settles(held, {})) ledger.violated('the router holds something of closed clients', left);
    await world.close();
    // connections of fetch() that are kept for a next request
    for (const left of await settles(handles, before, END)) ledger.violated('a handle is left', left);
    setTimeout(() => {
      say(`BROKEN: the process does not end: ${process.getActiveResourcesInfo().join(', ')}`);
      process.exit(1);
    }, END).unref();
  }

  #tell() {
    const { ledger } = this;
    const { faults, ended, broken, joins, events, suspected, acknowledged = 0, unknown = 0 } = ledger;
    say(`\nseed ${this.#seed}: ${count(ledger.faultCount)} faults, ${count(joins)} joins, ${count(events)} events`);
    for (const name of NAMES) say(`  ${name}: ${count(faults.get(name) ?? 0)}`);
    say('what was begun has ended:');
    for (const [kind, [good, lost]] of [...ended].sort())
      say(`  ${kind}: ${count(good + lost)}, ${count(lost)} by a fault`);
    say(`numbered publications: ${count(acknowledged)} acknowledged, ${count(unknown)} reported as maybeDelivered`);
    say(`streams given up since the router hung up on their first requests: ${suspected}`);
    const measured = this.samples.slice(WARM);
    if (measured.length >= ENOUGH) {
      const growth = trend(measured);
      const sizes = `${mega(measured[0])} to ${mega(measured.at(-1))}, trend ${(growth / 1024).toFixed(0)} kB`;
      say(`heap over ${measured.length} rounds: ${sizes}`);
      if (growth > GROWTH) ledger.violated('the heap grows', sizes);
    }
    for (const [sentence, times] of broken) say(`BROKEN ${times} times: ${sentence}`);
    say(broken.size === 0 ? 'every invariant holds' : `${broken.size} invariants are broken`);
    if (broken.size > 0) process.exitCode = 1;
  }
}

if (options.help) say(HELP);
else if (globalThis.gc === undefined) throw new Error('Start it by `npm run chaos`: it needs --expose-gc');
else {
  const faults = options.faults === undefined ? Infinity : numberOf('faults');
  const minutes = options.minutes === undefined && faults < Infinity ? Infinity : numberOf('minutes', 1);
  await new Chaos(numberOf('seed', Date.now() % 2 ** 31), faults, minutes).run();
}
