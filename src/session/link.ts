import { Observable, type Subscription } from 'rxjs';
import {
  AbortError,
  ClosedError,
  ConnectionLostError,
  GoodbyeError,
  InvalidStateError,
  ProtocolError,
  type WampError,
} from '../protocol/errors.ts';
import { supports } from '../protocol/features.ts';
import { nextId, type Id } from '../protocol/ids.ts';
import {
  ABORT,
  CALL,
  ERROR,
  EVENT,
  GOODBYE,
  INTERRUPT,
  INVOCATION,
  messageName,
  parseMessage,
  PUBLISH,
  PUBLISHED,
  REGISTER,
  REGISTERED,
  RESULT,
  SUBSCRIBE,
  SUBSCRIBED,
  UNREGISTER,
  UNREGISTERED,
  UNSUBSCRIBE,
  UNSUBSCRIBED,
  type Dict,
  type Message,
  type MessageOf,
} from '../protocol/messages.ts';
import type { Uri } from '../protocol/uris.ts';
import type { Channel } from '../transports/transport.ts';
import type { LinkConfig } from './config.ts';
import { errorForWire, errorFromMessage } from './errors.ts';
import { RunningInvocation } from './invocation.ts';
import type { Link, Reply, Request } from './requests.ts';
import type { Session } from './session.ts';
import { after } from './time.ts';

/** The machine room of a joined session: takes messages to whom they concern and sends what they answer. */
export class SessionLink implements Link {
  readonly requests = new Map<Id, Request>();
  readonly invocations = new Map<Id, RunningInvocation>();
  readonly unread = new Set<Id>();
  /** Set by the session that is made over this link. */
  session!: Session;
  readonly channel: Channel;
  readonly #config: LinkConfig;
  readonly #welcome: Dict;
  /** Told once when the session is over: with an error, or without one after our own GOODBYE. */
  readonly #ended: (error: WampError | undefined) => void;
  #state: 'open' | 'leaving' | 'ended' = 'open';
  #nextId: Id = 1;
  #hangUp: Subscription | undefined;
  #gone = false;
  readonly #whenGone: (() => void)[] = [];

  constructor(channel: Channel, welcome: Dict, config: LinkConfig, ended: (error: WampError | undefined) => void) {
    this.channel = channel;
    this.#welcome = welcome;
    this.#config = config;
    this.#ended = ended;
  }

  get open(): boolean {
    return this.#state === 'open';
  }

  get nextId(): Id {
    return this.#nextId;
  }

  supports(role: 'broker' | 'dealer', feature: string): boolean {
    return supports(this.#welcome, role, feature);
  }

  send(message: Message): void {
    if (!this.open) throw new InvalidStateError('The session is not open');
    this.#write(message);
  }

  request(message: Message, request?: Request): void {
    this.send(message);
    // only now: a message that could not be written must not leave a gap in the ids
    if (request !== undefined) this.requests.set(this.#nextId, request);
    this.#nextId = nextId(this.#nextId);
  }

  tell(message: Message, request?: Request): void {
    try {
      if (request === undefined) this.#write(message);
      else this.request(message, request);
    } catch {
      // the channel is down, and its end will be reported
    }
  }

  errorOf(message: MessageOf<8>, context: { procedure?: Uri; topic?: Uri }): Error {
    return errorFromMessage(message, context, this.#config.errors, this.#config.userError);
  }

  errorToSend(thrown: unknown): ReturnType<Link['errorToSend']> {
    return errorForWire(thrown, this.#config.errors);
  }

  userError(error: unknown, context: string): void {
    this.#config.userError(error, context);
  }

  #write(message: Message): void {
    this.channel.send(message);
    if (this.#config.tap.observed) this.#config.tap.message('out', message);
  }

  /** A decoded frame. */
  receive(frame: unknown): void {
    if (this.#state === 'ended') return;
    let message: Message;
    try {
      message = parseMessage(frame);
    } catch (error) {
      this.violated(error as ProtocolError);
      return;
    }
    if (this.#config.tap.observed) this.#config.tap.message('in', message);
    if (this.#state === 'open') this.#dispatch(message);
    else if (message[0] === GOODBYE) this.#end(undefined);
    else if (message[0] === ABORT) this.#end(new AbortError(message[2], message[1]));
  }

  #dispatch(message: Message): void {
    switch (message[0]) {
      case EVENT:
        // an event that crosses our UNSUBSCRIBE finds nobody: a race, not a fault
        this.#config.streams.topics.get(message[1])?.deliver(message);
        return;
      case RESULT:
        this.#reply(message, CALL, message[1], message[2]['progress'] !== true);
        return;
      case ERROR:
        // nexus answers a bad CANCEL (49) or YIELD (70) so: nobody waits for that
        if (message[1] !== 49 && message[1] !== 70) this.#reply(message, message[1], message[2]);
        return;
      case PUBLISHED:
        this.#reply(message, PUBLISH, message[1]);
        return;
      case SUBSCRIBED:
        this.#reply(message, SUBSCRIBE, message[1]);
        return;
      case REGISTERED:
        this.#reply(message, REGISTER, message[1]);
        return;
      case UNSUBSCRIBED:
        if (message[1] === 0) this.#revoked('topics', message[2]?.['subscription'], message[2]?.['reason']);
        else this.#reply(message, UNSUBSCRIBE, message[1]);
        return;
      case UNREGISTERED:
        if (message[1] === 0) this.#revoked('procedures', message[2]?.['registration'], message[2]?.['reason']);
        else this.#reply(message, UNREGISTER, message[1]);
        return;
      case INVOCATION:
        this.#invoke(message);
        return;
      case INTERRUPT:
        this.invocations.get(message[1])?.interrupt(message[2]['mode'], message[2]['reason']);
        return;
      case GOODBYE:
        this.tell([GOODBYE, {}, 'wamp.close.goodbye_and_out']);
        this.#end(new GoodbyeError(message[2], message[1]));
        return;
      case ABORT:
        this.#end(new AbortError(message[2], message[1]));
        return;
      default:
        this.violated(new ProtocolError(`${messageName(message[0])} must not come while a session is open`));
    }
  }

  #reply(reply: Reply, type: number, id: Id, final = true): void {
    const request = this.requests.get(id);
    if (request === undefined) {
      // an answer to what was given up meanwhile is a race; one to what was never asked is not
      if (id >= this.#nextId)
        this.violated(new ProtocolError(`${messageName(reply[0])} for request ${id}, which was never made`));
    } else if (request.type !== type) {
      this.violated(
        new ProtocolError(
          `${messageName(reply[0])} (${messageName(type)}) for request ${id}, which was ${messageName(request.type)}`,
        ),
      );
    } else {
      if (final) this.requests.delete(id);
      request.settle(reply);
    }
  }

  #revoked(kind: 'topics' | 'procedures', id: unknown, reason: unknown): void {
    this.#config.streams[kind].get(id as Id)?.revoked(reason as string | undefined);
  }

  #invoke(message: MessageOf<68>): void {
    const [, id, registration, details] = message;
    const more = details['progress'] === true;
    const running = this.invocations.get(id);
    if (running?.inputOpen) running.more(message);
    else if (running) this.violated(new ProtocolError(`INVOCATION ${id} came again while it is under way`));
    else if (this.unread.has(id)) {
      // the rest of arguments that the handler did not wait for
      if (!more) this.unread.delete(id);
    } else {
      const procedure = this.#config.streams.procedures.get(registration);
      if (procedure) new RunningInvocation(this, procedure, message);
      // the caller must not be left waiting
      else this.tell([ERROR, INVOCATION, id, {}, 'wamp.error.no_such_registration']);
    }
  }

  /** The other side broke the protocol: says so and hangs up (WAMP, "Protocol Errors"). */
  violated(error: ProtocolError): void {
    if (this.#state === 'ended') return;
    this.tell([ABORT, { message: error.message }, 'wamp.error.protocol_violation']);
    this.#end(error, 1002);
  }

  /** The channel ended by itself. */
  lost(error: unknown): void {
    if (this.#state === 'ended') this.#left();
    else if (error instanceof ProtocolError) this.violated(error);
    else if (this.#state === 'leaving') this.#end(undefined);
    else {
      this.#end(
        error instanceof ConnectionLostError
          ? error
          : new ConnectionLostError('The router closed the connection without saying goodbye', { cause: error }),
      );
    }
  }

  /** Calls back when the channel below is down, too. */
  whenGone(callback: () => void): void {
    if (this.#gone) callback();
    else this.#whenGone.push(callback);
  }

  #left(): void {
    if (this.#gone) return;
    this.#gone = true;
    this.#hangUp?.unsubscribe();
    for (const callback of this.#whenGone) callback();
  }

  /** Lets go at once: the other side no longer answers. */
  drop(error: WampError): void {
    if (this.#state !== 'ended') this.#end(this.#state === 'leaving' ? undefined : error);
    this.channel.drop();
    this.#left();
  }

  /** Says GOODBYE. From now on nothing is sent or taken in; requests under way and streams end with `error`. */
  leave(reason: Uri, message: string | undefined, error: WampError): void {
    if (this.#state !== 'open') return;
    this.tell([GOODBYE, message === undefined ? {} : { message }, reason]);
    this.#state = 'leaving';
    this.#release(error);
    // a router that does not answer shall not keep us
    this.#hangUp = after(this.#config.closeTimeout, () => this.drop(error));
  }

  #end(error: WampError | undefined, code?: number): void {
    const wasOpen = this.#state === 'open';
    this.#state = 'ended';
    this.channel.close(code);
    // nor one that does not close the transport
    this.#hangUp ??= after(this.#config.closeTimeout, () =>
      this.drop(error ?? new ClosedError('The session was left')),
    );
    if (wasOpen) this.#release(error ?? new ConnectionLostError('The session has ended'));
    this.#config.streams.detach(this, error);
    this.#ended(error);
  }

  /** Fails what is under way. */
  #release(error: WampError): void {
    const requests = [...this.requests.values()];
    this.requests.clear();
    for (const request of requests) request.lost(error);
    for (const invocation of [...this.invocations.values()]) invocation.abort(error);
  }
}

/** The frames of a channel, taken to a link until the channel ends. */
export function pump(
  channel: Channel,
  receive: (frame: unknown) => void,
  lost: (error: unknown) => void,
): Subscription {
  return new Observable<unknown>((subscriber) => channel.incoming.subscribe(subscriber)).subscribe({
    next: receive,
    error: lost,
    complete: () => lost(undefined),
  });
}
