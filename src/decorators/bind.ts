import { Observable, Subscription, type Subscriber } from 'rxjs';
import { checkOptions, DICT, STRING, type Kind } from '../protocol/kinds.ts';
import { kindOf } from '../protocol/kind-of.ts';
import type { Id } from '../protocol/ids.ts';
import { assertUri, type Match, type Uri } from '../protocol/uris.ts';
import { portOf } from '../session/verbs.ts';
import type { JoinedSession, Given, RegisterOptions, SubscribeOptions, Wamp } from '../session/options.ts';
import { procedureHandler, topicHandler, type Method } from './handlers.ts';
import { marksOf } from './marks.ts';
import { prepare } from './decorator-options.ts';

/** Options of {@link bind}. */
export interface BindOptions {
  /** Stands before every URI, those that were written out included; joined by a dot. None by default. */
  readonly prefix?: Uri | undefined;
  /** Options for all procedures; those of a decorator count before them. */
  readonly register?: Given<RegisterOptions> | undefined;
  /** Options for all topics; those of a decorator count before them. */
  readonly subscribe?: Given<SubscribeOptions> | undefined;
  /**
   * What becomes of the others when one method fails, because the router refuses or withdraws it: `end` ends them all,
   * with the error of the one; `tell` emits a {@link BindingFailure}, and the others go on.
   * @default 'end'
   */
  readonly onFailure?: 'end' | 'tell' | undefined;
}

/** A decorated method of which {@link bind} tells. */
interface BoundMethod {
  readonly kind: 'procedure' | 'topic';
  /** The method's name. */
  readonly method: string | symbol;
  /** The URI, or pattern as {@link match} says, that the router was asked for. */
  readonly uri: Uri;
  readonly match: Match;
  /** How many of the methods are not in force in this session; those that failed do not count. */
  readonly pending: number;
}

/** A method that is registered or subscribed, confirmed by the router. */
export interface Binding extends BoundMethod {
  /** The router's id of the registration or subscription. */
  readonly id: Id;
  readonly session: JoinedSession;
  /** True from the second time on: it was healed; events may have been missed, calls have found nobody. */
  readonly again: boolean;
  readonly error?: undefined;
}

/** A method that the router refused, or withdrew. */
export interface BindingFailure extends BoundMethod {
  readonly error: Error;
}

const ON_FAILURE: Kind = { expected: "'end' or 'tell'", test: (v) => v === 'end' || v === 'tell' };
const TABLE = { prefix: STRING, register: DICT, subscribe: DICT, onFailure: ON_FAILURE };

/**
 * Registers and subscribes all methods of an object that are decorated with {@link Procedure} or {@link Topic}, for as long
 * as it is observed: unsubscribing undoes them all. Stands on `register()` and `subscribe()`: on a client, all heal.
 *
 * Emits each method when it is in force, and anew after every healing; `pending` is 0 when all are. What a class inherits
 * counts, once; a method that is overridden counts as it is decorated in the class that overrides it: without a decorator
 * not at all. Methods are looked up when they are called, so that a spy on the instance is seen.
 *
 * Errors with the error of the first method that fails, after all others were undone: half a component is none, and
 * `retry()` begins anew. With `onFailure: 'tell'` failures are emitted, and the Observable errors only when the last
 * method has failed. Completes when the client is closed.
 *
 * @param wamp a client, or a session, with which all ends
 * @param instance an object of a class with decorated methods
 * @throws TypeError, InvalidUriError for arguments that cannot be right, and where nothing is decorated
 * @example
 * bind(wamp, new Shop(), { prefix: 'com.shop' }).subscribe(({ kind, uri, pending }) => log(kind, uri, pending));
 */
export function bind(
  wamp: Wamp,
  instance: object,
  options: BindOptions & { onFailure: 'tell' },
): Observable<Binding | BindingFailure>;
export function bind(
  wamp: Wamp,
  instance: object,
  options?: BindOptions & { onFailure?: 'end' | undefined },
): Observable<Binding>;
export function bind(wamp: Wamp, instance: object, options?: BindOptions): Observable<Binding | BindingFailure>;
export function bind(wamp: Wamp, instance: object, options: BindOptions = {}): Observable<Binding | BindingFailure> {
  const port = portOf(wamp, 'bind()');
  checkOptions(() => 'bind()', TABLE, options);
  const { prefix = '', onFailure = 'end', register = {}, subscribe = {} } = options;
  assertUri(prefix, 'bind(): prefix', 'prefix');
  if (/[<>]/.test(prefix)) throw new TypeError(`bind(): prefix must have no named parts, got ${kindOf(prefix)}`);
  if (!DICT.test(instance)) {
    throw new TypeError(
      `bind(): expected an instance of a class, got ${typeof instance === 'function' ? 'a class' : kindOf(instance)}`,
    );
  }
  const before = prefix === '' || prefix.endsWith('.') ? prefix : `${prefix}.`;
  const methods = [...marksOf(instance)].map((mark): Method => {
    const given = typeof mark.options === 'function' ? mark.options(instance as never) : mark.options;
    // what is no object is refused with the others, by name
    const all = DICT.test(given) ? { ...(mark.kind === 'procedure' ? register : subscribe), ...given } : given;
    return { ...mark, ...prepare(mark.kind, before + mark.text, all) };
  });
  if (methods.length === 0) {
    throw new TypeError('bind(): no method of the instance is decorated with @Procedure or @Topic');
  }
  const userError = (error: unknown, context: string): void => port.userError(error, context);
  return new Observable((subscriber) => {
    const all = new Subscription();
    subscriber.add(all);
    const report = reporter(methods.length, subscriber, all, onFailure === 'end');
    for (const method of methods) {
      // the first may have failed at once
      if (all.closed) return;
      all.add(start(wamp, instance, method, all, userError, report(method)));
    }
  });
}

/** What becomes of one method. */
interface Fate {
  inForce(confirmed: Confirmed): void;
  failed(error: Error): void;
  completed(): void;
}

type Confirmed = Pick<Binding, 'id' | 'session' | 'again'>;

/** Registers or subscribes one method. */
function start(
  wamp: Wamp,
  instance: object,
  method: Method,
  running: Subscription,
  userError: (error: unknown, context: string) => void,
  fate: Fate,
): Subscription {
  const { kind, uri, options } = method;
  const error = (error: Error): void => fate.failed(error);
  const complete = (): void => fate.completed();
  if (kind === 'procedure') {
    return wamp
      .register(uri, procedureHandler(instance, method), options)
      .subscribe({ next: (registration) => fate.inForce(registration), error, complete });
  }
  const { onSubscribed } = options;
  const told: typeof onSubscribed = (subscription) => {
    fate.inForce(subscription);
    return onSubscribed?.(subscription);
  };
  const next = topicHandler(instance, method, running, userError);
  return wamp.subscribe(uri, { ...options, onSubscribed: told }).subscribe({ next, error, complete });
}

/** Tells of all methods, and ends when they have. */
function reporter(
  total: number,
  subscriber: Subscriber<Binding | BindingFailure>,
  all: Subscription,
  endsAll: boolean,
): (method: Method) => Fate {
  const inForce = new Set<Method>();
  let session: JoinedSession | undefined;
  let failed = 0;
  let completed = 0;
  return (method) => {
    const { kind, name, uri, options } = method;
    const about = (): BoundMethod => ({
      kind,
      method: name,
      uri,
      match: options.match ?? 'exact',
      pending: total - failed - completed - inForce.size,
    });
    const ended = (error?: Error): void => {
      if (failed + completed < total) return;
      if (completed === 0) subscriber.error(error);
      else subscriber.complete();
    };
    return {
      inForce({ id, session: now, again }) {
        if (session !== now) inForce.clear();
        session = now;
        inForce.add(method);
        subscriber.next({ ...about(), id, session, again });
      },
      failed(error) {
        if (endsAll) {
          all.unsubscribe();
          subscriber.error(error);
          return;
        }
        failed++;
        inForce.delete(method);
        subscriber.next({ ...about(), error });
        ended(error);
      },
      completed() {
        completed++;
        inForce.delete(method);
        ended();
      },
    };
  };
}
