import type { Socket as TcpSocket } from 'node:net';
import { WebSocket as NodeWebSocket, type ClientOptions } from 'ws';
import type { Socket } from './socket.browser.ts';

const TEXT = { binary: false };

/** A WebSocket of the package `ws`, which lets us at the TCP socket below it. */
class NodeSocket implements Socket {
  readonly ws: WebSocket;
  private readonly node: NodeWebSocket;
  private tcp: TcpSocket | undefined;
  private corked = false;

  constructor(node: NodeWebSocket) {
    this.node = node;
    this.ws = node as unknown as WebSocket;
    // frames as Buffers: views of what was received, without a copy
    node.binaryType = 'nodebuffer';
    node.on('upgrade', (response) => (this.tcp = response.socket));
  }

  /** Bytes, control frames included. */
  get received(): number {
    return this.tcp?.bytesRead ?? 0;
  }

  /** Not by `onmessage`, which makes an event object for each frame. */
  listen(receive: (frame: unknown) => void): void {
    this.node.on('message', (data: Buffer, isBinary) => receive(isBinary ? data : data.toString()));
  }

  /** Writing is a system call, the dearest thing here: all messages of one turn leave with one. */
  send(frame: string | Uint8Array): void {
    if (!this.corked) {
      this.corked = true;
      this.tcp?.cork();
      process.nextTick(uncork, this);
    }
    // text as bytes: of a string `ws` makes two pieces to write, of bytes one
    if (typeof frame === 'string') this.node.send(Buffer.from(frame), TEXT);
    else this.node.send(frame);
  }

  uncork(): void {
    if (!this.corked) return;
    this.corked = false;
    this.tcp?.uncork();
  }

  ping(): void {
    this.node.ping();
  }

  close(code: number, reason: string): void {
    this.node.close(code, reason);
  }

  terminate(): void {
    // what was sent in this turn still gets its chance
    this.uncork();
    this.node.terminate();
  }
}

/** One function for all sockets: no closure per turn. */
function uncork(socket: NodeSocket): void {
  socket.uncork();
}

const DEFAULTS: ClientOptions & { closeTimeout: number } = {
  // compression costs more CPU than it saves with WAMP's small messages
  perMessageDeflate: false,
  maxPayload: 16 * 1024 * 1024,
  // ms that a router may take to answer our close frame; a program that ends should not wait for it
  closeTimeout: 5000,
};

/** Dials with the package `ws`. Throws where the address is malformed. */
export function dial(url: string, protocols: string[], options?: object): Socket {
  return new NodeSocket(new NodeWebSocket(url, protocols, { ...DEFAULTS, ...options }));
}
