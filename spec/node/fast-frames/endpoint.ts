// A server that writes bytes as they are, and a client's socket on it with fast frames or without.
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo, Socket as TcpSocket } from 'node:net';
import { WebSocket } from 'ws';
import { NodeSocket, type NodeSocketOptions } from '../../../src/transports/socket.node.ts';

/** A frame that a client wrote, unmasked. */
export interface ClientFrame {
  readonly first: number;
  readonly payload: string;
}

/** What a client did. */
export interface Outcome {
  /** Text as it is, binary as hexadecimal digits behind `0x`. */
  readonly messages: string[];
  /** What it sent: answers to pings, the close frame. */
  readonly sent: ClientFrame[];
  code: number;
  reason: string;
  error: string;
}

/** Accepts every WebSocket, and leaves the frames to the spec. */
export class RawServer {
  /** By the client's port. */
  readonly sockets = new Map<number | undefined, TcpSocket>();
  private readonly http: Server = createServer();

  async start(): Promise<string> {
    this.http.on('upgrade', (request: IncomingMessage, socket: TcpSocket) => {
      const key = `${request.headers['sec-websocket-key'] ?? ''}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`;
      const accept = createHash('sha1').update(key).digest('base64');
      socket.setNoDelay(true).on('error', () => undefined);
      this.sockets.set(socket.remotePort, socket);
      socket.on('close', () => this.sockets.delete(socket.remotePort));
      socket.write(
        `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
      );
    });
    this.http.listen(0, '127.0.0.1');
    await once(this.http, 'listening');
    return `ws://127.0.0.1:${(this.http.address() as AddressInfo).port}/`;
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets.values()) socket.destroy();
    this.http.close();
    await once(this.http, 'close');
  }
}

/** An open connection: the client's socket, what it did so far, and the server's end. */
export interface Connection {
  readonly socket: NodeSocket;
  readonly tcp: TcpSocket;
  readonly outcome: Outcome;
  /** Resolves when both ends are closed. */
  readonly closed: Promise<unknown>;
}

/**
 * Opens a connection.
 *
 * @param dressed what the client's socket gets in place of the WebSocket of `ws`
 */
export async function connection(
  server: RawServer,
  url: string,
  options: NodeSocketOptions,
  dressed: (ws: WebSocket) => WebSocket = (ws) => ws,
): Promise<Connection> {
  const ws = new WebSocket(url, { perMessageDeflate: false, maxPayload: options.maxPayload });
  const socket = new NodeSocket(dressed(ws), options);
  let port: number | undefined;
  ws.on('upgrade', (response) => (port = response.socket.localPort));
  const outcome: Outcome = { messages: [], sent: [], code: 0, reason: '', error: '' };
  const closing = new Promise<void>((resolve) => {
    ws.on('error', (error) => (outcome.error = error.message));
    ws.on('close', (code, reason) => {
      Object.assign(outcome, { code, reason: reason.toString() });
      resolve();
    });
  });
  await new Promise<void>((resolve) => {
    ws.on('open', () => {
      socket.listen((data) => {
        outcome.messages.push(typeof data === 'string' ? data : `0x${(data as Buffer).toString('hex')}`);
      });
      resolve();
    });
  });
  const tcp = server.sockets.get(port)!;
  let bytes = Buffer.alloc(0);
  tcp.on('data', (chunk: Buffer) => {
    bytes = Buffer.concat([bytes, chunk]);
    bytes = bytes.subarray(takeFrames(bytes, outcome.sent));
  });
  const ended = once(tcp, 'close');
  return { socket, tcp, outcome, closed: Promise.all([closing, ended]) };
}

/** Takes whole frames of a client from the beginning of bytes; returns how many bytes they have. */
function takeFrames(bytes: Buffer, frames: ClientFrame[]): number {
  for (let at = 0; ;) {
    const short = (bytes[at + 1] ?? 0x80) - 0x80;
    const wide = short === 127 ? 8 : short === 126 ? 2 : 0;
    const start = at + 6 + wide;
    if (start > bytes.length) return at;
    const length = wide === 8 ? Number(bytes.readBigUInt64BE(at + 2)) : wide ? bytes.readUInt16BE(at + 2) : short;
    if (start + length > bytes.length) return at;
    const key = bytes.subarray(start - 4, start);
    const payload = bytes.subarray(start, start + length).map((byte, i) => byte ^ (key[i & 3] ?? 0));
    frames.push({ first: bytes[at] ?? 0, payload: Buffer.from(payload).toString('hex') });
    at = start + length;
  }
}

/** A frame as a server writes it (RFC 6455, section 5.2). */
export function frame(first: number, payload: Uint8Array): Buffer {
  const { length } = payload;
  const head = Buffer.alloc(length > 0xffff ? 10 : length > 125 ? 4 : 2);
  head[0] = first;
  head[1] = length > 0xffff ? 127 : length > 125 ? 126 : length;
  if (length > 0xffff) head.writeBigUInt64BE(BigInt(length), 2);
  else if (length > 125) head.writeUInt16BE(length, 2);
  return Buffer.concat([head, payload]);
}

/** Cuts bytes into pieces at the given places. */
export function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
  const at = [...new Set(places.map((place) => place % (bytes.length + 1)))].sort((a, b) => a - b);
  return [0, ...at].map((from, i) => bytes.subarray(from, at[i] ?? bytes.length));
}
