import type { Subscription } from 'rxjs';
import { ConnectionLostError } from '../protocol/errors.ts';
import { MAX_ID } from '../protocol/ids.ts';
import { CALL, UNSUBSCRIBE } from '../protocol/messages.ts';
import type { SessionLink } from '../session/link.ts';
import { after, now } from '../session/time.ts';
import { wake$ } from './wake.ts';

/** How half-open links are noticed. */
export interface KeepaliveOptions {
  /** Milliseconds of silence after which the router is asked for a sign of life; 30 000 by default. */
  readonly interval?: number | undefined;
  /** Milliseconds to wait for it before the link counts as lost; 10 000 by default. */
  readonly timeout?: number | undefined;
  /** A procedure to call as the question, where a WebSocket ping cannot be had; by default an UNSUBSCRIBE of no subscription. */
  readonly probe?: string | undefined;
}

/** A timer that fires later than this after its time was not running: the machine slept. In milliseconds. */
const LATE = 2000;

/** Watches the link of one session until it is unsubscribed: any received byte counts as life. */
export class Keepalive {
  readonly #link: SessionLink;
  readonly #interval: number;
  readonly #timeout: number;
  readonly #probe: string | undefined;
  readonly #wake: Subscription;
  #seen: number;
  #silentSince: number;
  #timer: Subscription | undefined;

  constructor(link: SessionLink, { interval = 30_000, timeout = 10_000, probe }: KeepaliveOptions) {
    this.#link = link;
    this.#interval = interval;
    this.#timeout = timeout;
    this.#probe = probe;
    this.#seen = link.wire.channel.received;
    this.#silentSince = now();
    // who slept cannot know whether the link did not
    this.#wake = wake$.subscribe(() => this.#ask());
    this.#listen();
  }

  stop(): void {
    this.#wake.unsubscribe();
    this.#timer?.unsubscribe();
  }

  /** Looks in twice an interval: silence is noticed between one and one and a half of it, at no cost per message. */
  #listen(): void {
    this.#after(this.#interval / 2, (late) => {
      if (this.#alive()) this.#listen();
      else if (late || now() - this.#silentSince >= this.#interval) this.#ask();
      else this.#listen();
    });
  }

  #ask(): void {
    if (!this.#link.open) return;
    this.#alive();
    const { channel } = this.#link.wire;
    if (channel.ping) channel.ping();
    else {
      // no router holds this subscription, nobody needs permission to give it up, and it is always answered
      const id = this.#link.nextId;
      this.#link.probes++;
      this.#link.tell(this.#probe === undefined ? [UNSUBSCRIBE, id, MAX_ID] : [CALL, id, {}, this.#probe], null);
    }
    this.#after(this.#timeout, (late) => {
      if (this.#alive()) this.#listen();
      else if (late) this.#ask();
      else {
        this.#link.drop(
          new ConnectionLostError(
            `No sign of life from the router for ${now() - this.#silentSince} ms; the link counts as lost`,
          ),
        );
      }
    });
  }

  /** Whether anything came since the last look. */
  #alive(): boolean {
    const { received } = this.#link.wire.channel;
    if (received === this.#seen) return false;
    this.#seen = received;
    this.#silentSince = now();
    return true;
  }

  #after(delay: number, look: (late: boolean) => void): void {
    this.#timer?.unsubscribe();
    const due = now() + delay;
    this.#timer = after(delay, () => look(now() - due > LATE));
  }
}
