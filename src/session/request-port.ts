import type { WampError } from '../protocol/errors.ts';
import type { Id } from '../protocol/ids.ts';
import type { Message, MessageOf } from '../protocol/messages.ts';
import type { Uri } from '../protocol/uris.ts';
import type { ErrorEntry, WireError } from './error-mapping.ts';
import type { RunningInvocation } from './invocation.ts';
import type { Session } from './session.ts';

/** What the router may answer a request with. */
export type Reply = MessageOf<8 | 17 | 33 | 35 | 50 | 65 | 67>;

/** Something sent that the router will answer. Filed by its request id. */
export interface Request {
  /** The code of the message that was sent: a reply of another kind is a violation. */
  readonly type: number;
  /** The reply, ERROR included. */
  settle(reply: Reply): void;
  /** No reply will come: the session ended. Absent where that means nothing. */
  lost?(error: WampError): void;
}

/** The narrow port through which calls, topics, registrations and publications use their session. */
export interface RequestPort {
  /** What the application knows this link as. */
  readonly session: Session;
  /** False from the moment at which the session leaves or is lost: nothing may be sent then. */
  readonly open: boolean;
  /** The id that the next request has to carry. */
  readonly nextId: Id;
  /** Requests under way, by their ids; a call that streams its arguments by itself, until it has one. */
  readonly requests: Map<Id | Request, Request>;
  /** Invocations under way. */
  readonly invocations: Map<Id, RunningInvocation>;
  /** Progressive invocations that were answered before their last chunk of arguments came. */
  readonly unread: Set<Id>;
  /** Whether the router announced a feature for a role. */
  supports(role: 'broker' | 'dealer', feature: string): boolean;
  /**
   * Sends what has no reply and takes no request id.
   *
   * @throws SerializationError for a payload that cannot be written, ConnectionLostError where the channel is down
   */
  send(message: Message): void;
  /**
   * Sends, as `send()`, or as `request()` where `request` is given (null: nobody waits for the reply), what nobody needs
   * to know the failure of: the loss behind it is told elsewhere.
   */
  tell(message: Message, request?: Request | null): void;
  /**
   * Refuses a message with an option that the router would ignore.
   *
   * @throws InvalidStateError that names the option and the feature that the router did not announce
   */
  check(message: Message): void;
  /** Sends a message that carries `nextId`, and files who waits for the reply, if anybody does. */
  request(message: Message, request?: Request | null): void;
  /** Exceptions and their URIs, the newest first; `define()` adds to them. */
  readonly errors: ErrorEntry[];
  /** The error for an ERROR message. */
  errorOf(message: MessageOf<8>, context: { procedure?: Uri; topic?: Uri }): Error;
  /** What to answer a caller with for what a handler threw. */
  errorToSend(thrown: unknown): WireError;
  /** Tells of an error in the application's code. */
  readonly userError: (error: unknown, context: string) => void;
}
