// The router, which restarts, and a proxy in front of it for each client.
import { createRouter } from '../../src/router/index.ts';
import { serveRouter } from '../../src/router/node/index.ts';
import { Proxy } from './proxy.mjs';

const PUBLISH = 16;

export class World {
  proxies = [];
  /** Topic of the numbered publications → how often the router received each. */
  received = new Map();
  restarts = 0;
  #numbered;
  #router;
  #served;
  #ports = {};
  #restarting;

  /** @param numbered the topic of publications whose arrival is counted */
  constructor(numbered) {
    this.#numbered = numbered;
  }

  router = () => this.#router;

  async start() {
    this.#router = createRouter({ closeTimeout: 100 });
    this.#router.messages$.subscribe(({ direction, message: [type, , , topic, args] }) => {
      if (direction !== 'in' || type !== PUBLISH || topic !== this.#numbered) return;
      this.received.set(args[0], (this.received.get(args[0]) ?? 0) + 1);
    });
    const { web = 0, raw = 0 } = this.#ports;
    this.#served = await serveRouter(this.#router, {
      port: web,
      rawSocket: { port: raw },
      // so that a client which is gone without a word does not count as present for long
      longPoll: { idleTimeout: 2000, holdTimeout: 300 },
    });
    this.#ports = { web: this.#served.port, raw: this.#served.rawSocket.port };
  }

  /** Adds a way to the router's `web` (WebSocket and long-poll) or `raw` (RawSocket) port. */
  async way(kind) {
    const proxy = new Proxy(() => this.#ports[kind]);
    await proxy.start();
    this.proxies.push(proxy);
    return proxy;
  }

  /** Starts the router anew; `gently` says goodbye first. */
  restart = async (gently) => {
    if (this.#restarting) return;
    this.#restarting = true;
    this.restarts++;
    if (gently) await this.#router.close();
    await this.#served.close();
    await this.#router.close();
    await this.start();
    this.#restarting = false;
  };

  /** From now on network and router are good. */
  heal() {
    for (const proxy of this.proxies) proxy.heal();
    this.#router.resume();
    this.#router.refuse(0);
    this.#router.abort('com.app.busy', 0);
  }

  async close() {
    await this.#served.close();
    await this.#router.close();
    await Promise.all(this.proxies.map((proxy) => proxy.close()));
  }
}
