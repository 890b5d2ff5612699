import type { Subscription } from 'rxjs';
import { ConnectionLostError, SerializationError } from '../protocol/errors.ts';
import { asked } from '../protocol/uris.ts';
import type { Call } from '../session/call.ts';
import type { PayloadRequest } from '../session/checks.ts';
import type { PublishOptions } from '../session/options.ts';
import type { PendingPublication } from '../session/publication.ts';
import type { Link } from '../session/requests.ts';
import { after } from '../session/time.ts';

/** Bounds of what waits for a session. */
export interface OutboxLimits {
  /** Publications at most. */
  readonly size: number;
  /** Milliseconds that a publication waits at most. */
  readonly ttl: number;
  /** Milliseconds that a call waits at most. */
  readonly waitTimeout: number;
}

interface Waiting {
  readonly item: Call | PendingPublication;
  readonly timer: Subscription | undefined;
}

/** Calls and publications made while there is no session, in the order in which they were made. */
export class Outbox {
  readonly #limits: OutboxLimits;
  readonly #items = new Map<Call | PendingPublication, Waiting>();
  /** How many of them are publications. */
  publications = 0;
  /** How many publications were given up: there was no room, or no session in time. */
  dropped = 0;

  constructor(limits: OutboxLimits) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#items.size;
  }

  /** Keeps a call until there is a session; `cause` is asked for why there was none in time. */
  addCall(call: Call, procedure: string, cause: () => unknown): void {
    const { waitTimeout } = this.#limits;
    call.waiting = () => this.#remove(call);
    this.#add(call, waitTimeout, () => {
      const message = `${asked('call', procedure)}: no session within ${waitTimeout} ms`;
      call.fail(new ConnectionLostError(message, { cause: cause() }));
    });
  }

  /** Keeps a publication until there is a session. */
  addPublication(publication: PendingPublication, cause: () => unknown): void {
    const { size, ttl } = this.#limits;
    const fail = (why: string): void => {
      this.dropped++;
      const message = `${asked('publish', publication.request.uri)}: not sent, ${why}`;
      publication.fail(new ConnectionLostError(message, { cause: cause() }));
    };
    if (this.publications >= size) {
      fail(`${size} publications are waiting for a session already`);
      return;
    }
    this.publications++;
    this.#add(publication, ttl, () => {
      this.#remove(publication);
      fail(`no session within ${ttl} ms`);
    });
  }

  /** Sends what waits, and what comes while it does. */
  flush(link: Link): void {
    for (const item of this.#items.keys()) {
      if (!link.open) return;
      this.#remove(item);
      item.start(link);
    }
  }

  /** Hands out what waits, and forgets it. */
  take(): (Call | PendingPublication)[] {
    const items = [...this.#items.keys()];
    for (const item of items) this.#remove(item);
    return items;
  }

  #add(item: Call | PendingPublication, wait: number, late: () => void): void {
    this.#items.set(item, { item, timer: after(wait, late) });
  }

  #remove(item: Call | PendingPublication): void {
    const waiting = this.#items.get(item);
    if (waiting === undefined) return;
    waiting.timer?.unsubscribe();
    this.#items.delete(item);
    if ('report' in item) this.publications--;
  }
}

/**
 * A publication as it is now, whatever happens to its payload until it is sent.
 *
 * @throws SerializationError for a payload without an end
 */
export function snapshot(request: PayloadRequest<PublishOptions>): PayloadRequest<PublishOptions> {
  try {
    return {
      ...request,
      args: copy(request.args) as unknown[],
      kwargs: copy(request.kwargs) as Record<string, unknown>,
    };
  } catch (error) {
    if (error instanceof RangeError) {
      throw new SerializationError(`${asked('publish', request.uri)}: the payload refers to itself`, {
        cause: error,
      });
    }
    throw error;
  }
}

/** Copies as serializers see it: lists, dictionaries, what `toJSON()` makes of an object; bytes by value. */
function copy(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Uint8Array) return value.slice();
  if (Array.isArray(value)) return value.map(copy);
  const { toJSON } = value as { toJSON?: unknown };
  if (typeof toJSON === 'function') return copy(Reflect.apply(toJSON, value, []));
  const prototype: unknown = Object.getPrototypeOf(value);
  // what is neither a list nor a dictionary is the serializer's to refuse
  if (prototype !== Object.prototype && prototype !== null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, copy(inner)]));
}
