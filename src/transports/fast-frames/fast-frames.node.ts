import type { Socket } from 'node:net';
import type { WebSocket } from 'ws';
import { FrameBatch, longFrame } from './frame-batch.node.ts';
import { FrameReader } from './frame-reader.node.ts';

/** How `ws` reads from its socket. */
type DataListener = (this: Socket, chunk: Buffer) => void;

/** What `ws` does not document and this folder relies on. Each may be missing or different in another release. */
interface Internals {
  readonly _socket?: unknown;
  readonly _receiver?: { readonly _bufferedBytes?: unknown } | null;
  readonly _sender?: { readonly _socket?: unknown; readonly _bufferedBytes?: unknown } | null;
}

/** What {@link fastFrames} reports. */
export interface FastFramesOptions {
  /** Bytes; a longer message is left to `ws`, which refuses it. */
  readonly maxPayload: number;
  /** Takes each message: text as a string, binary as a view of what was read. */
  readonly message: (data: string | Buffer) => void;
}

/**
 * Takes over reading and writing of usual frames on a WebSocket that has just opened; README.md of this folder says why.
 *
 * @param tcp the socket below it, from the event `upgrade`
 * @returns the writing side, or undefined where `ws` is not as expected: nothing has been touched then
 */
export function fastFrames(ws: WebSocket, tcp: Socket, options: FastFramesOptions): FastFrames | undefined {
  const listener = dataListener(ws, tcp);
  if (!listener) return undefined;
  readBeside(tcp, listener, options);
  return new FastFrames(ws, tcp);
}

/** The listener by which `ws` reads; undefined where anything is not as expected. */
function dataListener(ws: WebSocket, tcp: Socket): DataListener | undefined {
  const { _socket, _receiver, _sender } = ws as Internals;
  const [listener, ...others] = tcp.listeners('data') as DataListener[];
  const isExpected =
    others.length === 0 &&
    ws.extensions === '' &&
    _socket === tcp &&
    _receiver?._bufferedBytes === 0 &&
    _sender?._socket === tcp &&
    _sender._bufferedBytes === 0;
  return isExpected ? listener : undefined;
}

/**
 * Reads usual frames, and gives the rest to `ws`, from the first unusual one on for good. Until then `ws` sees whole
 * pings and pongs alone, so it expects the beginning of a frame whenever it gets the rest.
 */
function readBeside(tcp: Socket, listener: DataListener, { maxPayload, message }: FastFramesOptions): void {
  const reader = new FrameReader(maxPayload, { message, control: (frame) => listener.call(tcp, frame) });
  const read = (chunk: Buffer): void => {
    const rest = reader.read(chunk);
    if (rest === undefined) return;
    tcp.off('data', read);
    tcp.on('data', listener);
    listener.call(tcp, rest);
  };
  tcp.off('data', listener);
  tcp.on('data', read);
}

/** Writes messages past `ws`: all of one turn in one write. */
export class FastFrames {
  private readonly ws: WebSocket;
  private readonly tcp: Socket;
  private readonly batch = new FrameBatch();

  constructor(ws: WebSocket, tcp: Socket) {
    this.ws = ws;
    this.tcp = tcp;
  }

  /** Bytes that wait for the end of the turn. */
  get waiting(): number {
    return this.batch.size;
  }

  /** Sends a message, in order with the others; a long one at once. */
  send(data: string | Uint8Array): void {
    const { batch, tcp } = this;
    const isFirst = batch.size === 0;
    if (batch.add(data)) {
      if (isFirst) process.nextTick(flush, this);
      return;
    }
    this.flush();
    // where the batch was full, the flush that is scheduled writes this one
    if (batch.add(data)) return;
    tcp.cork();
    for (const part of longFrame(data)) tcp.write(part);
    tcp.uncork();
  }

  /** Writes what waits, unless the connection is closing: nothing may follow a close frame. */
  flush(): void {
    const { ws, batch, tcp } = this;
    if (batch.size === 0) return;
    const frames = batch.take();
    if (ws.readyState === ws.OPEN) tcp.write(frames);
  }
}

/** One function for all connections: no closure per turn. */
function flush(frames: FastFrames): void {
  frames.flush();
}
