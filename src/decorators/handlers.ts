import { isObservable, type Subscription } from 'rxjs';
import { ApplicationError } from '../protocol/errors.ts';
import { messageOf } from '../protocol/thrown.ts';
import type { WampEvent, Handler, Invocation } from '../session/events.ts';
import type { Mark } from './marks.ts';
import type { Prepared } from './decorator-options.ts';

/** A decorated method of an instance, with all that its verb needs. */
export type Method = Omit<Mark, 'options'> & Prepared;

/** Calls the method with a message, as its decorator says. Looked up anew each time: it may have been replaced. */
function call(instance: object, { name, spread }: Method, message: Invocation | WampEvent, parts?: object): unknown {
  const own = parts === undefined ? [] : [parts];
  const args = spread ? [...own, ...message.args] : [message, ...own];
  const found = (instance as Record<string | symbol, unknown>)[name] as (...args: unknown[]) => unknown;
  return found.apply(instance, args);
}

/** What answers the calls of a decorated procedure. */
export function procedureHandler(instance: object, method: Method): Handler {
  const { pattern } = method;
  if (pattern === undefined) return (invocation) => call(instance, method, invocation);
  return (invocation) => {
    let parts: object;
    try {
      parts = pattern.parse(invocation.details.procedure);
    } catch (error) {
      throw new ApplicationError('wamp.error.invalid_argument', [messageOf(error)], {}, { cause: error });
    }
    return call(instance, method, invocation, parts);
  };
}

/**
 * What takes the events of a decorated topic method. Never throws: what the method throws or its answer fails with is
 * reported. Observables that it returns are observed until they end, or `running` does.
 */
export function topicHandler(
  instance: object,
  method: Method,
  running: Subscription,
  userError: (error: unknown, context: string) => void,
): (event: WampEvent) => void {
  const { pattern, name } = method;
  return (event) => {
    const { topic } = event.details;
    const report = (error: unknown): void => userError(error, `handler of ${topic} (${String(name)})`);
    try {
      const answer = call(instance, method, event, pattern?.parse(topic));
      if (isObservable(answer)) running.add(answer.subscribe({ error: report }));
      else if (isPromise(answer)) answer.then(undefined, report);
    } catch (error) {
      report(error);
    }
  };
}

const isPromise = (value: unknown): value is PromiseLike<unknown> =>
  typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function';
