import { finalResult, type CallOptions, type CallResult, type List, type Payload, type WampClient } from '../index.ts';
import { map, tap, type Observable } from 'rxjs';
import type { ArgsOf, KwargsOf, KwargsToGive, ListOf, MayLack, ProcedureOf, Sent } from '../session/contract-types.ts';

/** What a call of a contract is made with: its positional values, or `{ args, kwargs }`. */
export type RequestOf<Api, U> = RequestFor<ArgumentsOf<Api, U>, Sent<KwargsOf<ProcedureOf<Api, U>>>>;
type RequestFor<A extends List, K> =
  MayLack<K> extends true
    ? A | ({ readonly kwargs?: KwargsToGive<K> | undefined } & PositionalPart<A>)
    : { readonly kwargs: KwargsToGive<K> } & PositionalPart<A>;
type PositionalPart<A extends List> = readonly [] extends A ? { readonly args?: A | undefined } : { readonly args: A };

/**
 * What is put beside the type `R` of a request, for the compiler to compare: nothing where `R` is one of the contract. The
 * literal itself is inferred, since the contract is known only after it.
 */
export type Checked<R, Api, U> = R extends DeepReadonly<RequestOf<Api, U>> ? unknown : RequestOf<Api, U>;
type DeepReadonly<T> = T extends (...args: never[]) => unknown
  ? T
  : T extends object
    ? { readonly [Name in keyof T]: DeepReadonly<T[Name]> }
    : T;

/** The positional values of a call of a contract. */
export type ArgumentsOf<Api, U> = ListOf<Sent<ArgsOf<ProcedureOf<Api, U>>>>;

/** One call whose progress is reported apart: emits the value of the final result. */
export function finalValue(
  wamp: WampClient,
  procedure: string,
  request: List | Payload,
  options: CallOptions,
  progress: (value: unknown) => void,
): Observable<unknown> {
  const { args, kwargs }: Payload = Array.isArray(request) ? { args: request as List } : (request as Payload);
  return wamp.call(procedure, args, kwargs, options).pipe(
    tap((result) => result.progress && progress(result.value)),
    finalResult(),
    map((result: CallResult) => result.value),
  );
}
