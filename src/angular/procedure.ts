import {
  assertInInjectionContext,
  computed,
  ErrorHandler,
  inject,
  Injector,
  runInInjectionContext,
  signal,
  type Signal,
} from '@angular/core';
import { takeUntilDestroyed, toSignal } from '@angular/core/rxjs-interop';
import type { Handler, HandlerOf, ProcedureUri, RegisterOptions, Registration, Uri } from '../index.ts';
import type { OtherUri } from '../session/contract-types.ts';
import { injectWamp, type ByRef, type WampRef } from './ref.ts';

/** Options of {@link injectProcedure}: those of `register()`, and one for Angular. */
export interface InjectProcedureOptions<Api> extends RegisterOptions {
  /** The client that registers; that of `provideWamp()` without a ref by default. */
  readonly client?: WampRef<Api> | undefined;
}

/** The same by the contract of `client`. */
export function injectProcedure<Api, U extends ProcedureUri<Api>>(
  procedure: U,
  handler: HandlerOf<Api, U>,
  options: InjectProcedureOptions<Api> & ByRef<Api>,
): Signal<Registration | undefined>;
/**
 * Registers a procedure for as long as the component, directive or service lives. The signal has the registration
 * while the router has confirmed it in the present session.
 *
 * A registration that fails for good is reported to Angular's ErrorHandler; the handler's own errors go to the caller, and
 * to `userErrors$`.
 *
 * @param handler as that of `register()`; called in injection context, so that it may `inject()`
 * @throws Error outside of an injection context
 *
 * @example
 * readonly registered = injectProcedure('com.app.highlight', ({ args: [id] }) => this.highlighted.set(id));
 */
export function injectProcedure<Api = unknown, U extends Uri = Uri>(
  procedure: OtherUri<Api, ProcedureUri<Api>, U>,
  handler: Handler,
  options?: InjectProcedureOptions<Api>,
): Signal<Registration | undefined>;
export function injectProcedure(
  procedure: Uri,
  handler: Handler,
  { client, ...options }: InjectProcedureOptions<unknown> = {},
): Signal<Registration | undefined> {
  assertInInjectionContext(injectProcedure);
  const wamp = injectWamp(client);
  const injector = inject(Injector);
  const errors = inject(ErrorHandler);
  const status = toSignal(wamp.status$, { requireSync: true });
  const last = signal<Registration | undefined>(undefined);
  wamp
    .register(procedure, (invocation) => runInInjectionContext(injector, () => handler(invocation)), options)
    .pipe(takeUntilDestroyed())
    .subscribe({
      next: (registration) => last.set(registration),
      error: (error: unknown) => {
        last.set(undefined);
        errors.handleError(error);
      },
    });
  return computed(() => {
    const now = status();
    return now.state === 'joined' && last()?.session === now.session ? last() : undefined;
  });
}
