// The arithmetic of SCRAM (RFC 5802, RFC 7677, and WAMP's section on it), the same on both sides.
import { fromBase64, randomBytes, toBase64, toHex, utf8, xor } from './bytes.ts';
import { argon2id, hmacSha256, pbkdf2, sha256 } from './crypto.ts';
import { saslprep } from './saslprep.ts';

/**
 * Which SCRAM: `wamp-scram` is that of the WAMP specification; `scram` is what Autobahn and Crossbar.io speak, with other
 * names, no normalisation of passwords, nothing escaped, and base64 text as key after Argon2id.
 */
export type ScramDialect = 'wamp-scram' | 'scram';

/** How a password becomes a key. */
export type ScramKdf = 'pbkdf2' | 'argon2id13';

/** The part of CHALLENGE.Extra that keys depend on. */
export interface ScramCosts {
  /** The function that makes a key of the password: PBKDF2 or Argon2id. */
  readonly kdf: ScramKdf;
  /** Base64. */
  readonly salt: string;
  /** Rounds of PBKDF2, or passes of Argon2id: what a guess costs. */
  readonly iterations: number;
  /** KiB, for Argon2id. */
  readonly memory?: number | undefined;
}

/** The keys that a password becomes. */
export interface ScramKeys {
  /** ClientKey of RFC 5802: 32 bytes that prove the client. */
  readonly clientKey: Uint8Array;
  /** StoredKey of RFC 5802, SHA-256 of it: 32 bytes that the router checks the proof with. */
  readonly storedKey: Uint8Array;
  /** ServerKey of RFC 5802: 32 bytes that prove the router. */
  readonly serverKey: Uint8Array;
}

/** What a router stores of a user: neither the password, nor anything to log in with. */
export interface ScramCredential extends ScramCosts {
  /** Hexadecimal. */
  readonly storedKey: string;
  /** Hexadecimal. */
  readonly serverKey: string;
}

/** The keys of a password. `undefined` where the password or the salt is malformed. */
export async function scramKeys(
  password: string,
  { kdf, salt, iterations, memory = 0 }: ScramCosts,
  dialect: ScramDialect,
): Promise<ScramKeys | undefined> {
  const autobahn = dialect === 'scram';
  const prepared = autobahn ? password : saslprep(password);
  const saltBytes = fromBase64(salt);
  if (prepared === undefined || saltBytes === undefined) return undefined;
  const argon = kdf === 'argon2id13';
  const raw = argon
    ? await argon2id(utf8(prepared), saltBytes, iterations, memory)
    : await pbkdf2(utf8(prepared), saltBytes, iterations, 32);
  const salted = autobahn && argon ? utf8(toBase64(raw).replace(/=+$/, '')) : raw;
  const clientKey = await hmacSha256(salted, utf8('Client Key'));
  return {
    clientKey,
    storedKey: await sha256(clientKey),
    serverKey: await hmacSha256(salted, utf8('Server Key')),
  };
}

/** The message that both sides sign. `binding` is the `c=` of RFC 5802. */
export function scramMessage(
  dialect: ScramDialect,
  said: { readonly authid: string; readonly clientNonce: string; readonly nonce: string; readonly binding: string },
  { salt, iterations }: Pick<ScramCosts, 'salt' | 'iterations'>,
): Uint8Array {
  const { authid, clientNonce, nonce, binding } = said;
  const name = dialect === 'scram' ? authid : authid.replace(/=/g, '=3D').replace(/,/g, '=2C');
  return utf8(`n=${name},r=${clientNonce},r=${nonce},s=${salt},i=${iterations},c=${binding},r=${nonce}`);
}

/** The `c=` of the message: the channel binding, if there is one. */
export const scramBinding = (
  dialect: ScramDialect,
  bound?: { readonly type: string; readonly data: Uint8Array },
): string => {
  if (dialect === 'scram') return '';
  const head = utf8(bound ? `p=${bound.type},,` : 'n,,');
  return toBase64(bound ? Uint8Array.from([...head, ...bound.data]) : head);
};

/** The client's proof, base64. */
export async function scramProof({ clientKey, storedKey }: ScramKeys, message: Uint8Array): Promise<string> {
  return toBase64(xor(clientKey, await hmacSha256(storedKey, message)));
}

/** The router's proof that it knows the user. */
export const scramServerSignature = (serverKey: Uint8Array, message: Uint8Array): Promise<Uint8Array> =>
  hmacSha256(serverKey, message);

/** Options of {@link deriveScramCredential}. */
export interface ScramCredentialOptions {
  /** @default 'argon2id13' */
  readonly kdf?: ScramKdf | undefined;
  /** Rounds; by default 3 of Argon2id, 600 000 of PBKDF2. */
  readonly iterations?: number | undefined;
  /**
   * KiB, for Argon2id.
   * @default 65536
   */
  readonly memory?: number | undefined;
  /** By default 16 random bytes. */
  readonly salt?: Uint8Array | undefined;
  /** @default 'wamp-scram' */
  readonly dialect?: ScramDialect | undefined;
}

/**
 * The credential that a router stores of a user, so that `scram()` works with this password.
 *
 * @throws TypeError where the password holds characters that SASLprep forbids
 */
export async function deriveScramCredential(
  password: string,
  options: ScramCredentialOptions = {},
): Promise<ScramCredential> {
  const { kdf = 'argon2id13', dialect = 'wamp-scram', salt = randomBytes(16) } = options;
  const argon = kdf === 'argon2id13';
  const { iterations = argon ? 3 : 600_000, memory = 65_536 } = options;
  const costs: ScramCosts = { kdf, salt: toBase64(salt), iterations, ...(argon && { memory }) };
  const keys = await scramKeys(password, costs, dialect);
  if (!keys)
    throw new TypeError(
      'deriveScramCredential: the password holds characters that SASLprep (RFC 4013) forbids, such as control characters',
    );
  return { ...costs, storedKey: toHex(keys.storedKey), serverKey: toHex(keys.serverKey) };
}
