import type { Socket as TcpSocket } from 'node:net';
import { WebSocket as NodeWebSocket, type ClientOptions } from 'ws';
import { tlsBinding } from './binding.node.ts';
import { FrameBatch, longFrame } from './frames.node.ts';
import { peerOf } from './peer.node.ts';
import { FrameReader } from './reader.node.ts';
import type { Socket } from './socket.browser.ts';
import type { TransportDetails } from './transport.ts';

/** A WebSocket of the package `ws`, which lets us at the TCP socket below it. */
class NodeSocket implements Socket {
  readonly ws: WebSocket;
  readonly more: NonNullable<Socket['more']> = {
    ping: () => this.node.ping(),
    channelBinding: (type) => this.tcp && tlsBinding(this.tcp, type),
  };
  private readonly node: NodeWebSocket;
  private readonly batch = new FrameBatch();
  private readonly maxPayload: number;
  private tcp: TcpSocket | undefined;

  constructor(node: NodeWebSocket, maxPayload: number) {
    this.node = node;
    this.maxPayload = maxPayload;
    this.ws = node as unknown as WebSocket;
    // frames as Buffers: views of what was received, without a copy
    node.binaryType = 'nodebuffer';
    node.on('upgrade', ({ socket }) => (this.tcp = socket));
  }

  get told(): Partial<TransportDetails> {
    const { node, tcp } = this;
    return { isSecure: tcp !== undefined && 'encrypted' in tcp, extensions: node.extensions, ...peerOf(tcp) };
  }

  /** Bytes, control frames included. */
  get received(): number {
    return this.tcp?.bytesRead ?? 0;
  }

  get bufferedAmount(): number {
    return this.node.bufferedAmount + this.batch.size;
  }

  /**
   * Reads what the usual frames bring, and leaves the rest to `ws`, from the first unusual one on for good. Until then
   * `ws` sees pings and pongs alone, so that it stands at the beginning of a frame whenever it is given the rest.
   */
  listen(receive: (frame: unknown) => void): void {
    const { node, tcp, maxPayload } = this;
    // not by `onmessage`, which makes an event object for each frame
    node.on('message', (data: Buffer, isBinary) => receive(isBinary ? data : data.toString()));
    const [theirs, ...others] = (tcp?.listeners('data') ?? []) as ((chunk: Buffer) => void)[];
    if (!tcp || !theirs || others.length > 0) return;
    const control = (frame: Buffer): void => theirs.call(tcp, frame);
    const reader = new FrameReader(maxPayload || Number.MAX_SAFE_INTEGER, { message: receive, control });
    const ours = (chunk: Buffer): void => {
      const rest = reader.read(chunk);
      if (rest === undefined) return;
      tcp.off('data', ours);
      tcp.on('data', theirs);
      theirs.call(tcp, rest);
    };
    tcp.off('data', theirs);
    tcp.on('data', ours);
  }

  /** Writing is the dearest thing here: all messages of one turn leave together, but for long or compressed ones. */
  send(frame: string | Uint8Array): void {
    const { node, batch, tcp } = this;
    if (node.extensions !== '') {
      node.send(frame);
      return;
    }
    const first = batch.size === 0;
    if (batch.add(frame)) {
      if (first) process.nextTick(flush, this);
      return;
    }
    this.flush();
    if (batch.add(frame)) return;
    tcp?.cork();
    for (const part of longFrame(frame)) tcp?.write(part);
    tcp?.uncork();
  }

  flush(): void {
    const { node, batch, tcp } = this;
    if (batch.size === 0) return;
    const frames = batch.take();
    // nothing may follow a close frame
    if (node.readyState === node.OPEN) tcp?.write(frames);
  }

  close(code: number, reason: string): void {
    this.flush();
    this.node.close(code, reason);
  }

  terminate(): void {
    // what was sent in this turn still gets its chance
    this.flush();
    this.node.terminate();
  }
}

/** One function for all sockets: no closure per turn. */
function flush(socket: NodeSocket): void {
  socket.flush();
}

const DEFAULTS = {
  // compression costs more CPU than it saves with WAMP's small messages
  perMessageDeflate: false,
  maxPayload: 16 * 1024 * 1024,
  // ms that a router may take to answer our close frame; a program that ends should not wait for it
  closeTimeout: 5000,
} satisfies ClientOptions & { closeTimeout: number };

/** Dials with the package `ws`. Throws where the address is malformed. */
export function dial(url: string, protocols: string[], options?: object): Socket {
  const all = { ...DEFAULTS, ...options };
  return new NodeSocket(new NodeWebSocket(url, protocols, all), all.maxPayload);
}
