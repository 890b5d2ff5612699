import { isObservable, Observable, type Subscriber, type Subscription } from 'rxjs';
import { isPromise } from '../async.ts';
import { ApplicationError, InvalidStateError, SerializationError } from '../protocol/errors.ts';
import type { Id } from '../protocol/ids.ts';
import { ERROR, INVOCATION, withPayload, YIELD, type Message, type MessageOf } from '../protocol/messages.ts';
import { argsOf, type Dict, type List } from '../protocol/payload.ts';
import type { Uri } from '../protocol/uris.ts';
import { CallResult, Invocation, Result, type Handler, type InputChunk, type InvocationControl } from './events.ts';
import { checkResult } from './option-checks.ts';
import { guarded } from './error-mapping.ts';
import type { Given, ResultOptions } from './options.ts';
import type { OpenInvocation, RequestPort } from './request-port.ts';
import { after, now } from './time.ts';

/** How many of the invocations that were answered before their last chunk came are remembered. */
const UNREAD_KEPT = 1000;

/**
 * The final answer of a handler with several positional or with keyword values. A plain value stands for one
 * positional value; in an Observable plain values are progress, and this ends it.
 *
 * @param options how the payload is packed, and attributes outside the standard (`x_…`, `_…`) for the caller's `details`
 * @throws TypeError that names what is wrong
 */
export function result<const A extends List = readonly [], const K extends Readonly<Dict> = Readonly<Dict>>(
  args?: A,
  kwargs?: K,
  options?: Given<ResultOptions>,
): Result<A, K>;
export function result(args: List = [], kwargs: Readonly<Dict> = {}, options?: Given<ResultOptions>): Result {
  if (!Array.isArray(args)) throw new TypeError('result(): args must be a list');
  return new Result(args, kwargs, checkResult(options));
}

/** What an invocation needs of the port of its session. */
export type Answering = Pick<
  RequestPort,
  'invocations' | 'unread' | 'open' | 'check' | 'send' | 'trySend' | 'errorToSend' | 'userError'
>;
/** What an invocation needs of the registration that it came for. */
export interface Served {
  readonly uri: Uri;
  readonly handler: Handler;
}

/** One invocation under way: runs the handler and answers exactly once, or never after it was aborted. */
export class RunningInvocation implements OpenInvocation, InvocationControl {
  readonly #port: Answering;
  readonly #id: Id;
  readonly #registration: Served;
  readonly invocation: Invocation;
  /** When it came: milliseconds since the epoch. */
  readonly since = now();
  #progressed = false;
  #done = false;
  #aborted: unknown;
  #abort: AbortController | undefined;
  #source: Subscription | undefined;
  #timer: Subscription | undefined;
  /** Chunks that were not read yet, and their reader. */
  #chunks: InputChunk[] = [];
  #reader: Subscriber<InputChunk> | undefined;
  /** Whether more chunks of arguments are due. */
  inputOpen: boolean;

  constructor(port: Answering, registration: Served, message: MessageOf<68>) {
    const [, id, , details] = message;
    this.#port = port;
    this.#id = id;
    this.#registration = registration;
    this.inputOpen = details['progress'] === true;
    port.invocations.set(id, this);
    this.invocation = new Invocation(this, message, registration.uri);
    this.#watch();
    this.#run();
  }

  get signal(): AbortSignal {
    if (this.#abort === undefined) {
      this.#abort = new AbortController();
      if (this.#aborted !== undefined) this.#abort.abort(this.#aborted);
    }
    return this.#abort.signal;
  }

  get input$(): Observable<InputChunk> {
    return new Observable((subscriber) => {
      this.#reader = subscriber;
      for (const chunk of this.#chunks.splice(0)) subscriber.next(chunk);
      if (!this.inputOpen) subscriber.complete();
      else if (this.#aborted !== undefined) subscriber.error(this.#aborted);
    });
  }

  /** The next chunk of a progressive invocation. */
  more([, , , details, args = [], kwargs = {}]: MessageOf<68>): void {
    this.inputOpen = details['progress'] === true;
    // the empty message at the end is no chunk
    if (this.inputOpen || args.length > 0 || Object.keys(kwargs).length > 0) {
      const chunk = { args: argsOf(args), kwargs };
      if (this.#reader) this.#reader.next(chunk);
      else this.#chunks.push(chunk);
    }
    if (!this.inputOpen) this.#reader?.complete();
  }

  /** INTERRUPT: stops the handler; answers unless the mode is killnowait. */
  interrupt(mode: unknown, reason: unknown): void {
    const error = new ApplicationError(typeof reason === 'string' ? reason : 'wamp.error.canceled');
    if (mode === 'killnowait') this.abort(error);
    else this.#fail(error);
  }

  /** Stops the handler without an answer. */
  abort(reason: unknown): void {
    if (this.#done) return;
    this.#finish();
    this.#aborted = reason;
    guarded(() => this.#source?.unsubscribe());
    this.#abort?.abort(reason);
    guarded(() => this.#reader?.error(reason));
  }

  /** Starts the clock of the caller's timeout: to the first result, and between results. */
  #watch(): void {
    const { timeout } = this.invocation.details;
    this.#timer?.unsubscribe();
    if (timeout) this.#timer = after(timeout, () => this.#fail(new ApplicationError('wamp.error.timeout')));
  }

  #run(): void {
    const { invocation } = this;
    this.#chunks.push(invocation);
    try {
      const answer = this.#registration.handler(invocation);
      if (isObservable(answer)) this.#follow(answer);
      else if (isPromise(answer)) answer.then((value) => this.#answer(value), this.#threw);
      else this.#answer(answer);
    } catch (error) {
      this.#threw(error);
    }
  }

  #follow(answers: Observable<unknown>): void {
    let last: unknown;
    const source = answers.subscribe({
      next: (value) => {
        if (value instanceof Result || (value instanceof CallResult && !value.progress)) this.#answer(value);
        else if (this.invocation.details.receiveProgress) {
          this.#progressed = true;
          this.#send(value, { progress: true });
          if (this.#timer && !this.#done) this.#watch();
        } else last = value;
      },
      error: this.#threw,
      complete: () => this.#answer(last),
    });
    // the answer may have been given before subscribe() returned
    if (this.#done) source.unsubscribe();
    else this.#source = source;
  }

  /** The final answer. */
  #answer(value: unknown): void {
    if (this.#done) return;
    this.#send(value, {});
    this.#finish();
    this.#source?.unsubscribe();
    // chunks that have not come yet have no reader
    this.inputOpen = false;
    this.#reader?.complete();
  }

  /** YIELD; one that cannot be serialised is answered as an error. */
  #send(value: unknown, options: Dict): void {
    if (this.#done || !this.#port.open) return;
    const { args, kwargs, wire } = payloadOf(value);
    try {
      // with the procedure in the place of a payload: it is what the refusal names
      if (wire) this.#port.check([YIELD, 1, wire, this.#registration.uri] as unknown as Message);
      const head: unknown[] = [YIELD, this.#id, wire ? { ...wire, ...options } : options];
      const message = withPayload<MessageOf<70>>(head, args, kwargs);
      // an empty answer behind progress only ends the call, unless the handler gave it as a result
      if (this.#progressed && value instanceof Result && message.length === 3) head.push([]);
      this.#port.send(message);
    } catch (error) {
      if (error instanceof InvalidStateError) this.#fail(error);
      if (!(error instanceof SerializationError)) return;
      this.#report(error);
      this.#fail(new ApplicationError(error.uri, [error.message]));
    }
  }

  readonly #threw = (error: unknown): void => this.#fail(error);

  /** Answers with an error and stops the handler. */
  #fail(thrown: unknown): void {
    if (this.#done) return;
    const { uri, args, kwargs, details, deliberate } = this.#port.errorToSend(thrown);
    if (!deliberate) this.#report(thrown);
    const head = (): unknown[] => [ERROR, INVOCATION, this.#id, { ...details }, uri];
    if (this.#port.open) {
      try {
        this.#port.send(withPayload<MessageOf<8>>(head(), args, kwargs));
      } catch (error) {
        if (error instanceof SerializationError) {
          this.#report(error);
          this.#port.trySend(withPayload<MessageOf<8>>(head(), [error.message]));
        }
      }
    }
    this.abort(thrown);
  }

  #report(error: unknown): void {
    this.#port.userError(error, `handler of ${this.#registration.uri}`);
  }

  #finish(): void {
    this.#done = true;
    this.#timer?.unsubscribe();
    this.#port.invocations.delete(this.#id);
    if (!this.inputOpen) return;
    const { unread } = this.#port;
    unread.add(this.#id);
    // most never end: a router drops what is sent for a call that is over
    if (unread.size > UNREAD_KEPT) unread.delete(unread.keys().next().value as Id);
  }
}

/** What a handler's value is on the wire: a result passes whole, another value is the one positional argument. */
function payloadOf(value: unknown): { args: List; kwargs: Readonly<Dict>; wire?: Readonly<Dict> | undefined } {
  if (value instanceof Result || value instanceof CallResult) return value;
  return { args: value === undefined ? [] : [value], kwargs: {} };
}
