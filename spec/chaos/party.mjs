// One client, with streams that last from beginning to end.
import {
  concat,
  defer,
  finalize,
  map,
  NEVER,
  noop,
  of,
  range,
  reduce,
  retry,
  Subscription,
  takeWhile,
  tap,
  timer,
} from 'rxjs';
import {
  ApplicationError,
  ClosedError,
  ConnectionLostError,
  GoodbyeError,
  json,
  longPoll,
  ProtocolError,
  result,
  WampClient,
  webSocket,
} from '../../src/index.ts';
import { rawSocket } from '../../src/node/index.ts';
import { cbor } from '../../src/serializers/cbor.ts';
import { msgpack } from '../../src/serializers/msgpack.ts';
import { Hearing } from './ledger.mjs';

const SERIALIZERS = { json, cbor, msgpack };
const TRANSPORTS = {
  WebSocket: { way: 'web', make: (port, serializers) => webSocket({ url: `ws://127.0.0.1:${port}/`, serializers }) },
  RawSocket: { way: 'raw', make: (port, serializers) => rawSocket({ host: '127.0.0.1', port, serializers }) },
  'long-poll': {
    way: 'web',
    make: (port, serializers) => longPoll({ url: `http://127.0.0.1:${port}/lp`, serializers }),
  },
};

/** Each serializer on each transport. */
export const KINDS = Object.keys(TRANSPORTS).flatMap((transport) =>
  Object.keys(SERIALIZERS).map((serializer) => ({ transport, serializer })),
);

/** Topics that all publish to. */
export const TOPICS = Array.from({ length: 6 }, (_, i) => `chaos.topic.${i}`);

export class Party {
  hearings = [];
  procedures = 0;
  invocations = 0;
  stopped = 0;
  #standing = new Subscription();
  #ledger;

  static async make({ transport, serializer }, world, ledger) {
    const { way, make } = TRANSPORTS[transport];
    const proxy = await world.way(way);
    return new Party(
      `${transport}_${serializer}`.replace('-', ''),
      make(proxy.port, [SERIALIZERS[serializer]()]),
      ledger,
    );
  }

  constructor(name, transport, ledger) {
    this.name = name;
    this.#ledger = ledger;
    this.wamp = new WampClient({
      realm: 'realm1',
      transports: [transport],
      reconnect: { initialDelay: 10, maxDelay: 150, stableAfter: 500 },
      keepalive: { interval: 300, timeout: 800 },
      joinTimeout: 1500,
      requestTimeout: 4000,
      closeTimeout: 500,
    });
    this.#watch();
  }

  get topics() {
    return this.hearings.length;
  }

  /** Joined, and everything confirmed. */
  get healed() {
    const { status } = this.wamp;
    return status.state === 'joined' && status.healing === 0;
  }

  /** What it is doing, for a report. */
  get state() {
    const { state, healing, error } = this.wamp.status;
    return `${this.name} is ${state}${healing ? `, ${healing} streams healing` : ''}${error ? ` (${error.message})` : ''}`;
  }

  #watch() {
    const { name, wamp } = this;
    const ledger = this.#ledger;
    wamp.status$.subscribe(({ state, error }) => {
      if (state !== 'failed') return;
      // the two ends that are final
      if (!(error instanceof GoodbyeError)) ledger.violated('a client gave up', `${name}: ${error.message}`);
      wamp.connect().subscribe({ error: () => undefined });
    });
    wamp.lifecycle$.subscribe(({ type, error, topic }) => {
      if (type === 'join') ledger.joins++;
      if (error instanceof ProtocolError) ledger.violated('a breach of the protocol', `${name}: ${error.message}`);
      if (type === 'disconnect' && ledger.calm)
        ledger.violated('a session is lost without a fault', `${name}: ${error}`);
      if (type === 'publisherror' && error.name !== 'ConnectionLostError' && !(error instanceof GoodbyeError))
        ledger.violated('a publication failed', `${name}, ${topic}: ${error.message}`);
    });
    wamp.userErrors$.subscribe(({ error, context }) =>
      ledger.violated('an error in code of the user', `${name}: ${context}: ${error.message}`),
    );
  }

  /** Observes and serves from now on. */
  settle() {
    for (const topic of TOPICS.slice(0, 3)) this.#hear(topic, { getRetained: true });
    this.#hear('chaos.topic', { match: 'prefix' });
    this.#hear('chaos..5', { match: 'wildcard' });
    this.#serve('echo', ({ args }) => result(args));
    this.#serve('count', ({ value }) => concat(timer(0, 2).pipe(takeWhile((i) => i < value)), of(result([value]))));
    this.#serve('burst', ({ value }) => concat(range(0, value), of(result([value]))));
    this.#serve('slow', ({ value }) => timer(value).pipe(map(() => value)));
    this.#serve('sum', ({ input$ }) =>
      input$.pipe(
        reduce((sum, { args }) => sum + (args[0] ?? 0), 0),
        map((sum) => result([sum])),
      ),
    );
    this.#serve('never', () => {
      this.invocations++;
      return NEVER.pipe(finalize(() => this.stopped++));
    });
  }

  leave() {
    this.#standing.unsubscribe();
  }

  #hear(topic, options) {
    const hearing = new Hearing(this.#ledger, `${this.name}, ${options.match ?? 'exact'} ${topic}`);
    this.hearings.push(hearing);
    this.#stand(`the stream of ${topic}`, hearing.hear, (confirm) =>
      this.wamp.subscribe(topic, {
        ...options,
        onSubscribed: (subscribed) => {
          confirm();
          hearing.confirmed(subscribed);
        },
      }),
    );
  }

  #serve(what, handler) {
    this.procedures++;
    this.#stand(`the registration of ${what}`, noop, (confirm) =>
      this.wamp.register(`chaos.${this.name}.${what}`, handler).pipe(tap(confirm)),
    );
  }

  /** Keeps a stream, and begins it anew where a fault may end it. */
  #stand(what, next, begin) {
    let confirmed;
    const stream = defer(() => {
      confirmed = false;
      return begin(() => (confirmed = true));
    });
    const again = (error) => {
      if (!endsStream(error, confirmed, this.#ledger))
        this.#ledger.violated('a lasting stream ended', `${this.name}: ${what}: ${error.message}`);
      return timer(20);
    };
    this.#standing.add(stream.pipe(retry({ delay: again })).subscribe(next));
  }
}

/** Whether a fault may end a stream with this error. */
export function endsStream(error, confirmed, ledger) {
  // the client gave up, or was given up meanwhile
  if (error instanceof GoodbyeError || error instanceof ClosedError) return true;
  if (confirmed) return false;
  const suspected = error instanceof ConnectionLostError && error.message.includes('times in a row');
  if (suspected) ledger.suspected++;
  // the router holds a ghost of the one before
  return suspected || (error instanceof ApplicationError && error.uri === 'wamp.error.procedure_already_exists');
}
