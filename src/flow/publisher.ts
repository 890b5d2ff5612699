import {
  BehaviorSubject,
  throwError,
  type Observable,
  type Observer,
  type Subscription,
  type Unsubscribable,
} from 'rxjs';
import { isPromise } from '../async.ts';
import { checkOptions, FUNCTION, NUMBER, type Kind } from '../protocol/kinds.ts';
import type { List } from '../protocol/payload.ts';
import type { Uri } from '../protocol/uris.ts';
import { checkPublish } from '../session/option-checks.ts';
import { portOf, refusalOf, type Port } from '../session/verbs.ts';
import type { Given, Payload, PublishOptions, Wamp } from '../session/options.ts';
import { after } from '../session/time.ts';
import { congestedNow, HIGH } from './backpressure.ts';

/** Options of {@link publisher}: its own, and those of `publish()`. */
export interface PublisherOptions<T> extends PublishOptions {
  /**
   * How to handle a value while the link is congested, or while there is no session: `buffer` keeps it in order, as long as
   * there is room; `drop` drops it; `latest` keeps it instead of the one before.
   * @default 'buffer'
   */
  readonly overflow?: 'buffer' | 'drop' | 'latest' | undefined;
  /**
   * The largest number of values that `buffer` keeps; further ones are dropped.
   * @default 1000
   */
  readonly size?: number | undefined;
  /**
   * Bytes that wait for the network above which the link is congested.
   * @default 65536
   */
  readonly high?: number | undefined;
  /**
   * Milliseconds between two checks of a congested link.
   * @default 10
   */
  readonly period?: number | undefined;
  /**
   * The payload for a value.
   * @default the value as the one positional argument
   */
  readonly payload?: ((value: T) => List | Payload) | undefined;
}

/** The counters of a {@link Publisher}. */
export interface PublisherCounters {
  /** Values that were published. */
  readonly sent: number;
  /** Values that were dropped. */
  readonly dropped: number;
  /** Values that are kept now. */
  readonly waiting: number;
}

/** An Observer that publishes its values at the pace of the link. */
export interface Publisher<T> extends Observer<T>, Unsubscribable {
  /** The counters now, and at each change. Completes after the end, when no value is left. */
  readonly counters$: Observable<PublisherCounters>;
  /** The counters now: what was sent and dropped so far, and what waits. */
  readonly counters: PublisherCounters;
  /** Takes no more values; the kept ones are still published. */
  complete(): void;
  /** As `complete()`; reports the error as RxJS does with an unhandled one. */
  error(error: unknown): void;
  /** Takes no more values, and drops the kept ones. */
  unsubscribe(): void;
}

const OVERFLOW: Kind = {
  expected: "'buffer', 'drop' or 'latest'",
  test: (v) => v === 'buffer' || v === 'drop' || v === 'latest',
};
const TABLE = { overflow: OVERFLOW, size: NUMBER, high: NUMBER, period: NUMBER, payload: FUNCTION };

/**
 * An Observer for a source that may be faster than the link: each value becomes one publication, and `overflow` decides
 * about those that the link cannot take now. Memory is bounded, and dropped values are counted.
 *
 * Failed publications are emitted on lifecycle$ as `publisherror`; in a client that is closed or has failed, all fail. A
 * timer runs only while values wait.
 *
 * @throws TypeError, InvalidUriError for wrong arguments
 * @example
 * sensor$.subscribe(publisher(wamp, 'com.shop.temperature', { overflow: 'latest' }));
 */
export function publisher<T = unknown>(wamp: Wamp, topic: Uri, options: Given<PublisherOptions<T>> = {}): Publisher<T> {
  const port = portOf(wamp, 'publisher()');
  const { overflow, size, high, period, payload, ...publishing } = options;
  checkOptions(() => 'publisher()', TABLE, { overflow, size, high, period, payload });
  checkPublish(topic, [], {}, publishing);
  return new PacedPublisher<T>(port, topic, options, (value) => {
    const made: unknown = payload ? payload(value) : [value];
    if (isPromise(made)) {
      // one error is enough: its rejection is not reported as well
      made.then(undefined, () => undefined);
      throw new TypeError(
        'publisher(): payload must return a payload, got a Promise; convert the source with operators',
      );
    }
    const { args = [], kwargs = {} } = Array.isArray(made) ? { args: made as List } : (made as Payload);
    wamp.publish(topic, args, kwargs, publishing);
  });
}

/** Reports an error as RxJS does with an unhandled one. */
const unhandled = (error: unknown): void => void throwError(() => error).subscribe();

class PacedPublisher<T> implements Publisher<T> {
  readonly counters$: Observable<PublisherCounters>;
  readonly #counters = new BehaviorSubject<PublisherCounters>({ sent: 0, dropped: 0, waiting: 0 });
  readonly #port: Port;
  readonly #topic: Uri;
  readonly #publish: (value: T) => void;
  readonly #high: number;
  readonly #period: number;
  /** The largest number of kept values. */
  readonly #room: number;
  readonly #latest: boolean;
  /** In boxes, as one value may come twice. A Set removes its first element at constant cost. */
  readonly #waiting = new Set<{ readonly value: T }>();
  #timer: Subscription | undefined;
  #stopped = false;

  constructor(
    port: Port,
    topic: Uri,
    { overflow = 'buffer', size = 1000, high = HIGH, period = 10 }: PublisherOptions<T>,
    publish: (value: T) => void,
  ) {
    this.#port = port;
    this.#topic = topic;
    this.#publish = publish;
    this.#high = high;
    this.#period = period;
    this.#latest = overflow === 'latest';
    this.#room = overflow === 'buffer' ? size : this.#latest ? 1 : 0;
    this.counters$ = this.#counters.asObservable();
  }

  get counters(): PublisherCounters {
    return this.#counters.value;
  }

  next(value: T): void {
    if (this.#stopped) return;
    // the link may be clear before the next check
    this.#drain();
    const waiting = this.#waiting;
    if (waiting.size === 0 && !this.#blocked()) {
      this.#send(value);
      return;
    }
    this.#port.dial();
    const dropped = waiting.size < this.#room ? 0 : 1;
    if (this.#latest) waiting.clear();
    if (waiting.size < this.#room) waiting.add({ value });
    this.#count(0, dropped);
    this.#checkLater();
  }

  complete(): void {
    this.#stopped = true;
    if (this.#waiting.size === 0) this.#counters.complete();
  }

  error(error: unknown): void {
    if (this.#stopped) return;
    unhandled(error);
    this.complete();
  }

  unsubscribe(): void {
    const dropped = this.#waiting.size;
    this.#waiting.clear();
    this.#timer?.unsubscribe();
    if (dropped > 0) this.#count(0, dropped);
    this.complete();
  }

  /** Whether a value has to wait. With a client that is closed or has failed, waiting would not help. */
  #blocked(): boolean {
    return refusalOf(this.#port) === undefined && congestedNow(this.#port, this.#high);
  }

  #send(value: T): void {
    try {
      this.#publish(value);
      this.#count(1, 0);
    } catch (error) {
      // an error in `payload` must not stop the other values
      this.#count(0, 1);
      this.#port.userError(error, `payload of ${this.#topic}`);
    }
  }

  /** Publishes waiting values while the link takes them. */
  #drain(): void {
    for (const item of this.#waiting) {
      if (this.#blocked()) return;
      this.#waiting.delete(item);
      this.#send(item.value);
    }
  }

  #checkLater(): void {
    if (this.#waiting.size === 0 || this.#timer !== undefined) return;
    this.#timer = after(this.#period, () => {
      this.#timer = undefined;
      this.#drain();
      if (this.#waiting.size > 0) {
        // an idle client may have hung up meanwhile
        this.#port.dial();
        this.#checkLater();
      } else if (this.#stopped) this.#counters.complete();
    });
  }

  #count(sent: number, dropped: number): void {
    const { value } = this.#counters;
    this.#counters.next({
      sent: value.sent + sent,
      dropped: value.dropped + dropped,
      waiting: this.#waiting.size,
    });
  }
}
