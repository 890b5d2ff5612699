import type { Subscription } from 'rxjs';
import type { Id } from '../protocol/ids.ts';
import { SUBSCRIBE, UNREGISTER } from '../protocol/messages.ts';
import type { Request } from './request-port.ts';
import { after } from './time.ts';

/** The longest time between two looks, in milliseconds. */
const STEP = 2000;

/**
 * Looks now and then at the requests of one session, and calls `late()` of those that stay unanswered: after
 * `requestTimeout`, and one step more at most; after one step already where a router that drops what exceeds its queue
 * has answered a later request, and to ask again changes nothing.
 */
export class Overdue {
  /** The highest id that was answered. */
  answered: Id = 0;
  readonly #requests: ReadonlyMap<Id | Request, Request>;
  readonly #step: number;
  readonly #limit: number;
  #timer: Subscription | undefined;

  constructor(requests: ReadonlyMap<Id | Request, Request>, requestTimeout: number) {
    this.#requests = requests;
    this.#step = Math.max(1, Math.min(STEP, requestTimeout));
    this.#limit = requestTimeout / this.#step;
  }

  /** A request was sent that has a time. */
  watch(): void {
    this.#timer ??= after(this.#step, () => this.#look());
  }

  unsubscribe(): void {
    this.#timer?.unsubscribe();
  }

  /** Counts looks, not milliseconds: a machine that slept, or a clock that was set, makes nothing late. */
  #look(): void {
    this.#timer = undefined;
    let waiting = false;
    for (const [id, request] of [...this.#requests]) {
      // not what an earlier one has settled
      if (!request.late || this.#requests.get(id) !== request) continue;
      waiting = true;
      request.looks = (request.looks ?? 0) + 1;
      const repeatable = request.type === SUBSCRIBE || request.type === UNREGISTER;
      const overtaken = repeatable && (id as Id) < this.answered && request.looks > 1;
      if (!overtaken && request.looks <= this.#limit) continue;
      request.looks = 0;
      request.late(id as Id);
    }
    if (waiting) this.watch();
  }
}
