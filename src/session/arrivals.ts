import { camelised, isPrivate, toWire } from '../protocol/attributes.ts';
import type { Id } from '../protocol/ids.ts';
import type { Args, Dict, List, MessageOf } from '../protocol/messages.ts';
import type { Uri } from '../protocol/uris.ts';
import type { ForwardHop } from './options.ts';

const NO_ARGS: List = Object.freeze([]);
const NO_KWARGS: Readonly<Dict> = Object.freeze({});

/** Everything that arrives with a payload has this shape. */
export abstract class Arrival<T, D extends Details> {
  /** Positional payload, never null. */
  readonly args: List;
  /** Keyword payload, never null. */
  readonly kwargs: Readonly<Dict>;
  readonly details: D;

  constructor(args: Args | undefined, kwargs: Dict | undefined, details: D) {
    // a binary in the place of the list is a payload that was passed through opaquely
    this.args = args === undefined ? NO_ARGS : args instanceof Uint8Array ? [args] : args;
    this.kwargs = kwargs ?? NO_KWARGS;
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

/** A dictionary of the wire seen in camelCase; its typed names are getters of the subclass's prototype. */
export abstract class Details {
  readonly #wire: Readonly<Dict>;

  constructor(wire: Readonly<Dict>) {
    this.#wire = wire;
  }

  /** Defines a getter for each name on a subclass. */
  static expose(of: abstract new (...args: never) => Details, names: string): void {
    for (const name of names.split(' ')) {
      const wire = toWire(name);
      Object.defineProperty(of.prototype, name, {
        get(this: Details) {
          return this.#wire[wire];
        },
      });
    }
  }

  /** What came that this version has no name for, and attributes outside the standard (`x_…`, `_…`). */
  get extra(): Readonly<Dict> {
    const all = camelised(this.#wire);
    for (const name of Object.keys(all)) if (name in this && !isPrivate(name)) delete all[name];
    return all;
  }

  /** All of it as a plain object in camelCase. */
  toJSON(): Dict {
    return { ...camelised(this.#wire), ...(this as object) };
  }
}

/** What every message with a payload may carry for those who forward it or pass it through unread. */
export interface PassthruDetails {
  readonly forwardFor?: readonly ForwardHop[];
  readonly encAlgo?: string;
  readonly encKey?: string;
  readonly encSerializer?: string;
  readonly pptScheme?: string;
  readonly pptSerializer?: string;
  readonly pptCipher?: string;
  readonly pptKeyid?: string;
}

/** What came with an event (WAMP, EVENT.Details). */
export interface EventDetails extends PassthruDetails {
  /** The publisher's session, where it is disclosed. */
  readonly publisher?: Id;
  readonly publisherAuthid?: string;
  readonly publisherAuthrole?: string;
  /** True for an event that the router had kept from before the subscription. */
  readonly retained?: boolean;
  readonly trustlevel?: number;
  readonly transactionHash?: string;
}

// eslint-disable-next-line @typescript-eslint/no-unsafe-declaration-merging -- the getters of the interface are defined below
export class EventDetails extends Details {
  /** The id of the subscription that it came for. */
  readonly subscription: Id;
  /** The id of the publication: the same on every subscription that it matched. */
  readonly publication: Id;
  /** The topic that was published to, also where a pattern was subscribed. */
  readonly topic: Uri;

  constructor(message: MessageOf<36>, topic: Uri) {
    super(message[3]);
    this.subscription = message[1];
    this.publication = message[2];
    this.topic = (message[3]['topic'] as string | undefined) ?? topic;
  }
}

const PAYLOAD = 'forwardFor encAlgo encKey encSerializer pptScheme pptSerializer pptCipher pptKeyid';
Details.expose(EventDetails, `publisher publisherAuthid publisherAuthrole retained trustlevel transactionHash ${PAYLOAD}`);

/** An event of a topic. `value` is the first positional argument. */
export class WampEvent<T = unknown> extends Arrival<T, EventDetails> {
  /** @internal */
  constructor(message: MessageOf<36>, topic: Uri) {
    super(message[4], message[5], new EventDetails(message, topic));
  }
}

/** What came with a result (WAMP, RESULT.Details). */
export interface ResultDetails extends PassthruDetails {
  readonly progress?: boolean;
  /** The callee's session, where the router tells it (Crossbar.io). */
  readonly callee?: Id;
  readonly calleeAuthid?: string;
  readonly calleeAuthrole?: string;
}

// eslint-disable-next-line @typescript-eslint/no-unsafe-declaration-merging -- the getters of the interface are defined below
export class ResultDetails extends Details {
  /** The procedure that was called. */
  readonly procedure: Uri;

  constructor(wire: Readonly<Dict>, procedure: Uri) {
    super(wire);
    this.procedure = procedure;
  }
}
Details.expose(ResultDetails, `progress callee calleeAuthid calleeAuthrole ${PAYLOAD}`);

/** A result of a call: a progressive one, or the final one. */
export class CallResult<T = unknown> extends Arrival<T, ResultDetails> {
  /** Whether more results follow. */
  readonly progress: boolean;

  /** @internal */
  constructor(message: MessageOf<50>, procedure: Uri) {
    super(message[3], message[4], new ResultDetails(message[2], procedure));
    this.progress = message[2]['progress'] === true;
  }
}

/** What came with an invocation (WAMP, INVOCATION.Details). */
export interface InvocationDetails extends PassthruDetails {
  /** Whether the caller wants progressive results. */
  readonly receiveProgress?: boolean;
  /** Whether more chunks of arguments follow. */
  readonly progress?: boolean;
  /** Milliseconds; runs here. */
  readonly timeout?: number;
  /** The caller's session, where it is disclosed. */
  readonly caller?: Id;
  readonly callerAuthid?: string;
  readonly callerAuthrole?: string;
  readonly trustlevel?: number;
  readonly transactionHash?: string;
}

// eslint-disable-next-line @typescript-eslint/no-unsafe-declaration-merging -- the getters of the interface are defined below
export class InvocationDetails extends Details {
  /** The id of the registration that was called. */
  readonly registration: Id;
  /** The procedure that was called, also where a pattern is registered. */
  readonly procedure: Uri;

  constructor(message: MessageOf<68>, procedure: Uri) {
    super(message[3]);
    this.registration = message[2];
    this.procedure = (message[3]['procedure'] as string | undefined) ?? procedure;
  }
}
Details.expose(
  InvocationDetails,
  `receiveProgress progress timeout caller callerAuthid callerAuthrole trustlevel transactionHash ${PAYLOAD}`,
);
