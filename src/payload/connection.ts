import type { ApplicationError } from '../protocol/errors.ts';
import type { Id } from '../protocol/ids.ts';
import {
  CALL,
  CANCEL,
  ERROR,
  EVENT,
  HELLO,
  INTERRUPT,
  INVOCATION,
  PUBLISH,
  RESULT,
  WELCOME,
  YIELD,
  type Message,
  type MessageOf,
} from '../protocol/messages.ts';
import { announcing, type AnnouncedFeatures } from './announced-features.ts';
import type { PayloadCodec } from './codec.ts';
import { Packer } from './packer.ts';
import { isEmpty, markOf, type Carrier, type Mark } from './shape.ts';
import { UriTracker } from './uri-tracker.ts';

type Next = (message: Message) => void;

/** What a connection offers an interceptor. */
export interface WireEnd {
  send(message: Message): void;
  report(error: unknown, context: string): void;
}

/** Interceptors for the messages of one connection. */
export interface PassthruInterceptor {
  /** Unpacks a message of the router, and hands it to `next`. */
  incoming(message: Message, next: Next): void;
  /** Packs a message for the router, and hands it to `next`. */
  outgoing(message: Message, next: Next): void;
}

/** How many invocations are remembered that ended before their last chunk came. */
const MAX_ENDED = 1000;

/** Stands between the session and the wire of one connection: packs outgoing payloads and unpacks incoming ones. */
export class PassthruConnection implements PassthruInterceptor {
  readonly #codecs: readonly PayloadCodec[];
  readonly #features: AnnouncedFeatures;
  readonly #wire: WireEnd;
  readonly #packer: Packer;
  readonly #tracker = new UriTracker();
  /** Invocations that have ended while chunks of their arguments still come. */
  readonly #ended = new Set<Id>();

  constructor(codecs: readonly PayloadCodec[], features: AnnouncedFeatures, wire: WireEnd) {
    this.#codecs = codecs;
    this.#features = features;
    this.#wire = wire;
    this.#packer = new Packer(codecs, features);
  }

  outgoing(message: Message, next: Next): void {
    switch (message[0]) {
      case HELLO:
        next([HELLO, message[1], announcing(message[2], this.#codecs)]);
        return;
      case PUBLISH:
        next(this.#packer.request(message)[0]);
        return;
      case CALL:
        this.#call(message, next);
        return;
      case CANCEL:
        next(message);
        this.#tracker.calls.delete(message[1]);
        return;
      case YIELD: {
        const [, id, options] = message;
        next(this.#packer.yielded(message, this.#tracker.invocations.get(id)));
        if (options['progress'] !== true) this.#end(id);
        return;
      }
      case ERROR: {
        const id = message[2];
        const open = this.#tracker.invocations.get(id);
        next(this.#packer.failed(message, open, (error) => this.#report(error, `error of ${open?.uri}`)));
        this.#end(id);
        return;
      }
      default:
        this.#tracker.sent(message);
        next(message);
    }
  }

  incoming(message: Message, next: Next): void {
    this.#tracker.received(message);
    switch (message[0]) {
      case WELCOME:
        next([WELCOME, message[1], this.#features.welcomed(message[2])]);
        return;
      case EVENT:
        this.#event(message, next);
        return;
      case INVOCATION:
        this.#invocation(message, next);
        return;
      case INTERRUPT:
        next(message);
        // no answer follows
        if (message[2]['mode'] === 'killnowait') this.#end(message[1]);
        return;
      case RESULT:
        this.#result(message, next);
        return;
      case ERROR:
        this.#error(message, next);
        return;
      default:
        next(message);
    }
  }

  #call(message: MessageOf<48>, next: Next): void {
    const [, id, , uri] = message;
    const { calls } = this.#tracker;
    const open = calls.get(id);
    if (open) {
      // a later chunk of a progressive call
      next(this.#packer.chunk(message, open.mark));
      return;
    }
    const [packed, mark] = this.#packer.request(message);
    calls.set(id, { uri, mark });
    try {
      next(packed);
    } catch (error) {
      calls.delete(id);
      throw error;
    }
  }

  #event(message: MessageOf<36>, next: Next): void {
    const mark = markOf(message);
    const uri = this.#tracker.topicOf(message);
    // without a subscription nothing observes it
    if (!mark || uri === undefined) next(message);
    else this.#open(message, mark, false, uri, `event of ${uri}`, next, () => undefined);
  }

  #invocation(message: MessageOf<68>, next: Next): void {
    const [, id, , details] = message;
    const { invocations } = this.#tracker;
    const more = details['progress'] === true;
    if (this.#ended.has(id)) {
      if (!more) this.#ended.delete(id);
      return;
    }
    const open = invocations.get(id);
    const uri = open?.uri ?? this.#tracker.procedureOf(message);
    if (uri === undefined) {
      // without a registration the session answers it
      next(message);
      return;
    }
    const own = markOf(message);
    // later chunks need not repeat the attributes
    const mark = own ?? (isEmpty(message) ? undefined : open?.mark);
    const deliver = (unpacked: Message): void => {
      if (open) open.more = more;
      else invocations.set(id, { uri, mark, more });
      next(unpacked);
    };
    if (mark === undefined) deliver(message);
    else {
      this.#open(message, mark, false, uri, `invocation of ${uri}`, deliver, ({ uri: reason, args }) => {
        this.#send([ERROR, INVOCATION, id, {}, reason, args]);
        invocations.delete(id);
        if (more) this.#dropChunks(id);
        if (open) next([INTERRUPT, id, { mode: 'killnowait' }]);
      });
    }
  }

  #result(message: MessageOf<50>, next: Next): void {
    const [, id, details] = message;
    const { calls } = this.#tracker;
    const call = calls.get(id);
    const mark = markOf(message);
    const final = details['progress'] !== true;
    if (final) calls.delete(id);
    // a call that was cancelled delivers nothing
    if (!call || !mark) next(message);
    else {
      this.#open(message, mark, true, call.uri, `result of ${call.uri}`, next, ({ uri, args }) => {
        calls.delete(id);
        next([ERROR, CALL, id, {}, uri, args]);
        if (!final && this.#features.supports('dealer', 'call_canceling')) {
          this.#send([CANCEL, id, { mode: 'killnowait' }]);
        }
      });
    }
  }

  #error(message: MessageOf<8>, next: Next): void {
    const [, type, id, , uri] = message;
    if (type === CALL) this.#tracker.calls.delete(id);
    const mark = markOf(message);
    if (!mark) next(message);
    else {
      this.#open(message, mark, true, uri, `error ${uri}`, next, ({ uri: reason, args }) => {
        next([ERROR, type, id, {}, reason, args]);
      });
    }
  }

  /** Unpacks a message and passes it on; where it is unreadable, reports why and calls `failed` in its place. */
  #open<T extends Carrier>(
    message: T,
    mark: Mark,
    originating: boolean,
    uri: string,
    context: string,
    next: (message: T) => void,
    failed: (error: ApplicationError) => void,
  ): void {
    let unpacked: T;
    try {
      unpacked = this.#packer.opened(message, mark, originating, uri);
    } catch (error) {
      this.#report(error, context);
      failed(error as ApplicationError);
      return;
    }
    next(unpacked);
  }

  #end(id: Id): void {
    const { invocations } = this.#tracker;
    if (invocations.get(id)?.more) this.#dropChunks(id);
    invocations.delete(id);
  }

  /** Drops the chunks that still come, which would look like a new invocation. */
  #dropChunks(id: Id): void {
    this.#ended.add(id);
    // the last chunk rarely comes: a router drops what is sent for a call that has ended
    if (this.#ended.size > MAX_ENDED) this.#ended.delete(this.#ended.values().next().value as Id);
  }

  #send(message: Message): void {
    try {
      this.#wire.send(message);
    } catch {
      // the channel is down, and its end will be reported
    }
  }

  #report(error: unknown, context: string): void {
    this.#wire.report(error, `payload codec: ${context}`);
  }
}
