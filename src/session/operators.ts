import { filter, type MonoTypeOperatorFunction } from 'rxjs';
import type { CallResult } from './arrivals.ts';

/**
 * Of a call with progress, the final result alone. (`firstValueFrom` and `take(1)` take the first partial one and
 * cancel the rest.) Emits nothing where the final result of a call with progress was empty.
 *
 * @example
 * const report = await firstValueFrom(wamp.call('com.app.scan', { progress: true }).pipe(finalResult()));
 */
export function finalResult<T>(): MonoTypeOperatorFunction<CallResult<T>> {
  return filter((result) => !result.progress);
}
