import { DestroyRef, inject } from '@angular/core';
import { EMPTY, NEVER, Observable, Subscription, throwError } from 'rxjs';
import { WampClient, WampError, type ClientOptions, type Transport } from '../index.ts';
import { putAround } from './around.ts';
import type { WampFeature } from './feature.ts';
import { Handover } from './handover.ts';

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
 * - `'silent'`, the default: it does not dial. Calls and `connect()` error at once, resources are idle, topics are silent, guards
 *   let pass; the browser connects once the page runs in it.
 * - `'dial'`: as in a browser.
 * - `'transfer'`: it dials; the page waits for its resources, and their values go to the browser with it (TransferState),
 *   where the same calls are not made again until the page is stable.
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

/** Dialling it neither succeeds nor fails: a page rendered on a server shows a client that is still connecting. */
const silent: Transport = { name: 'none (rendering on a server)', open: () => NEVER };

/** A client that does not dial, and keeps neither its users nor the page waiting. */
export function silentClient({ url: _address, ...options }: ClientOptions): WampClient {
  const wamp = new WampClient({
    ...options,
    transports: [silent],
    // without timers that would keep a server waiting
    joinTimeout: Infinity,
    waitTimeout: Infinity,
    publishQueue: { ...options.publishQueue, ttl: Infinity },
  });
  const refused = (what: string): Observable<never> =>
    throwError(
      () =>
        new WampError(`${what}: the client does not dial on a server, unless withServer('dial' or 'transfer') says so`),
    );
  putAround(wamp, ['call', 'connect'], (verb, args, name) => {
    // to call is cold: it checks the arguments, and dials nothing
    if (name === 'call') verb(...args);
    return refused(name === 'call' ? `call of ${String(args[0])}` : 'connect()');
  });
  Object.defineProperty(wamp, 'session$', { value: EMPTY, configurable: true });
  behaviours.set(wamp, 'silent');
  return wamp;
}

/** When a page is rendered, open calls end without a word: an error that nothing handles would end the server. */
export function quietAtTheEnd(wamp: WampClient): void {
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
}
