// For bundlers, which leave out what a program does not use. Static imports: esbuild makes a chunk of every import() that it
// reads, used or not, so that a program without an authenticator got nine of them.
import { ed25519 } from '@noble/curves/ed25519.js';
import { argon2idAsync } from '@noble/hashes/argon2.js';
import { hmac } from '@noble/hashes/hmac.js';
import { pbkdf2Async } from '@noble/hashes/pbkdf2.js';
import { sha256 } from '@noble/hashes/sha2.js';

/** Signatures of cryptosign. */
export const loadEd25519 = (): Promise<typeof ed25519> => Promise.resolve(ed25519);
/** The costly key derivation of SCRAM. */
export const loadArgon2id = (): Promise<typeof argon2idAsync> => Promise.resolve(argon2idAsync);
/** Proofs of WAMP-CRA and SCRAM. */
export const loadHmac = (): Promise<typeof hmac> => Promise.resolve(hmac);
/** The key derivation of salted WAMP-CRA and of SCRAM. */
export const loadPbkdf2 = (): Promise<typeof pbkdf2Async> => Promise.resolve(pbkdf2Async);
/** The hash below them. */
export const loadSha256 = (): Promise<typeof sha256> => Promise.resolve(sha256);
