import { loadArgon2id, loadHmac, loadPbkdf2, loadSha256 } from '#primitives';

// All primitives are those of @noble: audited, and the same on pages without `crypto.subtle`, which are those that came by
// http:// from another machine. `#primitives` loads them. PBKDF2 alone is the platform's where there is one: seven
// times as fast, and off the main thread.

/** HMAC-SHA-256 (RFC 2104). */
export async function hmacSha256(key: Uint8Array, data: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
  const [hmac, hash] = await Promise.all([loadHmac(), loadSha256()]);
  return hmac(hash, key, data);
}

/** SHA-256 (FIPS 180-4). */
export async function sha256(data: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
  return (await loadSha256())(data);
}

/** PBKDF2-HMAC-SHA-256 (RFC 8018). */
export async function pbkdf2(
  secret: Uint8Array<ArrayBuffer>,
  salt: Uint8Array<ArrayBuffer>,
  iterations: number,
  length: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const { crypto } = globalThis as { crypto?: { subtle?: SubtleCrypto } };
  const subtle = crypto?.subtle;
  if (subtle) {
    const key = await subtle.importKey('raw', secret, 'PBKDF2', false, ['deriveBits']);
    return new Uint8Array(
      await subtle.deriveBits({ name: 'PBKDF2', hash: 'SHA-256', salt, iterations }, key, length * 8),
    );
  }
  const [pbkdf2Async, hash] = await Promise.all([loadPbkdf2(), loadSha256()]);
  return pbkdf2Async(hash, secret, salt, { c: iterations, dkLen: length });
}

/** Argon2id, version 1.3, one lane, 32 bytes (RFC 9106); `memory` in KiB. */
export async function argon2id(
  secret: Uint8Array,
  salt: Uint8Array,
  iterations: number,
  memory: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const argon2idAsync = await loadArgon2id();
  return argon2idAsync(secret, salt, { t: iterations, m: memory, p: 1, dkLen: 32 });
}

/** Ed25519 (RFC 8032). Not the platform's, which not all have, takes keys in wrappers, and makes Node 20 print a warning. */
export { loadEd25519 as ed25519 } from '#primitives';
