import { assertInInjectionContext, inject, InjectionToken } from '@angular/core';
import type { ClientOptions, WampClient } from '../index.ts';

/** Names a client among those that an application provides, and knows its contract. */
export type WampRef<Api = unknown> = InjectionToken<WampClient<Api>>;

/** Options that name the client, and with it the contract. */
export interface ByRef<Api> {
  readonly client: WampRef<Api>;
}

/** The client of `provideWamp()` without a ref. */
export const WAMP: WampRef = new InjectionToken<WampClient>('rxwamp client');

/** What stands in for the clients of an application, in tests. */
export interface ClientSource {
  /** Makes the client of a `provideWamp()`. */
  make(options: ClientOptions): WampClient;
  /**
   * The client of a ref: the one that was provided, or another where none was.
   *
   * @throws Error that names the provider, for a client that was made elsewhere
   */
  find(ref: WampRef, provided: WampClient | null): WampClient;
}

/** In tests alone. */
export const CLIENT_SOURCE = new InjectionToken<ClientSource>('rxwamp clients');

/** What errors call a ref. */
export const nameOf = (ref: WampRef): string =>
  ref === WAMP ? 'client' : String(ref).replace('InjectionToken rxwamp ', '');

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
  const provided = inject(ref, { optional: true });
  const source = inject(CLIENT_SOURCE, { optional: true });
  const wamp = source ? (source.find(ref, provided) as WampClient<Api>) : provided;
  if (wamp) return wamp;
  const how = `provideWamp(${ref === WAMP ? '' : 'ref, '}{ realm, url })`;
  throw new Error(`injectWamp() found no ${nameOf(ref)}: add ${how} to the providers`);
}
