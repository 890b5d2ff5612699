import type { IncomingMessage } from 'node:http';
import type { Message } from '../../protocol/messages.ts';
import type { FramePort, Serializer } from '../../serializers/serializer.ts';
import { canWrite } from '../can-write.ts';
import type { Router } from '../router.ts';
import { credentialsOf } from './credentials.ts';

/** What bounds a client on a socket, and how messages become frames. */
export interface SocketLimits {
  /** Bytes that may wait for a client that does not read. */
  readonly maxBacklog: number;
  /** Milliseconds that a client may take to its HELLO. */
  readonly helloTimeout: number;
  /** Encodes; what goes to many, once. */
  readonly encode: (serializer: Serializer, message: Message) => string | Uint8Array;
}

/** As much of a `WebSocket` of the package `ws` as is used here: the declarations of the package need no others. */
export interface ServerSocket {
  readonly readyState: number;
  readonly OPEN: number;
  readonly bufferedAmount: number;
  send(frame: string | Uint8Array): void;
  pong(data: Uint8Array): void;
  close(code: number, reason: string): void;
  terminate(): void;
  on(event: 'message', listener: (data: Buffer, isBinary: boolean) => void): unknown;
  on(event: 'ping', listener: (data: Buffer) => void): unknown;
  on(event: 'close' | 'error', listener: () => void): unknown;
}

/** Attaches a client that has come by WebSocket. */
export function attachWebSocket(
  router: Router,
  client: ServerSocket,
  request: IncomingMessage,
  serializer: Serializer,
  limits: SocketLimits,
): void {
  const { socket } = request;
  socket.setNoDelay(true);
  let corked = false;
  const send = (frame: string | Uint8Array): void => {
    if (client.readyState !== client.OPEN) return;
    if (client.bufferedAmount > limits.maxBacklog) {
      client.terminate();
      return;
    }
    if (!corked) {
      // one write to the network for all frames of a turn
      corked = true;
      socket.cork();
      process.nextTick(() => {
        corked = false;
        socket.uncork();
      });
    }
    client.send(frame);
  };
  const socketPort: FramePort = {
    get bufferedAmount() {
      return client.bufferedAmount;
    },
    listen(receive) {
      client.on('message', (data: Buffer, isBinary: boolean) => {
        receive(isBinary ? data : data.toString('utf8'));
      });
    },
    send,
    close: (code, reason) => {
      closeSocket(client, code, reason);
    },
    terminate: () => {
      client.terminate();
    },
  };
  const port = serializer.batching?.(socketPort) ?? socketPort;
  const link = router.attach(
    {
      send: (message) => {
        port.send(limits.encode(serializer, message));
      },
      canWrite: (message) => canWrite(serializer, message),
      close: (code = 1000, reason = '') => {
        port.close(code, reason);
      },
      drop: () => {
        client.terminate();
      },
      raw: (frame) => {
        port.send(frame);
      },
      credentials: credentialsOf(request),
    },
    {
      type: 'websocket',
      serializer: serializer.id,
      peer: `${socket.remoteAddress ?? '?'}:${socket.remotePort ?? '?'}`,
      helloTimeout: limits.helloTimeout,
    },
  );
  port.listen((frame) => {
    if ((typeof frame === 'string') === serializer.binary) {
      link.undecodable(`${serializer.subprotocol} has ${serializer.binary ? 'binary' : 'text'} messages`);
      return;
    }
    let value: unknown;
    try {
      value = serializer.decode(frame as string | Uint8Array);
    } catch (error) {
      link.undecodable(error instanceof Error ? error.message : String(error));
      return;
    }
    link.receive(value);
  });
  client.on('ping', (data: Buffer) => {
    if (!link.silent) client.pong(data);
  });
  client.on('close', () => {
    link.lost();
  });
  // 'close' follows; a message that is too large or malformed ends here
  client.on('error', () => undefined);
}

/** Closes with a code that may stand in a close frame, and a reason that fits in it. */
function closeSocket(client: ServerSocket, code: number, reason: string): void {
  const legal = (code >= 1000 && code <= 1014 && ![1004, 1005, 1006].includes(code)) || (code >= 3000 && code <= 4999);
  let text = reason;
  while (Buffer.byteLength(text) > 123) text = text.slice(0, -1);
  client.close(legal ? code : 1011, text);
}
