import { isObservable, type Subscription } from 'rxjs';
import { callUserCode } from '../async.ts';
import { ApplicationError } from '../protocol/errors.ts';
import { messageOf } from '../protocol/thrown.ts';
import type { WampEvent } from '../session/events.ts';
import type { Handler, Invocation } from '../session/events.ts';
import type { Prepared } from './decorator-options.ts';
import type { Mark } from './marks.ts';

/** A decorated method of an instance, with all that its verb needs. */
export type Method = Omit<Mark, 'options'> & Prepared;

/** Calls the method with a message, as its decorator says. It is looked up each time, since it may have been replaced. */
function call(instance: object, { name, spread }: Method, message: Invocation | WampEvent, parts?: object): unknown {
  const own = parts === undefined ? [] : [parts];
  const args = spread ? [...own, ...message.args] : [message, ...own];
  const found = (instance as Record<string | symbol, unknown>)[name] as (...args: unknown[]) => unknown;
  return found.apply(instance, args);
}

/** The handler of a decorated procedure. */
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
 * The observer of a decorated topic method. Never throws: errors of the method, or of the Promise or Observable that it
 * returns, are reported. Observables that it returns are subscribed to until they end, or `running` does.
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
    const returned = callUserCode(() => call(instance, method, event, pattern?.parse(topic)), report);
    if (isObservable(returned)) running.add(returned.subscribe({ error: report }));
  };
}
