import { ConnectionLostError } from '../protocol/errors.ts';
import type { Id } from '../protocol/ids.ts';
import type { Message } from '../protocol/messages.ts';
import type { DeliveryQueue } from './delivery-queue.ts';
import type { RouterFrame, RouterPeer } from './router-options.ts';

/** What both directions of a link need of their router. */
export interface Traffic {
  readonly outbound: DeliveryQueue;
  /** What interceptors leave of a message. */
  intercepted(message: Message, session: Id | undefined, direction: 'in' | 'out'): readonly Message[];
  tap(frame: Omit<RouterFrame, 'time'>): void;
}

/** Whose messages these are, and what may fail. */
export interface Sender {
  readonly number: number;
  readonly session: { readonly id: Id } | undefined;
  readonly closed: boolean;
  /** A message could not be written: its payload is no value of this client's serializer, or is longer than it takes. */
  undeliverable(message: Message, error: unknown): void;
}

/** The way out of a link: through the router's queue, interceptors and tap to the client, unless a fault keeps it silent. */
export class LinkOutput {
  /** Half-open: frames vanish both ways. */
  stalled = false;
  /** The link is gone, and the router does not know it yet. */
  ghost = false;
  readonly #traffic: Traffic;
  readonly #peer: RouterPeer;
  readonly #sender: Sender;

  constructor(traffic: Traffic, peer: RouterPeer, sender: Sender) {
    this.#traffic = traffic;
    this.#peer = peer;
    this.#sender = sender;
  }

  get silent(): boolean {
    return this.stalled || this.ghost;
  }

  send(message: Message): void {
    this.#traffic.outbound.post(() => {
      if (!this.silent) this.#transmit(message);
    });
  }

  /** Sends anything, whatever the state of the session. */
  sendRaw(frame: unknown): void {
    this.#traffic.outbound.post(() => {
      if (this.#sender.closed || this.silent) return;
      if (typeof frame === 'string' || frame instanceof Uint8Array) this.#peer.raw?.(frame);
      // a copy: adapters may know a message again by its identity, and tests may change theirs
      else this.#peer.send([...(frame as readonly unknown[])] as unknown as Message);
    });
  }

  /** Hangs up in order, after what was sent. */
  close(code?: number, reason?: string): void {
    this.#traffic.outbound.post(() => {
      if (!this.ghost) this.#peer.close(code, reason);
    });
  }

  /** Cuts the link at once. */
  cut(): void {
    if (this.#peer.drop) this.#peer.drop();
    else this.#peer.close(1006, 'dropped');
  }

  #transmit(message: Message): void {
    const { number, session } = this.#sender;
    for (const passed of this.#traffic.intercepted(message, session?.id, 'out')) {
      this.#traffic.tap({ session: session?.id, link: number, direction: 'out', message: passed });
      try {
        this.#peer.send(passed);
      } catch (error) {
        if (!(error instanceof ConnectionLostError)) this.#sender.undeliverable(passed, error);
      }
    }
  }
}
