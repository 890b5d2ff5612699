import type { Subscription } from 'rxjs';
import { ConnectionLostError, SerializationError } from '../protocol/errors.ts';
import { seeGuide } from '../protocol/guide.ts';
import { describeRequest } from '../protocol/uris.ts';
import type { Call } from '../session/call.ts';
import type { PayloadRequest } from '../session/option-checks.ts';
import type { PublishOptions } from '../session/options.ts';
import type { PendingPublication } from '../session/publication.ts';
import type { Dispatch } from '../session/dispatch.ts';
import { after } from '../session/time.ts';
import type { Settings } from './client-options.ts';

/** Milliseconds between looks at a buffer that was full. */
const DRAIN_LOOK = 50;

/** What waits: a call or a publication. */
type Item = Call | PendingPublication;

/** Calls and publications made while there is no session, in the order in which they were made. */
export class Outbox {
  readonly #limits: Pick<Settings, 'publishQueue' | 'waitTimeout' | 'maxBufferedAmount'>;
  /** With the clocks of how long they wait. */
  readonly #items = new Map<Item, Subscription | undefined>();
  /** What waits, in the order in which it came. */
  readonly items: ReadonlyMap<Item, unknown> = this.#items;
  /** Until the next look at a buffer that was full. */
  #drain: Subscription | undefined;
  /** How many of them are publications. */
  publications = 0;
  /** How many publications were given up: there was no room, or no session in time. */
  dropped = 0;

  constructor(limits: Pick<Settings, 'publishQueue' | 'waitTimeout' | 'maxBufferedAmount'>) {
    this.#limits = limits;
  }

  /** Keeps a call until there is a session; `cause` returns why there was none in time. */
  addCall(call: Call, cause: () => unknown): void {
    call.waiting = () => this.#remove(call);
    this.#add(call, describeRequest('call', call.request.uri), this.#limits.waitTimeout, cause);
  }

  /** Keeps a publication, as it is now, until there is a session. */
  addPublication(publication: PendingPublication, cause: () => unknown): void {
    const { size, ttl } = this.#limits.publishQueue;
    const what = `${describeRequest('publish', publication.request.uri)}: not sent`;
    if (this.publications >= size) {
      this.dropped++;
      publication.fail(new ConnectionLostError(`${what}, ${size} publications wait already`, { cause: cause() }));
      return;
    }
    try {
      publication.request = snapshot(publication.request);
      this.publications++;
      this.#add(publication, what, ttl, cause);
    } catch (error) {
      publication.fail(error);
    }
  }

  /** Whether a publication may be sent now: none waits, and the network has taken enough of what was sent before. */
  mayPass({ wire }: Dispatch): boolean {
    return this.publications === 0 && wire.channel.bufferedAmount <= this.#limits.maxBufferedAmount;
  }

  /**
   * Sends what waits, and what comes while it does. Publications wait on while more than `most` bytes are buffered, and
   * are sent as the network takes them.
   */
  flush(dispatch: Dispatch, most = this.#limits.maxBufferedAmount): void {
    const { channel } = dispatch.wire;
    this.#drain?.unsubscribe();
    this.#drain = undefined;
    for (const item of this.#items.keys()) {
      if (!dispatch.open || channel.closing) return;
      if ('report' in item && channel.bufferedAmount > most) continue;
      this.#remove(item);
      item.start(dispatch);
    }
    if (this.publications > 0) this.flushLater(dispatch);
  }

  /** Sends what waits when the network may have taken what is buffered. */
  flushLater(dispatch: Dispatch): void {
    this.#drain ??= after(DRAIN_LOOK, () => this.flush(dispatch));
  }

  /** Hands out what waits, or the calls alone, and forgets it. */
  take(calls = false): Item[] {
    const items = [...this.#items.keys()].filter((item) => !calls || !('report' in item));
    for (const item of items) this.#remove(item);
    return items;
  }

  #add(item: Item, what: string, wait: number, cause: () => unknown): void {
    const late = (): void => {
      this.#remove(item);
      if ('report' in item) this.dropped++;
      item.fail(
        new ConnectionLostError(`${what}: no session that could take it within ${wait} ms${seeGuide('timeout')}`, {
          cause: cause(),
        }),
      );
    };
    this.#items.set(item, after(wait, late));
  }

  #remove(item: Item): void {
    this.#items.get(item)?.unsubscribe();
    if (this.#items.delete(item) && 'report' in item) this.publications--;
  }
}

/**
 * A publication as it is now, whatever happens to its payload until it is sent.
 *
 * @throws SerializationError for a payload without an end
 */
function snapshot(request: PayloadRequest<PublishOptions>): PayloadRequest<PublishOptions> {
  try {
    return {
      ...request,
      args: copy(request.args) as unknown[],
      kwargs: copy(request.kwargs) as Record<string, unknown>,
    };
  } catch (error) {
    if (error instanceof RangeError) {
      throw new SerializationError(`${describeRequest('publish', request.uri)}: the payload refers to itself`, {
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
