// For programs that are not bundled: an import that they do not need would cost 30 ms at every start.
import type { ed25519 } from '@noble/curves/ed25519.js';
import type { argon2idAsync } from '@noble/hashes/argon2.js';
import type { hmac } from '@noble/hashes/hmac.js';
import type { pbkdf2Async } from '@noble/hashes/pbkdf2.js';
import type { sha256 } from '@noble/hashes/sha2.js';

/** Signatures of cryptosign. */
export const loadEd25519 = async (): Promise<typeof ed25519> => (await import('@noble/curves/ed25519.js')).ed25519;
/** The costly key derivation of SCRAM. */
export const loadArgon2id = async (): Promise<typeof argon2idAsync> =>
  (await import('@noble/hashes/argon2.js')).argon2idAsync;
/** Proofs of WAMP-CRA and SCRAM. */
export const loadHmac = async (): Promise<typeof hmac> => (await import('@noble/hashes/hmac.js')).hmac;
/** The key derivation of salted WAMP-CRA and of SCRAM. */
export const loadPbkdf2 = async (): Promise<typeof pbkdf2Async> =>
  (await import('@noble/hashes/pbkdf2.js')).pbkdf2Async;
/** The hash below them. */
export const loadSha256 = async (): Promise<typeof sha256> => (await import('@noble/hashes/sha2.js')).sha256;
