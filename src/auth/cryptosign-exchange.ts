// The signatures of cryptosign, the same on both sides: of 32 bytes, which are the challenge, or the challenge XOR the
// channel's id; they travel together with what they sign.
import { fromHex, sameBytes, toHex, xor } from './bytes.ts';
import { ed25519, sha256 } from './crypto.ts';

/** What is signed. */
export const signedMessage = (challenge: Uint8Array, channelId: Uint8Array | undefined): Uint8Array =>
  channelId ? xor(challenge, channelId) : challenge;

/** The 32 bytes that a channel is known by: of `tls-unique`, which has 12, a hash, as Autobahn has it. */
export async function channelIdOf(type: string, data: Uint8Array): Promise<Uint8Array> {
  return type === 'tls-unique' ? sha256(data) : data;
}

/** Signs, and appends what was signed: 192 hexadecimal digits. */
export async function signMessage(seed: Uint8Array, message: Uint8Array): Promise<string> {
  return toHex((await ed25519()).sign(message, seed)) + toHex(message);
}

/** Whether that is a signature by this key of exactly this message. */
export async function verifyMessage(publicKey: Uint8Array, signature: unknown, message: Uint8Array): Promise<boolean> {
  const bytes = fromHex(signature);
  if (bytes?.length !== 96 || !sameBytes(bytes.slice(64), message)) return false;
  // only signatures and keys of the one form that RFC 8032 has
  return (await ed25519()).verify(bytes.slice(0, 64), message, publicKey, { zip215: false });
}
