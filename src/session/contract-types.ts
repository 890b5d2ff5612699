import type { Observable } from 'rxjs';
import type {
  ArgsOf,
  ErrorEntryOf,
  First,
  KwargsOf,
  KwargsThatCame,
  KwargsToGive,
  ListOf,
  Matching,
  MayLack,
  Nothing,
  ProcedureOf,
  ProgressOf,
  Received,
  ResultArgs,
  ResultKwargs,
  ResultOf,
  ResultValue,
  Sent,
  TopicOf,
  TopicUri,
} from './api.ts';
import type { CallResult, WampEvent } from './events.ts';
import type { Invocation, Result } from './invocation.ts';
import type { CallOptions, Given, PublishOptions } from './options.ts';
import type { Session } from './session.ts';

/** What is given after the URI: positional and keyword values, and options; or one object that holds them all. */
type Parameters<A, First, K, O> =
  MayLack<K> extends true
    ? readonly [] extends A
      ? [
          args?: First | OneObject<{ readonly args?: First | undefined }, K, O>,
          kwargs?: KwargsToGive<K> | undefined,
          options?: Given<O>,
        ]
      : [
          args: First | OneObject<{ readonly args: First }, K, O>,
          kwargs?: KwargsToGive<K> | undefined,
          options?: Given<O>,
        ]
    : | [args: First, kwargs: KwargsToGive<K>, options?: Given<O>]
      | [
          all: Given<O> & { readonly kwargs: KwargsToGive<K> } & (readonly [] extends A
              ? { readonly args?: First | undefined }
              : { readonly args: First }),
        ];
type OneObject<Args, K, O> = Given<O> & Args & { readonly kwargs?: KwargsToGive<K> | undefined };

/** Options of a call that has no progressive results. */
export type FinalOnly = Omit<CallOptions, 'progress'> & { readonly progress?: false | undefined };

/** What `call()` takes after the procedure. */
export type CallParameters<Api, U, Options = CallOptions> = CallParametersOf<ProcedureOf<Api, U>, Options>;
type CallParametersOf<E, Options> = Parameters<
  ListOf<Sent<ArgsOf<E>>>,
  ListOf<Sent<ArgsOf<E>>> | Observable<ListOf<Sent<ArgsOf<E>>>>,
  Sent<KwargsOf<E>>,
  Options
>;

/** What `publish()` takes after the topic. */
export type PublishParameters<Api, U> = Parameters<
  ListOf<Sent<ArgsOf<TopicOf<Api, U>>>>,
  ListOf<Sent<ArgsOf<TopicOf<Api, U>>>>,
  Sent<KwargsOf<TopicOf<Api, U>>>,
  PublishOptions
>;

/**
 * An event of a topic of a contract.
 *
 * @example
 * const show = (event: EventOf<ShopApi, 'com.shop.price'>): void => print(event.value);
 */
export type EventOf<Api, U> = EventFor<TopicOf<Api, U>>;
type EventFor<E> = WampEvent<
  First<ListOf<Received<ArgsOf<E>>>>,
  ListOf<Received<ArgsOf<E>>>,
  KwargsThatCame<Received<KwargsOf<E>>>
>;

/** An event of a pattern: of the topics of a closed contract that it matches, else of any kind. */
export type PatternEventOf<Api, P extends string, M> = Api extends { readonly open: true }
  ? WampEvent
  : [Matching<TopicUri<Api>, P, M>] extends [never]
    ? WampEvent
    : { [U in Matching<TopicUri<Api>, P, M>]: EventOf<Api, U> }[Matching<TopicUri<Api>, P, M>];

/** The final result of a procedure of a contract. */
export type FinalResultOf<Api, U> = ResultFor<Received<ResultOf<ProcedureOf<Api, U>>>, false>;
/** A progressive result of a procedure of a contract. */
export type ProgressResultOf<Api, U> = ResultFor<Received<ProgressOf<ProcedureOf<Api, U>>>, true>;
type ResultFor<R, Progress extends boolean> = CallResult<ResultValue<R>, ResultArgs<R>, ResultKwargs<R>, Progress>;

/** The invocation of a procedure of a contract. */
export type InvocationOf<Api, U> = InvocationFor<ProcedureOf<Api, U>>;
type InvocationFor<E> = Invocation<
  First<ListOf<Received<ArgsOf<E>>>>,
  ListOf<Received<ArgsOf<E>>>,
  KwargsThatCame<Received<KwargsOf<E>>>
>;

/** What a handler may answer with at last. */
type Final<R> = [R] extends [Result<infer A, infer K>]
  ? unknown extends R
    ? unknown
    : Result<ListOf<A>, Readonly<K>> | CallResult<unknown, ListOf<A>, Readonly<K>>
  : [R] extends [Nothing]
    ? Nothing | Result<readonly []> | CallResult<undefined, readonly []>
    : R | Result<ResultArgs<R>> | CallResult<unknown, ResultArgs<R>>;
type ProgressiveResult<R> = [R] extends [Result<infer A, infer K>] ? CallResult<unknown, A, K, true> : R;

/**
 * The handler of a procedure of a contract: what it is given, and what it may answer with.
 *
 * @example
 * const add: HandlerOf<ShopApi, 'com.shop.add'> = ({ args: [a, b] }) => a + b;
 */
export type HandlerOf<Api, U> = (invocation: InvocationOf<Api, U>) => AnswerOf<ProcedureOf<Api, U>>;
type AnswerOf<E> =
  | Final<Sent<ResultOf<E>>>
  | PromiseLike<Final<Sent<ResultOf<E>>>>
  | Observable<Final<Sent<ResultOf<E>>> | ProgressiveResult<Sent<ProgressOf<E>>>>;

/** An error of a contract, as it came. */
export type ErrorOf<Api, U> = Error & {
  readonly uri: U;
  readonly args: ListOf<Received<ArgsOf<ErrorEntryOf<Api, U>>>>;
  readonly kwargs: KwargsThatCame<Received<KwargsOf<ErrorEntryOf<Api, U>>>>;
};

/** The payload that an error of a contract is made of. */
export type ErrorParameters<Api, U> = ErrorParametersOf<
  ListOf<Sent<ArgsOf<ErrorEntryOf<Api, U>>>>,
  Sent<KwargsOf<ErrorEntryOf<Api, U>>>
>;
type ErrorParametersOf<A, K> =
  MayLack<K> extends true
    ? readonly [] extends A
      ? [args?: A, kwargs?: KwargsToGive<K>]
      : [args: A, kwargs?: KwargsToGive<K>]
    : [args: A, kwargs: KwargsToGive<K>];

/**
 * The members of a contract. Compilers before TypeScript 6 take a class for invariant in its contract, so that a client
 * with one would not pass for a client without; a mapped type with a modifier has them compare member by member.
 */
export type Members<Api> = { [Name in keyof Api]-?: Api[Name] };

/** Knows a contract. Nothing of it is there at run time. */
export interface Typed<Api> {
  readonly '~api'?: Api;
}

/**
 * The four verbs, typed by a contract: what clients and sessions are, and what `validated()` returns. Passes wherever the
 * untyped `Wamp` is asked for.
 */
export type TypedWamp<Api> = Typed<Api> & Pick<Session<Api>, 'subscribe' | 'call' | 'register' | 'publish'>;
