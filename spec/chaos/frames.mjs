// Mutated frames of every kind of message, to each decoder and to clients in a session: `npm run chaos:frames -- --help`.
import { setImmediate as turn } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { config } from 'rxjs';
import { ProtocolError } from '../../src/index.ts';
import { heap } from '../soak/memory.mjs';
import { until } from './checks.mjs';
import { Ledger } from './ledger.mjs';
import { SELDOM } from './messages.mjs';
import { mutateBytes, mutateMessage } from './mutate.mjs';
import { randomOf } from './random.mjs';
import { SERIALIZERS, Target, World } from './targets.mjs';
import { watchdog } from './watchdog.mjs';

/** Milliseconds that one frame may take to be read. */
const SLOW = 1000;
/** Bytes by which the heap may grow from the first quarter to the end. */
const GROWTH = 2 * 1024 * 1024;

const HELP = `npm run chaos:frames -- [options]

  --frames <n>        how many for each serializer, 10000 unless said
  --serializer <id>   only to ${Object.keys(SERIALIZERS).join(', ')}
  --seed <n>          the same mutations again
  --help              this text

Valid messages of every kind are changed, as bytes and as values, read by each decoder, and sent to clients in a session,
in memory and over WebSocket, RawSocket and long-poll. A session may end by them; a client must come back and work.`;

const say = (text) => process.stdout.write(`${text}\n`);
const count = (n) => n.toLocaleString('en').replaceAll(',', ' ');

const { values: options } = parseArgs({
  options: {
    frames: { type: 'string', default: '10000' },
    serializer: { type: 'string' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
    help: { type: 'boolean', default: false },
  },
});

/** The frames of one serializer: `next()` gives one, mutated. */
class Mutations {
  #serializer;
  #write;
  #random;

  constructor({ make, write }, random) {
    this.#serializer = make();
    this.#write = write;
    this.#random = random;
  }

  /** One of a target's messages, changed; text or bytes. */
  frameFor(target) {
    const random = this.#random;
    const message = random.pick(random.below(20) === 0 ? SELDOM : target.messages());
    if (random.below(4) > 0) {
      try {
        return this.#frame(this.#write(mutateMessage(message, random)));
      } catch {
        // what cannot be written is changed as bytes
      }
    }
    return this.#frame(mutateBytes(Buffer.from(this.#serializer.encode(message)), random));
  }

  #frame(written) {
    // text in a frame of bytes, and the other way round, is one of the mutations
    const binary = this.#serializer.binary !== (this.#random.below(500) === 0);
    if (binary) return typeof written === 'string' ? Buffer.from(written) : written;
    return typeof written === 'string' ? written : Buffer.from(written).toString();
  }
}

const hex = (frame) => Buffer.from(frame).toString('hex');

class Trial {
  /** Frames that the decoder read, and those it refused. */
  #read = 0;
  #refused = 0;
  #slowest = 0;
  #sent = 0;
  #id;
  #ledger;
  #dog;
  #random;

  constructor(id, seed, ledger, dog) {
    this.#id = id;
    this.#ledger = ledger;
    this.#dog = dog;
    this.#random = randomOf(seed);
  }

  async run(frames) {
    const world = new World(this.#random);
    await world.start();
    const targets = Target.all(this.#id, world, this.#ledger);
    const mutations = new Mutations(SERIALIZERS[this.#id], this.#random);
    const decoder = SERIALIZERS[this.#id].make();
    const began = performance.now();
    let early;
    for (let next = 0; this.#sent < frames;) {
      if (targets.every((target) => !target.ready) && !(await until(() => targets.some(({ ready }) => ready)))) {
        this.#ledger.violated('no client comes back', targets.map(({ state }) => state).join('; '));
        break;
      }
      for (const target of targets) {
        if (!target.ready) continue;
        const frame = mutations.frameFor(target);
        this.#dog.sees(frame);
        this.#decode(decoder, frame);
        target.send(frame);
        this.#sent++;
      }
      await turn();
      if (this.#sent < next) continue;
      next += frames / 8;
      const { heap: bytes } = await heap();
      if (this.#sent > frames / 4) early ??= bytes;
      say(`  ${this.#id}: ${count(this.#sent)} frames, heap ${(bytes / 2 ** 20).toFixed(1)} MB`);
    }
    await this.#recover(targets);
    const { heap: late } = await heap();
    // short runs are noise
    if (frames >= 100_000 && late - early > GROWTH)
      this.#ledger.violated('the heap grows', `${this.#id}: ${early} to ${late}`);
    const seconds = (performance.now() - began) / 1000;
    const sum = (name) => targets.reduce((all, target) => all + target[name], 0);
    say(
      `${this.#id}: ${count(this.#sent)} frames in ${seconds.toFixed(0)} s: ${count(this.#read)} could be read, ` +
        `${count(this.#refused)} not, the slowest in ${this.#slowest.toFixed(1)} ms; ${count(sum('joins'))} sessions, ` +
        `${count(sum('events'))} events, ${count(sum('invocations'))} invocations, ${count(sum('userErrors'))} on userErrors$`,
    );
    await Promise.all(targets.map((target) => target.close()));
    // the callee's
    if (!(await until(() => world.router.sessions.length === 1)))
      this.#ledger.violated('the router holds sessions of closed clients', `${world.router.sessions.length - 1}`);
    await world.close();
  }

  #decode(decoder, frame) {
    let took = this.#timed(decoder, frame);
    // not where the machine was busy with something else
    if (took > SLOW) took = this.#timed(decoder, frame);
    this.#slowest = Math.max(this.#slowest, took);
    if (took > SLOW) this.#ledger.violated(`${this.#id}: a frame takes long`, `${took} ms: ${hex(frame)}`);
  }

  #timed(decoder, frame) {
    const began = performance.now();
    try {
      decoder.decode(frame);
      this.#read++;
    } catch (error) {
      this.#refused++;
      if (!(error instanceof ProtocolError))
        this.#ledger.violated(`${this.#id}: another error than ProtocolError`, `${String(error)}: ${hex(frame)}`);
    }
    return performance.now() - began;
  }

  /** All clients must work. */
  async #recover(targets) {
    for (const target of targets) {
      if (!(await until(() => target.ready))) this.#ledger.violated('a client does not come back', target.state);
      else await target.work();
    }
  }
}

async function run() {
  const seed = Number(options.seed);
  const frames = Number(options.frames);
  if (!(frames > 0)) throw new Error('--frames: a number above 0');
  const ids = options.serializer === undefined ? Object.keys(SERIALIZERS) : [options.serializer];
  say(`seed ${seed}`);
  const ledger = new Ledger(say);
  const unhandled = (error) => ledger.violated('an unhandled error', error?.stack ?? String(error));
  config.onUnhandledError = unhandled;
  process.on('uncaughtException', unhandled);
  process.on('unhandledRejection', unhandled);
  const members = Reflect.ownKeys(Object.prototype).map(String).join(',');
  const dog = watchdog();
  for (const id of ids) await new Trial(id, seed, ledger, dog).run(frames);
  await dog.leave();
  const after = Reflect.ownKeys(Object.prototype).map(String).join(',');
  if (after !== members) ledger.violated('all objects have got members', after);
  for (const [sentence, times] of ledger.broken) say(`BROKEN ${times} times: ${sentence}`);
  say(ledger.broken.size === 0 ? 'every invariant holds' : `${ledger.broken.size} invariants are broken`);
  if (ledger.broken.size > 0) process.exitCode = 1;
}

if (options.help) say(HELP);
else if (globalThis.gc === undefined) throw new Error('Start it by `npm run chaos:frames`: it needs --expose-gc');
else await run();
