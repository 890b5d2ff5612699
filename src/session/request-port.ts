import type { WampError } from '../protocol/errors.ts';
import type { Id } from '../protocol/ids.ts';
import type { Message, MessageOf } from '../protocol/messages.ts';
import type { Match, Uri } from '../protocol/uris.ts';
import type { CallWindow } from './call-window.ts';
import type { ErrorEntry, WireError } from './error-mapping.ts';
import type { Handler } from './events.ts';
import type { JoinedSession } from './options.ts';

/** What the router may answer a request with. */
export type Reply = MessageOf<8 | 17 | 33 | 35 | 50 | 65 | 67>;

/** A request that the router will answer. Filed by its request id. */
export interface Request {
  /** The code of the message that was sent: a reply of another kind is a violation. */
  readonly type: number;
  /** Takes the reply, ERROR included. */
  answer(reply: Reply): void;
  /** No reply will come: the session ended. Absent where that means nothing. */
  lost?(error: WampError): void;
  /** No reply came in time: asks again, or fails. Absent where the reply may take any time. */
  late?(id: Id): void;
  /** How often it was found unanswered, see `Overdue`. */
  looks?: number;
}

/** An invocation that is not answered yet. */
export interface OpenInvocation {
  /** Whether more chunks of arguments are due. */
  readonly inputOpen: boolean;
  /** Takes the next chunk of arguments. */
  more(message: MessageOf<68>): void;
  /** INTERRUPT. */
  interrupt(mode: unknown, reason: unknown): void;
  /** Stops without an answer. */
  abort(reason: unknown): void;
}

/** A stream that the router has confirmed, and may withdraw. */
interface ConfirmedStream {
  readonly uri: Uri;
  readonly match: Match;
  readonly id: Id;
  revoked(reason: unknown): void;
}

/** What takes the events of one subscription id. */
export interface EventTarget extends ConfirmedStream {
  deliver(message: MessageOf<36>): void;
}

/** What takes the invocations of one registration id. */
export interface InvocationTarget extends ConfirmedStream {
  readonly handler: Handler;
}

/** The narrow port through which calls, subscriptions, registrations and publications use their session. */
export interface RequestPort {
  /** The session, as the application knows it. */
  readonly session: JoinedSession;
  /** False from the moment at which the session leaves or is lost: nothing may be sent then. */
  readonly open: boolean;
  /** The id that the next request has to carry. */
  readonly nextId: Id;
  /** Requests under way, by their ids; a call that streams its arguments by itself, until it has one. */
  readonly requests: Map<Id | Request, Request>;
  /** Which calls may be sent now, and those that wait. */
  readonly calls: CallWindow;
  /** By the router's ids in this session: where its events and invocations go. */
  readonly subscriptions: Map<Id, EventTarget>;
  readonly registrations: Map<Id, InvocationTarget>;
  /** Invocations under way. */
  readonly invocations: Map<Id, OpenInvocation>;
  /** Progressive invocations that were answered before their last chunk of arguments came. */
  readonly unread: Set<Id>;
  /** Exceptions and their URIs, the newest first; `define()` adds to them. */
  readonly errors: ErrorEntry[];
  /** Whether the router announced a feature for a role. */
  supports(role: 'broker' | 'dealer', feature: string): boolean;
  /**
   * Refuses a message with an option that the router would ignore.
   *
   * @throws InvalidStateError that names the option and the feature that the router did not announce
   */
  check(message: Message): void;
  /**
   * Sends a message that has no reply and takes no request id.
   *
   * @throws SerializationError for a payload that cannot be written, ConnectionLostError where the channel is down
   */
  send(message: Message): void;
  /** Sends a message that carries `nextId`, and files the request, if there is one, until the reply comes. */
  request(message: Message, request?: Request): void;
  /** As `send()`, where a failure needs no handling: the loss behind it is reported by itself. */
  trySend(message: Message): void;
  /** As `request()`, where a failure needs no handling. */
  tryRequest(message: Message, request?: Request): void;
  /** Lets go of the session at once; the client then joins anew. */
  drop(error: WampError): void;
  /** The error for an ERROR message. */
  errorOf(message: MessageOf<8>, context: { procedure?: Uri; topic?: Uri }): Error;
  /** What to answer a caller with for what a handler threw. */
  errorToSend(thrown: unknown): WireError;
  /** Reports an error in the application's code on `userErrors$`. */
  readonly userError: (error: unknown, context: string) => void;
}
