import { Subscription } from 'rxjs';
import {
  ERROR,
  PUBLISH,
  PUBLISHED,
  REGISTER,
  REGISTERED,
  SUBSCRIBE,
  SUBSCRIBED,
  UNREGISTER,
  UNREGISTERED,
  UNSUBSCRIBE,
  UNSUBSCRIBED,
} from '../protocol/messages.ts';
import type { Dict } from '../protocol/payload.ts';
import type { Serializer } from '../serializers/serializer.ts';
import type { Session } from '../session/session.ts';
import { now } from '../session/time.ts';
import type { Channel } from '../transports/transport.ts';
import type { Engine } from '../client/engine.ts';
import type { WireMessage } from '../client/message-tap.ts';

/** The traffic of one direction. */
export interface Traffic {
  /** How many messages. */
  readonly messages: number;
  /** As the serializer wrote or read them, without the transport's framing; 0 where nothing is serialised on this side. */
  readonly bytes: number;
  /** Messages in units of 512 bytes, each rounded up. */
  readonly ratedMessages: number;
}

/** How long the router took to answer, in milliseconds. */
export interface RoundTrip {
  /** The latest one, in milliseconds. */
  readonly last: number;
  /** The shortest one, in milliseconds. */
  readonly min: number;
  /** The longest one, in milliseconds. */
  readonly max: number;
  /** Their mean, in milliseconds. */
  readonly mean: number;
  /** How many were measured. */
  readonly samples: number;
}

/** Bytes of one rated message. */
const RATED = 512;

/** The counters of one observer, since `since`. */
export class Counters {
  readonly since = now();
  readonly sent = { messages: 0, bytes: 0, ratedMessages: 0 };
  readonly received = { messages: 0, bytes: 0, ratedMessages: 0 };
  reconnects = 0;
  trips = { last: 0, min: Infinity, max: 0, sum: 0, samples: 0 };

  get roundTrip(): RoundTrip | undefined {
    const { sum, ...trips } = this.trips;
    return trips.samples === 0 ? undefined : { ...trips, mean: sum / trips.samples };
  }
}

/** Replies that the router makes by itself, and their requests: the time between them is the round trip. */
const REPLIES: Readonly<Record<number, number | undefined>> = {
  [SUBSCRIBED]: SUBSCRIBE,
  [UNSUBSCRIBED]: UNSUBSCRIBE,
  [REGISTERED]: REGISTER,
  [UNREGISTERED]: UNREGISTER,
  [PUBLISHED]: PUBLISH,
};
const TIMED = new Set(Object.values(REPLIES));

/** Bytes of a frame on the wire. */
export function sizeOf(frame: string | Uint8Array): number {
  if (typeof frame !== 'string') return frame.length;
  let size = frame.length;
  for (let i = 0; i < frame.length; i++) {
    const code = frame.charCodeAt(i);
    // each half of a surrogate pair counts two of its four bytes
    if (code > 0x7f) size += code < 0x800 || (code >= 0xd800 && code < 0xe000) ? 1 : 2;
  }
  return size;
}

/** Counts for all observers of one client's metrics; without observers it does nothing. */
export class Meter {
  readonly #engine: Engine;
  readonly #observers = new Map<() => Counters, () => void>();
  /** Requests of the present session without a reply, by id. */
  readonly #requests = new Map<unknown, { readonly type: number; readonly time: number }>();
  #watching = new Subscription();
  /** The hold on the present session's channel. */
  #counting = new Subscription();
  #session: Session | undefined;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /** Counts into `counters()` and calls `counted` after each message, until it is unsubscribed. */
  count(counters: () => Counters, counted: () => void): Subscription {
    if (this.#observers.size === 0) this.#begin();
    this.#observers.set(counters, counted);
    return new Subscription(() => {
      this.#observers.delete(counters);
      if (this.#observers.size === 0) this.#end();
    });
  }

  #begin(): void {
    const { tap, notifier } = this.#engine;
    this.#watching = tap.subscribe((message) => this.#time(message));
    // 'joined' comes before streams and the queue are sent
    this.#watching.add(
      notifier.status$.subscribe((status) => {
        if (status.state === 'joined') this.#joined(status.session);
        else this.#release();
      }),
    );
  }

  #end(): void {
    this.#watching.unsubscribe();
    this.#release();
    this.#session = undefined;
  }

  /** Keeps nothing of a connection that is over. */
  #release(): void {
    this.#counting.unsubscribe();
    this.#requests.clear();
  }

  #joined(session: Session): void {
    if (session === this.#session) return;
    if (this.#session) this.#each((counters) => counters.reconnects++);
    this.#session = session;
    this.#release();
    const { present } = this.#engine;
    if (present?.session === session) this.#counting = this.#observe(present.dispatch.wire.channel);
  }

  #each(add: (counters: Counters) => void): void {
    for (const [counters, counted] of this.#observers) {
      add(counters());
      counted();
    }
  }

  /** Counts what the serializer of a channel writes and reads; where there is none, the messages. */
  #observe(channel: Channel): Subscription {
    let own: Serializer | undefined;
    channel.recode?.((serializer) => {
      own = serializer;
      const { id, subprotocol, binary } = serializer;
      return {
        id,
        subprotocol,
        binary,
        encode: (message) => {
          const frame = serializer.encode(message);
          this.#frame('sent', sizeOf(frame));
          return frame;
        },
        decode: (frame) => {
          this.#frame('received', sizeOf(frame));
          return serializer.decode(frame);
        },
      };
    });
    return own === undefined
      ? this.#engine.tap.subscribe(({ direction }) => this.#frame(direction === 'in' ? 'received' : 'sent', 0))
      : new Subscription(() => channel.recode?.((serializer) => own ?? serializer));
  }

  #frame(direction: 'sent' | 'received', size: number): void {
    this.#each((counters) => {
      const traffic = counters[direction];
      traffic.messages++;
      traffic.bytes += size;
      traffic.ratedMessages += Math.ceil(size / RATED);
    });
  }

  /** Takes the time between a request and its reply. */
  #time({ direction, message, time }: WireMessage): void {
    const [type, first, second] = message as readonly [number, unknown, unknown];
    if (direction === 'out') {
      if (TIMED.has(type) && (type !== PUBLISH || (second as Dict)['acknowledge'] === true)) {
        this.#requests.set(first, { type, time });
      }
      return;
    }
    // what the router sends is looked up and compared, never converted
    const [answered, id] = type === ERROR ? [first, second] : [REPLIES[type], first];
    const request = this.#requests.get(id);
    if (request === undefined || request.type !== answered) return;
    this.#requests.delete(id);
    const last = time - request.time;
    this.#each(({ trips }) => {
      trips.last = last;
      trips.min = Math.min(trips.min, last);
      trips.max = Math.max(trips.max, last);
      trips.sum += last;
      trips.samples++;
    });
  }
}
