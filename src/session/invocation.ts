import { isObservable, Observable, type Subscriber, type Subscription } from 'rxjs';
import { isPromise } from '../async.ts';
import { ApplicationError, InvalidStateError, SerializationError } from '../protocol/errors.ts';
import type { Id } from '../protocol/ids.ts';
import { ERROR, INVOCATION, withPayload, YIELD, type Message, type MessageOf } from '../protocol/messages.ts';
import { argsOf, type Dict, type List } from '../protocol/payload.ts';
import { Arrival, CallResult, invocationDetails, type InvocationDetails } from './events.ts';
import { checkResult } from './option-checks.ts';
import { guarded } from './error-mapping.ts';
import type { Given, ResultOptions } from './options.ts';
import type { ProcedureRegistration } from './registration.ts';
import type { RequestPort } from './request-port.ts';
import { after } from './time.ts';

/** How many of the invocations that were answered before their last chunk came are remembered. */
const UNREAD_KEPT = 1000;

/** A final answer with any payload; made by {@link result}. */
export class Result<A extends List = List, K = Readonly<Dict>> {
  readonly args: A;
  readonly kwargs: K;
  /** YIELD.Options, if there are any. */
  readonly wire: Readonly<Dict> | undefined;

  constructor(args: A, kwargs: K, wire?: Readonly<Dict>) {
    this.args = args;
    this.kwargs = kwargs;
    this.wire = wire;
  }
}

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

/**
 * What a procedure does: takes an invocation and returns a value, a Promise or Observable of it, or a {@link result}.
 * `undefined` is an empty result; what it throws becomes the caller's error.
 */
export type Handler = (invocation: Invocation) => unknown;

/** One chunk of a progressive invocation's arguments. */
export interface InputChunk<A extends List = List, K = Readonly<Dict>> {
  readonly args: A;
  readonly kwargs: K;
}

/** A call that came for a registered procedure. */
export class Invocation<T = unknown, A extends List = List, K = Readonly<Dict>> extends Arrival<
  T,
  InvocationDetails,
  A,
  K
> {
  readonly #running: RunningInvocation;

  /** @internal */
  constructor(running: RunningInvocation, message: MessageOf<68>, procedure: string) {
    super(message[4], message[5], invocationDetails(message, procedure));
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

/** What an invocation needs of the link of its session. */
export type Answering = Pick<
  RequestPort,
  'invocations' | 'unread' | 'open' | 'check' | 'send' | 'tell' | 'errorToSend' | 'userError'
>;
/** What an invocation needs of the registration that it came for. */
export type Served = Pick<ProcedureRegistration, 'uri' | 'handler'>;

/** One invocation under way: runs the handler and answers exactly once, or never after it was aborted. */
export class RunningInvocation {
  readonly #link: Answering;
  readonly #id: Id;
  readonly #procedure: Served;
  readonly #wantsProgress: boolean;
  #done = false;
  #aborted: unknown;
  #abort: AbortController | undefined;
  #source: Subscription | undefined;
  #timer: Subscription | undefined;
  /** Chunks that nobody has read yet, and who reads them. */
  #chunks: InputChunk[] = [];
  #reader: Subscriber<InputChunk> | undefined;
  /** Whether more chunks of arguments are due. */
  inputOpen: boolean;

  constructor(link: Answering, procedure: Served, message: MessageOf<68>) {
    const [, id, , details] = message;
    this.#link = link;
    this.#id = id;
    this.#procedure = procedure;
    this.#wantsProgress = details['receive_progress'] === true;
    this.inputOpen = details['progress'] === true;
    link.invocations.set(id, this);
    const timeout = details['timeout'] as number | undefined;
    if (timeout) this.#timer = after(timeout, () => this.#fail(new ApplicationError('wamp.error.timeout')));
    this.#run(new Invocation(this, message, procedure.uri));
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

  #run(invocation: Invocation): void {
    this.#chunks.push(invocation);
    try {
      const answer = this.#procedure.handler(invocation);
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
        else if (this.#wantsProgress) this.#send(value, { progress: true });
        else last = value;
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
    // what has not come yet is for nobody
    this.inputOpen = false;
    this.#reader?.complete();
  }

  /** YIELD; one that cannot be serialised is answered as an error. */
  #send(value: unknown, options: Dict): void {
    if (this.#done || !this.#link.open) return;
    const { args, kwargs, wire } = payloadOf(value);
    try {
      // with the procedure in the place of a payload: it is what the refusal names
      if (wire) this.#link.check([YIELD, 1, wire, this.#procedure.uri] as unknown as Message);
      this.#link.send(
        withPayload<MessageOf<70>>([YIELD, this.#id, wire ? { ...wire, ...options } : options], args, kwargs),
      );
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
    const { uri, args, kwargs, details, deliberate } = this.#link.errorToSend(thrown);
    if (!deliberate) this.#report(thrown);
    const head = (): unknown[] => [ERROR, INVOCATION, this.#id, { ...details }, uri];
    if (this.#link.open) {
      try {
        this.#link.send(withPayload<MessageOf<8>>(head(), args, kwargs));
      } catch (error) {
        if (error instanceof SerializationError) {
          this.#report(error);
          this.#link.tell(withPayload<MessageOf<8>>(head(), [error.message]));
        }
      }
    }
    this.abort(thrown);
  }

  #report(error: unknown): void {
    this.#link.userError(error, `handler of ${this.#procedure.uri}`);
  }

  #finish(): void {
    this.#done = true;
    this.#timer?.unsubscribe();
    this.#link.invocations.delete(this.#id);
    if (!this.inputOpen) return;
    const { unread } = this.#link;
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
