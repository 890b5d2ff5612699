import { Injectable, signal } from '@angular/core';

/** What the page's server knows of the router. */
export interface RouterInfo {
  readonly running: boolean;
  readonly url: string;
  readonly realm: string;
}

/** Asks the page's server about the router, and has it stopped and started. */
@Injectable({ providedIn: 'root' })
export class RouterControl {
  /** Undefined until the server has answered for the first time. */
  readonly #running = signal<boolean | undefined>(undefined);
  readonly running = this.#running.asReadonly();

  readonly #busy = signal(false);
  readonly busy = this.#busy.asReadonly();

  readonly #problem = signal('');
  readonly problem = this.#problem.asReadonly();

  /** Where to find the router now: the client asks anew at every attempt. */
  async url(): Promise<string> {
    return (await this.#ask('control/router', 'GET')).url;
  }

  async switch(on: boolean): Promise<void> {
    this.#busy.set(true);
    this.#problem.set('');
    try {
      await this.#ask(on ? 'control/router/start' : 'control/router/stop', 'POST');
    } catch (error) {
      this.#problem.set(error instanceof Error ? error.message : String(error));
    } finally {
      this.#busy.set(false);
    }
  }

  async #ask(path: string, method: 'GET' | 'POST'): Promise<RouterInfo> {
    const response = await fetch(path, { method });
    if (!response.ok) throw new Error(`The page's server answered ${String(response.status)} to ${method} ${path}.`);
    const info = (await response.json()) as RouterInfo;
    this.#running.set(info.running);
    return info;
  }
}
