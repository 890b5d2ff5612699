import type { Observable } from 'rxjs';
import type { Id } from '../protocol/ids.ts';
import type { MessageOf } from '../protocol/messages.ts';
import { argsOf, NO_KWARGS, type Args, type Dict, type List } from '../protocol/payload.ts';
import type { Uri } from '../protocol/uris.ts';
import { attribute, Details, WIRE, type AnyDetails } from './details.ts';

/** Everything that arrives with a payload has this shape. */
abstract class Arrival<T, D extends AnyDetails, A extends List = List, K = Readonly<Dict>> {
  /** Positional payload, never null. */
  readonly args: A;
  /** Keyword payload, never null. */
  readonly kwargs: K;
  /** Everything beside the payload. */
  readonly details: D;

  constructor(args: Args | undefined, kwargs: Dict | undefined, details: D) {
    this.args = argsOf(args) as A;
    this.kwargs = (kwargs ?? NO_KWARGS) as K;
    this.details = details;
  }

  /** The first positional value. */
  get value(): T {
    return this.args[0] as T;
  }

  /** All of it as a plain object, details included. */
  toJSON(): Dict {
    return { ...(this as object), details: this.details.toJSON() };
  }
}

/** One hop of a message that was forwarded from router to router. @inline */
export interface ForwardHop {
  /** The id of the session that the message came from at this hop. */
  readonly session: Id;
  /** The authid of that session. */
  readonly authid: string;
  /** The authrole of that session. */
  readonly authrole: string;
}

/** What every message with a payload may carry for routers that forward it or pass it through unread. */
export interface PassthruDetails extends AnyDetails {
  /** The way of the message from router to router so far (Crossbar.io): the first hop is its origin. */
  readonly forwardFor?: readonly ForwardHop[];
  /** How the payload is encrypted end to end: `cryptobox` (Crossbar.io). Absent for one in clear. */
  readonly encAlgo?: string;
  /** Names the key of `encAlgo`, as the sender wrote it. */
  readonly encKey?: string;
  /** What the encrypted payload was written with before: `json`, `msgpack`, `cbor` … */
  readonly encSerializer?: string;
  /** The scheme that the payload is packed by, if it is: `wamp`, `mqtt`, `x_…` (WAMP, "Payload Passthru Mode"). */
  readonly pptScheme?: string;
  /** What the packed payload is written with: `native`, `json`, `msgpack`, `cbor` … */
  readonly pptSerializer?: string;
  /** What it is encrypted with, `xsalsa20poly1305` for instance; absent for one in clear. */
  readonly pptCipher?: string;
  /** Names the key of `pptCipher`, where the scheme has several. */
  readonly pptKeyid?: string;
}

/** What came with an event (WAMP, EVENT.Details). */
export interface EventDetails extends PassthruDetails {
  /** The id of the subscription that it came for. */
  readonly subscription: Id;
  /** The id of the publication: the same on every subscription that it matched. */
  readonly publication: Id;
  /** The topic that was published to, also where a pattern was subscribed. */
  readonly topic: Uri;
  /** The publisher's session, where it is disclosed. */
  readonly publisher?: Id;
  /** The publisher's authid, where it is disclosed. */
  readonly publisherAuthid?: string;
  /** The publisher's authrole, where it is disclosed. */
  readonly publisherAuthrole?: string;
  /** Whether the router wants to hear that the event was received: see `acknowledgeEvents()`. */
  readonly xAcknowledgedDelivery?: boolean;
  /** True for an event that the router had kept from before the subscription. */
  readonly retained?: boolean;
  /** How far the router trusts the publisher, from 0. */
  readonly trustlevel?: number;
  /** A hash that was sent with the message (Crossbar.io), as it came. */
  readonly transactionHash?: string;
}

class EventView extends Details {
  readonly #wire: Readonly<Dict>;
  readonly subscription: Id;
  readonly publication: Id;
  readonly topic: Uri;

  constructor([, subscription, publication, wire]: MessageOf<36>, topic: Uri) {
    super();
    this.#wire = wire;
    this.subscription = subscription;
    this.publication = publication;
    this.topic = (attribute(wire, 'topic') as string | undefined) ?? topic;
  }

  override [WIRE](): Readonly<Dict> {
    return this.#wire;
  }
}

/** An event of a topic. `value` is the first positional argument. */
export class WampEvent<T = unknown, A extends List = List, K = Readonly<Dict>> extends Arrival<T, EventDetails, A, K> {
  /** @internal */
  constructor(message: MessageOf<36>, topic: Uri) {
    super(message[4], message[5], new EventView(message, topic));
  }
}

/** What came with a result (WAMP, RESULT.Details). */
export interface ResultDetails extends PassthruDetails {
  /** The procedure that was called. */
  readonly procedure: Uri;
  /** True for a progressive result: more follow (WAMP, "Progressive Call Results"). */
  readonly progress?: boolean;
  /** The callee's session, where the router discloses it (Crossbar.io). */
  readonly callee?: Id;
  /** The callee's authid, where the router discloses it (Crossbar.io). */
  readonly calleeAuthid?: string;
  /** The callee's authrole, where the router discloses it (Crossbar.io). */
  readonly calleeAuthrole?: string;
}

class ResultView extends Details {
  readonly #wire: Readonly<Dict>;
  readonly procedure: Uri;

  constructor(wire: Readonly<Dict>, procedure: Uri) {
    super();
    this.#wire = wire;
    this.procedure = procedure;
  }

  override [WIRE](): Readonly<Dict> {
    return this.#wire;
  }
}

/** A result of a call: a progressive one, or the final one. */
export class CallResult<
  T = unknown,
  A extends List = List,
  K = Readonly<Dict>,
  Progress extends boolean = boolean,
> extends Arrival<T, ResultDetails, A, K> {
  /** Whether more results follow. */
  readonly progress: Progress;

  /** @internal */
  constructor(message: MessageOf<50>, procedure: Uri) {
    super(message[3], message[4], new ResultView(message[2], procedure));
    this.progress = (message[2]['progress'] === true) as Progress;
  }
}

/** What came with an invocation (WAMP, INVOCATION.Details). */
export interface InvocationDetails extends PassthruDetails {
  /** The id of the registration that was called. */
  readonly registration: Id;
  /** The procedure that was called, also where a pattern is registered. */
  readonly procedure: Uri;
  /** Whether the caller wants progressive results. */
  readonly receiveProgress?: boolean;
  /** Whether more chunks of arguments follow. */
  readonly progress?: boolean;
  /** Milliseconds to the first and between results; runs here. */
  readonly timeout?: number;
  /** The caller's session, where it is disclosed. */
  readonly caller?: Id;
  /** The caller's authid, where it is disclosed. */
  readonly callerAuthid?: string;
  /** The caller's authrole, where it is disclosed. */
  readonly callerAuthrole?: string;
  /** How far the router trusts the caller, from 0. */
  readonly trustlevel?: number;
  /** A hash that was sent with the message (Crossbar.io), as it came. */
  readonly transactionHash?: string;
}

class InvocationView extends Details {
  readonly #wire: Readonly<Dict>;
  readonly procedure: Uri;
  readonly registration: Id;

  constructor([, , registration, wire]: MessageOf<68>, procedure: Uri) {
    super();
    this.#wire = wire;
    this.procedure = (attribute(wire, 'procedure') as string | undefined) ?? procedure;
    this.registration = registration;
  }

  override [WIRE](): Readonly<Dict> {
    return this.#wire;
  }
}

/**
 * What a procedure does: takes an invocation and returns a value, a Promise or Observable of it, or a `result()`.
 * `undefined` is an empty result; what it throws becomes the caller's error.
 */
export type Handler = (invocation: Invocation) => unknown;

/** One chunk of a progressive invocation's arguments. */
export interface InputChunk<A extends List = List, K = Readonly<Dict>> {
  /** Positional values of this chunk, never null. */
  readonly args: A;
  /** Keyword values, never null: callers of this library send them with the first chunk. */
  readonly kwargs: K;
}

/** What an {@link Invocation} shows of the handler's run. */
export interface InvocationControl {
  /** See {@link Invocation.signal}. */
  readonly signal: AbortSignal;
  /** See {@link Invocation.input$}. */
  readonly input$: Observable<InputChunk>;
}

/** A call that came for a registered procedure. */
export class Invocation<T = unknown, A extends List = List, K = Readonly<Dict>> extends Arrival<
  T,
  InvocationDetails,
  A,
  K
> {
  readonly #running: InvocationControl;

  /** @internal */
  constructor(running: InvocationControl, message: MessageOf<68>, procedure: string) {
    super(message[4], message[5], new InvocationView(message, procedure));
    this.#running = running;
  }

  /** Aborted when the caller cancels, the time runs out, or the session is lost. */
  get signal(): AbortSignal {
    return this.#running.signal;
  }

  /**
   * The chunks of a progressive invocation, this first one included; for one observer. Completes with the last chunk, or
   * with the answer, after which none is handed on.
   */
  get input$(): Observable<InputChunk<A, K>> {
    return this.#running.input$ as Observable<InputChunk<A, K>>;
  }
}

/** A final answer with any payload; made by `result()`. */
export class Result<A extends List = List, K = Readonly<Dict>> {
  /** Positional values of the result, never null. */
  readonly args: A;
  /** Keyword values of the result, never null. */
  readonly kwargs: K;
  /** YIELD.Options, if there are any. */
  readonly wire: Readonly<Dict> | undefined;

  /** With YIELD.Options as on the wire. */
  constructor(args: A, kwargs: K, wire?: Readonly<Dict>) {
    this.args = args;
    this.kwargs = kwargs;
    this.wire = wire;
  }
}
