import { Injectable, signal } from '@angular/core';

/** The router's state, as the page's server reports it. */
export interface RouterInfo {
  readonly running: boolean;
  readonly url: string;
  readonly realm: string;
}

/** Gets the router's state from the page's server, which also stops and starts it. */
@Injectable({ providedIn: 'root' })
export class RouterControl {
  /** Undefined until the first answer of the server. */
  readonly #running = signal<boolean | undefined>(undefined);
  readonly running = this.#running.asReadonly();

  readonly #busy = signal(false);
  readonly busy = this.#busy.asReadonly();

  readonly #problem = signal('');
  readonly problem = this.#problem.asReadonly();

  /** The router's present address; the client calls this at every attempt. */
  async url(): Promise<string> {
    return (await this.#request('control/router', 'GET')).url;
  }

  async switch(on: boolean): Promise<void> {
    this.#busy.set(true);
    this.#problem.set('');
    try {
      await this.#request(on ? 'control/router/start' : 'control/router/stop', 'POST');
    } catch (error) {
      this.#problem.set(error instanceof Error ? error.message : String(error));
    } finally {
      this.#busy.set(false);
    }
  }

  async #request(path: string, method: 'GET' | 'POST'): Promise<RouterInfo> {
    const response = await fetch(path, { method });
    if (!response.ok) throw new Error(`The page's server answered ${String(response.status)} to ${method} ${path}.`);
    const info = (await response.json()) as RouterInfo;
    this.#running.set(info.running);
    return info;
  }
}
