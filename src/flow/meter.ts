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

/** What went one way. */
export interface Traffic {
  readonly messages: number;
  /** As the serializer wrote or read them, without what the transport adds; 0 where nothing is serialised on this side. */
  readonly bytes: number;
  /** Messages in units of 512 bytes, each rounded up. */
  readonly ratedMessages: number;
}

/** How long the router took to answer, in milliseconds. */
export interface RoundTrip {
  readonly last: number;
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  readonly samples: number;
}

/** What one rated message may hold, in bytes. */
const RATED = 512;

/** What is counted for one observer, since `since`. */
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

/** What the router answers by itself, and what with: their time is the way there and back. */
const ANSWERS: Readonly<Record<number, number | undefined>> = {
  [SUBSCRIBED]: SUBSCRIBE,
  [UNSUBSCRIBED]: UNSUBSCRIBE,
  [REGISTERED]: REGISTER,
  [UNREGISTERED]: UNREGISTER,
  [PUBLISHED]: PUBLISH,
};
const ASKS = new Set(Object.values(ANSWERS));

/** Bytes of a frame on the wire. */
export function sizeOf(frame: string | Uint8Array): number {
  if (typeof frame !== 'string') return frame.length;
  let size = frame.length;
  for (let i = 0; i < frame.length; i++) {
    const code = frame.charCodeAt(i);
    // each half of a pair stands for two of its four bytes
    if (code > 0x7f) size += code < 0x800 || (code >= 0xd800 && code < 0xe000) ? 1 : 2;
  }
  return size;
}

/** Counts for all who observe the metrics of one client; nothing is counted while nobody does. */
export class Meter {
  readonly #engine: Engine;
  readonly #observers = new Map<() => Counters, () => void>();
  /** Requests under way, by type and id: when they were sent. */
  readonly #asked = new Map<string, number>();
  #watching = new Subscription();
  #session: Session | undefined;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /** Counts for `counters()`, and says when something was, until it is unsubscribed. */
  count(counters: () => Counters, counted: () => void): Subscription {
    if (this.#observers.size === 0) this.#begin();
    this.#observers.set(counters, counted);
    return new Subscription(() => {
      this.#observers.delete(counters);
      if (this.#observers.size === 0) this.#watching.unsubscribe();
    });
  }

  #begin(): void {
    const { tap, notifier } = this.#engine;
    this.#session = undefined;
    this.#watching = new Subscription();
    this.#watching.add(tap.subscribe((event) => this.#time(event)));
    // told before streams and what was queued go out
    this.#watching.add(
      notifier.status$.subscribe((status) => status.state === 'joined' && this.#joined(status.session)),
    );
  }

  #joined(session: Session): void {
    if (session === this.#session) return;
    if (this.#session) this.#each((counters) => counters.reconnects++);
    this.#session = session;
    this.#asked.clear();
    const { present } = this.#engine;
    if (present?.session === session) this.#look(present.dispatch.wire.channel);
  }

  #each(add: (counters: Counters) => void): void {
    for (const [counters, counted] of this.#observers) {
      add(counters());
      counted();
    }
  }

  /** Looks at what the serializer of a channel writes and reads. */
  #look(channel: Channel): void {
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
    const { tap } = this.#engine;
    this.#watching.add(
      own === undefined
        ? tap.subscribe(({ direction }) => this.#frame(direction === 'in' ? 'received' : 'sent', 0))
        : () => channel.recode?.((serializer) => own ?? serializer),
    );
  }

  #frame(way: 'sent' | 'received', size: number): void {
    this.#each((counters) => {
      const traffic = counters[way];
      traffic.messages++;
      traffic.bytes += size;
      traffic.ratedMessages += Math.ceil(size / RATED);
    });
  }

  /** Takes the time between a request and the router's answer. */
  #time({ direction, message, time }: WireMessage): void {
    const [type, first, second] = message as readonly [number, number, unknown];
    if (direction === 'out') {
      if (ASKS.has(type) && (type !== PUBLISH || (second as Dict)['acknowledge'] === true)) {
        this.#asked.set(`${type} ${first}`, time);
      }
      return;
    }
    const key = type === ERROR ? `${first} ${second as number}` : `${ANSWERS[type] ?? 0} ${first}`;
    const sent = this.#asked.get(key);
    if (sent === undefined) return;
    this.#asked.delete(key);
    const last = time - sent;
    this.#each(({ trips }) => {
      trips.last = last;
      trips.min = Math.min(trips.min, last);
      trips.max = Math.max(trips.max, last);
      trips.sum += last;
      trips.samples++;
    });
  }
}
