import { filter, type MonoTypeOperatorFunction, type Observable } from 'rxjs';
import type { CallResult } from './events.ts';

/** What is final of some results; all, where their type does not tell. */
export type FinalOf<R> = [Extract<R, { readonly progress: false }>] extends [never]
  ? R
  : Extract<R, { readonly progress: false }>;

/**
 * Of a call with progress, the final result alone. (`firstValueFrom` and `take(1)` take the first partial one and
 * cancel the rest.) Emits nothing where the final result of a call with progress was empty.
 *
 * @example
 * const report = await firstValueFrom(wamp.call('com.app.scan', { progress: true }).pipe(finalResult()));
 */
export function finalResult(): <R extends CallResult>(source: Observable<R>) => Observable<FinalOf<R>>;
export function finalResult<T>(): MonoTypeOperatorFunction<CallResult<T>>;
export function finalResult(): MonoTypeOperatorFunction<CallResult> {
  return filter((result) => !result.progress);
}
