import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { Observable } from 'rxjs';
import type { Serializer } from '../../serializers/serializer.ts';
import type { Channel } from '../transport.ts';
import type { RawAddress } from './address.ts';
import { makeChannel } from './channel.node.ts';
import { announced, HANDSHAKE, handshake, MOST, numberOf, readReply } from './handshake.ts';
import type { RawSocketOptions } from './options.node.ts';

/** The router hung up instead of answering: some do where they do not speak the serializer. */
export class NoAnswer extends Error {}

/**
 * Dials once: connects, shakes hands with one serializer, and emits the channel.
 *
 * @returns an Observable that errors with {@link NoAnswer}, HandshakeRefused, or what the socket failed with
 */
export function dial(address: RawAddress, options: RawSocketOptions, serializer: Serializer): Observable<Channel> {
  return new Observable((subscriber) => {
    const { maxMessageSize = MOST, ping = false } = options;
    const number = numberOf(serializer.subprotocol) as number;
    const limit = announced(maxMessageSize);
    let socket: Socket;
    try {
      socket = connect(address, options);
    } catch (error) {
      subscriber.error(error);
      return;
    }
    let asked = false;
    let open = false;
    let reply = Buffer.alloc(0);

    socket.once(address.secure ? 'secureConnect' : 'connect', () => {
      asked = true;
      socket.write(handshake(limit, number));
    });
    const take = (chunk: Buffer): void => {
      reply = Buffer.concat([reply, chunk]);
      if (reply.length < HANDSHAKE) return;
      let theirLimit: number;
      try {
        theirLimit = readReply(reply.subarray(0, HANDSHAKE), number);
      } catch (error) {
        subscriber.error(error);
        return;
      }
      open = true;
      socket.off('data', take).off('error', fail).off('close', closed);
      const { url } = address;
      const agreement = { url, serializer, limit, theirLimit, pings: ping };
      subscriber.next(makeChannel(socket, agreement, reply.subarray(HANDSHAKE)));
      subscriber.complete();
    };
    const fail = (error: Error): void => {
      // before its answer, a reset means the same as a hang-up
      if (asked && reply.length === 0 && /ECONNRESET|EPIPE/.test(String((error as { code?: string }).code))) closed();
      else subscriber.error(error);
    };
    const closed = (): void =>
      subscriber.error(
        reply.length > 0
          ? new Error('it hung up in the midst of its answer')
          : new NoAnswer('it hung up without an answer, as some routers do that do not speak the serializer'),
      );
    socket.on('data', take).on('error', fail).on('close', closed);
    // after the channel was emitted it belongs to its receiver; before, unsubscribing gives the dialling up
    subscriber.add(() => {
      if (open) return;
      socket.off('data', take).off('error', fail).off('close', closed);
      // an error without a listener ends the process
      socket.on('error', () => undefined);
      socket.destroy();
    });
  });
}

function connect({ secure, to }: RawAddress, options: RawSocketOptions): Socket {
  const { ca, cert, key, rejectUnauthorized } = options;
  const { servername = 'host' in to && isIP(to.host) === 0 ? to.host : undefined } = options;
  const given = Object.entries({ ca, cert, key, rejectUnauthorized, servername }).filter(([, v]) => v !== undefined);
  const socket = secure ? connectTls({ ...to, ...Object.fromEntries(given) }) : connectTcp(to);
  return socket.setNoDelay(true);
}
