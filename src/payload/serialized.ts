import { checkOptions, isDict, type Kind } from '../protocol/kinds.ts';
import { ApplicationError, SerializationError } from '../protocol/errors.ts';
import type { Dict, List } from '../protocol/payload.ts';
import type { Serializer } from '../serializers/serializer.ts';
import { utf8Decoder, utf8Encoder } from '../serializers/text.ts';
import {
  INVALID_PAYLOAD,
  isAsIs,
  NO_PAYLOAD_CODEC,
  type DecodedPayload,
  type EncodedPayload,
  type PayloadAttributes,
  type PayloadCipher,
  type PayloadCodec,
} from './codec.ts';

/** Options of {@link payloadCodec}. */
export interface PayloadCodecOptions {
  /** The schemes that it is for, `['x_app', 'mqtt']`; by default all but `cryptobox`. */
  readonly schemes?: readonly string[] | undefined;
  /** The serializers that `pptSerializer` may name: `[cbor(), json()]`. */
  readonly serializers: readonly Serializer[];
  /** The ciphers that `pptCipher` may name: {@link aes256gcm}, {@link xsalsa20poly1305}, or your own. */
  readonly ciphers?: readonly PayloadCipher[] | undefined;
}

const listOf = (what: string, test: (v: Dict) => boolean): Kind => ({
  expected: `a list of ${what}`,
  test: (v) => Array.isArray(v) && v.every((one) => isDict(one) && test(one)),
});

const OPTIONS = {
  schemes: {
    expected: 'a list of non-empty strings',
    test: (v) => Array.isArray(v) && v.every((one) => typeof one === 'string' && one !== ''),
  },
  serializers: listOf('serializers', (v) => typeof v['encode'] === 'function' && typeof v['decode'] === 'function'),
  ciphers: listOf('ciphers', (v) => typeof v['seal'] === 'function' && typeof v['open'] === 'function'),
} satisfies Record<keyof PayloadCodecOptions, Kind>;

/**
 * A codec for calls and publications with `pptScheme`: the serializer that `pptSerializer` names writes `{ args, kwargs }`,
 * and the cipher that `pptCipher` names, if any, seals that with the key of `pptKeyid` (WAMP, "Payload Passthru Mode"). A
 * sealed payload holds the URI, too, so that it fits no other message. Without `pptSerializer`, or with `native`, `mqtt`,
 * `amqp` or `stomp`, the payload is sent as it is (one piece of binary, except for `native`), or that binary sealed.
 *
 * The serializers are those of transports; each must write lists and dictionaries as JSON, MessagePack or CBOR do.
 *
 * @throws TypeError that names the wrong option
 * @example
 * passthru({ codecs: [payloadCodec({ serializers: [cbor()], ciphers: [aes256gcm({ k1: key })] })] });
 * wamp.call('com.app.pay', [sum], {}, { pptScheme: 'x_app', pptSerializer: 'cbor', pptCipher: 'aes256gcm', pptKeyid: 'k1' });
 */
export function payloadCodec(options: PayloadCodecOptions): PayloadCodec {
  checkOptions(() => 'payloadCodec()', OPTIONS, options);
  const { schemes, ciphers = [] } = options;
  const serializers: readonly Serializer[] | undefined = options.serializers;
  // callers in JavaScript are not checked by types
  if (serializers === (undefined as unknown)) throw new TypeError('payloadCodec(): serializers must be given');
  for (const serializer of serializers) pack(serializer, {});

  const find = <T extends { readonly id: string }>(all: readonly T[], id: string | undefined): T | undefined =>
    all.find((one) => one.id === id);

  return {
    schemes,
    encode(_, uri, args, kwargs, requested): EncodedPayload | undefined {
      if (requested === undefined) return undefined;
      const serializer = find(serializers, requested.serializer);
      const cipher = find(ciphers, requested.cipher);
      if (requested.cipher !== undefined && !cipher) throw new SerializationError(unknown('cipher', requested.cipher));
      let plain: Uint8Array;
      if (serializer) plain = pack(serializer, cipher ? { uri, args, kwargs } : { args, kwargs });
      else if (!isAsIs({ ...requested, cipher: undefined })) {
        throw new SerializationError(unknown('serializer', requested.serializer));
      } else if (cipher) plain = onlyBinary(args, kwargs);
      else return undefined;
      return { ...requested, payload: cipher ? cipher.seal(plain, requested.keyid) : plain };
    },
    decode(_, __, encoded): DecodedPayload | undefined {
      const serializer = find(serializers, encoded.serializer);
      const cipher = find(ciphers, encoded.cipher);
      if (encoded.cipher !== undefined && !cipher) throw noCodec('cipher', encoded.cipher);
      if (!serializer) {
        if (!isAsIs({ ...encoded, cipher: undefined })) throw noCodec('serializer', encoded.serializer);
        return cipher && { args: [cipher.open(encoded.payload, encoded.keyid)] };
      }
      return unpack(serializer, cipher ? cipher.open(encoded.payload, encoded.keyid) : encoded.payload);
    },
  };
}

const unknown = (what: string, name: PayloadAttributes['scheme'] | undefined): string =>
  `payloadCodec(): there is no ${what} ${JSON.stringify(name)}: add it to ${what}s`;

const noCodec = (what: string, name: string | undefined): ApplicationError =>
  new ApplicationError(NO_PAYLOAD_CODEC, [`There is no payload ${what} ${JSON.stringify(name)} here`]);

/** A payload that is one piece of binary. */
function onlyBinary(args: List, kwargs: Readonly<Dict>): Uint8Array {
  const [one] = args;
  if (args.length === 1 && one instanceof Uint8Array && Object.keys(kwargs).length === 0) return one;
  throw new SerializationError(
    'payloadCodec(): without a pptSerializer the payload to be sealed must be one Uint8Array',
  );
}

/** The first byte of a list with one element, in CBOR and in MessagePack. */
const LIST_OF_ONE: readonly unknown[] = [0x81, 0x91];

/**
 * A dictionary as bytes. Serializers write messages, which are lists: the bytes are cut out of a list with one element.
 *
 * @throws SerializationError for what cannot be written; TypeError for a serializer of another format
 */
export function pack(serializer: Serializer, contents: Dict): Uint8Array {
  let frame: string | Uint8Array;
  try {
    frame = serializer.encode([contents]);
  } catch (error) {
    if (!(error instanceof SerializationError)) throw error;
    // a serializer calls the dictionary of a message its options
    throw new SerializationError(error.message.replace(/^options\./, ''), { cause: error.cause });
  }
  if (typeof frame !== 'string') {
    if (LIST_OF_ONE.includes(frame[0])) return frame.subarray(1);
  } else if (frame.startsWith('[') && frame.endsWith(']')) return utf8Encoder.encode(frame.slice(1, -1));
  throw new TypeError(`payloadCodec(): payloads cannot be packed with the serializer '${serializer.id}'`);
}

/** A dictionary out of bytes. @throws ApplicationError that says nothing of the content, which may be secret */
export function unpack(serializer: Serializer, bytes: Uint8Array): DecodedPayload {
  let contents: unknown;
  try {
    contents = serializer.decode(serializer.binary ? bytes : utf8Decoder.decode(bytes));
  } catch {
    contents = undefined;
  }
  if (isDict(contents)) return contents;
  throw new ApplicationError(INVALID_PAYLOAD, [`A packed payload must be a dictionary in ${serializer.id}`]);
}
