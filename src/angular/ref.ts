import { assertInInjectionContext, inject, InjectionToken } from '@angular/core';
import type { WampClient } from '../index.ts';

/** Names a client among those that an application provides, and knows its contract. */
export type WampRef<Api = unknown> = InjectionToken<WampClient<Api>>;

/** Options that name the client, and with it the contract. */
export interface ByRef<Api> {
  readonly client: WampRef<Api>;
}

/** The client of `provideWamp()` without a ref. */
export const WAMP: WampRef = new InjectionToken<WampClient>('rxwamp client');

/**
 * A ref for a further client: `provideWamp(ref, …)` provides it, and all functions of this entry take it as `client` or
 * `ref`. Without a name it stands for the client of `provideWamp()` without a ref, to give that a contract.
 *
 * @template Api the contract that types everything asked of the client by this ref
 * @param name shown in errors; one name for one router
 *
 * @example
 * export const AUDIT = wampRef<AuditApi>('audit');
 * // in the providers: provideWamp(AUDIT, { realm: 'audit', url: 'wss://audit.example/ws' })
 * // in a component: injectWamp(AUDIT).publish('com.audit.seen', [id]);
 */
export function wampRef<Api = unknown>(name?: string): WampRef<Api> {
  return name === undefined ? WAMP : new InjectionToken<WampClient>(`rxwamp client '${name}'`);
}

/**
 * The client that `provideWamp()` provides. Call it where `inject()` may be called: in a field, a constructor or a
 * factory.
 *
 * @template Api the contract that the client keeps to; a ref brings its own
 * @throws Error when called elsewhere, or when no injector up to the root has such a `provideWamp()`
 *
 * @example
 * export class Ticker {
 *   readonly #wamp = injectWamp();
 *   readonly price = toSignal(this.#wamp.subscribe<number>('com.app.price').pipe(map((event) => event.value)));
 * }
 */
export function injectWamp<Api = unknown>(ref: WampRef<Api> = WAMP): WampClient<Api> {
  assertInInjectionContext(injectWamp);
  const wamp = inject(ref, { optional: true });
  if (wamp) return wamp;
  const [what, how] = ref === WAMP ? ['client', ''] : [String(ref).replace('InjectionToken rxwamp ', ''), 'ref, '];
  throw new Error(`injectWamp() found no ${what}: add provideWamp(${how}{ realm, url }) to the providers`);
}
