// A client in a session whose router is the spec itself: raw frames, delivered when the spec says so.
import { asapScheduler, catchError, NEVER, of } from 'rxjs';
import { Client } from '../../src/client/client.ts';
import type { BaseOptions } from '../../src/client/client-options.ts';
import type { Message, MessageCode, MessageOf } from '../../src/protocol/messages.ts';
import type { Dict } from '../../src/protocol/payload.ts';
import { messageName } from '../../src/protocol/messages.ts';
import { json } from '../../src/serializers/json.ts';
import type { Serializer } from '../../src/serializers/serializer.ts';
import type { Session } from '../../src/session/session.ts';
import { show } from '../../src/testing/show.ts';
import { memoryPair, MemoryQueue } from '../../src/router/memory-transport.ts';
import type { Channel, Transport } from '../../src/transports/transport.ts';

/** What the router of {@link joined} announces by default. */
export const FEATURES = {
  broker:
    'publisher_identification publisher_exclusion subscriber_blackwhite_listing pattern_based_subscription ' +
    'subscription_revocation event_retention',
  dealer:
    'caller_identification pattern_based_registration shared_registration progressive_call_results ' +
    'progressive_call_invocations call_canceling call_timeout registration_revocation',
};

/** WELCOME.Details.roles for lists of feature names. */
export const roles = (features: Readonly<Record<string, string>>): Dict =>
  Object.fromEntries(
    Object.entries(features).map(([role, names]) => [
      role,
      {
        features: Object.fromEntries(
          names
            .split(' ')
            .filter(Boolean)
            .map((name) => [name, true]),
        ),
      },
    ]),
  );

/** The router's end of a link to a client. Everything is delivered before a method returns. */
export interface Wire {
  /** What the client dials. */
  readonly transport: Transport;
  /** Everything that the client has sent on all links, in order. */
  readonly log: readonly Message[];
  /** How the client ended the link: with a close code, or not yet. */
  readonly closed: number | undefined;
  /** Sends messages, one behind the other, and returns when the client has dealt with them. */
  send(...messages: readonly (readonly unknown[])[]): void;
  /** Sends a frame as it is. */
  frame(frame: string | Uint8Array): void;
  /** The next message that the client sent; throws where it is of another kind, or there is none. */
  take<C extends MessageCode>(code: C): MessageOf<C>;
  /** All that the client sent and that was not taken yet. */
  rest(): readonly Message[];
  /** Ends the link from the router's side. */
  hangUp(code?: number): void;
}

/** Makes a wire that is not dialled yet. */
export function makeWire(serializer: Serializer = json()): Wire {
  const queue = new MemoryQueue(true);
  const log: Message[] = [];
  const untaken: Message[] = [];
  let end: ReturnType<typeof memoryPair>[1] | undefined;
  let closed: number | undefined;
  const current = (): ReturnType<typeof memoryPair>[1] => {
    if (end === undefined) throw new Error('The client has not dialled');
    return end;
  };
  return {
    log,
    get closed() {
      queue.flush();
      return closed;
    },
    transport: {
      name: 'wire',
      open: () => {
        const [client, server] = memoryPair({ serializer, queue });
        end = server;
        closed = undefined;
        server.incoming.subscribe({
          next: (message) => {
            log.push(message as Message);
            untaken.push(message as Message);
          },
          error: (error: { code?: number }) => (closed = error.code ?? 0),
          complete: () => (closed = 1000),
        });
        return of<Channel>(client);
      },
    },
    send(...messages) {
      for (const message of messages) current().send(message as unknown as Message);
      queue.flush();
    },
    frame(frame) {
      current().sendFrame(frame);
      queue.flush();
    },
    take<C extends MessageCode>(code: C) {
      queue.flush();
      const message = untaken.shift();
      if (message?.[0] !== code) {
        throw new Error(`Expected ${messageName(code)} of the client, got ${show(message)}`);
      }
      return message;
    },
    rest() {
      queue.flush();
      return untaken.splice(0);
    },
    hangUp(code) {
      current().close(code);
      queue.flush();
    },
  };
}

/** Options of {@link joined}. */
export interface JoinedOptions extends Partial<BaseOptions> {
  readonly serializer?: Serializer;
  /** The features that the router announces, by role; all by default. */
  readonly features?: Readonly<Record<string, string>>;
  /** The whole of WELCOME.Details, instead of the features. */
  readonly welcome?: Dict;
}

/** A client that is in a session, and the router's end of its link. */
export interface JoinedClient {
  readonly wamp: Client;
  readonly session: Session;
  readonly wire: Wire;
}

/** A client that dials a wire and has said HELLO. */
export function dialled({ serializer, ...options }: JoinedOptions = {}): Omit<JoinedClient, 'session'> {
  const wire = makeWire(serializer);
  const wamp = new Client({
    realm: 'realm1',
    keepalive: false,
    reconnect: catchError(() => NEVER), // ends stay visible: nothing dials again
    transports: [wire.transport],
    ...options,
  });
  wamp.connect();
  return { wamp, wire };
}

/** A client in a session. HELLO has been taken. */
export function joined({ features = FEATURES, welcome, ...options }: JoinedOptions = {}): JoinedClient {
  const { wamp, wire } = dialled(options);
  wire.take(1);
  wire.send([2, 9129137332, welcome ?? { roles: roles(features) }]);
  const { status } = wamp;
  if (status.state !== 'joined') throw new Error(`Expected the client to be joined, it is ${status.state}`);
  return { wamp, session: status.session, wire };
}

/** The end of this turn: what was left to asapScheduler has been done. */
export const turn = (): Promise<void> =>
  new Promise((resolve) => {
    asapScheduler.schedule(() => {
      resolve();
    });
  });
