import { ApplicationRef, inject, makeStateKey, PendingTasks, PLATFORM_ID, TransferState } from '@angular/core';
import { isSerializationError, json, type Uri } from '../index.ts';
import { nameOf, WAMP, type WampRef } from './ref.ts';

/** Milliseconds that a page waits for what may never come. */
export const PATIENCE = 500;

/** Under which a value is handed over: of which client, which URI, called with what. */
export const keyOf = (client: WampRef = WAMP, uri: Uri, request?: unknown): string =>
  [nameOf(client), uri, JSON.stringify(request, wide)].join(' ').trim();

/** JSON.stringify refuses bigint, which WAMP has. */
const wide = (_: string, value: unknown): unknown => (typeof value === 'bigint' ? `${value}n` : value);

/** Takes values of resources from the server to the browser, with the page. Made in injection context. */
export class Handover {
  readonly #state = inject(TransferState);
  readonly #tasks = inject(PendingTasks);
  readonly #onServer = inject(PLATFORM_ID) === 'server';
  readonly #json = json();
  /** In the browser, until the page is stable: later values are asked for anew. */
  #open = !this.#onServer;

  constructor() {
    if (this.#open)
      void inject(ApplicationRef)
        .whenStable()
        .then(() => (this.#open = false));
  }

  /** The value that the server put there under a key, in a list; none later, or where there is none. */
  take<T>(key: string): readonly [T] | undefined {
    const stateKey = makeStateKey<string>(`rxwamp ${key}`);
    if (!this.#open || !this.#state.hasKey(stateKey)) return undefined;
    return this.#json.decode(this.#state.get(stateKey, '')) as [T];
  }

  /** Puts a value there, on a server: as WAMP's JSON, which knows bytes. What that cannot write, the browser asks for. */
  give(key: string, value: unknown): void {
    if (!this.#onServer) return;
    try {
      this.#state.set(makeStateKey<string>(`rxwamp ${key}`), this.#json.encode([value]) as string);
    } catch (error) {
      if (!isSerializationError(error)) throw error;
    }
  }

  /** Makes a page that is rendered wait, until the function that is returned is called, and at most half a second. */
  wait(): () => void {
    if (!this.#onServer) return () => undefined;
    const done = this.#tasks.add();
    const timer = setTimeout(done, PATIENCE);
    return () => {
      clearTimeout(timer);
      done();
    };
  }
}
