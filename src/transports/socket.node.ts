import type { ClientRequest, IncomingMessage } from 'node:http';
import type { Socket as TcpSocket } from 'node:net';
import { WebSocket as NodeWebSocket, type ClientOptions } from 'ws';
import { tlsBinding } from './binding.node.ts';
import { fastFrames, type FastFrames } from './fast-frames/fast-frames.node.ts';
import { HttpRefusal } from './http-refusal.ts';
import { peerOf } from './peer.node.ts';
import type { Dial, Socket } from './socket.browser.ts';
import type { TransportDetails } from './transport.ts';

/** What {@link NodeSocket} needs to know beside the WebSocket. */
export interface NodeSocketOptions {
  /** Bytes that a message may have; 0 for any number. */
  readonly maxPayload: number;
  /** Whether to read and write usual frames beside `ws`, where that is possible. */
  readonly fastFrames: boolean;
}

/** A WebSocket of the package `ws`. By itself it relies on nothing but what `ws` documents; see also {@link fastFrames}. */
export class NodeSocket implements Socket {
  readonly ws: WebSocket;
  readonly more: NonNullable<Socket['more']> = {
    ping: (answered) => {
      this.node.once('pong', answered);
      this.node.ping();
    },
    channelBinding: (type) => this.tcp && tlsBinding(this.tcp, type),
  };
  private readonly node: NodeWebSocket;
  private readonly options: NodeSocketOptions;
  private tcp: TcpSocket | undefined;
  private fast: FastFrames | undefined;
  /** Whether the TCP socket gathers what `ws` writes until the end of the turn. */
  private corked = false;
  /** Set by close(). */
  private left = false;

  constructor(node: NodeWebSocket, options: NodeSocketOptions) {
    this.node = node;
    this.options = options;
    this.ws = node as unknown as WebSocket;
    // frames as Buffers: views of what was received, without a copy
    node.binaryType = 'nodebuffer';
    // Bun, whose `ws` is its own, has no socket there
    node.on('upgrade', ({ socket }: { readonly socket: TcpSocket | null }) => (this.tcp = socket ?? undefined));
    node.on('unexpected-response', refuse);
    // `ws` answers a close frame by close(), and emits `close` when TCP has ended, which may take long: once more, then
    const close = node.close.bind(node);
    node.close = (code, reason) => {
      const isAnswer = node.readyState === node.OPEN && !this.left && (code === undefined || reason !== undefined);
      close(code, reason);
      if (isAnswer) node.emit('close', code ?? 1005, Buffer.from(reason ?? ''));
    };
    const secure = isSecure(node.url);
    node.on('redirect', (target, request) => {
      if (secure && !isSecure(target)) request.destroy(new Error('a redirect leads to an address without TLS'));
    });
  }

  get details(): Partial<TransportDetails> {
    const { node, tcp } = this;
    return { isSecure: isSecure(node.url), extensions: node.extensions, ...peerOf(tcp) };
  }

  /** Bytes, control frames included. */
  get received(): number | undefined {
    return this.tcp?.bytesRead;
  }

  get bufferedAmount(): number {
    return this.node.bufferedAmount + (this.fast?.waiting ?? 0);
  }

  listen(receive: (frame: unknown) => void): void {
    const { node, tcp, options } = this;
    // not by `onmessage`, which makes an event object for each frame
    node.on('message', (data: Buffer, isBinary) => receive(isBinary ? data : data.toString()));
    if (!options.fastFrames || !tcp) return;
    const maxPayload = options.maxPayload || Number.MAX_SAFE_INTEGER;
    this.fast = fastFrames(node, tcp, { maxPayload, message: receive });
  }

  /** A write costs more than everything else here: all messages of one turn leave in one. */
  send(frame: string | Uint8Array): void {
    const { node, tcp, fast } = this;
    if (fast) {
      fast.send(frame);
      return;
    }
    if (tcp && !this.corked) {
      this.corked = true;
      tcp.cork();
      process.nextTick(flush, this);
    }
    node.send(frame);
  }

  flush(): void {
    this.fast?.flush();
    if (!this.corked) return;
    this.corked = false;
    this.tcp?.uncork();
  }

  close(code: number, reason: string): void {
    this.flush();
    this.left = true;
    this.node.close(code, reason);
  }

  terminate(): void {
    // what was sent in this turn may still leave
    this.flush();
    this.node.terminate();
  }
}

const isSecure = (url: string): boolean => /^wss/i.test(url);

/** Ends a handshake that was answered with something else than an upgrade. */
function refuse(request: ClientRequest, { statusCode = 0, headers }: IncomingMessage): void {
  const { location, 'retry-after': retryAfter } = headers;
  request.destroy(new HttpRefusal(statusCode, { location, retryAfter }));
}

/** One function for all sockets: no closure per turn. */
function flush(socket: NodeSocket): void {
  socket.flush();
}

const DEFAULTS = {
  // compression costs more CPU than it saves with WAMP's small messages
  perMessageDeflate: false,
  followRedirects: true,
  maxPayload: 16 * 1024 * 1024,
  // ms that a router may take to answer our close frame; a program that ends should not wait for it
  closeTimeout: 5000,
} satisfies ClientOptions & { closeTimeout: number };

/** The way to dial with the package `ws` and options of it. */
export const dialer =
  (options?: Readonly<Record<string, unknown>>): Dial =>
  (url, protocols) => {
    const { fastFrames = true, ...all } = { ...DEFAULTS, ...(options as Partial<NodeSocketOptions>) };
    return new NodeSocket(new NodeWebSocket(url, protocols, all), { maxPayload: all.maxPayload, fastFrames });
  };

/** Dials with the package `ws`. */
export const dial = dialer();
