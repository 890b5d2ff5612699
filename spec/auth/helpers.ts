import { filter, firstValueFrom } from 'rxjs';
import type { Client } from '../../src/client/client.ts';
import type { Status } from '../../src/client/status.ts';
import type { AuthAttempt } from '../../src/auth/authenticator.ts';
import { AbortError } from '../../src/protocol/errors.ts';
import { an } from '../client/helpers.ts';

/** How joining ends, for this attempt or for good. */
export const outcome = (
  client: Client,
): Promise<Extract<Status, { state: 'joined' | 'waiting' | 'failed' | 'closed' }>> =>
  firstValueFrom(
    client.status$.pipe(
      filter(
        (status): status is Extract<Status, { state: 'joined' | 'waiting' | 'failed' | 'closed' }> =>
          status.state === 'joined' ||
          status.state === 'waiting' ||
          status.state === 'failed' ||
          status.state === 'closed',
      ),
    ),
  );

/** Dials, and waits for the session. */
export async function joinedBy(client: Client): Promise<Extract<Status, { state: 'joined' }>> {
  client.connect();
  const status = await outcome(client);
  if (status.state === 'joined') return status;
  throw new Error(`expected joined, it is ${status.state}: ${'error' in status ? status.error.message : ''}`);
}

/** Dials, and waits for the refusal that is final. */
export async function refusedBy(client: Client): Promise<AbortError> {
  client.connect();
  const status = await firstValueFrom(
    client.status$.pipe(filter(({ state }) => state === 'joined' || state === 'failed' || state === 'closed')),
  );
  return an(AbortError, 'error' in status ? status.error : status.state);
}

/** An attempt, for authenticators that are asked without a client. */
export const attempt = (more: Partial<AuthAttempt> = {}): AuthAttempt => ({
  number: 1,
  realm: 'realm1',
  transport: 'test',
  ...more,
});

/** Takes `crypto.subtle` away, as on a page that came by http:// from another machine, until the spec is over. */
export function withoutSubtle(): void {
  beforeEach(() => Object.defineProperty(globalThis.crypto, 'subtle', { value: undefined, configurable: true }));
  afterEach(() => Reflect.deleteProperty(globalThis.crypto, 'subtle'));
}

/** Takes `crypto` away, as React Native has none, until the spec is over. */
export function withoutCrypto(): void {
  const own = Object.getOwnPropertyDescriptor(globalThis, 'crypto');
  beforeEach(() => Object.defineProperty(globalThis, 'crypto', { value: undefined, configurable: true }));
  afterEach(() => {
    if (own) Object.defineProperty(globalThis, 'crypto', own);
    else Reflect.deleteProperty(globalThis, 'crypto');
  });
}

/** Whether one of these reports holds this secret. */
export const tells = (secret: string, ...reported: readonly unknown[]): boolean =>
  reported.some((each) => {
    const seen = new Set<unknown>();
    const walk = (value: unknown): boolean => {
      if (typeof value === 'string') return value.includes(secret);
      if (typeof value !== 'object' || value === null || seen.has(value)) return false;
      seen.add(value);
      return [...Object.getOwnPropertyNames(value)].some((name) => walk((value as Record<string, unknown>)[name]));
    };
    return walk(each);
  });

/** Resolves when the client comes into a state. */
export const whenState = (client: Client, state: Status['state']): Promise<Status> =>
  firstValueFrom(client.status$.pipe(filter((status) => status.state === state)));
