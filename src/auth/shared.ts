import { defer, from, isObservable, of, switchMap, take, throwIfEmpty, type Observable } from 'rxjs';
import { checkOptions, DICT, TEXT, type Kind, type OptionTable } from '../protocol/attributes.ts';
import { AbortError, WampError } from '../protocol/errors.ts';
import type { Resolvable, AuthAttempt, Identity } from './authenticator.ts';

/** What every method takes beside its secret. */
export interface IdentityOptions {
  /** The role to ask for. */
  readonly authrole?: string | undefined;
  /** More for HELLO.Details.authextra, as the router's authenticator wants it. */
  readonly authextra?: Identity['authextra'] | undefined;
}

/** What those must be. */
export const IDENTITY = { authid: TEXT, authrole: TEXT, authextra: DICT } satisfies Record<keyof Identity, Kind>;

/** A string or a function that gives one. */
export const ASKABLE: Kind = {
  expected: 'a string or a function that returns one',
  test: (v) => typeof v === 'string' || typeof v === 'function',
};

/** Our own refusal to answer a CHALLENGE: the client aborts with its sentence, and trying again would not help. */
export const refusal = (message: string): AbortError =>
  new AbortError('wamp.error.cannot_authenticate', { message }, { local: true });

/** Why a WELCOME does not count: whatever is thrown there refuses the session, with this sentence once. */
export const unwelcome = (message: string): WampError => new WampError(message);

/** Attempts in which a CHALLENGE was answered to which the router has proven itself, or must do so with WELCOME. */
export const proven = /* @__PURE__ */ new WeakSet<AuthAttempt>();

/** With `mutual: true`: refuses a WELCOME without the proof of the router, by this method or another that asks for one. */
export function insist(method: string, attempt: AuthAttempt): void {
  if (!proven.has(attempt)) throw unwelcome(`${method}: WELCOME came without the proof of the router (mutual)`);
}

/**
 * Checks the options of a method.
 *
 * @throws TypeError that names the option; never shows a secret
 */
export function checkMethod(method: string, table: OptionTable, options: object, required: readonly string[]): void {
  const given = checkOptions(() => method, table, options);
  const missing = required.find((name) => !given.includes(name));
  if (missing !== undefined) throw new TypeError(`${method}: ${missing} must be given`);
}

/** The identity that is told in HELLO. What was left out stays out. */
export const identityOf = ({
  authid,
  authrole,
  authextra,
}: { authid?: string | undefined } & IdentityOptions): Identity => ({
  ...(authid !== undefined && { authid }),
  ...(authrole !== undefined && { authrole }),
  ...(authextra && { authextra }),
});

/** Asks for a secret, and goes on with it. Unsubscribing drops the question, or the answer. */
export function withSecret<T, R>(secret: Resolvable<T>, then: (secret: T) => Promise<R>): Observable<R> {
  return defer(() => {
    const value = typeof secret === 'function' ? (secret as () => Awaited<T>)() : secret;
    return isObservable(value) ? (value as Observable<T>) : isThenable(value) ? from(value as Promise<T>) : of(value);
  }).pipe(
    take(1),
    throwIfEmpty(() => new TypeError('The Observable of the secret completed without a value')),
    switchMap((given) => then(given)),
  );
}

const isThenable = (value: unknown): boolean =>
  typeof (value as { then?: unknown } | null | undefined)?.then === 'function';
