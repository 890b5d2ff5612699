import type { Observable } from 'rxjs';
import type { List } from '../protocol/payload.ts';
import type {
  ArgsOf,
  KwargsOf,
  KwargsToGive,
  ListOf,
  MayLack,
  Method,
  Nothing,
  ProgressOf,
  Received,
  ResultArgs,
  ResultKwargs,
  ResultOf,
  ResultValue,
  Section,
  Sent,
} from '../session/contract-types.ts';
import type { CallResult, Result } from '../session/events.ts';
import type { Kwargs } from './kwargs.ts';

/** Procedures by their paths, without a contract: the compiler accepts everything. */
// oxlint-disable-next-line typescript/no-explicit-any -- an index signature cannot be read with dots in strict projects
export type AnyRpc = any;

/** The emission of a call through a proxy: the single value of the result, or the whole result where it has more. */
export type Plain<R> = unknown extends R
  ? unknown
  : [R] extends [Result<infer A, unknown>]
    ? A extends readonly [] | readonly [unknown]
      ? string extends keyof ResultKwargs<R>
        ? ResultValue<R>
        : CallResult<ResultValue<R>, ResultArgs<R>, ResultKwargs<R>>
      : CallResult<ResultValue<R>, ResultArgs<R>, ResultKwargs<R>>
    : [R] extends [Nothing]
      ? undefined
      : R;

/** A list without some or all of its optional last elements. */
type Cut<A> = A extends readonly []
  ? []
  : A extends readonly [infer Head, ...infer Rest]
    ? [Head, ...Cut<Rest>]
    : List extends A
      ? A
      : A extends readonly [(infer Head)?, ...infer Rest]
        ? number extends A['length']
          ? A
          : [] | [Head, ...Cut<Rest>]
        : A;
type WithKwargs<A, K, Progress extends boolean> =
  Cut<A> extends infer Given
    ? Given extends List
      ? [...Given, kwargs: Kwargs<KwargsToGive<K>, Progress>]
      : never
    : never;
type CallWith<A extends List, K, Progress extends boolean> =
  MayLack<K> extends true ? A | WithKwargs<A, K, Progress> : WithKwargs<A, K, Progress>;

/** A procedure as a method: each call is a cold Observable. */
export interface RemoteMethod<E> {
  (...args: CallWith<ListOf<Sent<ArgsOf<E>>>, Sent<KwargsOf<E>>, false>): Observable<Plain<Received<ResultOf<E>>>>;
  (
    ...args: WithKwargs<ListOf<Sent<ArgsOf<E>>>, Sent<KwargsOf<E>>, boolean>
  ): Observable<Plain<Received<ResultOf<E>>> | Plain<Received<ProgressOf<E>>>>;
}

type Heads<U, Prefix extends string> = U extends `${Prefix}${infer Rest}`
  ? Rest extends `${infer Head}.${string}`
    ? Head
    : Rest
  : never;
type Member<E> = E extends Method ? RemoteMethod<E> : IsEntry<keyof E> extends true ? RemoteMethod<E> : RpcTree<E>;
/** Whether the keys are those of a procedure's entry, rather than of a path. */
type IsEntry<Keys> = [Keys] extends ['args' | 'kwargs' | 'progress' | 'result'] ? true : false;
type At<P, Path extends string> = Path extends keyof P ? Member<P[Path]> : unknown;
type Below<P, Prefix extends string> = [Heads<keyof P, Prefix>] extends [never] ? unknown : RpcTree<P, Prefix>;

/** Procedures by their paths, `com.shop.add` as `.com.shop.add()`. */
export type RpcTree<P, Prefix extends string = ''> = {
  readonly [Name in Heads<keyof P, Prefix>]: At<P, `${Prefix}${Name}`> & Below<P, `${Prefix}${Name}.`>;
};

/** The procedures of a contract by their paths. */
export type Rpc<Api> = unknown extends Api ? AnyRpc : RpcTree<Section<Api, 'procedures'>>;

/** The procedures of a contract below a prefix, and the procedure of that name itself. */
export type RpcBelow<Api, Prefix extends string> = unknown extends Api
  ? AnyRpc
  : At<Section<Api, 'procedures'>, Prefix> & RpcTree<Section<Api, 'procedures'>, `${Prefix}.`>;

/** The methods of an interface, or the procedures of a contract without a prefix, as remote methods. */
export type Remote<Methods> = unknown extends Methods
  ? AnyRpc
  : Methods extends {
        /** The procedures of a contract, by their URIs. */
        readonly procedures: infer P;
      }
    ? RpcTree<P>
    : RpcTree<Methods>;
