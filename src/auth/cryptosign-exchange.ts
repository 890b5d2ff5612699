// The signatures of cryptosign, the same on both sides. They sign 32 bytes, the challenge, or the challenge XOR the id of the
// channel, and travel together with these.
import { fromHex, sameBytes, toHex, xor } from './bytes.ts';
import { ed25519, sha256 } from './crypto.ts';

/** The 32 bytes that are signed. */
export const signedMessage = (challenge: Uint8Array, channelId: Uint8Array | undefined): Uint8Array =>
  channelId ? xor(challenge, channelId) : challenge;

/** The id of a channel, 32 bytes: of `tls-unique`, which has 12, the hash, as in Autobahn. */
export async function channelIdOf(type: string, data: Uint8Array): Promise<Uint8Array> {
  return type === 'tls-unique' ? sha256(data) : data;
}

/** Signs a message and appends it: 192 hexadecimal digits. */
export async function signMessage(seed: Uint8Array, message: Uint8Array): Promise<string> {
  return toHex((await ed25519()).sign(message, seed)) + toHex(message);
}

/** Whether that is a signature by this key of exactly this message. */
export async function verifyMessage(publicKey: Uint8Array, signature: unknown, message: Uint8Array): Promise<boolean> {
  const bytes = fromHex(signature);
  if (bytes?.length !== 96 || !sameBytes(bytes.slice(64), message)) return false;
  // zip215 would accept other forms of keys and signatures than RFC 8032
  return (await ed25519()).verify(bytes.slice(0, 64), message, publicKey, { zip215: false });
}
