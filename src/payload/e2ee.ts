/**
 * End-to-end encryption of payloads: Autobahn's cryptobox with a ring of keys, and ciphers with shared keys for payload
 * passthru mode. What it returns goes to `passthru()` of `rxwamp`. Brings its cryptography (@noble) with it.
 *
 * @packageDocumentation
 */
export { aes256gcm, xsalsa20poly1305, type CipherKeys } from './ciphers.ts';
export type { DecodedPayload, EncodedPayload, PayloadAttributes, PayloadCipher, PayloadCodec } from './codec.ts';
export { Key, KeyRing, type KeyParts } from './keyring.ts';
export type { KeyMaterial } from './keys.ts';
export type { PassthruInterceptor } from './connection.ts';
export { passthru, type PassthruConfig } from './passthru.ts';
export { payloadCodec, type PayloadCodecOptions } from './serialized.ts';
export type { PayloadShape } from './shape.ts';
