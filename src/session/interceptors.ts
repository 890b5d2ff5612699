import type { Subscription } from 'rxjs';
import { callUserCode, catchRejection } from '../async.ts';
import { WampError } from '../protocol/errors.ts';
import type { Message } from '../protocol/messages.ts';

/** Passes a message on, to the next interceptor or to its destination. */
export type Next = (message: Message) => void;

/**
 * Stands between the session and the wire and sees every message from HELLO on. What it hands to `next`, in the same
 * turn, goes on; a message that it keeps goes no further, and its receiver waits in vain.
 */
export interface Interceptor {
  /** A message that came. What is thrown here is reported on `userErrors$`, and the message goes no further. */
  incoming?(message: Message, next: Next): void;
  /**
   * A message that is to be sent. What is thrown here fails the one operation that wanted to send it, and is reported on
   * `userErrors$`, unless it is a WampError: a refusal.
   */
  outgoing?(message: Message, next: Next): void;
}

/** What an interceptor may do by itself. */
export interface InterceptedWire {
  /**
   * Sends a message past the interceptors, as it is: a request sent so takes no id of the session, and its reply is taken for a
   * breach of the protocol. For calls and the like use the verbs.
   */
  readonly send: (message: Message) => void;
  /** Reports an error on `userErrors$`. */
  report(error: unknown, context: string): void;
  /** Closed when the connection is over: `add()` what is to be done then. */
  readonly gone: Subscription;
}

/** Makes an interceptor for each connection, which may then keep state of it. */
export type InterceptorFactory = (wire: InterceptedWire) => Interceptor;

/** Interceptors, the one nearest to the application first. */
export type Interceptors = readonly (Interceptor | InterceptorFactory)[];

/** One whose methods may be async functions, which the type above lets pass. */
interface Made {
  incoming?(message: Message, next: Next): unknown;
  outgoing?(message: Message, next: Next): unknown;
}

/** The ways of messages through some interceptors: out to `wire`, and in to `deliver`; `drop` where one cannot be made. */
export function intercepted(
  interceptors: Interceptors,
  wire: InterceptedWire,
  deliver: Next,
  drop: () => void,
): { readonly send: Next; readonly receive: Next } {
  const report = (error: unknown): void => wire.report(error, 'interceptor');
  let made: readonly Made[];
  try {
    made = interceptors.map((one) => (typeof one === 'function' ? catchRejection(one(wire), report) : one));
  } catch (error) {
    report(error);
    drop();
    throw error;
  }
  const send = made.reduceRight<Next>(
    (next, one) => (message) => {
      if (one.outgoing) catchRejection(one.outgoing(message, next), report);
      else next(message);
    },
    wire.send,
  );
  return {
    receive: made.reduce<Next>(
      (next, one) => (message) => {
        callUserCode(() => (one.incoming ? one.incoming(message, next) : next(message)), report);
      },
      deliver,
    ),
    send(message) {
      try {
        send(message);
      } catch (error) {
        // what the wire or a codec says of a message is no mistake of the interceptor's
        if (!(error instanceof WampError)) report(error);
        throw error;
      }
    },
  };
}
