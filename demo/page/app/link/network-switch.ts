import { Injectable, signal } from '@angular/core';
import { defer, throwError } from 'rxjs';
import type { Transport } from 'rxwamp';

/** Close codes from 4000 are free for applications. */
const dropped = 4000;

/**
 * Breaks the page's own link at the press of a button, as a lost network would. The client does not notice: it only has
 * another WebSocket class and a wrapped transport.
 */
@Injectable({ providedIn: 'root' })
export class NetworkSwitch {
  readonly #offline = signal(false);
  readonly offline = this.#offline.asReadonly();

  #live: WebSocket | undefined;

  /** A WebSocket class that records its latest instance. */
  readonly WebSocket: typeof WebSocket = this.#recording();

  /** A transport that fails to dial while the page is offline. */
  guard(transport: Transport): Transport {
    return {
      name: transport.name,
      open: (attempt) =>
        defer(() => (this.offline() ? throwError(() => new Error('This page is offline.')) : transport.open(attempt))),
    };
  }

  /** Cuts the connection without GOODBYE, as when a cable is pulled. */
  drop(): void {
    this.#live?.close(dropped, 'cut by the button on this page');
  }

  goOffline(): void {
    this.#offline.set(true);
    this.drop();
  }

  /** Browsers report a network that is back, and the client then stops waiting. */
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
