import { checkMethod, ASKABLE, IDENTITY, identityOf, refusal, withSecret, type IdentityOptions } from './shared.ts';
import type { Resolvable, Authenticator } from './authenticator.ts';
import { toBase64, utf8 } from './bytes.ts';
import { conceal } from './conceal.ts';
import { hmacSha256, pbkdf2 } from './crypto.ts';

/** Options of {@link wampcra}. */
export interface WampCraOptions extends IdentityOptions {
  /** Who to be. */
  readonly authid: string;
  /** The shared secret, or where to get it: asked anew at every attempt. Where the router salts it: the password itself. */
  readonly secret: Resolvable<string>;
}

/** A router that asks for more wants us to hang. */
const MAX_ITERATIONS = 10_000_000;
const MAX_LENGTH = 1024;

/**
 * Proves a shared secret without telling it (WAMP, "Challenge Response Authentication"), salted or not. The router knows
 * the secret, or the key that is derived from it, and does not prove itself: prefer {@link scram} or {@link cryptosign}
 * where the router has them, and use TLS.
 *
 * @throws TypeError where an option is missing, unknown or of the wrong type
 *
 * @example
 * wampcra({ authid: 'peter', secret: () => firstValueFrom(password$) })
 */
export function wampcra(options: WampCraOptions): Authenticator {
  checkMethod('wampcra', { ...IDENTITY, secret: ASKABLE }, options, ['authid', 'secret']);
  const { secret } = options;
  const identity = identityOf(options);
  return {
    method: 'wampcra',
    identity,
    renewable: typeof secret === 'function',
    hello: () => identity,
    challenge(_method, { challenge, salt, iterations = 1000, keylen = 32 }, _round, attempt) {
      if (typeof challenge !== 'string') throw refusal('wampcra: CHALLENGE.Extra.challenge must be a string');
      const salted = typeof salt === 'string';
      if (!salted && salt !== undefined && salt !== null)
        throw refusal('wampcra: CHALLENGE.Extra.salt must be a string');
      if (salted && !(within(iterations, MAX_ITERATIONS) && within(keylen, MAX_LENGTH))) {
        throw refusal(`wampcra: iterations must be from 1 to ${MAX_ITERATIONS}, keylen from 1 to ${MAX_LENGTH}`);
      }
      return withSecret(secret, async (given: unknown) => {
        // never the secret itself in an error
        if (typeof given !== 'string')
          throw new TypeError(`wampcra: the secret must be a string, got a ${typeof given}`);
        const key = salted ? await deriveCraKey(given, salt, iterations as number, keylen as number) : given;
        const signature = await signCra(key, challenge);
        // whoever sees it can try passwords on it
        conceal(signature, attempt);
        return { signature };
      });
    },
  };
}

const within = (value: unknown, most: number): boolean =>
  Number.isInteger(value) && (value as number) >= 1 && (value as number) <= most;

/**
 * The key that stands for a salted secret, as routers keep it instead of the secret (WAMP-CRA).
 *
 * @param secret the password
 * @param salt a text, used as it is; another for each user
 * @param iterations of PBKDF2; 1 000 is the protocol's default, and too few: take 100 000
 * @param keylen bytes, before they become base64
 */
export async function deriveCraKey(secret: string, salt: string, iterations = 1000, keylen = 32): Promise<string> {
  return toBase64(await pbkdf2(utf8(secret), utf8(salt), iterations, keylen));
}

/** The answer to a challenge: of the received text, as it is. The key is its text, not the bytes it stands for. @internal */
export async function signCra(key: string, challenge: string): Promise<string> {
  return toBase64(await hmacSha256(utf8(key), utf8(challenge)));
}
