import type { Socket } from 'node:net';
import { asyncScheduler, Observable, Subscription, type Subscriber } from 'rxjs';
import { ConnectionLostError, ProtocolError } from '../../protocol/errors.ts';
import type { Serializer } from '../../serializers/serializer.ts';
import { tlsBinding } from '../binding.node.ts';
import { peerOf } from '../peer.node.ts';
import type { Channel } from '../transport.ts';
import { FramedSocket } from './framed-socket.node.ts';
import { FrameTooLong } from './framing.ts';

/** What a RawSocket has agreed on. */
export interface Agreement {
  readonly url: string;
  readonly serializer: Serializer;
  /** Octets that one message to us may have. */
  readonly limit: number;
  /** Octets that the router takes in one message. */
  readonly theirLimit: number;
  /** Whether keepalive may send PINGs. */
  readonly pings: boolean;
}

/** Milliseconds that a router may take to hang up after us; a program that ends should not wait for it. */
const CLOSE_TIMEOUT = 5000;

/**
 * The channel over a socket whose handshake is done.
 *
 * @param rest what came behind the handshake
 */
export function makeChannel(
  socket: Socket,
  { url, serializer, limit, theirLimit, pings }: Agreement,
  rest: Uint8Array,
): Channel {
  /** What came before `incoming` was subscribed to. */
  let early: Uint8Array[] | undefined = [rest];
  let observer: Subscriber<unknown> | undefined;
  let received = rest.length;
  /** Set by close() and drop(). */
  let left = false;
  /** How the link ended. */
  let ended = false;
  let loss: ConnectionLostError | undefined;
  let cause: Error | undefined;
  const closing = new Subscription();

  const frames = new FramedSocket(socket, {
    limit,
    theirLimit,
    message(payload) {
      if (!observer || observer.closed) return;
      let value: unknown;
      try {
        value = serializer.decode(serializer.binary ? payload : payload.toString());
      } catch (error) {
        refuse(error instanceof ProtocolError ? error : new ProtocolError(String(error), { cause: error }));
        return;
      }
      observer.next(value);
    },
  });

  /** Only reading ends here: what remains to be said (ABORT) can still be sent, until close() or drop(). */
  const refuse = (error: ProtocolError): void => {
    frames.stop();
    observer?.error(error);
  };

  const read = (chunk: Uint8Array): void => {
    try {
      frames.read(chunk);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      if (!(error instanceof FrameTooLong)) refuse(error);
      else {
        loss = new ConnectionLostError(`Lost ${url}: ${error.message}`, { code: 1009, cause: error });
        socket.destroy();
      }
    }
  };

  const finish = (): void => {
    ended = true;
    closing.unsubscribe();
    if (loss) observer?.error(loss);
    else observer?.complete();
  };

  socket.on('data', (chunk) => {
    received += chunk.length;
    if (early) early.push(chunk);
    else read(chunk);
  });
  socket.on('error', (error) => (cause = error));
  socket.on('close', () => {
    if (ended) return;
    // after our own close() any end is the one we asked for
    if (!left && (cause || frames.midway)) {
      const why = cause?.message ?? 'it ended in the midst of a message';
      loss ??= new ConnectionLostError(`Lost ${url}: ${why}`, { cause });
    }
    finish();
  });

  const leave = (): void => {
    left = true;
    frames.stop();
    frames.flush();
  };

  return {
    details: {
      type: 'rawsocket',
      url,
      serializer: serializer.id,
      subprotocol: serializer.subprotocol,
      isSecure: 'encrypted' in socket,
      maxMessageSize: theirLimit,
      ...peerOf(socket),
    },
    incoming: new Observable((subscriber) => {
      const chunks = early ?? [];
      observer = subscriber;
      early = undefined;
      chunks.forEach(read);
      if (ended) finish();
    }),
    channelBinding: (type) => tlsBinding(socket, type),
    get received() {
      return received;
    },
    get closing() {
      return !left && !socket.writable;
    },
    get bufferedAmount() {
      return frames.bufferedAmount;
    },
    send(message) {
      if (left || !socket.writable) {
        throw loss ?? new ConnectionLostError(`Cannot send: the link to ${url} is closed`);
      }
      frames.send(serializer.encode(message));
    },
    recode(wrap) {
      serializer = wrap(serializer);
    },
    ...(pings && {
      ping(answered) {
        if (!left && socket.writable) frames.ping(answered);
      },
    }),
    close() {
      if (left) return;
      leave();
      socket.end();
      if (!ended) closing.add(asyncScheduler.schedule(() => socket.destroy(), CLOSE_TIMEOUT));
    },
    drop() {
      if (ended) return;
      leave();
      socket.destroy();
      loss = undefined;
      finish();
    },
  };
}
