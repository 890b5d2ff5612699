import type { WampError } from '../protocol/errors.ts';
import { REQUEST_WINDOW } from './request-window.ts';
import { after, elapsed } from './time.ts';

/** Milliseconds for which a full window holds calls back: replies that take longer do not come in a burst. */
const HOLD = 100;

/** A call that waits for its turn. */
interface WaitingCall {
  /** Whether it was cancelled meanwhile. */
  readonly over: boolean;
  send(): void;
  lost(error: WampError): void;
}

/**
 * Spreads a burst of calls, so that their replies fit into the router's queue: while 50 calls are unanswered, further ones
 * wait for a reply, at most 100 ms. Calls that are slow hold nothing back after that.
 */
export class CallWindow {
  /** Unanswered calls, without those that proved slow. */
  #unanswered = 0;
  /** When the window was filled, as long as nothing waits. */
  #filled = 0;
  /** Those that wait for their turn. */
  readonly waiting: WaitingCall[] = [];

  /** Whether a call may be sent now; otherwise its `send()` is called in its turn. */
  admit(call: WaitingCall): boolean {
    if (this.waiting.length === 0) {
      if (this.#unanswered >= REQUEST_WINDOW && elapsed() - this.#filled > HOLD) this.#unanswered = 0;
      if (this.#unanswered < REQUEST_WINDOW) {
        if (++this.#unanswered === REQUEST_WINDOW) this.#filled = elapsed();
        return true;
      }
      this.#hold();
    }
    this.waiting.push(call);
    return false;
  }

  answered(): void {
    if (this.#unanswered > 0) this.#unanswered--;
    if (this.waiting.length > 0) this.#sendNext();
  }

  /** The session is over. */
  lost(error: WampError): void {
    for (const call of this.waiting.splice(0)) call.lost(error);
  }

  #hold(): void {
    after(HOLD, () => {
      this.#unanswered = 0;
      this.#sendNext();
      if (this.waiting.length > 0) this.#hold();
    });
  }

  #sendNext(): void {
    while (this.#unanswered < REQUEST_WINDOW) {
      const call = this.waiting.shift();
      if (call === undefined) return;
      if (call.over) continue;
      this.#unanswered++;
      call.send();
    }
    if (this.waiting.length === 0) this.#filled = elapsed();
  }
}
