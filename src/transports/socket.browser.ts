import type { FramePort } from '../serializers/serializer.ts';
import type { Channel, TransportDetails } from './transport.ts';

/** The constructor of a WebSocket as browsers have it, to inject another one. */
export type WebSocketConstructor = new (url: string, protocols: string[]) => object;

/** A WebSocket, and the few things that differ between browsers and Node. */
export interface Socket extends FramePort {
  /** The standard interface. Its handlers `onopen`, `onerror` and `onclose` belong to the code that dialled. */
  readonly ws: WebSocket;
  /** Bytes received, where more than messages can be counted. */
  readonly received?: number;
  /** What its channel can do in addition. */
  readonly more?: Pick<Channel, 'ping' | 'channelBinding'>;
  /** What its channel's details hold in addition. */
  readonly details?: Partial<TransportDetails>;
  /** Hangs up at once. The handlers have been taken away. */
  terminate(): void;
}

/** Any standard WebSocket: that of the browser, or one which was injected. */
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
    // a page may say 1000 and 3000 to 4999 only: 1002 becomes 3002
    close: (code, reason) => ws.close(code === 1000 || code >= 3000 ? code : code + 2000, reason),
    terminate: () => ws.close(),
  };
}

/** Dials with the browser's WebSocket. Throws where the browser refuses the address, or has none. */
export function dial(url: string, protocols: string[]): Socket {
  const { WebSocket } = globalThis as { WebSocket?: typeof globalThis.WebSocket };
  if (!WebSocket) throw new Error('there is no WebSocket here; give one as option WebSocket');
  return standardSocket(new WebSocket(url, protocols));
}
