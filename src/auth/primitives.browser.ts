// For bundlers: they leave out what a program does not use. Not by import(): of each that it reads, used or not, esbuild
// makes a chunk, so that a program without any authenticator got nine; and who proves himself does so in the first second.
import { ed25519 } from '@noble/curves/ed25519.js';
import { argon2idAsync } from '@noble/hashes/argon2.js';
import { hmac } from '@noble/hashes/hmac.js';
import { pbkdf2Async } from '@noble/hashes/pbkdf2.js';
import { sha256 } from '@noble/hashes/sha2.js';

export const loadEd25519 = async (): Promise<typeof ed25519> => ed25519;
export const loadArgon2id = async (): Promise<typeof argon2idAsync> => argon2idAsync;
export const loadHmac = async (): Promise<typeof hmac> => hmac;
export const loadPbkdf2 = async (): Promise<typeof pbkdf2Async> => pbkdf2Async;
export const loadSha256 = async (): Promise<typeof sha256> => sha256;
