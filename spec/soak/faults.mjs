// The router's process, and the ways in which clients lose it.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const FILE = fileURLToPath(new URL('router.mjs', import.meta.url));

export class RouterProcess {
  port = 0;
  #child;
  #asked = 0;
  #answers = new Map();

  get url() {
    return `ws://127.0.0.1:${this.port}/`;
  }

  /** Starts it, from the second time on at the same port. */
  async start() {
    this.#child = fork(FILE, [String(this.port)], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    this.#child.on('message', ({ id, value }) => {
      this.#answers.get(id)?.(value);
      this.#answers.delete(id);
    });
    this.port = await new Promise((resolve, reject) => {
      this.#answers.set(0, resolve);
      this.#child.once('exit', () => reject(new Error('The router did not start')));
    });
  }

  /** Has it do something, by the name that the test router gives it. */
  tell(what, ...args) {
    const id = ++this.#asked;
    this.#child.send({ id, what, args });
    return new Promise((resolve) => this.#answers.set(id, resolve));
  }

  async kill() {
    const exit = once(this.#child, 'close');
    this.#child.kill('SIGKILL');
    await exit;
  }
}

/** Name → how it is done. `noticed` resolves when all clients have new sessions. */
export const FAULTS = {
  'the links are cut': (router) => router.tell('dropAll'),
  'the router is killed, and started again': async (router) => {
    await router.kill();
    await wait(200);
    await router.start();
  },
  'the links fall silent (half-open)': async (router, { noticed }) => {
    await router.tell('stall');
    await noticed();
    await router.tell('resume');
  },
  'the router says goodbye': (router) => router.tell('goodbye'),
  'the links are cut, and the router keeps the dead sessions for a second': (router) => router.tell('ghost', 1000),
  'the clients leave their sessions': (router, { leave }) => leave(),
};
