import { kindOf } from '../protocol/kind-of.ts';
import type { UriParts } from '../protocol/pattern.ts';
import type { WampEvent, Invocation } from '../session/events.ts';
import type { Given, RegisterOptions, SubscribeOptions } from '../session/options.ts';
import { putMark, type Mark, type StandardContext } from './marks.ts';
import { prepare, type InstanceOptions, type MethodOptions } from './decorator-options.ts';

/**
 * A method that takes a message, perhaps of a narrower type (`WampEvent<Price>`), and exactly the parts of the URI: TypeScript
 * compares the parameters of methods both ways, those of functions one way.
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
    context: ClassMethodDecoratorContext & {
      /** A method of instances: `bind()` takes one. */
      readonly static: false;
      /** A public method: a private one cannot be called from outside of the class. */
      readonly private: false;
    },
  ): void;
  <M extends Method>(prototype: object, name: string | symbol, descriptor: TypedPropertyDescriptor<M>): void;
}

/** The parts of a URI without any. */
type NoParts = object;

/** Options by which a method takes the positional arguments. */
export type Spread = MethodOptions & {
  /** The method is called with the positional arguments. */
  readonly spread: true;
};
/** Options by which it takes the message. */
export type Whole = MethodOptions & {
  /** The method is called with the whole Invocation or event: the default. */
  readonly spread?: false | undefined;
};

/** A decorator for both dialects out of either form of arguments, `(uri, options)` and `(options)`. */
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
  const options = ((named ? second : (first ?? second)) ?? {}) as InstanceOptions<MethodOptions>;
  const markFor = (name: string | symbol): Mark => {
    const text = named ? first : name;
    if (typeof text === 'symbol') throw new TypeError(`${decorator}: ${String(text)} is no URI: give it one`);
    // mistakes show where they were made; bind() checks again with its prefix, and options of the instance
    if (typeof options !== 'function') prepare(kind, text, options);
    return { kind, name, text, options };
  };
  return (target: unknown, where: string | symbol | StandardContext, descriptor?: PropertyDescriptor): void =>
    putMark(decorator, target, where, descriptor, markFor);
}

/**
 * Makes a method a procedure, which {@link bind} registers (WAMP, "Registering and Unregistering"). The method is called
 * with the Invocation and, where the URI has named parts (`com.shop.<sku>.price`), with their values; `spread: true` calls
 * it with the parts, if any, and the positional arguments. Results and errors are those of any handler of `register()`; a URI
 * whose part does not convert (`<id:int>`) is answered with `wamp.error.invalid_argument`.
 *
 * Works in the standard and in the legacy dialect, for public methods of instances; one method may have several.
 *
 * @param uri a URI, or pattern with named parts (see `uriPattern()`), after the prefix of `bind()`; by default the method's
 *   name
 * @param options those of `register()`, and `spread`; or a function of the instance that returns them
 * @throws TypeError, InvalidUriError when the class is defined, for wrong arguments
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
  options: InstanceOptions<Given<RegisterOptions & Spread>>,
): WampMethodDecorator<TakesArgs<UriParts<Text>>>;
export function Procedure<Text extends string = ''>(
  uri?: Text,
  options?: InstanceOptions<Given<RegisterOptions & Whole>>,
): WampMethodDecorator<Takes<Invocation, UriParts<Text>>>;
export function Procedure(
  options: InstanceOptions<Given<RegisterOptions & Spread>>,
): WampMethodDecorator<TakesArgs<NoParts>>;
export function Procedure(
  options: InstanceOptions<Given<RegisterOptions & Whole>>,
): WampMethodDecorator<Takes<Invocation, NoParts>>;
export function Procedure(first?: unknown, second?: unknown): unknown {
  return methodDecorator('procedure', '@Procedure', first, second);
}

/**
 * Makes a method the handler of a topic, which {@link bind} subscribes to (WAMP, "Publish and Subscribe"). The method is
 * called with each WampEvent and, where the URI has named parts, with their values; `spread: true` calls it with the
 * parts, if any, and the positional arguments. An Observable that it returns is subscribed to until the binding ends; values
 * are ignored.
 *
 * Errors of the method, and of the Promise or Observable that it returns, are emitted by `userErrors$`, and so is a URI whose
 * part does not convert; the subscription goes on.
 *
 * @param uri as that of {@link Procedure}
 * @param options those of `subscribe()`, and `spread`; or a function of the instance that returns them
 * @throws TypeError, InvalidUriError when the class is defined, for wrong arguments
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
  options: InstanceOptions<Given<SubscribeOptions & Spread>>,
): WampMethodDecorator<TakesArgs<UriParts<Text>>>;
export function Topic<Text extends string = ''>(
  uri?: Text,
  options?: InstanceOptions<Given<SubscribeOptions & Whole>>,
): WampMethodDecorator<Takes<WampEvent, UriParts<Text>>>;
export function Topic(
  options: InstanceOptions<Given<SubscribeOptions & Spread>>,
): WampMethodDecorator<TakesArgs<NoParts>>;
export function Topic(
  options: InstanceOptions<Given<SubscribeOptions & Whole>>,
): WampMethodDecorator<Takes<WampEvent, NoParts>>;
export function Topic(first?: unknown, second?: unknown): unknown {
  return methodDecorator('topic', '@Topic', first, second);
}
