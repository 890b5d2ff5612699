// What was begun and how it ended, and what should not have happened.

/** How often the details of one breach are shown. */
const SHOWN = 5;

export class Ledger {
  /** Kind → how many are under way. */
  open = new Map();
  /** Kind → how many ended as they should, and how many by an error that a fault explains. */
  ended = new Map();
  /** Sentence → how often. */
  broken = new Map();
  /** Faults so far, by name. */
  faults = new Map();
  /** Whether no fault is under way. */
  calm = false;
  joins = 0;
  events = 0;
  /** Streams that were given up since the router hung up on their requests three times in a row. */
  suspected = 0;
  #say;

  /** @param say prints a line */
  constructor(say) {
    this.#say = say;
  }

  get openCount() {
    return [...this.open.values()].reduce((sum, count) => sum + count, 0);
  }

  get faultCount() {
    return [...this.faults.values()].reduce((sum, count) => sum + count, 0);
  }

  fault(name) {
    this.faults.set(name, (this.faults.get(name) ?? 0) + 1);
  }

  /** An invariant does not hold. `details` is shown the first times. */
  violated(sentence, details = '') {
    const times = this.broken.get(sentence) ?? 0;
    this.broken.set(sentence, times + 1);
    if (times < SHOWN) this.#say(`  BROKEN behind fault ${this.faultCount}: ${sentence}${details && `: ${details}`}`);
  }

  /** Something begins that must end exactly once. */
  begin(kind) {
    let over = false;
    this.open.set(kind, (this.open.get(kind) ?? 0) + 1);
    return {
      /** @param lost whether a fault ended it */
      end: (lost = false) => {
        if (over) return this.violated(`${kind}: ended twice`);
        over = true;
        this.open.set(kind, this.open.get(kind) - 1);
        const [good, bad] = this.ended.get(kind) ?? [0, 0];
        this.ended.set(kind, lost ? [good, bad + 1] : [good + 1, bad]);
      },
    };
  }
}

/** Watches one stream of events: none comes twice, and within one session they are in order and complete. */
export class Hearing {
  /** The last number of the publications by which the stream is tried after the faults. */
  tried = 0;
  #session = 0;
  /** The last event of each publisher on each topic. */
  #last = new Map();
  #seen = new Set();
  #ledger;

  constructor(ledger, name) {
    this.#ledger = ledger;
    this.name = name;
  }

  /** For `onSubscribed`. */
  confirmed = ({ session }) => {
    if (session.id === this.#session) this.#ledger.violated('confirmed twice in one session', this.name);
    this.#session = session.id;
  };

  /** An event: its publisher's name and number there, or the number of a trial. */
  hear = ({ args: [name, n], kwargs, details: { topic, publisher, retained } }) => {
    const ledger = this.#ledger;
    ledger.events++;
    if (retained) return;
    if (kwargs.trial) {
      // all that was published before has come, or never will
      this.#seen.clear();
      this.tried = kwargs.trial;
      return;
    }
    const key = `${topic} ${name}`;
    const last = this.#last.get(key);
    const event = `${this.name}, ${key}, ${n}`;
    if (this.#seen.has(event)) ledger.violated('an event came twice', event);
    this.#seen.add(event);
    // what an earlier session sent may be late
    if (last?.publisher === publisher && last.session === this.#session) {
      if (n < last.n) ledger.violated('events came out of order', `${event} behind ${last.n}`);
      if (n > last.n + 1) ledger.violated('an event is missing within one session', `${event} behind ${last.n}`);
    }
    this.#last.set(key, { n, publisher, session: this.#session });
  };
}
