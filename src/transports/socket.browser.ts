import type { FramePort } from '../serializers/serializer.ts';
import type { Channel, TransportDetails } from './transport.ts';

/** The constructor of a WebSocket as browsers have it. */
export type WebSocketConstructor = new (url: string, protocols: string[]) => object;

/** A WebSocket, and the few things that differ between browsers and Node. */
export interface Socket extends FramePort {
  /** The standard interface. Its handlers belong to the transport. */
  readonly ws: WebSocket;
  /** Bytes received, where more than messages can be counted. */
  readonly received?: number | undefined;
  /** Methods that only some sockets give their channel. */
  readonly more?: Pick<Channel, 'ping' | 'channelBinding'>;
  /** Details that only some sockets give their channel. */
  readonly details?: Partial<TransportDetails>;
  /** Ends the connection at once. The handlers have been removed before. */
  terminate(): void;
}

/** Dials. Throws where the platform refuses the address, or has no WebSocket. */
export type Dial = (url: string, protocols: string[]) => Socket;

/** A socket on a standard WebSocket: the browser's, or the option `WebSocket`. */
export function standardSocket(ws: WebSocket): Socket {
  ws.binaryType = 'arraybuffer';
  return {
    ws,
    get bufferedAmount() {
      return ws.bufferedAmount;
    },
    listen(receive) {
      ws.onmessage = ({ data }) => receive(data);
    },
    send: (frame) => ws.send(frame as Uint8Array<ArrayBuffer>),
    // pages may send only 1000 and 3000 to 4999: 1002 becomes 3002
    close: (code, reason) => ws.close(code === 1000 || code >= 3000 ? code : code + 2000, reason),
    terminate: () => ws.close(),
  };
}

/** Dials with the browser's WebSocket. */
export const dial: Dial = (url, protocols) => {
  const { WebSocket } = globalThis as { WebSocket?: typeof globalThis.WebSocket };
  if (!WebSocket) throw new Error('this platform has no WebSocket; pass one as the option WebSocket');
  return standardSocket(new WebSocket(url, protocols));
};
