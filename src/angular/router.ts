import { inject, Injector, runInInjectionContext } from '@angular/core';
import { catchError, defaultIfEmpty, defer, map, of, tap, timeout, type Observable } from 'rxjs';
import type { CallOptions, FinalResultOf, List, Payload, ProcedureUri, Uri } from '../index.ts';
import type { OtherUri } from '../session/contract-types.ts';
import { keyOf } from './handover.ts';
import { injectWamp, type ByRef, type WampRef } from './ref.ts';
import { finalValue, type Checked } from './request.ts';
import { handoverOf, isSilent } from './server.ts';

/** Options of {@link whenJoined}. */
export interface WhenJoinedOptions<Otherwise = false> {
  /** The client; that of `provideWamp()` without a ref by default. */
  readonly client?: WampRef | undefined;
  /** Milliseconds that the navigation waits for a session; 10 000 by default. */
  readonly timeout?: number | undefined;
  /** What the guard answers where there is no session in time; called in injection context. `false` by default. */
  readonly otherwise?: (() => Otherwise) | undefined;
}

/**
 * A guard (CanActivateFn, CanMatchFn …): dials, and lets pass once a session is joined. On a server that does not dial it lets
 * pass.
 *
 * @example
 * { path: 'orders', component: Orders, canActivate: [whenJoined({ otherwise: () => inject(Router).parseUrl('/offline') })] }
 */
export function whenJoined<Otherwise = false>({
  client,
  timeout: first = 10_000,
  otherwise = () => false as Otherwise,
}: WhenJoinedOptions<Otherwise> = {}): () => Observable<true | Otherwise> {
  return () => {
    const wamp = injectWamp(client);
    const injector = inject(Injector);
    if (isSilent(wamp)) return of<true>(true);
    return wamp.connect().pipe(
      map(() => true as const),
      timeout({ first }),
      // closed
      defaultIfEmpty(undefined),
      catchError(() => of(undefined)),
      map((joined) => joined ?? runInInjectionContext(injector, otherwise)),
    );
  };
}

/** What {@link resolveCall} may make arguments of: Angular's ActivatedRouteSnapshot has it, and more. */
export interface RouteSnapshot {
  /** Parameters of the path: `id` of `orders/:id`. */
  readonly params: Readonly<Record<string, string>>;
  /** Parameters behind the `?` of the address. */
  readonly queryParams: Readonly<Record<string, string>>;
  /** What stands behind the `#` of the address; null for nothing. */
  readonly fragment: string | null;
  /** The data of the route, with what other resolvers gave. */
  readonly data: Readonly<Record<string | symbol, unknown>>;
}

/** Options of {@link resolveCall}: those of `call()`, and two for Angular. */
export interface ResolveCallOptions<Api, D> extends CallOptions {
  /** The client that calls; that of `provideWamp()` without a ref by default. */
  readonly client?: WampRef<Api> | undefined;
  /** What it resolves to on a server that does not dial; undefined by default. */
  readonly defaultValue?: D | undefined;
}

/** The same by the contract of `client`. */
export function resolveCall<
  Api,
  U extends ProcedureUri<Api>,
  const R extends List | Payload,
  Route = RouteSnapshot,
  D = undefined,
>(
  procedure: U,
  request: (route: Route) => R & Checked<R, Api, U>,
  options: ResolveCallOptions<Api, D> & ByRef<Api>,
): (route: Route) => Observable<FinalResultOf<Api, U>['value'] | D>;
/**
 * A resolver (ResolveFn): the value of a call's final result. Its error fails the navigation; on a server that does not
 * dial it resolves to `defaultValue`, and the browser calls.
 *
 * @param request the arguments for a route, as a list or as `{ args, kwargs }`; none by default
 *
 * @example
 * { path: 'orders/:id', component: Order, resolve: { order: resolveCall<Order>('com.shop.order', ({ params }) => [params['id']]) } }
 */
export function resolveCall<T = unknown, D = undefined, Route = RouteSnapshot, Api = unknown, U extends Uri = Uri>(
  procedure: OtherUri<Api, ProcedureUri<Api>, U>,
  request?: (route: Route) => List | Payload,
  options?: ResolveCallOptions<Api, D>,
): (route: Route) => Observable<T | D>;
export function resolveCall(
  procedure: Uri,
  request: (route: never) => unknown = () => [],
  { client, defaultValue, ...options }: ResolveCallOptions<unknown, unknown> = {},
): (route: never) => Observable<unknown> {
  return (route) => {
    const wamp = injectWamp(client);
    if (isSilent(wamp)) return of(defaultValue);
    const payload = request(route) as List | Payload;
    const handover = handoverOf(wamp);
    const key = keyOf(client, procedure, payload);
    return defer(() => {
      const there = handover?.take(key);
      if (there) return of(there[0]);
      return finalValue(wamp, procedure, payload, options, () => undefined).pipe(
        tap((value) => handover?.give(key, value)),
      );
    });
  };
}
