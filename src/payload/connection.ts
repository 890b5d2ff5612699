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
import { UriTracker } from './uri-tracker.ts';
import { Packer } from './packer.ts';
import type { PassthruConfig } from './passthru.ts';
import { announcing, Router } from './announced-features.ts';
import { isEmpty, markOf } from './shape.ts';
import type { PayloadCodec } from './codec.ts';

type Next = (message: Message) => void;

/** What a connection offers an interceptor. */
export interface WireEnd {
  send(message: Message): void;
  report(error: unknown, context: string): void;
}

/** Interceptors for the messages of one connection. */
export interface PassthruInterceptor {
  incoming(message: Message, next: Next): void;
  outgoing(message: Message, next: Next): void;
}

/** How many invocations that were over before their last chunk came are remembered. */
const OVER_KEPT = 1000;

/** What stands between the session and the wire of one connection: packs what goes, unpacks what comes. */
export class PassthruConnection implements PassthruInterceptor {
  readonly #wire: WireEnd;
  readonly #codecs: readonly PayloadCodec[];
  readonly #router: Router;
  readonly #packer: Packer;
  readonly #ledger = new UriTracker();
  /** Invocations that are over while chunks of their arguments still come. */
  readonly #over = new Set<Id>();

  constructor({ codecs, shape = 'ppt', checkFeatures = true }: PassthruConfig, wire: WireEnd) {
    this.#wire = wire;
    this.#codecs = codecs;
    this.#router = new Router(shape, checkFeatures);
    this.#packer = new Packer(codecs, this.#router);
  }

  outgoing(message: Message, next: Next): void {
    const { calls } = this.#ledger;
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
        // what still comes is for nobody
        calls.delete(message[1]);
        return;
      case YIELD:
        this.#answer(message, next, message[2]['progress'] !== true);
        return;
      case ERROR:
        this.#answer(message, next, true);
        return;
      default:
        this.#ledger.sent(message);
        next(message);
    }
  }

  incoming(message: Message, next: Next): void {
    this.#ledger.came(message);
    switch (message[0]) {
      case WELCOME:
        next([WELCOME, message[1], this.#router.welcomed(message[2])]);
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
        if (message[2]['mode'] === 'killnowait') this.#forget(message[1]);
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
    const { calls } = this.#ledger;
    const open = calls.get(id);
    if (open) {
      // the next chunk of a progressive call: packed as the first one was
      next(this.#packer.chunk(message, open.mark));
      return;
    }
    const [sent, mark] = this.#packer.request(message);
    calls.set(id, { uri, mark });
    try {
      next(sent);
    } catch (error) {
      calls.delete(id);
      throw error;
    }
  }

  #answer(message: MessageOf<8> | MessageOf<70>, next: Next, final: boolean): void {
    const id = message[0] === YIELD ? message[1] : message[2];
    const open = this.#ledger.invocations.get(id);
    if (message[0] === YIELD) next(this.#packer.yielded(message, open));
    else next(this.#packer.failed(message, open, (error) => this.#report(error, `error of ${open?.uri}`)));
    if (final) this.#forget(id);
  }

  #event(message: MessageOf<36>, next: Next): void {
    const mark = markOf(message);
    const uri = this.#ledger.topicOf(message);
    // one that nobody subscribed to goes nowhere
    if (!mark || uri === undefined) next(message);
    else
      this.#try(
        () => this.#packer.opened(message, mark, false, uri),
        next,
        (error) => {
          this.#report(error, `event of ${uri}`);
        },
      );
  }

  #invocation(message: MessageOf<68>, next: Next): void {
    const [, id, , details] = message;
    const { invocations } = this.#ledger;
    const more = details['progress'] === true;
    if (this.#over.has(id)) {
      if (!more) this.#over.delete(id);
      return;
    }
    const open = invocations.get(id);
    const uri = open?.uri ?? this.#ledger.procedureOf(message);
    const own = markOf(message);
    // chunks that follow need not repeat what the first one said
    const mark = own ?? (isEmpty(message) ? undefined : open?.mark);
    // the client knows what to answer where nobody registered it
    if (uri === undefined) {
      next(message);
      return;
    }
    const begin = (opened: Message): void => {
      if (open) open.more = more;
      else invocations.set(id, { uri, mark, more });
      next(opened);
    };
    if (mark === undefined) begin(message);
    else
      this.#try(
        () => this.#packer.opened(message, mark, false, uri),
        begin,
        (error) => {
          this.#report(error, `invocation of ${uri}`);
          this.#tell([ERROR, INVOCATION, id, {}, error.uri, error.args]);
          invocations.delete(id);
          if (more) this.#drop(id);
          if (open) next([INTERRUPT, id, { mode: 'killnowait' }]);
        },
      );
  }

  #result(message: MessageOf<50>, next: Next): void {
    const [, id, details] = message;
    const { calls } = this.#ledger;
    const call = calls.get(id);
    const mark = markOf(message);
    const final = details['progress'] !== true;
    if (final) calls.delete(id);
    // the answer to a call that was given up goes nowhere
    if (!call || !mark) next(message);
    else
      this.#try(
        () => this.#packer.opened(message, mark, true, call.uri),
        next,
        (error) => {
          calls.delete(id);
          next([ERROR, CALL, id, {}, error.uri, error.args]);
          // the rest is of no use either
          if (!final && this.#router.supports('dealer', 'call_canceling'))
            this.#tell([CANCEL, id, { mode: 'killnowait' }]);
        },
      );
  }

  #error(message: MessageOf<8>, next: Next): void {
    const [, type, id, , uri] = message;
    if (type === CALL) this.#ledger.calls.delete(id);
    const mark = markOf(message);
    if (!mark) next(message);
    else
      this.#try(
        () => this.#packer.opened(message, mark, true, uri),
        next,
        (error) => {
          next([ERROR, type, id, {}, error.uri, error.args]);
        },
      );
  }

  /** Unpacks; what the application then does is no failure of that. */
  #try<T>(open: () => T, then: (message: T) => void, failed: (error: ApplicationError) => void): void {
    let opened: T;
    try {
      opened = open();
    } catch (error) {
      failed(error as ApplicationError);
      return;
    }
    then(opened);
  }

  /** An invocation is over for us. */
  #forget(id: Id): void {
    const { invocations } = this.#ledger;
    if (invocations.get(id)?.more) this.#drop(id);
    invocations.delete(id);
  }

  /** Keeps the rest of an invocation's arguments from being taken for a new one. */
  #drop(id: Id): void {
    this.#over.add(id);
    // most never end: a router drops what is sent for a call that is over
    if (this.#over.size > OVER_KEPT) this.#over.delete(this.#over.values().next().value as Id);
  }

  #tell(message: Message): void {
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
