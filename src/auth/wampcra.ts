import { switchMap } from 'rxjs';
import type { Resolvable } from '../async.ts';
import { DICT, type Kind } from '../protocol/kinds.ts';
import type { Authenticator } from './authenticator.ts';
import { toBase64, utf8 } from './bytes.ts';
import { conceal } from './conceal.ts';
import { hmacSha256, pbkdf2 } from './crypto.ts';
import { authenticatorOf } from './exchange.ts';
import {
  assertCost,
  checkMethod,
  IDENTITY,
  identityOf,
  limitsOf,
  refusal,
  resolveSecret,
  SECRET,
  type IdentityOptions,
} from './shared.ts';

/**
 * The costs that {@link wampcra} accepts of a router that salts: lower ones expose the password, higher ones stop the program.
 *
 * @inline
 */
export interface WampCraLimits {
  /**
   * Rounds of PBKDF2, at least.
   * @default 1000
   */
  readonly minIterations?: number | undefined;
  /**
   * Rounds of PBKDF2, at most.
   * @default 10000000
   */
  readonly maxIterations?: number | undefined;
}

/** Options of {@link wampcra}. */
export interface WampCraOptions extends IdentityOptions {
  /** The authid to join with. */
  readonly authid: string;
  /**
   * The shared secret, or a function that returns it, called anew at every attempt. Where the router salts it: the password
   * itself.
   */
  readonly secret: Resolvable<string>;
  /** The costs to accept of a router. */
  readonly limits?: WampCraLimits | undefined;
}

const OPTIONS = { ...IDENTITY, secret: SECRET, limits: DICT } satisfies Record<keyof WampCraOptions, Kind>;
const LIMITS = { minIterations: 1000, maxIterations: 10_000_000 };
const MAX_KEY_LENGTH = 1024;

/**
 * Proves a shared secret without sending it (WAMP, "Challenge Response Authentication"), salted or not. The router knows the
 * secret, or the key that is derived from it, and does not prove its own identity: prefer {@link scram} or {@link cryptosign}
 * where the router has them, and use TLS.
 *
 * @throws TypeError where an option is missing, unknown or of the wrong type
 *
 * @example
 * wampcra({ authid: 'peter', secret: () => firstValueFrom(password$) })
 */
export function wampcra(options: WampCraOptions): Authenticator {
  checkMethod('wampcra', OPTIONS, options, ['authid', 'secret']);
  const { secret } = options;
  const { minIterations, maxIterations } = limitsOf('wampcra', LIMITS, options.limits);
  const identity = identityOf(options);
  return authenticatorOf({
    method: 'wampcra',
    identity,
    secret,
    begin: (attempt) => ({
      challenge({ challenge, salt = null, iterations = 1000, keylen = 32 }) {
        if (typeof challenge !== 'string') throw refusal('wampcra: CHALLENGE.Extra.challenge must be a string');
        if (salt !== null && typeof salt !== 'string') throw refusal('wampcra: CHALLENGE.Extra.salt must be a string');
        const rounds = salt === null ? 0 : assertCost('wampcra: iterations', iterations, minIterations, maxIterations);
        const length = salt === null ? 0 : assertCost('wampcra: keylen', keylen, 1, MAX_KEY_LENGTH);
        return resolveSecret('wampcra: the secret', secret).pipe(
          switchMap(async (given) => {
            const key = salt === null ? given : await deriveCraKey(given, salt, rounds, length);
            const signature = await signCra(key, challenge);
            // passwords can be tried on it
            conceal(signature, attempt, identity);
            return { signature };
          }),
        );
      },
    }),
  });
}

/**
 * The key of a salted secret, which routers keep in place of the secret (WAMP, "Challenge Response Authentication").
 *
 * @param secret the password
 * @param salt a text, used as it is; another one for each user
 * @param iterations rounds of PBKDF2; the protocol's default of 1 000 is too low: use 100 000
 * @param keylen bytes of the key, before base64
 * @returns the key in base64
 */
export async function deriveCraKey(secret: string, salt: string, iterations = 1000, keylen = 32): Promise<string> {
  return toBase64(await pbkdf2(utf8(secret), utf8(salt), iterations, keylen));
}

/** The signature of a challenge, which is signed as the text that came. The key is a text, too, also in base64. @internal */
export async function signCra(key: string, challenge: string): Promise<string> {
  return toBase64(await hmacSha256(utf8(key), utf8(challenge)));
}
