// What goes on: each kind of traffic with what must come of it.
import { from, takeUntil, timer } from 'rxjs';
import { ApplicationError, CallTimeoutError } from '../../src/index.ts';
import { Hearing } from './ledger.mjs';
import { TOPICS } from './party.mjs';

const BYTES = Uint8Array.from({ length: 65_536 }, (_, i) => (i * 31 + (i >> 7)) & 0xff);
const NUMBERS = Array.from({ length: 5000 }, (_, i) => ((i * 7919) % 100_000) / 100);

const no = () => false;

/** The router runs the same timer and may be first: the error is the same. */
const late = (error) => error instanceof CallTimeoutError;

/** How often each kind has its turn among 100. */
const MIX = {
  publish: 46,
  acknowledged: 12,
  echo: 10,
  later: 6,
  count: 3,
  burst: 3,
  cancel: 4,
  timeout: 2,
  deadline: 1,
  fail: 3,
  throw: 1,
  large: 1,
  stream: 2,
  registration: 2,
  observer: 3,
  pattern: 1,
};

/** So that neighbours differ: every kind takes its places at even distances. */
const TURNS = Object.entries(MIX)
  .flatMap(([kind, count]) => Array.from({ length: count }, (_, i) => [kind, (i + 0.5) / count]))
  .sort((a, b) => a[1] - b[1])
  .map(([kind]) => kind);

/** With `skip` the callee is not informed: what it does must end by itself. */
const CANCELS = [
  ['killnowait', 'never'],
  ['kill', 'never'],
  ['skip', 'slow'],
];

function same(a, b) {
  if (a instanceof Uint8Array) return b instanceof Uint8Array && Buffer.compare(a, b) === 0;
  return Array.isArray(a) ? a.length === b.length && a.every((each, i) => each === b[i]) : a === b;
}

export class Traffic {
  #parties;
  #ledger;
  #numbers = new Map();
  #turn = 0;
  #timer;

  constructor(parties, ledger) {
    this.#parties = parties;
    this.#ledger = ledger;
  }

  /** Goes on until it is stopped; `due()` tells how many messages should have passed by now. */
  start(due) {
    let ticks = 0;
    this.#timer = setInterval(() => {
      ticks++;
      const { openCount, passed } = this.#ledger;
      const behind = passed < due() && openCount < 600;
      for (const party of this.#parties) {
        // while there is no session some goes on, to be queued
        const turns = party.joined ? (behind ? 16 : 1) : ticks % 5 === 0 ? 1 : 0;
        for (let i = 0; i < turns; i++) this.#do(party);
      }
    }, 5);
  }

  stop() {
    clearInterval(this.#timer);
  }

  #do(party) {
    const kind = TURNS[this.#turn++ % TURNS.length];
    const callee = this.#parties[(this.#parties.indexOf(party) + 1) % this.#parties.length].name;
    this[kind](party, `soak.${callee}`, this.#turn);
  }

  #event(party, options) {
    const topic = `soak.${party.name}.topic.${this.#turn % TOPICS}`;
    const n = (this.#numbers.get(topic) ?? 0) + 1;
    this.#numbers.set(topic, n);
    return party.wamp.publish(topic, [n, party.losses], { at: this.#turn, unit: 'celsius' }, options);
  }

  publish(party) {
    this.#ledger.passed++;
    this.#event(party);
  }

  acknowledged(party) {
    let reports = 0;
    this.#track('acknowledged publications', this.#event(party, { acknowledge: true }), {
      next: ({ acknowledged }) => acknowledged && ++reports === 1,
      complete: () => reports === 1,
    });
  }

  echo(party, callee, n) {
    this.#answered('calls', party.wamp.call(`${callee}.echo`, [n], { name: 'sensor', ok: true }), n);
  }

  later(party, callee, n) {
    this.#answered('calls', party.wamp.call(`${callee}.later`, [n]), n);
  }

  large(party, callee, n) {
    const sent = n % 2 > 0 ? BYTES : NUMBERS;
    this.#answered('large calls', party.wamp.call(`${callee}.echo`, [sent]), sent);
  }

  stream(party, callee) {
    this.#answered('calls with streamed arguments', party.wamp.call(`${callee}.sum`, from([[1], [2], [3]])), 6);
  }

  count(party, callee) {
    this.#progress(party, `${callee}.count`, 5);
  }

  burst(party, callee) {
    this.#progress(party, `${callee}.burst`, 20);
  }

  fail(party, callee, n) {
    this.#refused('application errors', party.wamp.call(`${callee}.fail`, [n]), (error) => {
      return error instanceof ApplicationError && error.uri === 'soak.error.meant' && error.args[0] === n;
    });
  }

  throw(party, callee) {
    this.#refused('handlers that threw', party.wamp.call(`${callee}.throw`), (error) => {
      return error instanceof ApplicationError && error.uri === 'wamp.error.runtime_error';
    });
  }

  timeout(party, callee) {
    const call = party.wamp.call(`${callee}.never`, [], {}, { timeout: 50 });
    this.#refused('timeouts', call, late);
  }

  deadline(party, callee) {
    const call = party.wamp.call(`${callee}.never`, [], {}, { deadline: 80 });
    this.#refused('timeouts', call, late);
  }

  cancel(party, callee, n) {
    const [mode, procedure] = CANCELS[n % CANCELS.length];
    const call = party.wamp.call(`${callee}.${procedure}`, [], {}, { cancelMode: mode });
    this.#track('canceled calls', call.pipe(takeUntil(timer(n % 20))), { complete: () => true });
  }

  /** A registration that comes, is called, and goes. */
  registration(party, callee, n) {
    const caller = this.#parties[(this.#parties.indexOf(party) + 2) % this.#parties.length];
    const procedure = `soak.${party.name}.temporary.${n}`;
    const registered = this.#ledger.begin('registrations');
    const served = party.wamp
      .register(procedure, ({ value }) => value, n % 2 > 0 ? { invoke: 'roundrobin' } : {})
      .subscribe({
        next: ({ again }) => {
          if (again || registered.over) return;
          this.#answered('calls', caller.wamp.call(procedure, [n]), n, () => {
            served.unsubscribe();
            registered.end();
          });
        },
        error: (error) => {
          registered.end(true);
          if (!registered.forgives(error)) this.#ledger.violated(`registrations: ${error.message}`);
        },
      });
  }

  /** An observer that comes and goes, of a topic that is observed already or of one without another observer. */
  observer(party, callee, n) {
    const publisher = n % 2 > 0 ? callee : `soak.${this.#parties.at(this.#parties.indexOf(party) - 1).name}`;
    this.#listen(party, `${publisher}.topic.${n % TOPICS}`, 'exact', n % 400);
  }

  pattern(party, callee, n) {
    if (n % 2 > 0) this.#listen(party, `${callee}.topic.1${n % 10}`, 'prefix', n % 300);
    else this.#listen(party, `soak..topic.${n % TOPICS}`, 'wildcard', n % 300);
  }

  #listen(party, topic, match, ms) {
    const { confirmed, hear } = new Hearing(this.#ledger, `${party.name}, passing ${match} ${topic}`);
    const events = party.wamp.subscribe(topic, { match, onSubscribed: confirmed });
    this.#track('observers that came and went', events.pipe(takeUntil(timer(ms))), {
      next: (event) => (hear(event), true),
      complete: () => true,
      counts: 0,
    });
  }

  #progress(party, procedure, count) {
    let expected = 0;
    let final = false;
    const call = party.wamp.call(procedure, [count], {}, { progress: true });
    this.#track('calls with progress', call, {
      next: ({ progress, value, kwargs }) => {
        if (progress) return value === expected++;
        final = value === count && kwargs.done === true && expected === count;
        return final;
      },
      complete: () => final,
    });
  }

  #answered(kind, call, value, over) {
    let answers = 0;
    this.#track(kind, call, {
      next: (result) => ++answers === 1 && same(value, result.value),
      complete: () => answers === 1,
      over,
    });
  }

  #refused(kind, call, meant) {
    this.#track(kind, call, { meant });
  }

  /** Begins something: each value, the end and the error must be as they should, and there is one end. */
  #track(kind, source, { next = no, complete = no, meant = no, over = no, counts = 1 }) {
    const ledger = this.#ledger;
    const what = ledger.begin(kind);
    // what is sent, and what comes
    ledger.passed += counts;
    source.subscribe({
      next: (value) => {
        ledger.passed += counts;
        if (what.over) ledger.violated(`${kind}: a value came after the end`);
        else if (!next(value)) ledger.violated(`${kind}: a wrong value came`);
      },
      error: (error) => {
        const expected = meant(error);
        if (error instanceof ApplicationError) ledger.passed++;
        if (what.end(!expected) && !expected && !what.forgives(error)) ledger.violated(`${kind}: ${error.message}`);
        over();
      },
      complete: () => {
        if (what.end() && !complete()) ledger.violated(`${kind}: ended without what was expected`);
        over();
      },
    });
  }
}
