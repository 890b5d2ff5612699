import {
  isObservable,
  type MonoTypeOperatorFunction,
  Observable,
  type Subscriber,
  type Subscription,
  type Unsubscribable,
} from 'rxjs';
import { mistaken } from '../protocol/kinds.ts';
import { CallTimeoutError, type WampError } from '../protocol/errors.ts';
import { seeGuide } from '../protocol/guide.ts';
import type { Id } from '../protocol/ids.ts';
import { CALL, CANCEL, RESULT, withPayload, type MessageOf } from '../protocol/messages.ts';
import type { List } from '../protocol/payload.ts';
import { describeRequest, type Uri } from '../protocol/uris.ts';
import { CallResult } from './events.ts';
import type { PayloadRequest } from './option-checks.ts';
import type { CallOptions, CallArgs } from './options.ts';
import { guarded, lossOf } from './error-mapping.ts';
import type { RequestPort, Reply, Request } from './request-port.ts';
import { after, now } from './time.ts';

/**
 * One call of one subscriber: waits for a session, is sent, receives results, ends. It is its own teardown, so a
 * pending call is this object, its entry in the Map of requests, and the subscriber.
 */
export class Call<T = unknown> implements Request, Unsubscribable {
  readonly type = CALL;
  readonly subscriber: Subscriber<CallResult<T>>;
  readonly request: PayloadRequest<CallOptions, CallArgs>;
  /** When it was made: milliseconds since the epoch. */
  readonly since = now();
  #port: RequestPort | undefined;
  #id: Id = 0;
  #progressed = false;
  over = false;
  /** The timers of `timeout` and `deadline`, and the observation of streamed arguments. */
  #timeout: Subscription | undefined;
  #deadline: Subscription | undefined;
  #input: Subscription | undefined;
  /** Called once when the call is over while no session has it. */
  waiting: (() => void) | undefined;

  constructor(subscriber: Subscriber<CallResult<T>>, request: PayloadRequest<CallOptions, CallArgs>) {
    this.subscriber = subscriber;
    this.request = request;
    const { deadline } = request.options;
    if (deadline !== undefined) this.#deadline = after(deadline, () => this.#late('deadline', deadline));
  }

  /** Sends the call on a session that is open, when it is its turn. */
  start(port: RequestPort): void {
    if (this.over) return;
    this.#port = port;
    this.#watch();
    if (port.calls.admit(this)) this.send();
  }

  /** Its turn has come. */
  send(): void {
    const { args } = this.request;
    try {
      if (isObservable(args)) this.#stream(args);
      else this.#send(args, false);
    } catch (error) {
      this.fail(error);
    }
  }

  answer(reply: Reply): void {
    if (this.over) return;
    if (reply[0] !== RESULT) {
      const { uri, options } = this.request;
      const error = (this.#port as RequestPort).errorOf(reply as MessageOf<8>, { procedure: uri });
      // our timeout went to the router, too: it makes no difference whose clock ran out first
      const late = options.timeout && reply[4] === 'wamp.error.timeout';
      this.fail(late ? timedOut(uri, 'timeout', options.timeout, error) : error);
      return;
    }
    const result = new CallResult<T>(reply, this.request.uri);
    if (result.progress) {
      // progress that was not requested is not the answer
      if (this.request.options.progress !== true) return;
      this.#progressed = true;
      this.#watch();
      this.subscriber.next(result);
      return;
    }
    // over before the last next: an operator that unsubscribes on it has nothing to cancel
    this.#done();
    if (!this.#progressed || reply.length > 3) this.subscriber.next(result);
    this.subscriber.complete();
  }

  lost(error: WampError): void {
    this.fail(lossOf(error, `${describeRequest('call', this.request.uri)}: no answer came`, this.#id > 0));
  }

  /** Ends the call with an error; the router keeps it. */
  fail(error: unknown): void {
    if (this.over) return;
    this.#done();
    guarded(() => this.subscriber.error(error));
  }

  /** Cancels the call, where it is not over. */
  unsubscribe(): void {
    if (this.over) return;
    this.#done();
    const port = this.#port;
    if (port?.open && port.requests.delete(this.#id) && port.supports('dealer', 'call_canceling')) {
      port.trySend([CANCEL, this.#id, { mode: this.request.options.cancelMode ?? 'killnowait' }]);
    }
  }

  #done(): void {
    this.over = true;
    this.#timeout?.unsubscribe();
    this.#deadline?.unsubscribe();
    if (this.#input) guarded(() => this.#input?.unsubscribe());
    if (this.#id === 0) this.#port?.requests.delete(this);
    this.waiting?.();
  }

  #watch(): void {
    const { timeout } = this.request.options;
    // 0 is none, as on the wire
    if (!timeout || this.over) return;
    this.#timeout?.unsubscribe();
    this.#timeout = after(timeout, () => this.#late('timeout', timeout));
  }

  #late(limit: string, ms: number): void {
    this.#cancel(timedOut(this.request.uri, limit, ms));
  }

  /** Cancels the call and ends it with an error. */
  #cancel(error: unknown): void {
    if (this.over) return;
    this.unsubscribe();
    guarded(() => this.subscriber.error(error));
  }

  /** Sends a list of arguments; `more` where others follow, each as a CALL of the same id. */
  #send(args: List, more: boolean): void {
    const port = this.#port as RequestPort;
    const { uri, kwargs, wire, options } = this.request;
    if (this.#id > 0) {
      port.send(withPayload<MessageOf<48>>([CALL, this.#id, more ? { progress: true } : {}, uri], args));
      return;
    }
    const { progress, timeout } = options;
    let sent = wire;
    if (progress === true || more || timeout !== undefined) {
      sent = { ...wire };
      if (progress === true) sent['receive_progress'] = true;
      if (more) sent['progress'] = true;
      // an integer on the wire; where it is not announced it could be taken for something else
      if (timeout !== undefined && timeout >= 1 && timeout < Infinity && port.supports('dealer', 'call_timeout'))
        sent['timeout'] = Math.ceil(timeout);
    }
    this.#id = port.nextId;
    port.request(withPayload<MessageOf<48>>([CALL, this.#id, sent, uri], args, kwargs), this);
  }

  /** Progressive invocation: completion is an empty last list. */
  #stream(lists: Exclude<CallArgs, List>): void {
    const port = this.#port as RequestPort;
    const { uri } = this.request;
    // before the source is subscribed
    port.check([CALL, 1, { progress: true }, uri]);
    // under way also before there is anything to send
    port.requests.set(this, this);
    const cancel = (error: unknown): void => this.#cancel(error);
    const send = (args: unknown, more: boolean): void => {
      if (this.over) return;
      port.requests.delete(this);
      try {
        if (!Array.isArray(args)) throw mistaken(describeRequest('call', uri), 'args', 'lists', args);
        this.#send(args, more);
      } catch (error) {
        cancel(error);
      }
    };
    const input = lists.subscribe({
      next: (args) => send(args, true),
      error: cancel,
      complete: () => send([], false),
    });
    // the call may be over before subscribe() returns
    if (this.over) input.unsubscribe();
    else this.#input = input;
  }
}

const timedOut = (uri: Uri, limit: string, ms: number, cause?: unknown): CallTimeoutError =>
  new CallTimeoutError(
    `${describeRequest('call', uri)}: no result within its ${limit} of ${ms} ms${seeGuide('timeout')}`,
    {
      cause,
    },
  );

/** The final results of some; all, where their type does not say which are final. */
export type FinalOf<R> = [Extract<R, { readonly progress: false }>] extends [never]
  ? R
  : Extract<R, { readonly progress: false }>;

/**
 * Of a call with progress, the final result alone. (`firstValueFrom` and `take(1)` take the first partial one and
 * cancel the rest.) An empty result where the final one was empty after progress.
 *
 * @example
 * const report = await firstValueFrom(wamp.call('com.app.scan', { progress: true }).pipe(finalResult()));
 */
export function finalResult(): <R extends CallResult>(source: Observable<R>) => Observable<FinalOf<R>>;
export function finalResult<T>(): MonoTypeOperatorFunction<CallResult<T>>;
export function finalResult(): MonoTypeOperatorFunction<CallResult> {
  return (source) =>
    new Observable((subscriber) => {
      let partial: CallResult | undefined;
      return source.subscribe({
        next: (result) => {
          partial = result.progress ? result : undefined;
          if (!result.progress) subscriber.next(result);
        },
        error: (error: unknown) => subscriber.error(error),
        complete: () => {
          // the call only completes then
          if (partial) subscriber.next(new CallResult([RESULT, 0, {}], partial.details.procedure));
          subscriber.complete();
        },
      });
    });
}
