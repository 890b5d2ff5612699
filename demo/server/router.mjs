import { fileURLToPath } from 'node:url';
import { startChild } from './child.mjs';
import { host, listening } from './ports.mjs';

const program = fileURLToPath(new URL('realm.mjs', import.meta.url));

/**
 * The router as a process of its own, which the page may stop and start to see what a client does without one.
 * It keeps its port, so that clients find it again.
 */
export class RouterProcess {
  /** @type {import('./child.mjs').Child | undefined} */
  #child;
  /** Switching takes time: one after the other. @type {Promise<unknown>} */
  #turn = Promise.resolve();
  #port;
  #realm;
  #verbose;
  #env;

  /** @param {{ port: number, realm: string, verbose: boolean, env: Record<string, string> }} options */
  constructor({ port, realm, verbose, env }) {
    this.#port = port;
    this.#realm = realm;
    this.#verbose = verbose;
    this.#env = env;
  }

  get url() {
    return `ws://${host}:${this.#port}/`;
  }

  get running() {
    return this.#child?.running() ?? false;
  }

  /** Resolves when clients can connect. */
  start() {
    return this.#inTurn(async () => {
      if (this.running) return;
      const child = startChild('router', [program, '--port', String(this.#port), '--realm', this.#realm], {
        verbose: this.#verbose,
        env: this.#env,
      });
      this.#child = child;
      if (await listening(this.#port, child.running)) return;
      await child.stop();
      throw new Error(`The router did not start. ${child.complaints()}`);
    });
  }

  /** Resolves when the process is gone. */
  stop() {
    return this.#inTurn(async () => {
      await this.#child?.stop();
    });
  }

  /**
   * @template T
   * @param {() => Promise<T>} action
   * @returns {Promise<T>}
   */
  #inTurn(action) {
    const result = this.#turn.then(action);
    this.#turn = result.catch(() => undefined);
    return result;
  }
}
