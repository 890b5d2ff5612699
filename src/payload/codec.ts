import type { Dict, List } from '../protocol/messages.ts';
import type { Uri } from '../protocol/uris.ts';

/** Nobody here can read payloads of this scheme, serializer or cipher. */
export const NO_PAYLOAD_CODEC = 'wamp.error.no_payload_codec';
/** A payload that cannot be decrypted: a wrong key, or somebody changed it. */
export const DECRYPT_ERROR = 'wamp.error.encryption.decrypt_error';
/** The URI inside an encrypted payload is not that of the message around it. */
export const TRUSTED_URI_MISMATCH = 'wamp.error.encryption.trusted_uri_mismatch';
/** A payload that is not what its attributes say. */
export const INVALID_PAYLOAD = 'wamp.error.invalid_payload';

/** How a payload was packed, as the message says it (WAMP, "Payload Passthru Mode": `ppt_*`, or Autobahn's `enc_*`). */
export interface PayloadAttributes {
  /** `ppt_scheme` or `enc_algo`: who manages keys and format, `x_mine`, `mqtt`, `cryptobox`. Never empty. */
  readonly scheme: string;
  /** `ppt_serializer` or `enc_serializer`: `json`, `msgpack`, `cbor`, … */
  readonly serializer?: string | undefined;
  /** `ppt_cipher`: `xsalsa20poly1305`, `aes256gcm`, … `enc_*` has none. */
  readonly cipher?: string | undefined;
  /** `ppt_keyid` or `enc_key`: which key. */
  readonly keyid?: string | undefined;
}

/** A packed payload: one piece of binary, and how it was made. */
export interface EncodedPayload extends PayloadAttributes {
  readonly payload: Uint8Array;
}

/** What was in a packed payload. */
export interface DecodedPayload {
  /** The URI that the sender sealed in, where it did: it must be that of the message. */
  readonly uri?: Uri | null | undefined;
  readonly args?: List | null | undefined;
  readonly kwargs?: Dict | null | undefined;
}

/**
 * Packs and unpacks payloads between the ends, unseen by the router. `originating` is true at the caller and the
 * publisher, also when they read an answer, and false at the callee and the subscriber. `uri` is the procedure or topic;
 * of an ERROR, both ways, the error's URI. Both methods are synchronous: messages keep their order.
 */
export interface PayloadCodec {
  /** The schemes (`ppt_scheme`, `enc_algo`) that are its business; where it is left out, all but `cryptobox`. */
  readonly schemes?: readonly string[] | undefined;
  /**
   * Packs a payload; undefined where it is none of its business. `asked` are the attributes that the application gave
   * (`call(…, { pptScheme })`), or those of the invocation that is answered; without them the codec decides by the URI.
   *
   * @throws what fails the one operation
   */
  encode(
    originating: boolean,
    uri: Uri,
    args: List,
    kwargs: Readonly<Dict>,
    asked?: PayloadAttributes,
  ): EncodedPayload | undefined;
  /**
   * Unpacks a payload; undefined leaves it as it stands.
   *
   * @throws ApplicationError with the URI that the other side is to be told, anything else for
   * `wamp.error.encryption.decrypt_error`
   */
  decode(originating: boolean, uri: Uri, encoded: EncodedPayload): DecodedPayload | undefined;
}

/** Seals bytes, with whatever nonce it needs in front of what it returns, and opens them again. Synchronous. */
export interface PayloadCipher {
  /** Its name as `ppt_cipher`. */
  readonly id: string;
  seal(plain: Uint8Array, keyid: string | undefined): Uint8Array;
  /** @throws where the bytes cannot be opened */
  open(sealed: Uint8Array, keyid: string | undefined): Uint8Array;
}

/** Autobahn's scheme for payloads encrypted with NaCl's box. */
export const CRYPTOBOX = 'cryptobox';

/** Values of `ppt_serializer` whose payload goes through untouched: the session's serializer, or a foreign protocol's bytes. */
const AS_IS: readonly unknown[] = [undefined, 'native', 'mqtt', 'amqp', 'stomp'];

/** Whether a payload is neither packed nor sealed, so that without a codec it stays as it stands. */
export const isAsIs = ({ scheme, serializer, cipher }: PayloadAttributes): boolean =>
  cipher === undefined && scheme !== CRYPTOBOX && AS_IS.includes(serializer);

/** Whether a codec is for a scheme. */
export const handles = ({ schemes }: PayloadCodec, scheme: string): boolean =>
  schemes === undefined ? scheme !== CRYPTOBOX : schemes.includes(scheme);
