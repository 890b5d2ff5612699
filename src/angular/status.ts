import { assertInInjectionContext, computed, inject, NgZone, type Signal } from '@angular/core';
import { toSignal } from '@angular/core/rxjs-interop';
import { map, Observable, of, switchMap, timer } from 'rxjs';
import type { Status } from '../index.ts';
import { now } from '../session/time.ts';
import { injectWamp, type WampRef } from './ref.ts';

/** A client's status as a signal, and what badges want to know of it. */
export type WampStatus<Api = unknown> = Signal<Status<Api>> & {
  /** Whether a session is joined. */
  readonly connected: Signal<boolean>;
  /** Whole seconds to the next attempt, counted down; undefined unless the client waits for one. */
  readonly retryIn: Signal<number | undefined>;
};

/**
 * The status of a client as a signal. It does not dial.
 *
 * @param ref the client; that of `provideWamp()` without a ref by default
 * @throws Error outside of an injection context
 *
 * @example
 * ```ts
 * readonly status = injectWampStatus();
 * // in the template: @if (!status.connected()) { offline, next attempt in {{ status.retryIn() }} s }
 * ```
 */
export function injectWampStatus<Api = unknown>(ref?: WampRef<Api>): WampStatus<Api> {
  assertInInjectionContext(injectWampStatus);
  const { status$ } = injectWamp(ref);
  const zone = inject(NgZone, { optional: true });
  const status = toSignal(status$, { requireSync: true });
  const retryIn = toSignal(
    status$.pipe(
      switchMap((shown) =>
        shown.state === 'waiting' && shown.retryAt ? countdown(shown.retryAt, zone) : of(undefined),
      ),
    ),
    { requireSync: true },
  );
  return Object.assign(status, { connected: computed(() => status().state === 'joined'), retryIn });
}

/** Seconds until a time in milliseconds since the epoch, at once and at each change. */
function countdown(until: number, zone: NgZone | null): Observable<number> {
  const seconds = (): number => Math.max(0, Math.ceil((until - now()) / 1000));
  const ticks = timer(0, 1000).pipe(map(seconds));
  return new Observable((subscriber) => {
    subscriber.next(seconds());
    // a timer in the zone would keep the application unstable
    return zone ? zone.runOutsideAngular(() => ticks.subscribe(subscriber)) : ticks.subscribe(subscriber);
  });
}
