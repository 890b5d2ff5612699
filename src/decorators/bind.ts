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
  /** Put before every URI, joined by a dot; none by default. */
  readonly prefix?: Uri | undefined;
  /** Options for all procedures; those of a decorator override them. */
  readonly register?: Given<RegisterOptions> | undefined;
  /** Options for all topics; those of a decorator override them. */
  readonly subscribe?: Given<SubscribeOptions> | undefined;
  /**
   * What happens to the other methods when the router refuses or revokes one: `end` ends them all, with the error of the one;
   * `continue` emits a {@link BindingFailure}, and the others go on.
   * @default 'end'
   */
  readonly onFailure?: 'end' | 'continue' | undefined;
}

/** A decorated method, as {@link bind} emits it. */
interface BoundMethod {
  /** Whether the method is registered or subscribed. */
  readonly kind: 'procedure' | 'topic';
  /** The method's name. */
  readonly method: string | symbol;
  /** The URI, or pattern as {@link match} says, in the request to the router. */
  readonly uri: Uri;
  /** How {@link uri} matches (WAMP, "Pattern-based Subscriptions" and "Pattern-based Registrations"). */
  readonly match: Match;
  /** The number of methods that the router has not confirmed in this session yet, without those that failed. */
  readonly pending: number;
}

/** A method that the router has registered or subscribed. */
export interface Binding extends BoundMethod {
  /** The router's id of the registration or subscription. */
  readonly id: Id;
  /** The session that the method is bound in. */
  readonly session: JoinedSession;
  /** Whether it was confirmed before and has healed: events and calls may have been missed. */
  readonly again: boolean;
  /** Never there: what tells a binding from a {@link BindingFailure}. */
  readonly error?: undefined;
}

/** A method that the router refused or revoked. */
export interface BindingFailure extends BoundMethod {
  /** Why the router refused it, or its stream ended: an ApplicationError, for instance. */
  readonly error: Error;
}

const ON_FAILURE: Kind = { expected: "'end' or 'continue'", test: (v) => v === 'end' || v === 'continue' };
const TABLE = { prefix: STRING, register: DICT, subscribe: DICT, onFailure: ON_FAILURE };

/**
 * Registers and subscribes all methods of an object that are decorated with {@link Procedure} or {@link Topic}, by `register()`
 * and `subscribe()`, until it is unsubscribed from. On a client, all heal.
 *
 * Emits each method when the router has confirmed it, and again after every healing; `pending` is 0 when all are confirmed.
 * Inherited methods count, once; an overridden one counts as the class that overrides it decorates it, or not at all. Methods
 * are looked up at each call, so that a spy on the instance is called.
 *
 * Errors with the error of the first method that fails, after all others are unregistered and unsubscribed, so that `retry()`
 * begins anew. With `onFailure: 'continue'` failures are emitted, and the Observable errors only when all methods have failed.
 * Completes when the client is closed.
 *
 * @param wamp a client, or a session, at whose end all methods end
 * @param instance an object of a class with decorated methods
 * @throws TypeError, InvalidUriError for wrong arguments, and where no method is decorated
 * @example
 * bind(wamp, new Shop(), { prefix: 'com.shop' }).subscribe(({ kind, uri, pending }) => log(kind, uri, pending));
 */
export function bind(
  wamp: Wamp,
  instance: object,
  options: BindOptions & {
    /** Failures are emitted. */
    onFailure: 'continue';
  },
): Observable<Binding | BindingFailure>;
export function bind(
  wamp: Wamp,
  instance: object,
  options?: BindOptions & {
    /** The first failure ends all. */
    onFailure?: 'end' | undefined;
  },
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
  const base = prefix === '' || prefix.endsWith('.') ? prefix : `${prefix}.`;
  const methods = [...marksOf(instance)].map((mark): Method => {
    const given = typeof mark.options === 'function' ? mark.options(instance as never) : mark.options;
    // prepare() refuses anything but an object
    const all = DICT.test(given) ? { ...(mark.kind === 'procedure' ? register : subscribe), ...given } : given;
    return { ...mark, ...prepare(mark.kind, base + mark.text, all) };
  });
  if (methods.length === 0) {
    throw new TypeError('bind(): no method of the instance is decorated with @Procedure or @Topic');
  }
  const userError = (error: unknown, context: string): void => port.userError(error, context);
  return new Observable((subscriber) => {
    const all = new Subscription();
    subscriber.add(all);
    const observe = observeAll(methods.length, subscriber, all, onFailure === 'end');
    for (const method of methods) {
      // the one before may have failed at once
      if (all.closed) return;
      all.add(start(wamp, instance, method, all, userError, observe(method)));
    }
  });
}

type Confirmed = Pick<Binding, 'id' | 'session' | 'again'>;

/** What happens to one method. */
interface MethodObserver {
  confirmed(confirmed: Confirmed): void;
  failed(error: Error): void;
  completed(): void;
}

/** Registers or subscribes one method. */
function start(
  wamp: Wamp,
  instance: object,
  method: Method,
  running: Subscription,
  userError: (error: unknown, context: string) => void,
  observer: MethodObserver,
): Subscription {
  const { kind, uri, options } = method;
  const error = (error: Error): void => observer.failed(error);
  const complete = (): void => observer.completed();
  if (kind === 'procedure') {
    return wamp
      .register(uri, procedureHandler(instance, method), options)
      .subscribe({ next: (registration) => observer.confirmed(registration), error, complete });
  }
  const { onSubscribed } = options;
  const confirmed: typeof onSubscribed = (subscription) => {
    observer.confirmed(subscription);
    return onSubscribed?.(subscription);
  };
  const next = topicHandler(instance, method, running, userError);
  return wamp.subscribe(uri, { ...options, onSubscribed: confirmed }).subscribe({ next, error, complete });
}

/** Emits what happens to all methods, and ends after the last one. */
function observeAll(
  total: number,
  subscriber: Subscriber<Binding | BindingFailure>,
  all: Subscription,
  endsAll: boolean,
): (method: Method) => MethodObserver {
  const inForce = new Set<Method>();
  let session: JoinedSession | undefined;
  let failed = 0;
  let completed = 0;
  return (method) => {
    const { kind, name, uri, options } = method;
    const bound = (): BoundMethod => ({
      kind,
      method: name,
      uri,
      match: options.match ?? 'exact',
      pending: total - failed - completed - inForce.size,
    });
    return {
      confirmed({ id, session: now, again }) {
        if (session !== now) inForce.clear();
        session = now;
        inForce.add(method);
        subscriber.next({ ...bound(), id, session, again });
      },
      failed(error) {
        if (endsAll) {
          all.unsubscribe();
          subscriber.error(error);
          return;
        }
        failed++;
        inForce.delete(method);
        subscriber.next({ ...bound(), error });
        if (failed === total) subscriber.error(error);
        else if (failed + completed === total) subscriber.complete();
      },
      completed() {
        completed++;
        inForce.delete(method);
        if (failed + completed === total) subscriber.complete();
      },
    };
  };
}
