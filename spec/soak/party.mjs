// One client of three, each with another serializer: publishes for the next one and calls it, serves and hears the
// others.
import { concat, finalize, map, NEVER, of, range, reduce, Subscription, take, timer } from 'rxjs';
import {
  ApplicationError,
  ConnectionLostError,
  json,
  ProtocolError,
  result,
  WampClient,
  webSocket,
} from '../../src/index.ts';
import { cbor } from '../../src/serializers/cbor.ts';
import { msgpack } from '../../src/serializers/msgpack.ts';
import { Hearing } from './ledger.mjs';

/** Topics that each party publishes to. */
export const TOPICS = 200;
export const NAMES = ['json', 'cbor', 'msgpack'];
const SERIALIZERS = { json, cbor, msgpack };

export class Party {
  name;
  wamp;
  ledger;
  /** Sessions that were lost or left. */
  losses = 0;
  /** Streams that last from beginning to end, healed at each loss. */
  standing = new Subscription();
  hearings = 0;
  procedures = 0;
  #joined = false;

  constructor(name, url, ledger) {
    this.name = name;
    this.ledger = ledger;
    this.wamp = new WampClient({
      realm: 'realm1',
      transports: [webSocket({ url, serializers: [SERIALIZERS[name]()] })],
      reconnect: { initialDelay: 50, maxDelay: 500, stableAfter: 2000 },
      keepalive: { interval: 1000, timeout: 1000 },
      // hangs up by itself once nothing is held: neither topics nor registrations, requests nor invocations
      idleTimeout: 1000,
    });
    this.#watch();
  }

  get joined() {
    return this.#joined;
  }

  /** Joined, and everything confirmed. */
  get healed() {
    const { status } = this.wamp;
    return status.state === 'joined' && status.healing === 0;
  }

  get session() {
    const { status } = this.wamp;
    return status.state === 'joined' ? status.session.id : 0;
  }

  #watch() {
    const { ledger, name, wamp } = this;
    wamp.status$.subscribe(({ state, error }) => {
      if (this.#joined && state !== 'joined') this.losses++;
      this.#joined = state === 'joined';
      if (state === 'failed') ledger.violated(`${name}: gave up: ${error.message}`);
    });
    wamp.lifecycle$.subscribe(({ type, error }) => {
      if (error instanceof ProtocolError) ledger.violated(`${name}: ${error.message}`);
      else if (type === 'publisherror' && !(ledger.stormy && error instanceof ConnectionLostError))
        ledger.violated(`${name}: a publication failed: ${error.message}`);
      else if (type === 'disconnect' && error && !ledger.stormy)
        ledger.violated(`${name}: lost without a fault: ${error.message}`);
    });
    wamp.userErrors$.subscribe(({ error, context }) => {
      if (error.message === 'meant' && context === `handler of soak.${name}.throw`) ledger.reported++;
      else ledger.violated(`${name}: ${context}: ${error.message}`);
    });
  }

  /** Observes and serves from now on. */
  settle(others) {
    const [next, last] = others;
    for (let i = 0; i < TOPICS; i++) this.#hear(`soak.${last}.topic.${i}`);
    this.#hear(`soak.${next}.topic.1`, 'prefix');
    this.#hear('soak..topic.7', 'wildcard');
    this.#perSession(`soak.${last}.topic.9`);
    const { ledger } = this;
    this.#serve('echo', ({ args }) => args[0]);
    this.#serve('later', ({ value }) => Promise.resolve(value));
    this.#serve('slow', () => timer(30));
    this.#serve('count', ({ value }) => concat(timer(0, 1).pipe(take(value)), of(result([value], { done: true }))));
    this.#serve('burst', ({ value }) => concat(range(0, value), of(result([value], { done: true }))));
    this.#serve('sum', ({ input$ }) =>
      input$.pipe(
        reduce((sum, { args }) => sum + (args[0] ?? 0), 0),
        map((sum) => result([sum])),
      ),
    );
    this.#serve('fail', ({ args }) => {
      throw new ApplicationError('soak.error.meant', args, { party: this.name });
    });
    this.#serve('throw', () => {
      ledger.thrown++;
      throw new Error('meant');
    });
    this.#serve('never', () => {
      ledger.started++;
      return NEVER.pipe(finalize(() => ledger.stopped++));
    });
  }

  #hear(topic, match = 'exact') {
    const { ledger } = this;
    const { confirmed, hear } = new Hearing(ledger, `${this.name}, ${match} ${topic}`);
    this.hearings++;
    const events = this.wamp.subscribe(topic, { match, onSubscribed: confirmed });
    this.standing.add(
      events.subscribe({
        next: (event) => {
          ledger.passed++;
          hear(event);
        },
        error: (error) => ledger.violated(`${this.name}: the stream of ${topic} ended: ${error.message}`),
      }),
    );
  }

  /** In each session anew, and ended with it. */
  #perSession(topic) {
    const { ledger } = this;
    this.standing.add(
      this.wamp.session$.subscribe((session) => {
        const bound = ledger.begin('streams of one session');
        // observed by the client, too: one subscription for both
        const events = session.subscribe(topic).pipe(finalize(() => bound.end(ledger.stormy)));
        const error = ({ message }) => ledger.stormy || ledger.violated(`${this.name}: ${topic} ended: ${message}`);
        this.standing.add(events.subscribe({ error }));
      }),
    );
  }

  #serve(what, handler) {
    const { ledger } = this;
    this.procedures++;
    const served = this.wamp.register(`soak.${this.name}.${what}`, (invocation) => {
      // INVOCATION, and an answer
      ledger.passed += what === 'never' ? 1 : 2;
      return handler(invocation);
    });
    this.standing.add(
      served.subscribe({
        error: (error) => ledger.violated(`${this.name}: the registration of ${what} ended: ${error.message}`),
      }),
    );
  }
}
