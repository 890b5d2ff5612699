// What goes on while the faults come: each kind of traffic with what must come of it.
import { catchError, EMPTY, from, map, takeUntil, tap, timer } from 'rxjs';
import { ApplicationError, CallTimeoutError, ClosedError, ConnectionLostError, GoodbyeError } from '../../src/index.ts';
import { Hearing } from './ledger.mjs';
import { endsStream, TOPICS } from './party.mjs';

/** Where acknowledged publications with numbers go. */
export const NUMBERED = 'chaos.numbered';

/** What a call may end with while its callee is away, or back but not yet known to the router. */
const AWAY = new Set(['no_such_procedure', 'canceled', 'no_available_callee'].map((name) => `wamp.error.${name}`));

/** How often each kind has its turn. */
const MIX = {
  publish: 26,
  numbered: 20,
  echo: 12,
  progress: 6,
  input: 3,
  cancel: 6,
  timeout: 3,
  observer: 8,
  registration: 5,
  retained: 3,
};

/** More than one frame of TCP, so that faults meet parts of it. */
const LARGE = 'x'.repeat(50_000);

/** An error of a call or publication that a fault explains. */
const lost = (error) =>
  error instanceof ConnectionLostError ||
  error instanceof GoodbyeError ||
  error instanceof ClosedError ||
  (error instanceof ApplicationError && AWAY.has(error.uri));

export class Load {
  /** Of each numbered publication how it was reported: `acknowledged`, `unknown` or `not sent`. */
  reports = new Map();
  #parties;
  #ledger;
  #random;
  #numbers = new Map();
  #temporary = new Set();
  #count = 0;
  #timer;

  constructor(parties, ledger, random) {
    this.#parties = parties;
    this.#ledger = ledger;
    this.#random = random;
  }

  start() {
    this.#timer = setInterval(() => {
      // what is under way waits for keepalive where links are stalled
      if (this.#ledger.openCount < 1000) for (let i = 0; i < 3; i++) this.#act();
    }, 8);
  }

  stop() {
    clearInterval(this.#timer);
  }

  #act() {
    const party = this.#random.pick(this.#parties);
    const other = this.#random.pick(this.#parties);
    this[this.#random.weighted(MIX)](party, `chaos.${other.name}`, ++this.#count);
  }

  #number(key) {
    const n = (this.#numbers.get(key) ?? 0) + 1;
    this.#numbers.set(key, n);
    return n;
  }

  publish({ name, wamp }) {
    const topic = this.#random.pick(TOPICS);
    const more = this.#random.below(20) === 0 ? { LARGE } : {};
    const args = [name, this.#number(`${name} ${topic}`)];
    const publication = wamp.publish(topic, args, more, { discloseMe: true, acknowledge: this.#random.below(4) === 0 });
    this.#track('publications', publication);
  }

  /** Of its arrival an account is given: see the audit. */
  numbered({ name, wamp }) {
    const key = `${name} ${this.#number(name)}`;
    const more = this.#random.below(20) === 0 ? { LARGE } : {};
    this.#track(
      'acknowledged publications with numbers',
      wamp.publish(NUMBERED, [key], more, { acknowledge: true }).pipe(
        tap({
          next: () => this.reports.set(key, 'acknowledged'),
          error: ({ maybeDelivered }) => this.reports.set(key, maybeDelivered ? 'unknown' : 'not sent'),
        }),
      ),
    );
  }

  retained({ name, wamp }) {
    const topic = TOPICS[this.#random.below(3)];
    const args = [name, this.#number(`${name} ${topic}`)];
    this.#track('publications', wamp.publish(topic, args, {}, { discloseMe: true, retain: true, acknowledge: true }));
  }

  echo({ wamp }, callee, n) {
    const sent = this.#random.below(20) === 0 ? LARGE : n;
    this.#answered('calls', wamp.call(`${callee}.echo`, [sent]), sent);
  }

  input({ wamp }, callee) {
    const three = timer(0, this.#random.below(10)).pipe(
      takeUntil(timer(25)),
      map(() => [1]),
    );
    this.#track(
      'calls with streamed arguments',
      wamp.call(`${callee}.sum`, this.#random.pick([three, from([[1], [1]])])),
    );
  }

  progress({ wamp }, callee) {
    const count = this.#random.below(20);
    let expected = 0;
    const check = tap(({ progress, value }) => {
      if (value !== (progress ? expected++ : count)) this.#ledger.violated('calls with progress: a wrong value came');
    });
    const call = wamp.call(`${callee}.${this.#random.pick(['count', 'burst'])}`, [count], {}, { progress: true });
    this.#track('calls with progress', call.pipe(check), () => expected === count);
  }

  cancel({ wamp }, callee) {
    const cancelMode = this.#random.pick(['kill', 'killnowait', 'skip']);
    const procedure = cancelMode === 'skip' ? 'slow' : 'never';
    const call = wamp.call(`${callee}.${procedure}`, [this.#random.below(30)], {}, { cancelMode });
    this.#track('canceled calls', call.pipe(takeUntil(timer(this.#random.below(50)))));
  }

  timeout({ wamp }, callee) {
    const options = this.#random.pick([{ timeout: 50 }, { deadline: 80 }]);
    const call = wamp.call(`${callee}.never`, [], {}, options);
    // the router runs the same timer and may be first: the error is the same
    const meant = catchError((error) => {
      if (error instanceof CallTimeoutError) return EMPTY;
      throw error;
    });
    this.#track('calls that time out', call.pipe(meant));
  }

  /** An observer that comes and goes, of a topic that has others or has none. */
  observer({ name, wamp }) {
    const topic = this.#random.pick([...TOPICS, `chaos.passing.${this.#random.below(20)}`]);
    const { confirmed, hear } = new Hearing(this.#ledger, `${name}, passing ${topic}`);
    let seen = false;
    const events = wamp.subscribe(topic, {
      getRetained: this.#random.below(2) === 0,
      onSubscribed: (subscribed) => {
        seen = true;
        confirmed(subscribed);
      },
    });
    const passing = events.pipe(tap(hear), takeUntil(timer(this.#random.below(400))));
    this.#track('observers that came and went', passing, undefined, (error) => endsStream(error, seen, this.#ledger));
  }

  /** A registration that comes, is called, and goes; its name comes again. */
  registration({ name, wamp }, callee, n) {
    const procedure = `chaos.${name}.temporary.${this.#random.below(6)}`;
    if (this.#temporary.has(procedure)) return;
    this.#temporary.add(procedure);
    const caller = this.#random.pick(this.#parties);
    let seen = false;
    const registered = wamp
      .register(procedure, ({ args }) => args[0])
      .pipe(
        tap(() => {
          if (!seen) this.#answered('calls', caller.wamp.call(procedure, [n]), n);
          seen = true;
        }),
        takeUntil(timer(20 + this.#random.below(300))),
        tap({ finalize: () => this.#temporary.delete(procedure) }),
      );
    const forgiven = (error) => endsStream(error, seen, this.#ledger);
    this.#track('registrations that came and went', registered, undefined, forgiven);
  }

  #answered(kind, call, value) {
    let answers = 0;
    const check = tap((result) => {
      answers++;
      if (result.value !== value) this.#ledger.violated(`${kind}: a wrong value came`);
    });
    this.#track(kind, call.pipe(check), () => answers === 1);
  }

  /** Begins something that must end once: as `holds` says, or by an error that a fault explains. */
  #track(kind, source, holds = () => true, forgives = lost) {
    const begun = this.#ledger.begin(kind);
    source.subscribe({
      error: (error) => {
        begun.end(true);
        if (!forgives(error)) this.#ledger.violated(`${kind}: an error that no fault explains`, String(error));
      },
      complete: () => {
        begun.end();
        if (!holds()) this.#ledger.violated(`${kind}: ended without what was expected`);
      },
    });
  }
}
