import { Injectable, signal } from '@angular/core';
import { defer, throwError } from 'rxjs';
import type { Transport } from 'rxwamp';

/** Close codes from 4000 on are an application's own. */
const dropped = 4000;

/**
 * The handles by which the page breaks its own link: what a lost network does, at the press of a button. The client
 * knows nothing of it; it was only given another WebSocket class and a transport with something around it.
 */
@Injectable({ providedIn: 'root' })
export class NetworkSwitch {
  readonly #offline = signal(false);
  readonly offline = this.#offline.asReadonly();

  #live: WebSocket | undefined;

  /** A WebSocket that can be found again. */
  readonly WebSocket: typeof WebSocket = this.#recording();

  /** A transport that cannot be dialled while the network is shut. */
  guard(transport: Transport): Transport {
    return {
      name: transport.name,
      open: (attempt) =>
        defer(() => (this.offline() ? throwError(() => new Error('This page is offline.')) : transport.open(attempt))),
    };
  }

  /** Cuts the connection without a word of WAMP: no GOODBYE, as when a cable is pulled. */
  drop(): void {
    this.#live?.close(dropped);
  }

  goOffline(): void {
    this.#offline.set(true);
    this.drop();
  }

  /** Browsers say when the network is back, and the client does not wait any longer then. */
  goOnline(): void {
    this.#offline.set(false);
    window.dispatchEvent(new Event('online'));
  }

  #recording(): typeof WebSocket {
    const remember = (socket: WebSocket): void => {
      this.#live = socket;
    };
    return class extends WebSocket {
      constructor(url: string | URL, protocols?: string | string[]) {
        super(url, protocols);
        remember(this);
      }
    };
  }
}
