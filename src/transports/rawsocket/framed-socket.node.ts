import type { Socket } from 'node:net';
import { FrameReader, FrameWriter, MESSAGE, PING, PONG } from './framing.ts';

/** What the two sides have agreed on, and who takes what comes. */
export interface FramedSocketOptions {
  /** Octets that one message may have that comes. */
  readonly limit: number;
  /** Octets that the other side takes in one message. */
  readonly theirLimit: number;
  /** A message came: a view of what was read. */
  readonly message: (payload: Buffer) => void;
  /** Whether to answer a PING; yes, where it is absent. */
  readonly answers?: () => boolean;
}

/** Frames of a RawSocket on a socket of Node, after the handshake: of either side. */
export class FramedSocket {
  readonly #socket: Socket;
  readonly #writer: FrameWriter;
  readonly #reader: FrameReader;
  /** Called at the answer to a ping. */
  #pong: (() => void) | undefined;

  constructor(socket: Socket, { limit, theirLimit, message, answers = () => true }: FramedSocketOptions) {
    this.#socket = socket;
    this.#writer = new FrameWriter(theirLimit);
    this.#reader = new FrameReader(limit, (kind, payload) => {
      if (kind === MESSAGE) message(Buffer.from(payload.buffer, payload.byteOffset, payload.length));
      else if (kind === PING && answers()) this.#add(PONG, payload);
      else if (kind === PONG) this.#pong?.();
    });
  }

  /** Octets that wait here or in the socket. */
  get bufferedAmount(): number {
    return this.#writer.size + this.#socket.writableLength;
  }

  /** Whether a frame has begun to come and is not complete. */
  get midway(): boolean {
    return this.#reader.midway;
  }

  /**
   * Takes what came from the socket.
   *
   * @throws ProtocolError where it is no frame; nothing more is read then
   */
  read(chunk: Uint8Array): void {
    this.#reader.read(chunk);
  }

  /** Reads no more. */
  stop(): void {
    this.#reader.stop();
  }

  /**
   * Sends a message. A write costs more than everything else here: all messages of one turn leave in one.
   *
   * @throws SerializationError where it is longer than the other side takes; nothing was sent then
   */
  send(frame: string | Uint8Array): void {
    this.#add(MESSAGE, frame);
  }

  /** Asks for a sign of life. */
  ping(answered: () => void): void {
    this.#pong = answered;
    this.#add(PING, '');
  }

  #add(kind: typeof MESSAGE | typeof PING | typeof PONG, data: string | Uint8Array): void {
    const first = this.#writer.size === 0;
    this.#writer.add(kind, data);
    if (first) process.nextTick(flush, this);
  }

  /** Writes what waits. */
  flush(): void {
    const socket = this.#socket;
    const parts = this.#writer.take();
    if (parts.length === 0 || !socket.writable) return;
    if (parts.length > 1) socket.cork();
    for (const part of parts) socket.write(part);
    if (parts.length > 1) socket.uncork();
  }
}

/** One function for all: no closure per turn. */
function flush(socket: FramedSocket): void {
  socket.flush();
}
