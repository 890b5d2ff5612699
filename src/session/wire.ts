import { Subscription, type Observer } from 'rxjs';
import { ProtocolError } from '../protocol/errors.ts';
import { parseIncoming, type Message } from '../protocol/messages.ts';
import type { Channel } from '../transports/transport.ts';
import { intercepted, type Interceptors } from './interceptors.ts';
import { after } from './time.ts';

/** Sees the messages that pass. */
export interface Tap {
  /** Whether there is an observer; nothing is done otherwise. */
  readonly observed: boolean;
  message(direction: 'in' | 'out', message: Message): void;
}

/** What a wire is made with. */
export interface WireConfig {
  readonly interceptors: Interceptors;
  readonly tap: Tap;
  readonly userError: (error: unknown, context: string) => void;
  /** Wires that are open or being hung up: each is in here until its channel is down. */
  readonly wires: Set<Wire>;
  /** How long to wait for the other side when hanging up, in milliseconds. */
  readonly closeTimeout: number;
}

/** Takes what comes over a wire: the handshake, and from WELCOME on the dispatch of the session. */
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
  /** Closed when the channel is down, or was handed over. */
  readonly gone: Subscription;
  /** Begins to receive. */
  listen(): void;
  /** From now on passes what is received to another: at WELCOME to the dispatch, in a handover to what sorts it first. */
  deliverTo(receiver: Receiver): void;
  send(message: Message): void;
  /** From now on passes received frames and errors through a function that takes a secret out of them. */
  mask(mask: Mask): void;
  /** Leaves the channel open for another owner: what comes from now on goes to `frames`. */
  handOver(frames: Observer<unknown>): void;
  /** Lets go after `closeTimeout`, counted from the first time that this is called. */
  expire(): void;
  /** Hangs up in order, so that what was sent last arrives; but does not wait for ever. */
  hangUp(code?: number): void;
  /** Lets go at once. */
  drop(): void;
}

/** Makes a wire of a channel. */
export function makeWire(channel: Channel, config: WireConfig, receiver: Receiver): Wire {
  const { tap, closeTimeout, wires, interceptors, userError } = config;
  const gone = new Subscription();
  let masked: Mask = (received) => received;
  let expiring: Subscription | undefined;
  const drop = (): void => {
    channel.drop();
    gone.unsubscribe();
  };
  const transmit = (message: Message): void => {
    channel.send(message);
    if (tap.observed) tap.message('out', message);
  };
  const deliver = (message: Message): void => receiver.receive(message);
  const path =
    interceptors.length > 0
      ? intercepted(interceptors, { send: transmit, report: userError, gone }, deliver, drop)
      : { send: transmit, receive: deliver };
  const ended = (error?: unknown): void => {
    gone.unsubscribe();
    receiver.lost(masked(error));
  };
  let target: Observer<unknown> = {
    next(frame) {
      let message;
      try {
        message = parseIncoming(masked(frame));
      } catch (error) {
        const readable = error instanceof ProtocolError;
        receiver.violated(masked(readable ? error : new ProtocolError('A frame cannot be read', { cause: error })));
        return;
      }
      if (tap.observed) tap.message('in', message);
      path.receive(message);
    },
    error: ended,
    complete: ended,
  };
  const wire: Wire = {
    channel,
    gone,
    drop,
    deliverTo(next) {
      receiver = next;
    },
    listen() {
      channel.incoming.subscribe({
        next: (frame) => target.next(frame),
        error: (error) => target.error(error),
        complete: () => target.complete(),
      });
    },
    send: path.send,
    mask(mask) {
      const others = masked;
      masked = (received) => mask(others(received));
    },
    handOver(frames) {
      target = frames;
      gone.unsubscribe();
    },
    expire() {
      expiring ??= after(closeTimeout, drop);
      gone.add(expiring);
    },
    hangUp(code) {
      channel.close(code);
      wire.expire();
    },
  };
  wires.add(wire);
  gone.add(() => wires.delete(wire));
  return wire;
}
