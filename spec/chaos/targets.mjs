// The clients that get the mutated frames, each with something of everything under way, and their router.
import { Encoder } from '@msgpack/msgpack';
import { encode as writeCbor } from 'cbor-x';
import { catchError, EMPTY, firstValueFrom, NEVER, of, retry, throwError, timeout, timer } from 'rxjs';
import { ClosedError, GoodbyeError, json, longPoll, result, WampClient, webSocket } from '../../src/index.ts';
import { rawSocket } from '../../src/node/index.ts';
import { createRouter } from '../../src/router/index.ts';
import { serveRouter } from '../../src/router/node/index.ts';
import { cbor } from '../../src/serializers/cbor.ts';
import { msgpack } from '../../src/serializers/msgpack.ts';
import { until } from './checks.mjs';
import { messagesTo } from './messages.mjs';
import { mutateValue } from './mutate.mjs';

const packer = new Encoder({ useBigInt64: true, ignoreUndefined: false });

/** JSON with what some peers write into it. */
const writeJson = (value) =>
  JSON.stringify(value, (_, each) => {
    if (typeof each === 'bigint') return `#${each}#`;
    return typeof each === 'number' && !Number.isFinite(each) ? `#${each}#` : each;
  }).replace(/"#(-?\w+)#"/g, '$1');

/** By id: how it is made, and how values are written that it would not send. */
export const SERIALIZERS = {
  json: { make: json, write: writeJson },
  cbor: { make: cbor, write: writeCbor },
  msgpack: { make: msgpack, write: (value) => packer.encode(value) },
};

const TOPIC = 'chaos.topic';
const WELCOME = 2;
const ERROR = 8;
const PUBLISHED = 17;
const SUBSCRIBED = 33;
const REGISTERED = 65;
const INVOCATION = 68;
const YIELD = 70;
/** A procedure and a topic without answers. */
const UNANSWERED = 'chaos.unanswered';

/** Clients over a link in memory, which is the quickest; the others have one each. */
const IN_MEMORY = 12;

/** Whether it answers an invocation, and not one of what the router's own clients call. */
const isForeign = ([type, what, , , kwargs]) =>
  (type === YIELD && !kwargs?.asked) || (type === ERROR && what === INVOCATION);

export class World {
  #random;
  /** Serves what is not answered. */
  #callee;

  constructor(random) {
    this.#random = random;
  }

  async start() {
    this.router = createRouter();
    this.router.intercept((message, { direction }) => {
      // acknowledgements stay out, and the answers to invocations that this router did not make
      if (message[0] === PUBLISHED || isForeign(message)) return undefined;
      if (direction === 'in') return message;
      const changed = message[0] === WELCOME && this.#random.below(20) === 0 && mutateValue(message, this.#random);
      return Array.isArray(changed) ? changed : message;
    });
    this.#callee = new WampClient({ realm: 'realm1', transports: [this.router.transport()] });
    this.#callee.register(UNANSWERED, () => NEVER).subscribe();
    this.served = await serveRouter(this.router, { rawSocket: {}, longPoll: { idleTimeout: 1000, holdTimeout: 1000 } });
  }

  async close() {
    await this.#callee.close();
    await this.router.close();
    await this.served.close();
  }
}

export class Target {
  joins = 0;
  events = 0;
  invocations = 0;
  userErrors = 0;
  #name;
  /** By the code of a message: the id of the last one, and what it confirmed. */
  #seen = {};
  #confirmed = {};
  #router;
  #ledger;

  /** Clients of one serializer on all transports. */
  static all(id, { router, served }, ledger) {
    const { make } = SERIALIZERS[id];
    const { url, longPollUrl, rawSocket: raw } = served;
    const transports = [
      ...Array.from({ length: IN_MEMORY }, () => router.transport({ serializer: make() })),
      webSocket({ url, serializers: [make()] }),
      rawSocket({ host: '127.0.0.1', port: raw.port, serializers: [make()] }),
      longPoll({ url: longPollUrl, serializers: [make()] }),
    ];
    return transports.map((transport, i) => new Target(`${id}.${transport.name}.${i}`, transport, router, ledger));
  }

  constructor(name, transport, router, ledger) {
    this.#name = name.replaceAll(/[^\w.]/g, '_');
    this.#router = router;
    this.#ledger = ledger;
    this.wamp = new WampClient({
      realm: 'realm1',
      transports: [transport],
      reconnect: { initialDelay: 0, maxDelay: 1, stableAfter: 0 },
      keepalive: { interval: 500, timeout: 500 },
      joinTimeout: 500,
      requestTimeout: 300,
      closeTimeout: 300,
    });
    this.#watch();
    this.#use();
  }

  get procedure() {
    return `chaos.${this.#name}`;
  }

  /** Whether it takes frames: it is in a session that the router knows. */
  get ready() {
    const { state, healing } = this.wamp.status;
    return state === 'joined' && healing === 0;
  }

  get state() {
    const { state, healing, error } = this.wamp.status;
    return `${this.#name} is ${state}${healing ? `, ${healing} streams healing` : ''}${error ? ` (${error.message})` : ''}`;
  }

  #watch() {
    const { wamp } = this;
    wamp.status$.subscribe(({ state, error }) => {
      if (state !== 'failed') return;
      // the two ends that are final
      const meant = error instanceof GoodbyeError && /killed|logout/.test(error.reason);
      if (!meant) this.#ledger.violated('a client gave up', `${this.#name}: ${error.message}`);
      wamp.connect().subscribe({ error: () => undefined });
    });
    wamp.lifecycle$.subscribe(({ type }) => type === 'join' && this.joins++);
    wamp.userErrors$.subscribe(() => this.userErrors++);
  }

  /** Has streams, which begin again where a frame ended them, and in each session requests that stay unanswered. */
  #use() {
    const { wamp } = this;
    // a closed client refuses what is begun again, for good
    const lasting = retry({ delay: (error) => (error instanceof ClosedError ? throwError(() => error) : timer(1)) });
    wamp
      .subscribe(TOPIC)
      .pipe(lasting)
      .subscribe({ next: () => this.events++, error: () => undefined });
    wamp
      .register(`${this.procedure}.echo`, ({ args }) => result(args, { asked: true }))
      .pipe(lasting)
      .subscribe({ error: () => undefined });
    const serve = ({ value, args, input$ }) => {
      switch (this.invocations++ % 5) {
        case 0:
          return value;
        case 1:
          return of(...args.slice(0, 2), result(['end']));
        case 2:
          return NEVER;
        case 3:
          return input$;
        default:
          throw new Error('meant');
      }
    };
    wamp
      .register(this.procedure, serve)
      .pipe(lasting)
      .subscribe({ error: () => undefined });
    wamp.session$.subscribe((session) => {
      const ignored = catchError(() => EMPTY);
      session.publish(UNANSWERED, [], {}, { acknowledge: true }).pipe(ignored).subscribe();
      session.call(UNANSWERED, [], {}, { progress: true }).pipe(ignored).subscribe();
    });
    wamp.messages$.subscribe(({ message: [type, id, answered] }) => {
      this.#seen[type] = id;
      if (type === SUBSCRIBED || type === REGISTERED) this.#confirmed[type] = answered;
    });
  }

  /** Valid messages that concern what is under way. */
  messages() {
    return messagesTo(this.#seen, this.#confirmed, this.procedure);
  }

  send(frame) {
    const { session } = this.wamp.status;
    // it was given another id than the router knows
    if (this.#router.sendRaw(session.id, frame) === 0) session.leave();
  }

  /** Events come, and calls are answered. */
  async work() {
    const { events } = this;
    this.#router.publish(TOPIC, [0]);
    if (!(await until(() => this.events > events))) this.#ledger.violated('a stream does not deliver', this.state);
    const call = this.wamp.call(`${this.procedure}.echo`, [events]).pipe(timeout(5000));
    const value = await firstValueFrom(call).then((answer) => answer.value, String);
    if (value !== events) this.#ledger.violated('a call is not answered', `${this.state}: ${value}`);
  }

  close() {
    return this.wamp.close();
  }
}
