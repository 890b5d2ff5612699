import { Subscription, type Observer } from 'rxjs';
import { ProtocolError } from '../protocol/errors.ts';
import { parseIncoming, type Message } from '../protocol/messages.ts';
import type { Channel } from '../transports/transport.ts';
import type { SessionConfig } from './config.ts';
import { intercepted } from './interceptors.ts';
import { after } from './time.ts';

/** Who is told what comes over a wire: the handshake, and from WELCOME on the session. */
export interface Receiver {
  receive(message: Message): void;
  /** A frame that is no message. */
  violated(error: ProtocolError): void;
  /** The channel ended by itself, or after it was hung up. */
  lost(error: unknown): void;
}

/** Returns a frame or an error without a secret that the router repeated. */
export type Mask = <T>(received: T) => T;

/** A channel on which messages are checked and shown to the tap, and whose hanging up has a limit. */
export interface Wire {
  readonly channel: Channel;
  /** Closed when the channel is down, or was let go of. */
  readonly gone: Subscription;
  /** Who is given the frames: may be written to, to give them to somebody else. */
  readonly frames: Observer<unknown>;
  /** From now on passes received frames and errors through a function that takes a secret out of them. */
  mask(mask: Mask): void;
  /** Begins to receive. */
  listen(): void;
  send(message: Message): void;
  /** Hangs up in order, so that what was sent last arrives; but does not wait for ever. */
  hangUp(code?: number): void;
  /** Lets go at once. */
  drop(): void;
}

/** Makes a wire of a channel; `receiver` is asked for at every frame. */
export function makeWire(channel: Channel, config: SessionConfig, receiver: () => Receiver): Wire {
  const { tap, closeTimeout, wires, interceptors, userError } = config;
  const gone = new Subscription();
  wires.add(gone);
  gone.add(() => wires.delete(gone));
  const drop = (): void => {
    channel.drop();
    gone.unsubscribe();
  };
  const masks: Mask[] = [];
  const masked: Mask = (received) => masks.reduce((value, mask) => mask(value), received);
  const ended = (error?: unknown): void => {
    gone.unsubscribe();
    receiver().lost(masked(error));
  };
  const transmit = (message: Message): void => {
    channel.send(message);
    if (tap.observed) tap.message('out', message);
  };
  const deliver = (message: Message): void => receiver().receive(message);
  const path =
    interceptors.length > 0
      ? intercepted(interceptors, { send: transmit, report: userError, gone }, deliver, drop)
      : { send: transmit, receive: deliver };
  const frames: Observer<unknown> = {
    next: (frame) => {
      let message;
      try {
        message = parseIncoming(masked(frame));
      } catch (error) {
        const readable = error instanceof ProtocolError;
        receiver().violated(masked(readable ? error : new ProtocolError('A frame cannot be read', { cause: error })));
        return;
      }
      if (tap.observed) tap.message('in', message);
      path.receive(message);
    },
    error: ended,
    complete: ended,
  };
  return {
    channel,
    gone,
    frames,
    drop,
    mask: (mask) => masks.push(mask),
    listen() {
      channel.incoming.subscribe(frames);
    },
    send: path.send,
    hangUp(code) {
      channel.close(code);
      gone.add(after(closeTimeout, drop));
    },
  };
}
