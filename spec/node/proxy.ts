// A TCP proxy that can play dead: to clients the link looks open, the server notices nothing.
import { createServer, connect, type AddressInfo, type Server, type Socket } from 'node:net';

interface Pair {
  readonly client: Socket;
  readonly server: Socket;
  dead: boolean;
}

/** Stands between clients and a port on this machine. */
export class Proxy {
  readonly port: number;
  readonly #server: Server;
  readonly #pairs: Set<Pair>;

  private constructor(server: Server, pairs: Set<Pair>) {
    this.#server = server;
    this.#pairs = pairs;
    this.port = (server.address() as AddressInfo).port;
  }

  /** Listens on a free port, and connects each client with the target. */
  static to(target: number): Promise<Proxy> {
    const pairs = new Set<Pair>();
    const server = createServer((client) => {
      const pair: Pair = { client, server: connect(target, '127.0.0.1'), dead: false };
      pairs.add(pair);
      link(pair, client, pair.server, pairs);
      link(pair, pair.server, client, pairs);
    });
    return new Promise((resolve) => {
      server.listen(0, '127.0.0.1', () => {
        resolve(new Proxy(server, pairs));
      });
    });
  }

  /** How many links are half-open. */
  get dead(): number {
    return [...this.#pairs].filter(({ dead }) => dead).length;
  }

  /** The present links fall silent, in both directions; neither side notices, whatever the other does. New ones work. */
  playDead(): void {
    for (const pair of this.#pairs) pair.dead = true;
  }

  /** The server learns at last that the silent clients are gone. */
  bury(): void {
    for (const pair of this.#pairs) if (pair.dead) pair.server.destroy();
  }

  close(): Promise<void> {
    for (const { client, server } of this.#pairs) {
      client.destroy();
      server.destroy();
    }
    return new Promise((resolve) => {
      this.#server.close(() => {
        resolve();
      });
    });
  }
}

function link(pair: Pair, from: Socket, to: Socket, pairs: Set<Pair>): void {
  from.setNoDelay(true);
  from.on('data', (bytes) => {
    if (!pair.dead) to.write(bytes);
  });
  // the end of a silent link is reported to neither side
  from.on('end', () => {
    if (!pair.dead) to.end();
  });
  from.on('error', () => {
    if (!pair.dead) to.destroy();
  });
  from.on('close', () => {
    if (!pair.dead) to.destroy();
    if (pair.client.destroyed && pair.server.destroyed) pairs.delete(pair);
  });
}
