// What was expected, and what did not come true.
import { ApplicationError, ClosedError, ConnectionLostError } from '../../src/index.ts';

/** What a call may end with while a callee is away, or back but not yet known to the router. */
const AWAY = new Set(['wamp.error.no_such_procedure', 'wamp.error.canceled', 'wamp.error.no_available_callee']);

export class Ledger {
  /** Messages that clients have sent or taken in, as far as they can be counted from outside. */
  passed = 0;
  /** What was begun and has not ended, by kind. */
  open = new Map();
  /** What has ended, by kind, and how often a fault was to blame. */
  ended = new Map();
  /** Sentence → how often. */
  violations = new Map();
  /** Whether a fault is under way, and how many there were. */
  stormy = false;
  storms = 0;
  /** Handlers that threw by mistake: as many reports must come. */
  thrown = 0;
  reported = 0;
  /** Invocations without an answer of their own, and those that were stopped. */
  started = 0;
  stopped = 0;

  get openCount() {
    let sum = 0;
    for (const count of this.open.values()) sum += count;
    return sum;
  }

  violated(sentence) {
    // few sentences: what breaks breaks often
    if (this.violations.size < 20 || this.violations.has(sentence))
      this.violations.set(sentence, (this.violations.get(sentence) ?? 0) + 1);
  }

  /** Something begins that must end exactly once. */
  begin(kind) {
    const { storms, stormy } = this;
    let over = false;
    this.open.set(kind, (this.open.get(kind) ?? 0) + 1);
    return {
      /** False where it had ended before. */
      end: (forgiven = false) => {
        if (over) {
          this.violated(`${kind}: ended more than once`);
          return false;
        }
        over = true;
        this.open.set(kind, this.open.get(kind) - 1);
        const [count, faults] = this.ended.get(kind) ?? [0, 0];
        this.ended.set(kind, [count + 1, faults + (forgiven ? 1 : 0)]);
        return true;
      },
      get over() {
        return over;
      },
      /** Whether an error is a fault's, not the client's. */
      forgives: (error) =>
        (stormy || this.stormy || this.storms !== storms) &&
        (error instanceof ConnectionLostError ||
          // the clients left by themselves
          error instanceof ClosedError ||
          (error instanceof ApplicationError && AWAY.has(error.uri))),
    };
  }
}

/** Watches one stream of events: in order, none twice, and within one session none missing. */
export class Hearing {
  /** The session in which the stream was confirmed. */
  session = 0;
  #last = new Map();
  #ledger;
  #name;

  constructor(ledger, name) {
    this.#ledger = ledger;
    this.#name = name;
  }

  /** For `onSubscribed`. */
  confirmed = ({ session }) => {
    if (session.id === this.session) this.#ledger.violated(`${this.#name}: confirmed twice in one session`);
    this.session = session.id;
  };

  /** An event: its number, and how many sessions its publisher had lost before. */
  hear = ({ args: [n, losses], details: { topic } }) => {
    const { session } = this;
    if (session === 0) this.#ledger.violated(`${this.#name}: an event came before the subscription was confirmed`);
    const last = this.#last.get(topic);
    if (last === undefined) {
      this.#last.set(topic, { n, losses, session });
      return;
    }
    if (n === last.n) this.#ledger.violated(`${this.#name}: an event came twice`);
    else if (n < last.n) this.#ledger.violated(`${this.#name}: events came out of order`);
    else if (n > last.n + 1 && losses === last.losses && session === last.session)
      this.#ledger.violated(`${this.#name}: an event is missing within one session`);
    last.n = n;
    last.losses = losses;
    last.session = session;
  };
}
