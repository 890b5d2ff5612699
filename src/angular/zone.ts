import { inject, NgZone } from '@angular/core';
import { Observable } from 'rxjs';
import type { WampClient } from '../index.ts';
import { putAround } from './around.ts';

const VERBS = ['subscribe', 'call', 'register', 'publish', 'connect'];
const STREAMS = ['status$', 'lifecycle$', 'session$', 'messages$', 'userErrors$'] as const;

/**
 * With zone.js: the client's link and timers run outside Angular's zone, so that the application becomes stable and frames
 * that nothing observes run no change detection. What is subscribed inside the zone is delivered inside; so are handlers and
 * callbacks given there. Without zone.js it does nothing. Called in injection context.
 */
export function useZone(wamp: WampClient): void {
  const zone = inject(NgZone, { optional: true });
  // without zone.js it is of another class
  if (!(zone instanceof NgZone)) return;
  useZoneIn(wamp, zone);
  // first of all observers, so that they get each session as it is used here
  let known: object | undefined;
  wamp.status$.subscribe((status) => {
    if (status.state !== 'joined' || status.session === known) return;
    known = status.session;
    useZoneIn(known, zone);
  });
  for (const name of STREAMS) Object.defineProperty(wamp, name, { value: delivered<unknown>(zone, wamp[name]) });
}

/** The verbs of a client or session. */
function useZoneIn(target: object, zone: NgZone): void {
  putAround(target, VERBS, (verb, args) => {
    const passed = NgZone.isInAngularZone() ? args.map((arg) => entering(zone, arg)) : args;
    return delivered(
      zone,
      zone.runOutsideAngular(() => verb(...passed)),
    );
  });
}

/** A handler, or options with a callback, that enter the zone when they are called. */
function entering(zone: NgZone, given: unknown): unknown {
  if (typeof given === 'function')
    return (...args: unknown[]) => zone.run(() => Reflect.apply(given, undefined, args) as unknown);
  const { onSubscribed } = (given ?? {}) as { onSubscribed?: unknown };
  return typeof onSubscribed === 'function'
    ? { ...(given as object), onSubscribed: entering(zone, onSubscribed) }
    : given;
}

/** Begins outside of the zone, and delivers in the zone of the subscriber. */
function delivered<T>(zone: NgZone, source: Observable<T>): Observable<T> {
  return new Observable((subscriber) => {
    if (!NgZone.isInAngularZone()) return source.subscribe(subscriber);
    const enter = (deliver: () => void): void => (NgZone.isInAngularZone() ? deliver() : zone.run(deliver));
    return zone.runOutsideAngular(() =>
      source.subscribe({
        next: (value) => enter(() => subscriber.next(value)),
        error: (error: unknown) => enter(() => subscriber.error(error)),
        complete: () => enter(() => subscriber.complete()),
      }),
    );
  });
}
