import { kindOf } from '../protocol/kind-of.ts';
import type { UriParts } from '../protocol/pattern.ts';
import type { WampEvent, Invocation } from '../session/events.ts';
import type { Given, RegisterOptions, SubscribeOptions } from '../session/options.ts';
import { putMark, type Mark, type StandardContext } from './marks.ts';
import { prepare, type Asked, type MethodOptions } from './decorator-options.ts';

/**
 * A method that takes a message, perhaps of a narrower type (`WampEvent<Price>`), and the parts of the URI as they are:
 * parameters of methods are compared both ways, those of functions are not.
 */
type Takes<Message, Parts> = { take(message: Message, parts: Parts): unknown }['take'] &
  ((message: never, parts: Parts) => unknown);

/** A method that takes the positional arguments, after the parts of the URI where there are any. */
type TakesArgs<Parts> = keyof Parts extends never
  ? (...args: never[]) => unknown
  : (parts: Parts, ...args: never[]) => unknown;

/** A decorator of methods of a type, in the standard dialect and in the legacy one (`experimentalDecorators`). */
export interface WampMethodDecorator<Method> {
  <M extends Method>(
    method: M,
    context: ClassMethodDecoratorContext & { readonly static: false; readonly private: false },
  ): void;
  <M extends Method>(prototype: object, name: string | symbol, descriptor: TypedPropertyDescriptor<M>): void;
}

/** The parts of a URI without any. */
type NoParts = object;

/** Options by which a method takes the positional arguments. */
export type Spread = MethodOptions & { readonly spread: true };
/** Options by which it takes the message. */
export type Whole = MethodOptions & { readonly spread?: false | undefined };

/** The two forms of arguments, `(uri, options)` and `(options)`, made one, and a decorator of both dialects. */
function methodDecorator(
  kind: Mark['kind'],
  decorator: string,
  first: unknown,
  second: unknown,
): WampMethodDecorator<never> {
  const named = typeof first === 'string';
  if (!named && first !== undefined && second !== undefined) {
    throw new TypeError(
      `${decorator}: expected a URI and options, got ${kindOf(first)}; is it written ${decorator}()?`,
    );
  }
  const options = ((named ? second : (first ?? second)) ?? {}) as Asked<MethodOptions>;
  const markFor = (name: string | symbol): Mark => {
    const text = named ? first : name;
    if (typeof text === 'symbol') throw new TypeError(`${decorator}: ${String(text)} is no URI: give it one`);
    // what is wrong is told where it stands; behind a prefix, or by the instance, bind() looks again
    if (typeof options !== 'function') prepare(kind, text, options);
    return { kind, name, text, options };
  };
  return (target: unknown, where: string | symbol | StandardContext, descriptor?: PropertyDescriptor): void =>
    putMark(decorator, target, where, descriptor, markFor);
}

/**
 * Makes a method a procedure, which {@link bind} registers (WAMP, "Registering and Unregistering"). The method is called
 * with the Invocation and, where the URI has named parts (`com.shop.<sku>.price`), with their values; `spread: true` calls
 * it with the parts, if any, and the positional arguments. What it returns or throws is dealt with as that of any
 * handler of `register()`; a URI whose part does not convert (`<id:int>`) is answered with `wamp.error.invalid_argument`.
 *
 * Decorators of either dialect, standard and legacy; several may stand above one method. Methods of instances only, by
 * public names.
 *
 * @param uri a URI, or pattern with named parts: see `uriPattern()`. The method's name, where it is left out; behind the
 *   prefix that `bind()` is given
 * @param options those of `register()`, and `spread`; or a function of the instance that returns them
 * @throws TypeError, InvalidUriError when the class is defined, for what cannot be right
 * @example
 * class Shop {
 *   \@Procedure('com.shop.<sku>.price', { invoke: 'roundrobin' })
 *   price(invocation: Invocation, { sku }: { sku: string }) {
 *     return this.#prices.get(sku);
 *   }
 *
 *   \@Procedure({ spread: true })
 *   add(a: number, b: number) {
 *     return a + b;
 *   }
 * }
 */
export function Procedure<Text extends string = ''>(
  uri: Text | undefined,
  options: Asked<Given<RegisterOptions & Spread>>,
): WampMethodDecorator<TakesArgs<UriParts<Text>>>;
export function Procedure<Text extends string = ''>(
  uri?: Text,
  options?: Asked<Given<RegisterOptions & Whole>>,
): WampMethodDecorator<Takes<Invocation, UriParts<Text>>>;
export function Procedure(options: Asked<Given<RegisterOptions & Spread>>): WampMethodDecorator<TakesArgs<NoParts>>;
export function Procedure(
  options: Asked<Given<RegisterOptions & Whole>>,
): WampMethodDecorator<Takes<Invocation, NoParts>>;
export function Procedure(first?: unknown, second?: unknown): unknown {
  return methodDecorator('procedure', '@Procedure', first, second);
}

/**
 * Makes a method the handler of a topic, which {@link bind} subscribes to (WAMP, "Publish and Subscribe"). The method is
 * called with each WampEvent and, where the URI has named parts, with their values; `spread: true` calls it with the
 * parts, if any, and the positional arguments. A Promise that it returns is waited for, an Observable subscribed to, until
 * the binding ends; values are ignored.
 *
 * What the method throws, rejects or errors with goes to `userErrors$`, and so does a URI whose part does not convert:
 * neither harms the subscription.
 *
 * @param uri as that of {@link Procedure}
 * @param options those of `subscribe()`, and `spread`; or a function of the instance that returns them
 * @throws TypeError, InvalidUriError when the class is defined, for what cannot be right
 * @example
 * class Ticker {
 *   \@Topic('com.shop.<sku>.price', { getRetained: true })
 *   show({ value }: WampEvent<number>, { sku }: { sku: string }) {
 *     this.prices.set(sku, value);
 *   }
 * }
 */
export function Topic<Text extends string = ''>(
  uri: Text | undefined,
  options: Asked<Given<SubscribeOptions & Spread>>,
): WampMethodDecorator<TakesArgs<UriParts<Text>>>;
export function Topic<Text extends string = ''>(
  uri?: Text,
  options?: Asked<Given<SubscribeOptions & Whole>>,
): WampMethodDecorator<Takes<WampEvent, UriParts<Text>>>;
export function Topic(options: Asked<Given<SubscribeOptions & Spread>>): WampMethodDecorator<TakesArgs<NoParts>>;
export function Topic(options: Asked<Given<SubscribeOptions & Whole>>): WampMethodDecorator<Takes<WampEvent, NoParts>>;
export function Topic(first?: unknown, second?: unknown): unknown {
  return methodDecorator('topic', '@Topic', first, second);
}
