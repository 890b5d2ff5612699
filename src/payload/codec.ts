import type { Dict, List } from '../protocol/payload.ts';
import type { Uri } from '../protocol/uris.ts';

/** The receiver has no codec for the scheme, serializer or cipher of a payload. */
export const NO_PAYLOAD_CODEC = 'wamp.error.no_payload_codec';
/** A payload that cannot be decrypted: the key is wrong, or the payload was changed. */
export const DECRYPT_ERROR = 'wamp.error.encryption.decrypt_error';
/** The URI inside an encrypted payload is not that of the message around it. */
export const TRUSTED_URI_MISMATCH = 'wamp.error.encryption.trusted_uri_mismatch';
/** A payload that does not fit its attributes. */
export const INVALID_PAYLOAD = 'wamp.error.invalid_payload';

/** How a payload is packed, in the words of the message (WAMP, "Payload Passthru Mode": `ppt_*`, or Autobahn's `enc_*`). */
export interface PayloadAttributes {
  /** `ppt_scheme` or `enc_algo`: what defines keys and format, `x_mine`, `mqtt`, `cryptobox`. Never empty. */
  readonly scheme: string;
  /** `ppt_serializer` or `enc_serializer`: `json`, `msgpack`, `cbor`, … */
  readonly serializer?: string | undefined;
  /** `ppt_cipher`: `xsalsa20poly1305`, `aes256gcm`, … `enc_*` has none. */
  readonly cipher?: string | undefined;
  /** `ppt_keyid` or `enc_key`: the id of the key. */
  readonly keyid?: string | undefined;
}

/** A packed payload: one piece of binary, and how it is packed. */
export interface EncodedPayload extends PayloadAttributes {
  /** The packed payload: bytes, which are sent in the place of positional and keyword values. */
  readonly payload: Uint8Array;
}

/** The content of a packed payload. */
export interface DecodedPayload {
  /** The URI that the sender sealed with it, if any: it must be that of the message. */
  readonly uri?: Uri | null | undefined;
  /** Positional values; none where it is absent or null. */
  readonly args?: List | null | undefined;
  /** Keyword values; none where it is absent or null. */
  readonly kwargs?: Dict | null | undefined;
}

/**
 * Packs and unpacks payloads at the ends, which the router passes on unread. `originating` is true at the caller and the
 * publisher, also when they read an answer, and false at the callee and the subscriber. `uri` is the procedure or topic;
 * of an ERROR, both ways, the error's URI. Both methods are synchronous, so that messages keep their order.
 */
export interface PayloadCodec {
  /** The schemes (`ppt_scheme`, `enc_algo`) that it is for; by default all but `cryptobox`. */
  readonly schemes?: readonly string[] | undefined;
  /**
   * Packs a payload; undefined leaves it to the next codec. `requested` are the attributes that the application gave
   * (`call(…, { pptScheme })`), or those of the invocation that is answered; without them the codec decides by the URI.
   *
   * @throws an error that fails the one operation
   */
  encode(
    originating: boolean,
    uri: Uri,
    args: List,
    kwargs: Readonly<Dict>,
    requested?: PayloadAttributes,
  ): EncodedPayload | undefined;
  /**
   * Unpacks a payload; undefined leaves it to the next codec.
   *
   * @throws ApplicationError with the URI to answer with; anything else is answered with
   * `wamp.error.encryption.decrypt_error`
   */
  decode(originating: boolean, uri: Uri, encoded: EncodedPayload): DecodedPayload | undefined;
}

/** Seals bytes, with a nonce of its own in front of the result, and opens them again. Synchronous. */
export interface PayloadCipher {
  /** Its name as `ppt_cipher`. */
  readonly id: string;
  /** Encrypts bytes with the key of the name `keyid`; undefined where keys have no names. */
  seal(plain: Uint8Array, keyid: string | undefined): Uint8Array;
  /**
   * Decrypts bytes.
   *
   * @throws Error where the bytes were changed, or encrypted with another key
   */
  open(sealed: Uint8Array, keyid: string | undefined): Uint8Array;
}

/** Autobahn's scheme for payloads that are encrypted with NaCl's box. */
export const CRYPTOBOX = 'cryptobox';

/** Values of `ppt_serializer` that leave a payload as it is: the session's own serializer, or the bytes of another protocol. */
const AS_IS: readonly unknown[] = [undefined, 'native', 'mqtt', 'amqp', 'stomp'];

/** Whether a payload is neither packed nor sealed, and is delivered as it is where no codec is for it. */
export const isAsIs = ({ scheme, serializer, cipher }: PayloadAttributes): boolean =>
  cipher === undefined && scheme !== CRYPTOBOX && AS_IS.includes(serializer);

/** Whether a codec is for a scheme. */
export const handles = ({ schemes }: PayloadCodec, scheme: string): boolean =>
  schemes === undefined ? scheme !== CRYPTOBOX : schemes.includes(scheme);
