import type { Observable } from 'rxjs';
import type { Dict, List } from '../protocol/payload.ts';
import type { CallResult, Invocation, Result, WampEvent } from './events.ts';
import type { CallOptions, Given, PublishOptions } from './options.ts';

/**
 * A contract that does not know all: URIs that are not in it are allowed, and untyped. Without it they are errors of the
 * compiler.
 *
 * @example
 * const wamp = new WampClient<Open<ShopApi>>({ url, realm });
 */
export type Open<Api> = Api & {
  /** For the compiler: other URIs are allowed. */
  readonly open: true;
};

/**
 * In the place of a payload in a contract: what is sent, and what the receiver makes of it. A validated view of a client
 * (`validated()`) delivers what its schemas made.
 */
export interface Coded<Sent, Received> {
  /** For the compiler: the type that a sender gives. */
  readonly '~sent': Sent;
  /** For the compiler: the type that a receiver gets. */
  readonly '~received': Received;
}

/** What is sent where a contract says `X`. */
export type Sent<X> = [X] extends [Coded<infer S, unknown>] ? S : X;
/** What is received where a contract says `X`. */
export type Received<X> = [X] extends [Coded<unknown, infer R>] ? R : X;

/** The members of one section of a contract; none where there is no contract, or not this section. */
export type Section<Api, Name extends string> = unknown extends Api
  ? unknown
  : Name extends keyof Api
    ? NonNullable<Api[Name]>
    : unknown;
type Entry<Api, Name extends string, U> = U extends keyof Section<Api, Name> ? Section<Api, Name>[U] : never;

/** The procedures that a contract knows; `never` without a contract. */
export type ProcedureUri<Api> = keyof Section<Api, 'procedures'> & string;
/** The topics that a contract knows; `never` without a contract. */
export type TopicUri<Api> = keyof Section<Api, 'topics'> & string;
/** The errors that a contract knows; `never` without a contract. */
export type ErrorUri<Api> = keyof Section<Api, 'errors'> & string;

/** What a contract says of one procedure. */
export type ProcedureOf<Api, U> = Entry<Api, 'procedures', U>;
/** What a contract says of one topic. */
export type TopicOf<Api, U> = Entry<Api, 'topics', U>;
/** What a contract says of one error. */
export type ErrorEntryOf<Api, U> = Entry<Api, 'errors', U>;

/**
 * URIs that a contract does not type: all without a contract, none with one, those that it does not know with an
 * {@link Open} one.
 */
export type OtherUri<Api, Known, U> = unknown extends Api
  ? string
  : Api extends { readonly open: true }
    ? U extends Known
      ? never
      : U
    : never;

/** A pattern; without a contract it is given as any other URI. */
export type AnyPattern<Api> = unknown extends Api ? never : string;

/** The URIs that a pattern matches. Where a wildcard stands for more than one component the type is wider than the match. */
export type Matching<Known, P extends string, M> = M extends 'prefix'
  ? Extract<Known, `${P}${string}`>
  : Extract<Known, Template<P>>;
type Template<P extends string> = P extends `${infer Head}.${infer Tail}`
  ? `${Component<Head>}.${Template<Tail>}`
  : Component<P>;
type Component<Name extends string> = Name extends '' ? string : Name;

/** A procedure that a contract says as a method. */
export type Method = (...args: never[]) => unknown;

/** Positional arguments as a contract says them: none where it says nothing. */
export type ArgsOf<E> = E extends (...args: infer A) => unknown
  ? A
  : 'args' extends keyof E
    ? Exclude<E['args'], undefined>
    : readonly [];

/** Keyword arguments as a contract says them; `undefined` where it says nothing. */
export type KwargsOf<E> = E extends Method ? undefined : 'kwargs' extends keyof E ? E['kwargs'] : undefined;

/** A result as a contract says it: nothing where it says nothing. Of a method, what it will be. */
export type ResultOf<E> = E extends (...args: never[]) => infer R
  ? R extends Observable<infer V>
    ? V
    : Awaited<R>
  : 'result' extends keyof E
    ? E['result']
    : undefined;

/** A progressive result as a contract says it: as the final one where it says nothing. */
export type ProgressOf<E> = 'progress' extends keyof E ? Exclude<E['progress'], undefined> : ResultOf<E>;

/** What a handler returns that returns nothing. */
export type Nothing = ReturnType<() => void>;
// oxlint-disable-next-line typescript/no-generated-empty-object-type -- whether it will do is the question
type NoMembers = Record<never, never>;
/** Whether keyword arguments may be left out. */
export type MayLack<K> = undefined extends K ? true : NoMembers extends K ? true : false;

/** A list that is read or given, never changed. */
export type ListOf<A> = A extends List ? Readonly<A> : List;

/** Keyword arguments to be given. */
export type KwargsToGive<K> = [K] extends [undefined] ? Readonly<Record<string, never>> : Exclude<K, undefined>;
/** Keyword arguments that came. */
export type KwargsThatCame<K> = [K] extends [undefined] ? Readonly<Dict> : Readonly<Exclude<K, undefined>>;

/** The first of the positional arguments. */
export type First<A> = A extends readonly [infer Head, ...unknown[]]
  ? Head
  : A extends readonly []
    ? undefined
    : A extends readonly [(infer Head)?, ...unknown[]]
      ? Head | undefined
      : unknown;

/** The positional part of a result. */
export type ResultArgs<R> = unknown extends R
  ? List
  : [R] extends [Result<infer A, unknown>]
    ? A
    : [R] extends [Nothing]
      ? readonly []
      : undefined extends R
        ? readonly [value?: R]
        : readonly [value: R];

/** The keyword part of a result. */
export type ResultKwargs<R> = unknown extends R
  ? Readonly<Dict>
  : [R] extends [Result<List, infer K>]
    ? Readonly<K>
    : Readonly<Dict>;

/** The value of a result. */
export type ResultValue<R> = unknown extends R
  ? R
  : [R] extends [Result<infer A, unknown>]
    ? First<A>
    : [R] extends [Nothing]
      ? undefined
      : R;

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
  /** The error URI. */
  readonly uri: U;
  /** Positional payload, never null. */
  readonly args: ListOf<Received<ArgsOf<ErrorEntryOf<Api, U>>>>;
  /** Keyword payload, never null. */
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
  /** For the compiler: the contract. */
  readonly '~api'?: Api;
}
