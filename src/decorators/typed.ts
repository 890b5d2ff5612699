import type {
  EventOf,
  HandlerOf,
  ArgsOf,
  ListOf,
  ProcedureOf,
  ProcedureUri,
  Received,
  TopicOf,
  TopicUri,
} from '../session/contract-types.ts';
import type { Given, RegisterOptions, SubscribeOptions } from '../session/options.ts';
import { Procedure, Topic, type Spread, type Whole, type WampMethodDecorator } from './method.ts';
import type { InstanceOptions } from './decorator-options.ts';

/** The positional arguments of a message with the contract type `E`. */
type Arriving<E> = ListOf<Received<ArgsOf<E>>>;

/** {@link Procedure} and {@link Topic} for the URIs of a contract; made by {@link decorators}. */
export interface ContractDecorators<Api> {
  /** A procedure of the contract: the method takes the positional arguments and answers what the contract says. */
  Procedure<U extends ProcedureUri<Api>>(
    uri: U,
    options: InstanceOptions<Given<RegisterOptions & Spread>>,
  ): WampMethodDecorator<(...args: Arriving<ProcedureOf<Api, U>>) => ReturnType<HandlerOf<Api, U>>>;
  /** A procedure of the contract: the method takes the whole invocation. */
  Procedure<U extends ProcedureUri<Api>>(
    uri: U,
    options?: InstanceOptions<Given<RegisterOptions & Whole>>,
  ): WampMethodDecorator<HandlerOf<Api, U>>;
  /** A topic of the contract: the method takes the positional arguments of its events. */
  Topic<U extends TopicUri<Api>>(
    uri: U,
    options: InstanceOptions<Given<SubscribeOptions & Spread>>,
  ): WampMethodDecorator<(...args: Arriving<TopicOf<Api, U>>) => unknown>;
  /** A topic of the contract: the method takes the whole event. */
  Topic<U extends TopicUri<Api>>(
    uri: U,
    options?: InstanceOptions<Given<SubscribeOptions & Whole>>,
  ): WampMethodDecorator<(event: EventOf<Api, U>) => unknown>;
}

/**
 * The decorators of methods, typed by a contract as the verbs of `WampClient<Api>` are: an unknown URI, and a method with other
 * parameters or results, do not compile. The URIs are whole ones: bind without a prefix. The contract does not exist at run
 * time.
 *
 * @example
 * const { Procedure, Topic } = decorators<ShopApi>();
 *
 * class Shop {
 *   \@Procedure('com.shop.add', { spread: true })
 *   add(a: number, b: number): number {
 *     return a + b;
 *   }
 * }
 */
export const decorators = <Api>(): ContractDecorators<Api> => ({ Procedure, Topic });
