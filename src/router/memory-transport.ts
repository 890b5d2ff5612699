import { asapScheduler, Observable, type Subscriber } from 'rxjs';
import { ConnectionLostError, ProtocolError } from '../protocol/errors.ts';
import type { Message } from '../protocol/messages.ts';
import type { Serializer } from '../serializers/serializer.ts';
import type { Channel, TransportDetails } from '../transports/transport.ts';
import { canWrite } from './can-write.ts';

/**
 * What is under way in memory: tasks in the order in which they were posted. They run at the end of the turn
 * (asapScheduler), or only when `flush()` is called.
 */
export class MemoryQueue {
  #tasks: (() => void)[] = [];
  #scheduled = false;
  #flushing = false;
  readonly #manual: boolean;

  /** @param manual leaves it to `flush()` to run the tasks */
  constructor(manual = false) {
    this.#manual = manual;
  }

  /** Runs the task after those posted before, never inside this call. */
  post(task: () => void): void {
    this.#tasks.push(task);
    if (!this.#manual) this.#schedule();
  }

  /** Runs all that waits, and what that posts, before it returns. Inside a task it does nothing. */
  flush(): void {
    if (this.#flushing) return;
    this.#flushing = true;
    try {
      while (this.#tasks.length > 0) this.#runAll();
    } finally {
      this.#flushing = false;
      if (this.#tasks.length > 0) this.#schedule();
    }
  }

  #schedule(): void {
    if (this.#scheduled || this.#flushing) return;
    this.#scheduled = true;
    asapScheduler.schedule(() => {
      this.#scheduled = false;
      if (!this.#flushing) this.#turn();
    });
  }

  /** One turn: what was there at its begin. What that posts comes in the next one, as on a network. */
  #turn(): void {
    this.#flushing = true;
    try {
      this.#runAll();
    } finally {
      this.#flushing = false;
      if (this.#tasks.length > 0) this.#schedule();
    }
  }

  #runAll(): void {
    const tasks = this.#tasks;
    this.#tasks = [];
    let done = 0;
    try {
      for (const task of tasks) {
        done++;
        task();
      }
    } finally {
      // a task threw: what stood behind it is not lost
      if (done < tasks.length) this.#tasks.unshift(...tasks.slice(done));
    }
  }
}

/** What two ends of a link in memory share. */
export interface MemoryOptions {
  /** Writes and reads every message, so that what is no wire value shows, and nothing is shared. */
  readonly serializer: Serializer;
  /** Where frames wait. */
  readonly queue: MemoryQueue;
  /** Bytes that one message may have; a larger one ends the link with code 1009. No bound by default. */
  readonly maxMessageSize?: number;
  /** Shown in the channel's details. */
  readonly url?: string;
}

/** One end of a link in memory. */
export interface MemoryChannel extends Channel {
  /** Sends a frame as it is, for tests of what a peer makes of it. */
  sendFrame(frame: string | Uint8Array): void;
  /** Whether its serializer can write a message. */
  canWrite(message: Message): boolean;
}

class End implements MemoryChannel {
  readonly details: TransportDetails;
  readonly incoming: Observable<unknown>;
  received = 0;
  bufferedAmount = 0;
  other!: End;
  readonly #options: MemoryOptions;
  #serializer: Serializer;
  #state: 'open' | 'closing' | 'down' = 'open';
  #observer: Subscriber<unknown> | undefined;
  /** What came before there was an observer. */
  #early: ((observer: Subscriber<unknown>) => void)[] = [];

  constructor(options: MemoryOptions) {
    this.#options = options;
    this.#serializer = options.serializer;
    const { serializer, url } = options;
    this.details = {
      type: 'memory',
      serializer: serializer.id,
      subprotocol: serializer.subprotocol,
      ...(url === undefined ? {} : { url }),
    };
    this.incoming = new Observable<unknown>((observer) => {
      this.#observer = observer;
      for (const deliver of this.#early.splice(0)) deliver(observer);
      return () => {
        if (this.#observer === observer) this.#observer = undefined;
      };
    });
  }

  send(message: Message): void {
    if (this.#state !== 'open') throw new ConnectionLostError('Cannot send: the link in memory is closed');
    this.sendFrame(this.#serializer.encode(message));
  }

  canWrite(message: Message): boolean {
    return canWrite(this.#serializer, message);
  }

  recode(wrap: (serializer: Serializer) => Serializer): void {
    this.#serializer = wrap(this.#serializer);
  }

  sendFrame(frame: string | Uint8Array): void {
    if (this.#state !== 'open') return;
    const size = frame.length;
    this.bufferedAmount += size;
    this.#options.queue.post(() => {
      this.bufferedAmount -= size;
      this.other.#receive(frame, size);
    });
  }

  close(code = 1000, reason = ''): void {
    if (this.#state !== 'open') return;
    this.#state = 'closing';
    this.#options.queue.post(() => {
      this.other.#closed(code, reason);
    });
  }

  drop(): void {
    if (this.#state === 'down') return;
    this.close(1006, 'dropped');
    this.#down();
  }

  #receive(frame: string | Uint8Array, size: number): void {
    if (this.#state !== 'open') return;
    this.received += size;
    const { maxMessageSize = Infinity } = this.#options;
    if (size > maxMessageSize) {
      const error = new ConnectionLostError(
        `A message of ${size} bytes exceeds ${maxMessageSize}, the option maxMessageSize`,
        { code: 1009 },
      );
      this.close(1009, error.message);
      this.#down(error);
      return;
    }
    let value: unknown;
    try {
      value = this.#serializer.decode(frame);
    } catch (error) {
      // only reading ends here: what remains to be said (ABORT) can still be sent
      this.#deliver((observer) => {
        observer.error(error instanceof ProtocolError ? error : new ProtocolError(String(error), { cause: error }));
      });
      return;
    }
    this.#deliver((observer) => {
      observer.next(value);
    });
  }

  /** The other end has closed: this one goes down, and says so, as with a WebSocket's closing handshake. */
  #closed(code: number, reason: string): void {
    if (this.#state === 'open') {
      this.#down(
        code === 1000
          ? undefined
          : new ConnectionLostError(`The link was closed: ${code}${reason && ` ${reason}`}`, { code }),
      );
    }
    this.#options.queue.post(() => {
      this.other.#down();
    });
  }

  #down(error?: ConnectionLostError): void {
    if (this.#state === 'down') return;
    this.#state = 'down';
    this.#deliver((observer) => {
      if (error) observer.error(error);
      else observer.complete();
    });
  }

  #deliver(deliver: (observer: Subscriber<unknown>) => void): void {
    if (this.#observer) deliver(this.#observer);
    else this.#early.push(deliver);
  }
}

/**
 * A link within one process: what one end sends, the other receives, serialised and read again, in order, and never
 * inside `send()`.
 */
export function memoryPair(options: MemoryOptions): readonly [MemoryChannel, MemoryChannel] {
  const left = new End(options);
  const right = new End(options);
  left.other = right;
  right.other = left;
  return [left, right];
}
