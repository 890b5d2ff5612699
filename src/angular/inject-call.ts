import { assertInInjectionContext, DestroyRef, inject, signal, untracked, type Signal } from '@angular/core';
import { defer, type Subscription } from 'rxjs';
import {
  WampError,
  type CallOptions,
  type FinalResultOf,
  type List,
  type Payload,
  type ProcedureUri,
  type ProgressResultOf,
  type Uri,
} from '../index.ts';
import type { OtherUri } from '../session/contract-types.ts';
import { injectWamp, type ByRef, type WampRef } from './ref.ts';
import { finalValue, type ArgumentsOf, type Checked } from './request.ts';

/** A procedure to be called by a form or a button: at most one call at a time, and what becomes of it as signals. */
export interface CallRef<A extends List = List, T = unknown, P = T> {
  /**
   * Calls, and cancels the call before, where that is unfinished.
   *
   * @returns the value of the final result; rejects with the call's error, and with a WampError where it is cancelled. What
   *   nothing awaits is not reported as unhandled: `error` has it
   */
  run(...args: A): Promise<T>;
  /** Cancels the call, where there is one under way. */
  cancel(): void;
  /** Whether a call is under way. */
  readonly running: Signal<boolean>;
  /** The last progressive result of the present call; with the option `progress`. */
  readonly progress: Signal<P | undefined>;
  /** The value of the last final result; kept until the next one. */
  readonly value: Signal<T | undefined>;
  /** The error of the last call; none while one is under way, or after `cancel()`. */
  readonly error: Signal<Error | undefined>;
}

/** Options of {@link injectCall}: those of `call()`, and two for Angular. */
export interface InjectCallOptions<Api> extends CallOptions {
  /** The client that calls; that of `provideWamp()` without a ref by default. */
  readonly client?: WampRef<Api> | undefined;
}

interface Mapped<A extends List, Request> {
  /** Makes the payload of what `run()` is given; by default that is the positional arguments. */
  readonly request: (...args: A) => Request;
}
type Final<Api, U> = FinalResultOf<Api, U>['value'];
type Progress<Api, U> = ProgressResultOf<Api, U>['value'];

/** The same by the contract of `client`, with arguments of one's own. */
export function injectCall<Api, U extends ProcedureUri<Api>, A extends List, const R extends List | Payload>(
  procedure: U,
  options: InjectCallOptions<Api> & ByRef<Api> & Mapped<A, R & Checked<R, Api, U>>,
): CallRef<A, Final<Api, U>, Progress<Api, U>>;
/** The same by the contract of `client`. */
export function injectCall<Api, U extends ProcedureUri<Api>>(
  procedure: U,
  options: InjectCallOptions<Api> & ByRef<Api>,
): CallRef<ArgumentsOf<Api, U>, Final<Api, U>, Progress<Api, U>>;
/**
 * A procedure to be called by a form or a button. A call that is under way is cancelled when the next one runs, and when the
 * component is destroyed.
 *
 * @template A the arguments of `run()`
 * @template T the value of the final result
 * @template P the value of progressive results
 * @throws Error outside of an injection context
 *
 * @example
 * readonly save = injectCall<[Order], Receipt, number>('com.shop.order', { progress: true });
 * // in the template: (click)="save.run(order())" [disabled]="save.running()" … {{ save.progress() }} %
 */
export function injectCall<A extends List = List, T = unknown, P = T, Api = unknown, U extends Uri = Uri>(
  procedure: OtherUri<Api, ProcedureUri<Api>, U>,
  options?: InjectCallOptions<Api> & Partial<Mapped<A, List | Payload>>,
): CallRef<A, T, P>;
export function injectCall(
  procedure: Uri,
  given: InjectCallOptions<unknown> & Partial<Mapped<never, unknown>> = {},
): unknown {
  assertInInjectionContext(injectCall);
  const {
    client,
    request = (...args: List) => args,
    ...options
  } = given as InjectCallOptions<unknown> & Partial<Mapped<List, List | Payload>>;
  const wamp = injectWamp(client);
  const running = signal(false);
  const progress = signal<unknown>(undefined);
  const value = signal<unknown>(undefined);
  const error = signal<Error | undefined>(undefined);
  let call: Subscription | undefined;
  let abandon = (_: WampError): void => undefined;

  const cancel = (): void => {
    // in an effect, too, which is not to run again for what it sets here
    if (!untracked(running)) return;
    running.set(false);
    call?.unsubscribe();
    abandon(new WampError(`call of ${procedure}: cancelled`));
  };
  const run = (...args: List): Promise<unknown> => {
    cancel();
    running.set(true);
    progress.set(undefined);
    error.set(undefined);
    const outcome = new Promise<unknown>((resolve, reject) => {
      abandon = reject;
      // a TypeError for what cannot be sent is an error of the call, too
      call = defer(() =>
        finalValue(
          wamp,
          procedure,
          untracked(() => request(...args)),
          options,
          (step) => progress.set(step),
        ),
      ).subscribe({
        next(result) {
          running.set(false);
          value.set(result);
          resolve(result);
        },
        error(failure: Error) {
          running.set(false);
          error.set(failure);
          reject(failure);
        },
      });
    });
    outcome.catch(() => undefined);
    return outcome;
  };
  inject(DestroyRef).onDestroy(cancel);
  return {
    run,
    cancel,
    running: running.asReadonly(),
    progress: progress.asReadonly(),
    value: value.asReadonly(),
    error: error.asReadonly(),
  };
}
