import { map, type Observable } from 'rxjs';
import { resolve, type Resolvable } from '../async.ts';
import { checkOptions, COUNT, DICT, TEXT, typeOf, type Kind, type OptionTable } from '../protocol/kinds.ts';
import { AbortError } from '../protocol/errors.ts';
import type { Identity } from './authenticator.ts';

/** Options of every method beside its secret. */
export interface IdentityOptions {
  /** The role to request. */
  readonly authrole?: string | undefined;
  /** More for HELLO.Details.authextra, as the router's authenticator expects it. */
  readonly authextra?: Identity['authextra'] | undefined;
}

/** What those must be. */
export const IDENTITY = { authid: TEXT, authrole: TEXT, authextra: DICT } satisfies Record<keyof Identity, Kind>;

/** A secret text, or a function that returns it. */
export const SECRET: Kind = {
  expected: 'a string or a function that returns one, and not empty',
  test: (v) => TEXT.test(v) || typeof v === 'function',
  secret: true,
};

/** Our own refusal to go on: the client sends ABORT with this sentence, and another attempt would not help. */
export const refusal = (message: string): AbortError =>
  new AbortError('wamp.error.cannot_authenticate', { message }, { local: true });

/**
 * Checks the options of a method.
 *
 * @throws TypeError that names the option
 */
export function checkMethod(method: string, table: OptionTable, options: object, required: readonly string[]): void {
  const given = checkOptions(() => method, table, options);
  const missing = required.find((name) => !given.includes(name));
  if (missing !== undefined) throw new TypeError(`${method}: ${missing} must be given`);
}

/** Throws a TypeError where `authextra` has names that the method itself adds. */
export function checkAuthextra(method: string, { authextra }: IdentityOptions, own: readonly string[]): void {
  const name = own.find((each) => authextra?.[each] !== undefined);
  if (name !== undefined) throw new TypeError(`${method}: authextra.${name} must be left out: the method adds it`);
}

/** The identity for HELLO. What was left out stays out. */
export const identityOf = ({
  authid,
  authrole,
  authextra,
}: { authid?: string | undefined } & IdentityOptions): Identity => ({
  ...(authid !== undefined && { authid }),
  ...(authrole !== undefined && { authrole }),
  ...(authextra && { authextra }),
});

/** Resolves a secret text. The TypeError for anything else names `what` was expected and does not quote the value. */
export const resolveSecret = (what: string, secret: Resolvable<string>): Observable<string> =>
  resolve(secret).pipe(
    map((given: unknown) => {
      if (typeof given !== 'string') throw new TypeError(`${what} must be a string, got ${typeOf(given)}`);
      if (given === '') throw new TypeError(`${what} must not be empty`);
      return given;
    }),
  );

/**
 * The limits within which a method accepts what a router requests: its defaults, and what the application changes.
 *
 * @throws TypeError that names the limit
 */
export function limitsOf<L extends object>(method: string, defaults: L, changes: object = {}): L {
  const table = Object.fromEntries(Object.keys(defaults).map((name) => [name, COUNT]));
  const given = checkOptions(() => `${method}: limits`, table, changes);
  return { ...defaults, ...Object.fromEntries(given.map((name) => [name, changes[name as never]])) };
}

/** A number of a CHALLENGE. @throws AbortError unless it is an integer within the limits */
export function assertCost(what: string, value: unknown, least: number, most: number): number {
  if (!Number.isSafeInteger(value)) throw refusal(`${what} must be an integer`);
  if ((value as number) < least) throw refusal(`${what} must be ${least} at least: the router is too weak`);
  if ((value as number) > most) throw refusal(`${what} must be ${most} at most: the option limits allows more`);
  return value as number;
}
