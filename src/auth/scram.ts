import { switchMap } from 'rxjs';
import type { Resolvable } from '../async.ts';
import { BOOL, DICT, isDict, type Kind } from '../protocol/kinds.ts';
import { WampError } from '../protocol/errors.ts';
import type { Dict } from '../protocol/payload.ts';
import type { Authenticator } from './authenticator.ts';
import { BINDING, namesBinding, requestBinding, type Binding, type ChannelBindingWish } from './binding.ts';
import { fromBase64, randomBytes, sameBytes, toBase64 } from './bytes.ts';
import { conceal } from './conceal.ts';
import { authenticatorOf } from './exchange.ts';
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
  assertCost,
  checkAuthextra,
  checkMethod,
  IDENTITY,
  identityOf,
  limitsOf,
  refusal,
  resolveSecret,
  SECRET,
  type IdentityOptions,
} from './shared.ts';

/** The costs that {@link scram} accepts of a router: lower ones expose the password, higher ones stop the program. */
export interface ScramLimits {
  /**
   * Bytes of the salt, at least; Argon2id itself requires 8.
   * @default 8
   */
  readonly minSaltLength?: number | undefined;
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
  /** The authid to join with. */
  readonly authid: string;
  /** The password, or a function that returns it, called anew at every attempt. */
  readonly password: Resolvable<string>;
  /**
   * Which SCRAM the router speaks: `scram` for Crossbar.io.
   * @default 'wamp-scram'
   */
  readonly dialect?: ScramDialect | undefined;
  /** The costs to accept of a router. */
  readonly limits?: ScramLimits | undefined;
  /**
   * What the proof is bound to, so that a man in the middle cannot pass it on: over TLS in Node. A name makes it required;
   * `{ prefer: … }` goes without where the link has none. Not in the dialect `scram`.
   */
  readonly channelBinding?: ChannelBindingWish | undefined;
  /**
   * The router's proof that it knows the user. By default it must come with a WELCOME that follows our proof; `true` refuses
   * a WELCOME without a CHALLENGE, too, by whatever method; `false` accepts that the proof is missing. A wrong one is always
   * refused.
   */
  readonly mutual?: boolean | undefined;
}

const LIMITS = {
  minSaltLength: 8,
  minIterations: 4096,
  maxIterations: 10_000_000,
  minMemoryCost: 16_384,
  maxMemoryCost: 2 ** 22,
  maxMemory: 2 ** 18,
} satisfies Record<keyof ScramLimits, number>;

const OPTIONS = {
  ...IDENTITY,
  password: SECRET,
  dialect: { expected: "'wamp-scram' or 'scram'", test: (v) => v === 'wamp-scram' || v === 'scram' },
  limits: DICT,
  channelBinding: BINDING('tls-unique', 'tls-exporter', 'tls-server-end-point'),
  mutual: BOOL,
} satisfies Record<keyof ScramOptions, Kind>;

/**
 * Proves a password that the router need not know, and has the router prove that it knows the user (WAMP, "Salted Challenge
 * Response Authentication"; RFC 5802). Keys come from Argon2id or PBKDF2; a router that requests too low costs is refused.
 *
 * @throws TypeError where an option is missing, unknown or of the wrong type
 *
 * @example
 * scram({ authid: 'joe', password: () => askTheUser() }) // dialect: 'scram' for Crossbar.io
 */
export function scram(options: ScramOptions): Authenticator {
  checkMethod('scram', OPTIONS, options, ['authid', 'password']);
  checkAuthextra('scram', options, ['nonce', 'channel_binding']);
  const { password, dialect = 'wamp-scram', channelBinding, mutual } = options;
  const limits = limitsOf('scram', LIMITS, options.limits);
  const autobahn = dialect === 'scram';
  if (autobahn && channelBinding !== undefined)
    throw new TypeError("scram: the dialect 'scram' has no channelBinding: leave it out");
  const authid = saslprep(options.authid);
  if (authid === undefined)
    throw new TypeError('scram: authid holds characters that SASLprep (RFC 4013) forbids, such as control characters');
  const identity = identityOf({ ...options, authid });
  /** The last keys of a password that does not change: a reconnect need not pay for Argon2id again. */
  let known: { readonly costs: string; readonly keys: ScramKeys } | undefined;

  const keysOf = async (given: string, costs: ScramCosts): Promise<ScramKeys> => {
    const id = JSON.stringify(costs);
    if (known?.costs === id) return known.keys;
    const keys = await scramKeys(given, costs, dialect);
    if (!keys) throw refusal('scram: the password holds characters that SASLprep (RFC 4013) forbids');
    if (typeof password === 'string') known = { costs: id, keys };
    return keys;
  };

  return authenticatorOf({
    method: dialect,
    identity,
    secret: password,
    always: true,
    begin(attempt, shared) {
      // 24 bytes: base64 without padding, to which a router may append bytes or text
      const clientNonce = (shared.nonce ??= toBase64(randomBytes(24)));
      let binding: Binding | undefined;
      /** The proof of the router that WELCOME must hold. */
      let expected: Uint8Array | undefined;
      return {
        hello: () => ({ ...identity, authextra: { ...identity.authextra, nonce: clientNonce } }),
        opened(details) {
          binding = requestBinding('scram', channelBinding, details, attempt);
        },
        challenge(extra) {
          const { nonce } = extra;
          if (typeof nonce !== 'string' || !nonce.startsWith(clientNonce) || nonce.length === clientNonce.length) {
            throw refusal('scram: CHALLENGE.Extra.nonce does not continue the nonce of HELLO');
          }
          const costs = costsOf(extra, limits);
          // routers need not repeat the type
          namesBinding('scram', extra, binding);
          const said = { authid, clientNonce, nonce, binding: scramBinding(dialect, binding) };
          const message = scramMessage(dialect, said, costs);
          return resolveSecret('scram: the password', password).pipe(
            switchMap(async (given) => {
              const keys = await keysOf(given, costs);
              if (mutual !== false) shared.proven = true;
              expected = await scramServerSignature(keys.serverKey, message);
              const signature = await scramProof(keys, message);
              conceal(signature, attempt, identity);
              if (autobahn) return { signature };
              const bound = {
                channel_binding: binding?.type ?? null,
                cbind_data: binding ? toBase64(binding.data) : null,
              };
              return { signature, extra: { nonce, ...bound } };
            }),
          );
        },
        welcome({ authextra }) {
          if (mutual && !shared.proven)
            throw new WampError('scram: WELCOME came without the proof of the router (mutual)');
          // joined by another method
          if (!expected) return;
          const name = autobahn ? 'scram_server_signature' : 'verifier';
          const shown = isDict(authextra) ? authextra[name] : undefined;
          if (shown === undefined || shown === null) {
            if (mutual === false) return;
            throw new WampError(`scram: WELCOME.authextra.${name} is missing: the router did not prove itself`);
          }
          // the specification's own example has `v=` before it
          const signature = typeof shown === 'string' ? fromBase64(shown.replace(/^v=/, '')) : undefined;
          if (!signature || !sameBytes(signature, expected)) {
            throw new WampError(`scram: WELCOME.authextra.${name} is wrong: the router does not know this user`);
          }
        },
      };
    },
  });
}

const KDFS = new Map<unknown, ScramKdf>([
  ['pbkdf2', 'pbkdf2'],
  ['argon2id13', 'argon2id13'],
  ['argon2id-13', 'argon2id13'],
]);

/** Reads the costs of a CHALLENGE. @throws AbortError for what is malformed, too weak or too expensive */
function costsOf({ kdf: name, salt, iterations, memory }: Readonly<Dict>, limits: typeof LIMITS): ScramCosts {
  const kdf = KDFS.get(name);
  if (kdf === undefined) throw refusal('scram: CHALLENGE.Extra.kdf is neither pbkdf2 nor argon2id13');
  const saltBytes = fromBase64(salt);
  if (typeof salt !== 'string' || !saltBytes) throw refusal('scram: CHALLENGE.Extra.salt is not base64');
  const { minSaltLength, minIterations, maxIterations, minMemoryCost, maxMemoryCost, maxMemory } = limits;
  // the minima of 8 bytes and 8 KiB are Argon2id's own (RFC 9106)
  const minSalt = Math.max(minSaltLength, kdf === 'pbkdf2' ? 1 : 8);
  assertCost('scram: the length of the salt', saltBytes.length, minSalt, Infinity);
  if (kdf === 'pbkdf2') {
    return { kdf, salt, iterations: assertCost('scram: iterations', iterations, minIterations, maxIterations) };
  }
  const rounds = assertCost('scram: iterations of argon2id13', iterations, 1, maxMemoryCost);
  const kib = assertCost('scram: memory of argon2id13', memory, 8, maxMemory);
  assertCost('scram: iterations times memory of argon2id13', rounds * kib, minMemoryCost, maxMemoryCost);
  return { kdf, salt, iterations: rounds, memory: kib };
}
