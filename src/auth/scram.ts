import { checkOptions, BOOL, COUNT, DICT, isDict, type Kind } from '../protocol/attributes.ts';
import type { Dict } from '../protocol/messages.ts';
import type { Resolvable, AuthAttempt, Authenticator } from './authenticator.ts';
import { askToBind, BINDING, wishOf, type Bound, type ChannelBindingWish } from './binding.ts';
import { fromBase64, randomBytes, sameBytes, toBase64 } from './bytes.ts';
import { conceal } from './conceal.ts';
import { saslprep } from './saslprep.ts';
import {
  scramBinding,
  scramKeys,
  scramMessage,
  scramProof,
  scramServerSignature,
  type ScramCosts,
  type ScramDialect,
  type ScramKdf,
  type ScramKeys,
} from './scram-exchange.ts';
import {
  ASKABLE,
  checkMethod,
  IDENTITY,
  identityOf,
  insist,
  proven,
  refusal,
  unwelcome,
  withSecret,
  type IdentityOptions,
} from './shared.ts';

/** Which costs {@link scram} accepts of a router: lower ones give the password away, higher ones stop the program. */
export interface ScramLimits {
  /**
   * Rounds of PBKDF2, at least.
   * @default 4096
   */
  readonly minIterations?: number | undefined;
  /**
   * Rounds of PBKDF2, at most.
   * @default 10000000
   */
  readonly maxIterations?: number | undefined;
  /**
   * Rounds times KiB of Argon2id, at least.
   * @default 16384
   */
  readonly minMemoryCost?: number | undefined;
  /**
   * Rounds times KiB of Argon2id, at most: about 20 seconds.
   * @default 4194304
   */
  readonly maxMemoryCost?: number | undefined;
  /**
   * KiB of Argon2id, at most.
   * @default 262144
   */
  readonly maxMemory?: number | undefined;
}

/** Options of {@link scram}. */
export interface ScramOptions extends IdentityOptions {
  /** Who to be. */
  readonly authid: string;
  /** The password, or where to get it: asked anew at every attempt. */
  readonly password: Resolvable<string>;
  /**
   * Which SCRAM the router speaks: `scram` for Crossbar.io.
   * @default 'wamp-scram'
   */
  readonly dialect?: ScramDialect | undefined;
  /** Which costs to accept of a router. */
  readonly limits?: ScramLimits | undefined;
  /**
   * What the proof is bound to, so that nobody in between can pass it on: over TLS in Node. By its name it is required;
   * `{ prefer: … }` goes without where the link cannot. Not in the dialect `scram`.
   */
  readonly channelBinding?: ChannelBindingWish | undefined;
  /**
   * The router's proof that it knows the user. By default it must come with a WELCOME that follows our proof; `true` refuses
   * a WELCOME without a CHALLENGE, too, by whatever method; `false` does not miss it where it is missing. A wrong one is
   * always refused.
   */
  readonly mutual?: boolean | undefined;
}

const DEFAULTS = {
  minIterations: 4096,
  maxIterations: 10_000_000,
  minMemoryCost: 16_384,
  maxMemoryCost: 2 ** 22,
  maxMemory: 2 ** 18,
};

const LIMITS = {
  minIterations: COUNT,
  maxIterations: COUNT,
  minMemoryCost: COUNT,
  maxMemoryCost: COUNT,
  maxMemory: COUNT,
} satisfies Record<keyof ScramLimits, Kind>;

const OPTIONS = {
  ...IDENTITY,
  password: ASKABLE,
  dialect: { expected: "'wamp-scram' or 'scram'", test: (v) => v === 'wamp-scram' || v === 'scram' },
  limits: DICT,
  channelBinding: BINDING('tls-unique', 'tls-exporter', 'tls-server-end-point'),
  mutual: BOOL,
} satisfies Record<keyof ScramOptions, Kind>;

/** One nonce for all SCRAM of an attempt, so that both dialects can stand in one HELLO. */
const nonces = /* @__PURE__ */ new WeakMap<AuthAttempt, string>();

function nonceOf(attempt: AuthAttempt): string {
  // 24 bytes: base64 without padding, to which a router may append bytes or text
  const nonce = nonces.get(attempt) ?? toBase64(randomBytes(24));
  nonces.set(attempt, nonce);
  return nonce;
}

/**
 * Proves a password that the router does not know either, and has the router prove that it knows the user (WAMP, "Salted
 * Challenge Response Authentication"; RFC 5802). Keys come from Argon2id or PBKDF2; costs that are too low are refused.
 *
 * @throws TypeError where an option is missing, unknown or of the wrong type
 *
 * @example
 * scram({ authid: 'joe', password: () => askTheUser() }) // dialect: 'scram' for Crossbar.io
 */
export function scram(options: ScramOptions): Authenticator {
  checkMethod('scram', OPTIONS, options, ['authid', 'password']);
  const { password, dialect = 'wamp-scram', limits = {}, channelBinding, mutual } = options;
  const given = checkOptions(() => 'scram: limits', LIMITS, limits) as (keyof ScramLimits)[];
  const bounded = { ...DEFAULTS, ...Object.fromEntries(given.map((name) => [name, limits[name]])) };
  const autobahn = dialect === 'scram';
  if (autobahn && channelBinding !== undefined) throw new TypeError("scram: the dialect 'scram' has no channelBinding");
  for (const name of ['nonce', 'channel_binding']) {
    if (options.authextra?.[name] !== undefined) throw new TypeError(`scram: authextra.${name} is made by itself`);
  }
  const authid = saslprep(options.authid);
  if (authid === undefined) throw new TypeError('scram: authid holds characters that SASLprep (RFC 4013) forbids');
  const identity = identityOf({ ...options, authid });
  const wish = wishOf(channelBinding);
  /** What each attempt awaits of WELCOME. */
  const expected = new WeakMap<AuthAttempt, Uint8Array>();
  const bounds = new WeakMap<AuthAttempt, Bound>();
  /** The last keys of a password that does not change: Argon2id is to be dear once, not at each reconnect. */
  let known: { readonly of: string; readonly keys: ScramKeys } | undefined;

  const keysOf = async (given: string, costs: ScramCosts): Promise<ScramKeys> => {
    const of = JSON.stringify(costs);
    if (known?.of === of) return known.keys;
    const keys = await scramKeys(given, costs, dialect);
    if (!keys) throw refusal('scram: the password holds characters that SASLprep (RFC 4013) forbids');
    if (typeof password === 'string') known = { of, keys };
    return keys;
  };

  return {
    method: dialect,
    identity,
    renewable: typeof password === 'function',
    always: true,
    hello: (attempt) => ({
      ...identity,
      authextra: { ...identity.authextra, nonce: nonceOf(attempt) },
    }),
    ...(wish && {
      opened(details, attempt) {
        const bound = askToBind('scram', wish, details, attempt);
        if (bound) bounds.set(attempt, bound);
      },
    }),
    challenge(_method, extra, _round, attempt) {
      const clientNonce = nonceOf(attempt);
      const { nonce, channel_binding: inForce } = extra;
      if (typeof nonce !== 'string' || !nonce.startsWith(clientNonce) || nonce.length === clientNonce.length) {
        throw refusal('scram: CHALLENGE.Extra.nonce does not continue the nonce of HELLO');
      }
      const costs = costsOf(extra, bounded);
      const bound = bounds.get(attempt);
      // routers need not repeat the type; another one is not what was agreed
      if (inForce !== undefined && inForce !== null && inForce !== '' && inForce !== bound?.type) {
        throw refusal('scram: CHALLENGE names a channel binding that was not asked for');
      }
      const binding = scramBinding(dialect, bound);
      const message = scramMessage(dialect, { authid, clientNonce, nonce, binding }, costs);
      return withSecret(password, async (given: unknown) => {
        // never the secret itself in an error
        if (typeof given !== 'string')
          throw new TypeError(`scram: the password must be a string, got a ${typeof given}`);
        const keys = await keysOf(given, costs);
        if (mutual !== false) proven.add(attempt);
        expected.set(attempt, await scramServerSignature(keys.serverKey, message));
        const answer: Dict = {
          nonce,
          channel_binding: bound?.type ?? null,
          cbind_data: bound ? toBase64(bound.data) : null,
        };
        const signature = await scramProof(keys, message);
        conceal(signature, attempt);
        return { signature, ...(!autobahn && { extra: answer }) };
      });
    },
    welcome({ authextra }, attempt) {
      const right = expected.get(attempt);
      if (mutual) insist('scram', attempt);
      // joined by another method
      if (!right) return;
      const name = autobahn ? 'scram_server_signature' : 'verifier';
      const shown = isDict(authextra) ? authextra[name] : undefined;
      if (shown === undefined || shown === null) {
        if (mutual !== false)
          throw unwelcome(`scram: WELCOME.authextra.${name} is missing: the router did not prove itself`);
        return;
      }
      // the specification's own example has `v=` before it
      const signature = typeof shown === 'string' ? fromBase64(shown.replace(/^v=/, '')) : undefined;
      if (!signature || !sameBytes(signature, right)) {
        throw unwelcome(`scram: WELCOME.authextra.${name} is wrong: the router does not know this user`);
      }
    },
  };
}

const KDFS: Readonly<Record<string, ScramKdf>> = {
  pbkdf2: 'pbkdf2',
  argon2id13: 'argon2id13',
  'argon2id-13': 'argon2id13',
};

/** Reads the costs of a CHALLENGE; refuses what is malformed, too weak or too much. */
function costsOf(extra: Readonly<Dict>, limits: typeof DEFAULTS): ScramCosts {
  const { kdf: name, salt, iterations, memory } = extra;
  const kdf = typeof name === 'string' && Object.hasOwn(KDFS, name) ? KDFS[name] : undefined;
  if (kdf === undefined) throw refusal('scram: CHALLENGE.Extra.kdf is neither pbkdf2 nor argon2id13');
  if (typeof salt !== 'string' || !fromBase64(salt)?.length) throw refusal('scram: CHALLENGE.Extra.salt is not base64');
  const within = (what: string, value: unknown, least: number, most: number): number => {
    if (!Number.isSafeInteger(value)) throw refusal(`scram: ${what} must be an integer`);
    if ((value as number) < least) throw refusal(`scram: ${what} must be ${least} at least: this router is too weak`);
    if ((value as number) > most) throw refusal(`scram: ${what} must be ${most} at most`);
    return value as number;
  };
  const { minIterations, maxIterations, minMemoryCost, maxMemoryCost, maxMemory } = limits;
  if (kdf === 'pbkdf2') {
    return { kdf, salt, iterations: within('iterations of pbkdf2', iterations, minIterations, maxIterations) };
  }
  // the salt's and the memory's minimum are Argon2id's own (RFC 9106)
  if ((fromBase64(salt)?.length ?? 0) < 8) throw refusal('scram: the salt of argon2id13 must have 8 bytes at least');
  const costs = {
    kdf,
    salt,
    iterations: within('iterations of argon2id13', iterations, 1, maxMemoryCost),
    memory: within('memory of argon2id13', memory, 8, maxMemory),
  };
  within('iterations times memory of argon2id13', costs.iterations * costs.memory, minMemoryCost, maxMemoryCost);
  return costs;
}
