import type { Observable } from 'rxjs';
import type { Dict, List } from '../protocol/messages.ts';
import type { Result } from './invocation.ts';

/**
 * A contract that does not know all: URIs that are not in it are allowed, and untyped. Without it they are errors of the
 * compiler.
 *
 * @example
 * const wamp = new WampClient<Open<ShopApi>>({ url, realm });
 */
export type Open<Api> = Api & { readonly open: true };

/**
 * In the place of a payload in a contract: what is sent, and what the receiver makes of it. A validated view of a client
 * (`validated()`) delivers what its schemas made.
 */
export interface Coded<Sent, Received> {
  readonly '~sent': Sent;
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

/** A pattern; whoever has no contract gives it as any other URI. */
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

/** Keyword arguments that somebody gives. */
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
