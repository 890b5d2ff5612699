import { assertInInjectionContext, resource, signal, untracked, type ResourceRef, type Signal } from '@angular/core';
import { firstValueFrom, fromEvent, takeUntil, tap } from 'rxjs';
import type { CallOptions, FinalResultOf, List, Payload, ProcedureUri, ProgressResultOf, Uri } from '../index.ts';
import type { OtherUri } from '../session/contract-types.ts';
import { injectWamp, type ByRef, type WampRef } from './ref.ts';
import { finalValue, type Checked } from './request.ts';
import { keyOf } from './handover.ts';
import { handoverOf, isSilent } from './server.ts';

/** The result of a call as Angular's `resource()` has it, and its progress. */
export type CallResourceRef<T, P = unknown> = ResourceRef<T> & {
  /** The last progressive result of the present call; with the option `progress`. */
  readonly progress: Signal<P | undefined>;
};

/** Options of {@link callResource}: those of `call()`, and two for Angular. */
export interface CallResourceOptions<Api, T> extends CallOptions {
  /** The client that calls; that of `provideWamp()` without a ref by default. */
  readonly client?: WampRef<Api> | undefined;
  /** What `value()` is while there is no result; undefined by default. */
  readonly defaultValue?: T | undefined;
}

interface WithDefault<T> {
  readonly defaultValue: T;
}
type Final<Api, U> = FinalResultOf<Api, U>['value'];
type Progress<Api, U> = ProgressResultOf<Api, U>['value'];

/** The same by the contract of `client`, with a value from the beginning. */
export function callResource<Api, U extends ProcedureUri<Api>, const R extends List | Payload>(
  procedure: U,
  request: () => (R & Checked<R, Api, U>) | undefined,
  options: CallResourceOptions<Api, Final<Api, U>> & ByRef<Api> & WithDefault<Final<Api, U>>,
): CallResourceRef<Final<Api, U>, Progress<Api, U>>;
/** The same by the contract of `client`. */
export function callResource<Api, U extends ProcedureUri<Api>, const R extends List | Payload>(
  procedure: U,
  request: () => (R & Checked<R, Api, U>) | undefined,
  options: CallResourceOptions<Api, Final<Api, U>> & ByRef<Api>,
): CallResourceRef<Final<Api, U> | undefined, Progress<Api, U>>;
/** The same with a value from the beginning. */
export function callResource<T, P = T, Api = unknown, U extends Uri = Uri>(
  procedure: OtherUri<Api, ProcedureUri<Api>, U>,
  request: () => List | Payload | undefined,
  options: CallResourceOptions<Api, T> & WithDefault<T>,
): CallResourceRef<T, P>;
/**
 * A call as a resource: made when a component reads it first, and anew when a signal that its arguments are made of changes;
 * an unfinished one is cancelled then. `value`, `status`, `error`, `isLoading`, `reload()` and the rest are those of
 * Angular's `resource()`: `value()` throws in the state 'error', so ask `hasValue()` before.
 *
 * On a server that does not dial it is idle.
 *
 * @param request the arguments, as a list or as `{ args, kwargs }`; undefined makes no call
 * @throws Error outside of an injection context
 *
 * @example
 * readonly words = signal('');
 * readonly found = callResource<Item[]>('com.shop.search', () => (this.words() ? [this.words()] : undefined), {
 *   defaultValue: [],
 * });
 */
export function callResource<T = unknown, P = T, Api = unknown, U extends Uri = Uri>(
  procedure: OtherUri<Api, ProcedureUri<Api>, U>,
  request: () => List | Payload | undefined,
  options?: CallResourceOptions<Api, T>,
): CallResourceRef<T | undefined, P>;
export function callResource(
  procedure: Uri,
  given: () => unknown,
  { client, defaultValue, ...options }: CallResourceOptions<unknown, unknown> = {},
): unknown {
  assertInInjectionContext(callResource);
  const request = given as () => List | Payload | undefined;
  const wamp = injectWamp(client);
  const handover = handoverOf(wamp);
  const progress = signal<unknown>(undefined);
  const made = resource({
    params: isSilent(wamp) ? () => undefined : request,
    defaultValue,
    // no `async`: zone.js follows that only where a bundler has rewritten it, and Jest has not
    loader: ({ params, abortSignal }) => {
      const key = keyOf(client, procedure, params);
      const there = handover?.take(key);
      if (there) return Promise.resolve(there[0]);
      progress.set(undefined);
      return firstValueFrom(
        finalValue(wamp, procedure, params, options, (step) => progress.set(step)).pipe(
          tap((value) => handover?.give(key, value)),
          takeUntil(fromEvent(abortSignal, 'abort')),
        ),
      );
    },
  });
  if (handover) {
    // there at the first look, not a microtask later: what the server rendered stays as it is
    const there = untracked(() => handover.take(keyOf(client, procedure, presentOf(request))));
    if (there) made.set(there[0]);
  }
  return Object.assign(made, { progress: progress.asReadonly() });
}

/** What arguments are now; undefined where they need an input that is not set yet. */
function presentOf<T>(request: () => T): T | undefined {
  try {
    return request();
  } catch {
    return undefined;
  }
}
