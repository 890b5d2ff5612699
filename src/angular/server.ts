import { DestroyRef, ErrorHandler, inject, NgZone, PendingTasks } from '@angular/core';
import {
  config,
  distinctUntilChanged,
  EMPTY,
  map,
  NEVER,
  Observable,
  Subscription,
  switchMap,
  takeUntil,
  throwError,
  timeout,
  timer,
} from 'rxjs';
import { ConnectionLostError, WampClient, WampError, type ClientOptions, type Transport } from '../index.ts';
import { checkPublish } from '../session/option-checks.ts';
import { putAround } from './around.ts';
import type { WampFeature } from './feature.ts';
import { Handover, PATIENCE } from './handover.ts';

/** What clients do while a page is rendered on a server, those that are not here as they do in a browser. */
const behaviours = new WeakMap<object, 'silent' | Handover>();

/** Whether nothing of this client can be had, since a page is being rendered on a server. */
export const isSilent = (wamp: object): boolean => behaviours.get(wamp) === 'silent';

/** What takes values from the server to the browser, where `withServer('transfer')` says so. */
export function handoverOf(wamp: object): Handover | undefined {
  const behaviour = behaviours.get(wamp);
  return behaviour === 'silent' ? undefined : behaviour;
}

/**
 * What the client does while a page is rendered on a server.
 *
 * - `'silent'`, the default: it does not dial. Calls, publications and `connect()` error at once, topics and `session$` complete,
 *   resources are idle, guards let pass; the browser connects once the page runs in it.
 * - `'dial'`: it dials; the page waits for a session, and calls for one, for half a second (`waitTimeout` says otherwise).
 * - `'transfer'`: the same, and the values of resources and resolvers go to the browser with the page (TransferState), which
 *   waits for them: a topic's first event is waited for, half a second, where it is asked for past or retained ones. In the
 *   browser the same calls are not made again until the page is stable.
 */
export function withServer(mode: 'silent' | 'dial' | 'transfer'): WampFeature {
  if (!['silent', 'dial', 'transfer'].includes(mode)) {
    throw new TypeError(`withServer(): expected 'silent', 'dial' or 'transfer', got ${JSON.stringify(mode)}`);
  }
  return {
    dialsOnServer: mode !== 'silent',
    made: (wamp) => {
      if (mode === 'transfer') behaviours.set(wamp, new Handover());
    },
  };
}

/** The client of a page that is rendered on a server; `make` makes one that dials. */
export function clientForPage(
  options: ClientOptions,
  dials: boolean,
  make: (options: ClientOptions) => WampClient,
): WampClient {
  if (!dials) return silentClient(options);
  const wamp = make({ waitTimeout: PATIENCE, ...options });
  endWithPage(wamp);
  waitForLink(wamp);
  return wamp;
}

/** What helpers that pass the verbs by dial in its place: it neither succeeds nor fails. */
const nowhere: Transport = { name: 'none (rendering on a server)', open: () => NEVER };

/** Errors of clients that do not dial, and where to report those that nothing handles. */
const refusals = new WeakMap<object, ErrorHandler>();

/**
 * What RxJS calls with an error that no observer handles, and throws otherwise: a call without an error handler, which is
 * fine in a browser, would end the server.
 */
function reportRefusal(error: object): void {
  const handler = refusals.get(error);
  if (!handler) throw error as Error;
  handler.handleError(error);
}

/** How many silent clients there are. */
let silentClients = 0;

/** Has RxJS report refusals while there are silent clients, unless the application takes unhandled errors itself. */
function handleRefusals(): void {
  if (silentClients++ === 0) config.onUnhandledError ??= reportRefusal;
  inject(DestroyRef).onDestroy(() => {
    // RxJS reports what was thrown until now in the next turn
    timer(0).subscribe(() => {
      if (--silentClients === 0 && config.onUnhandledError === reportRefusal) config.onUnhandledError = null;
    });
  });
}

/** A client that does not dial, and keeps neither its users nor the page waiting: streams complete, all else errors. */
function silentClient({ url: _address, ...options }: ClientOptions): WampClient {
  const wamp = new WampClient({ ...options, transports: [nowhere], joinTimeout: Infinity, waitTimeout: 0 });
  const handler = inject(ErrorHandler, { optional: true });
  // verbs that are cold only check their arguments when they are called
  putAround(wamp, ['subscribe', 'register'], (verb, args) => {
    verb(...args);
    return EMPTY;
  });
  putAround(wamp, ['call', 'publish', 'connect'], (verb, args, name) => {
    if (name === 'call') verb(...args);
    if (name === 'publish') checkPublish(...(args as Parameters<typeof checkPublish>));
    return throwError(() => {
      const error = new WampError(
        `${name}(${(args[0] ?? '') as string}): the client does not dial on a server, unless withServer('dial' or 'transfer') says so`,
      );
      if (handler) refusals.set(error, handler);
      return error;
    });
  });
  Object.defineProperty(wamp, 'session$', { value: EMPTY, configurable: true });
  handleRefusals();
  behaviours.set(wamp, 'silent');
  return wamp;
}

/** A page that is rendered waits while the client joins. */
function waitForLink(wamp: WampClient): void {
  const tasks = inject(PendingTasks);
  const task = new Observable<never>(() => tasks.add());
  const waiting = wamp.status$.pipe(
    map(({ state }) => state === 'connecting' || state === 'joining'),
    distinctUntilChanged(),
    switchMap((joining) => (joining ? task.pipe(takeUntil(timer(PATIENCE))) : EMPTY)),
  );
  // its timer would keep a zone unstable
  const zone = inject(NgZone, { optional: true });
  const subscription = zone ? zone.runOutsideAngular(() => waiting.subscribe()) : waiting.subscribe();
  inject(DestroyRef).onDestroy(() => subscription.unsubscribe());
}

/**
 * A client that dials for a page. What may never come is not waited for: topics and `session$` complete, and `connect()` errors,
 * where nothing came in half a second. When the page is rendered, open calls end without a word: an error that nothing
 * handles would end the server.
 */
function endWithPage(wamp: WampClient): void {
  const open = new Subscription();
  putAround(wamp, ['call', 'publish', 'connect'], (verb, args) => {
    const source = verb(...args);
    return new Observable((subscriber) => {
      open.add(subscriber);
      return source.subscribe(subscriber);
    });
  });
  // before the client is closed, which is registered later: callbacks run in the order of their registration
  inject(DestroyRef).onDestroy(() => open.unsubscribe());

  putAround(wamp, ['subscribe'], (verb, args) => verb(...args).pipe(timeout({ first: PATIENCE, with: () => EMPTY })));
  const late = (): Observable<never> =>
    throwError(
      () =>
        new ConnectionLostError(
          `connect(): no session within the ${PATIENCE} ms of a page; does the router answer this server?`,
        ),
    );
  putAround(wamp, ['connect'], (verb) => verb().pipe(timeout({ first: PATIENCE, with: late })));
  const session$ = wamp.session$.pipe(timeout({ first: PATIENCE, with: () => EMPTY }));
  Object.defineProperty(wamp, 'session$', { value: session$, configurable: true });
}
