// A TCP proxy between one client and the router, which treats connections as bad networks do.
import { connect, createServer } from 'node:net';

/** One direction of a connection: what is read here is written there, in order, later or in pieces as the proxy says. */
class Way {
  /** What arrives vanishes. */
  swallows = false;
  /** Of what arrives next a part is passed, and then the connection ends. */
  truncates = false;
  #queue = [];
  #timer;

  constructor(proxy, pair, from, to) {
    this.proxy = proxy;
    this.pair = pair;
    this.from = from;
    this.to = to;
    from.on('data', (data) => this.#take(data));
    from.on('end', () => this.#add({ end: true }, this.proxy.delay));
  }

  #take(data) {
    if (this.swallows) return;
    const { delay, splits } = this.proxy;
    if (this.truncates) {
      this.swallows = true;
      this.#add({ data: data.subarray(0, data.length >> 1) }, delay);
      this.#add({ end: true }, delay);
    } else if (splits) pieces(data).forEach((piece, i) => this.#add({ data: piece }, delay + i));
    else this.#add({ data }, delay);
  }

  /** Nothing overtakes what came before it. */
  #add(item, delay) {
    const due = Math.max(performance.now() + delay, this.#queue.at(-1)?.due ?? 0);
    this.#queue.push({ ...item, due });
    this.#pass();
  }

  #pass() {
    if (this.#timer !== undefined) return;
    while (this.#queue.length > 0) {
      const wait = this.#queue[0].due - performance.now();
      if (wait > 0) {
        this.#timer = setTimeout(() => {
          this.#timer = undefined;
          this.#pass();
        }, wait);
        return;
      }
      const { data, end } = this.#queue.shift();
      if (end) this.to.end();
      else if (this.to.writable) this.to.write(data);
    }
  }

  close() {
    clearTimeout(this.#timer);
    this.#queue = [];
  }
}

/** The first bytes one by one, where headers and lengths are; then two halves. */
function pieces(data) {
  const middle = 3 + ((data.length - 3) >> 1);
  return [
    data.subarray(0, 1),
    data.subarray(1, 2),
    data.subarray(2, 3),
    data.subarray(3, middle),
    data.subarray(middle),
  ].filter(({ length }) => length > 0);
}

/** One connection of the client, and its continuation to the router. */
class Pair {
  /** Whether it is stalled or half-open: it never works again. */
  dead = false;

  constructor(proxy, near, far) {
    this.near = near;
    this.far = far;
    this.up = new Way(proxy, this, near, far);
    this.down = new Way(proxy, this, far, near);
    for (const socket of [near, far]) {
      socket.setNoDelay(true);
      socket.on('error', () => undefined);
      // in a half-open pair one side does not learn of the other's end
      socket.on('close', () => {
        if (!this.dead) this.destroy();
        if (near.closed && far.closed) proxy.pairs.delete(this);
      });
    }
  }

  destroy() {
    this.up.close();
    this.down.close();
    this.near.destroy();
    this.far.destroy();
  }

  reset() {
    this.up.close();
    this.down.close();
    for (const socket of [this.near, this.far]) {
      // a socket that was ended cannot be reset: Node would keep its handle for ever
      if (socket.writableEnded) socket.destroy();
      else socket.resetAndDestroy();
    }
  }
}

export class Proxy {
  /** Milliseconds that data is held back. */
  delay = 0;
  /** Whether data arrives in pieces. */
  splits = false;
  /** Whether no server listens: connections are reset at once. */
  refuses = false;
  pairs = new Set();
  #server;
  #target;

  /** @param target gives the port on which the router listens */
  constructor(target) {
    this.#target = target;
  }

  get port() {
    return this.#server.address().port;
  }

  async start() {
    this.#server = createServer({ allowHalfOpen: true }, (near) => {
      if (this.refuses) near.resetAndDestroy();
      else
        this.pairs.add(new Pair(this, near, connect({ port: this.#target(), host: '127.0.0.1', allowHalfOpen: true })));
    });
    await new Promise((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
  }

  /** Ends all connections with FIN. */
  kill() {
    for (const { near, far } of this.pairs) {
      near.end();
      far.end();
    }
  }

  /** Ends all connections with RST. */
  reset() {
    for (const pair of this.pairs) pair.reset();
  }

  /** Nothing is read any more: what is sent fills the buffers of the network, and no end is noticed. */
  stall({ up = true, down = true } = {}) {
    for (const pair of this.pairs) {
      pair.dead = true;
      if (up) pair.near.pause();
      if (down) pair.far.pause();
    }
  }

  /** Like a stall that ends after some milliseconds: nothing is lost, all is late. */
  freeze(ms) {
    const frozen = [...this.pairs].filter(({ dead }) => !dead);
    for (const { near, far } of frozen) {
      near.pause();
      far.pause();
    }
    setTimeout(() => {
      for (const { near, far, dead } of frozen) {
        if (dead) continue;
        near.resume();
        far.resume();
      }
    }, ms);
  }

  /** The router's side is gone; the client's stays open, and what is sent on it vanishes. */
  halfOpen() {
    for (const pair of this.pairs) {
      pair.dead = pair.up.swallows = pair.down.swallows = true;
      pair.far.destroy();
    }
  }

  /** Half of what is sent next arrives, and then the connection ends. */
  truncate() {
    for (const { up, down } of this.pairs) up.truncates = down.truncates = true;
  }

  /** Ends what is stalled, half-open or truncated; from now on the network is good. */
  heal() {
    this.delay = 0;
    this.splits = this.refuses = false;
    for (const pair of [...this.pairs]) {
      pair.up.truncates = pair.down.truncates = false;
      if (pair.dead || pair.up.swallows || pair.down.swallows) pair.reset();
    }
  }

  async close() {
    for (const pair of [...this.pairs]) pair.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
