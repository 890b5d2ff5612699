import { Observable, type Subscriber } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { Client } from '../../src/client/client.ts';
import type { BaseOptions } from '../../src/client/client-options.ts';
import type { LifecycleEvent, Status } from '../../src/client/status.ts';
import { ConnectFailedError, ConnectionLostError } from '../../src/protocol/errors.ts';
import type { Message, MessageOf } from '../../src/protocol/messages.ts';
import type { TestRouter } from '../../src/testing/index.ts';
import { createTestRouter } from '../../src/testing/index.ts';
import type { RouterOptions } from '../../src/router/router-options.ts';
import type { Attempt, Channel, Transport } from '../../src/transports/transport.ts';

/** Virtual time: nothing moves by itself. */
export interface VirtualTime {
  /** Lets this many milliseconds pass, and everything happen that is due in them; without any, what is due now. */
  advance(ms?: number): void;
  /** Milliseconds since the begin. */
  now(): number;
  /** How many timers are set. */
  timers(): number;
}

/**
 * Runs a test in virtual time. All schedulers of RxJS obey; Promises do not.
 *
 * The clock begins at 0.
 */
export function virtual(test: (time: VirtualTime) => void): void {
  const scheduler = new TestScheduler((actual, expected) => expect(actual).toEqual(expected));
  const made: Client[] = [];
  clients.push(made);
  scheduler.run(() => {
    const advance = (ms = 0): void => {
      const end = scheduler.frame + ms;
      scheduler.maxFrames = end;
      scheduler.flush();
      scheduler.frame = end;
    };
    try {
      test({ advance, now: () => scheduler.now(), timers: () => scheduler.actions.length });
    } finally {
      clients.pop();
      for (const client of made) void client.close();
      advance(10_000);
    }
  });
}

const clients: Client[][] = [];

/** A client on a router in memory, both watched; closed when the virtual time ends, or by `closeAll()`. */
export interface World {
  readonly router: TestRouter;
  readonly client: Client;
  /** Statuses since the client was made, oldest first. */
  readonly statuses: Status[];
  readonly events: LifecycleEvent[];
  /** What clients sent, as the router saw it. */
  readonly received: Message[];
  /** What clients sent of one kind. */
  of<C extends Message[0]>(code: C): MessageOf<C>[];
  /** The names of the states, each change once, and of the lifecycle's events. */
  states(): string[];
  types(): string[];
}

export type WorldOptions = Partial<BaseOptions> & { readonly router?: TestRouter; readonly like?: RouterOptions };

/** No chance: waits that can be computed. */
export const STEADY = { jitter: 0 };

export function world({ router: given, like, ...options }: WorldOptions = {}): World {
  const router = given ?? createTestRouter(like);
  const received: Message[] = [];
  router.messages$.subscribe(({ direction, message }) => {
    if (direction === 'in') received.push(message);
  });
  const client = tracked(
    new Client({ realm: 'realm1', transports: [router.transport()], reconnect: STEADY, keepalive: false, ...options }),
  );
  const statuses: Status[] = [];
  const events: LifecycleEvent[] = [];
  client.status$.subscribe((status) => statuses.push(status));
  client.lifecycle$.subscribe((event) => events.push(event));
  return {
    router,
    client,
    statuses,
    events,
    received,
    of: <C extends Message[0]>(code: C) => received.filter((message): message is MessageOf<C> => message[0] === code),
    states: () => statuses.map(({ state }) => state).filter((state, i, all) => state !== all[i - 1]),
    types: () => events.map(({ type }) => type),
  };
}

/** Sees to it that a client is closed at the end of the virtual time, or by `closeAll()`. */
export function tracked<T extends Client>(client: T): T {
  (clients.at(-1) ?? inTheOpen).push(client);
  return client;
}

const inTheOpen: Client[] = [];

/** Closes the clients that were made outside of virtual time. For `afterEach`. */
export async function closeAll(): Promise<void> {
  await Promise.all(inTheOpen.splice(0).map((client) => client.close()));
}

/** What a transport of the test does with one attempt: a channel, an error, or nothing at all. */
export type Script = (attempt: number) => Channel | Error | 'never' | Observable<Channel>;

/** A transport that does as the script says, and counts. */
export function scripted(name: string, script: Script): Transport & { readonly opened: Attempt[]; givenUp: number } {
  const transport = {
    name,
    opened: [] as Attempt[],
    givenUp: 0,
    open: (attempt?: Attempt): Observable<Channel> =>
      new Observable<Channel>((subscriber: Subscriber<Channel>) => {
        if (attempt) transport.opened.push(attempt);
        const outcome = script(transport.opened.length);
        subscriber.add(() => {
          if (!done) transport.givenUp++;
        });
        let done = false;
        subscriber.add(() => undefined);
        if (outcome instanceof Error) {
          done = true;
          subscriber.error(outcome);
        } else if (outcome === 'never') return;
        else if (outcome instanceof Observable) {
          done = true;
          subscriber.add(outcome.subscribe(subscriber));
        } else {
          done = true;
          subscriber.next(outcome);
          subscriber.complete();
        }
      }),
  };
  return transport;
}

/** A transport without a router behind it. */
export const refusing = (name = 'nowhere'): ReturnType<typeof scripted> =>
  scripted(name, (attempt) => new ConnectFailedError(`${name}: refused ${attempt}`));

/** A channel whose other end is the test. */
export class FakeChannel implements Channel {
  readonly details = { type: 'fake', serializer: 'json', subprotocol: 'wamp.2.json' };
  readonly sent: Message[] = [];
  readonly incoming: Observable<unknown>;
  received = 0;
  bufferedAmount = 0;
  closing = false;
  pings = 0;
  /** Answers the last ping. */
  pong: () => void = () => undefined;
  dropped = 0;
  closed: number | undefined;
  /** Whether the other end confirms a close; a silent one never does. */
  obliging = true;
  ping?: (answered: () => void) => void;
  #observer: Subscriber<unknown> | undefined;

  constructor(options: { readonly ping?: boolean } = {}) {
    this.incoming = new Observable((subscriber) => {
      this.#observer = subscriber;
    });
    if (options.ping) {
      this.ping = (answered) => {
        this.pings++;
        this.pong = () => {
          this.received++;
          answered();
        };
      };
    }
  }

  get open(): boolean {
    return this.closed === undefined && this.dropped === 0;
  }

  send(message: Message): void {
    if (!this.open || this.closing) throw new ConnectionLostError('The fake link is closed');
    this.sent.push(message);
  }

  /** A frame of the router. */
  reply(...frame: unknown[]): void {
    this.received++;
    this.#observer?.next(frame);
  }

  welcome(id = 1, roles: unknown = { broker: {}, dealer: {} }): void {
    this.reply(2, id, { roles });
  }

  /** The link breaks. */
  lose(error: Error = new ConnectionLostError('The fake link broke', { code: 1006 })): void {
    this.#observer?.error(error);
  }

  close(code = 1000): void {
    this.closed ??= code;
    if (this.obliging) this.#observer?.complete();
  }

  drop(): void {
    this.dropped++;
    this.#observer?.complete();
  }

  /** What was sent of one kind. */
  of<C extends Message[0]>(code: C): MessageOf<C>[] {
    return this.sent.filter((message): message is MessageOf<C> => message[0] === code);
  }
}

/** The value, which must be of this class. */
export function an<T>(kind: new (...args: never[]) => T, value: unknown): T {
  if (!(value instanceof kind)) throw new Error(`expected ${kind.name}, got ${String(value)}`);
  return value;
}

/** The status, which must be this one. */
export function inState<S extends Status['state']>(client: Client, state: S): Extract<Status, { state: S }> {
  const { status } = client;
  if (status.state !== state) throw new Error(`expected the status ${state}, it is ${status.state}`);
  return status as Extract<Status, { state: S }>;
}

/** Lets exactly the wait pass that the status tells. */
export function waitOut({ advance }: VirtualTime, client: Client): void {
  advance();
  advance(inState(client, 'waiting').delay);
}

/** A client that dials fake channels; `at(n)` is its n-th. */
export function faked(options: Parameters<typeof world>[0] = {}): World & { at(n: number): FakeChannel } {
  const channels: FakeChannel[] = [];
  const w = world({
    transports: [scripted('t', () => (channels[channels.length] = new FakeChannel()))],
    // falls on no second: virtual time cannot bear that one of several timers which are due at once stops another
    closeTimeout: 1_999,
    ...options,
  });
  w.client.connect();
  return Object.assign(w, { at: (n: number) => channels[n]! });
}
