import { from, isObservable, Observable, of, take, throwIfEmpty, type Subscription } from 'rxjs';
import type { Askable, Eventually, Identity } from '../auth/authenticator.ts';
import type { Dict } from '../protocol/messages.ts';
import { after, now } from './time.ts';

/** A time limit that stands still while the application is asked for something. */
export class Patience {
  readonly #late: () => void;
  #left: number;
  #since = 0;
  #pending = 0;
  #timer: Subscription | undefined;
  #ended = false;

  constructor(limit: number, late: () => void) {
    this.#left = limit;
    this.#late = late;
    this.#start();
  }

  whilePending<T>(source: Observable<T>): Observable<T> {
    return new Observable((subscriber) => {
      this.#stop();
      const subscription = source.subscribe(subscriber);
      subscription.add(() => this.#start(-1));
      return subscription;
    });
  }

  end(): void {
    this.#ended = true;
    this.#timer?.unsubscribe();
  }

  #stop(): void {
    if (this.#pending++ > 0) return;
    this.#timer?.unsubscribe();
    this.#left -= now() - this.#since;
  }

  #start(change = 0): void {
    this.#pending += change;
    if (this.#pending > 0 || this.#ended) return;
    this.#since = now();
    this.#timer = after(this.#left, this.#late);
  }
}

/** What was given now or later, as an Observable of exactly one value. */
export function eventually<T>(source: () => Eventually<T>): Observable<T> {
  return new Observable<T>((subscriber) => {
    const value = source();
    const values = isObservable(value) ? value : isPromise(value) ? from(value) : of(value);
    return values
      .pipe(
        take(1),
        throwIfEmpty(() => new TypeError('The Observable completed without a value')),
      )
      .subscribe(subscriber);
  });
}

/** Resolves what the user gave as a value or a function. */
export const ask = <T>(source: Askable<T>): Observable<T> =>
  typeof source === 'function' ? eventually(source as () => Eventually<T>) : of(source);

const isPromise = <T>(value: Eventually<T>): value is PromiseLike<T> =>
  typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';

/**
 * One identity of several shares.
 *
 * @throws TypeError where two of them contradict each other
 */
export function mergeIdentities(shares: readonly Identity[]): Identity {
  const merged: { authid?: string; authrole?: string; authextra?: Dict } = {};
  const set = (into: Dict, name: string, value: unknown): void => {
    if (value === undefined) return;
    if (name in into && into[name] !== value) {
      throw new TypeError(`auth: the authenticators contradict each other in ${name}`);
    }
    into[name] = value;
  };
  for (const { authid, authrole, authextra } of shares) {
    set(merged, 'authid', authid);
    set(merged, 'authrole', authrole);
    if (authextra === undefined) continue;
    merged.authextra ??= {};
    for (const name of Object.keys(authextra)) set(merged.authextra, name, authextra[name]);
  }
  return merged;
}
