import { isDict } from '../protocol/kinds.ts';
import { ApplicationError, InvalidStateError, SerializationError, WampError } from '../protocol/errors.ts';
import { messageOf } from '../protocol/thrown.ts';
import { CALL, type MessageOf } from '../protocol/messages.ts';
import type { Dict, List } from '../protocol/payload.ts';
import { describeRequest, type Uri } from '../protocol/uris.ts';
import {
  DECRYPT_ERROR,
  handles,
  INVALID_PAYLOAD,
  isAsIs,
  NO_PAYLOAD_CODEC,
  TRUSTED_URI_MISMATCH,
  type DecodedPayload,
  type EncodedPayload,
  type PayloadAttributes,
  type PayloadCodec,
} from './codec.ts';
import type { AnnouncedFeatures } from './announced-features.ts';
import type { OpenInvocation } from './uri-tracker.ts';
import {
  asItIs,
  binaryOf,
  isEmpty,
  markOf,
  packed,
  payloadOf,
  unmarked,
  withContents,
  type Carrier,
  type Mark,
  type PayloadShape,
} from './shape.ts';

type Request = MessageOf<16> | MessageOf<48>;

const isList = (v: unknown): v is List => Array.isArray(v);

/** Packs the payloads of messages with the first codec that claims them, and unpacks them. */
export class Packer {
  readonly #codecs: readonly PayloadCodec[];
  readonly #features: AnnouncedFeatures;

  constructor(codecs: readonly PayloadCodec[], features: AnnouncedFeatures) {
    this.#codecs = codecs;
    this.#features = features;
  }

  /**
   * A CALL or PUBLISH as it is to be sent, and how it was packed, if it was.
   *
   * @throws InvalidStateError, SerializationError, and the WampErrors of codecs
   */
  request<T extends Request>(message: T): [T, Mark | undefined] {
    const uri = message[3];
    const wanted = markOf(message);
    // below wamp. the router answers, which has no key
    if (!wanted && uri.startsWith('wamp.')) return [message, undefined];
    const role = message[0] === CALL ? 'dealer' : 'broker';
    const what = (): string => describeRequest(message[0] === CALL ? 'call' : 'publish', uri);
    const made = this.#seal(message, true, uri, wanted, (scheme) => {
      const shape = this.#features.shapeFor(role, scheme);
      this.#features.assertSupports(role, shape, scheme, what);
      return shape;
    });
    if (made) return [made, markOf(made)];
    if (!wanted) return [message, undefined];
    throw new InvalidStateError(`${what()}: ${noCodec(wanted)}`);
  }

  /** A later chunk of a progressive call, packed as the first one was. */
  chunk(message: MessageOf<48>, mark: Mark | undefined): MessageOf<48> {
    if (!mark || isEmpty(message)) return message;
    const made = this.#seal(message, true, message[3], mark, () => mark.shape);
    if (made) return made;
    throw new SerializationError(`${describeRequest('call', message[3])}: ${noCodec(mark)}`);
  }

  /**
   * A YIELD as it is to be sent: packed as it says itself, or else as the invocation was.
   *
   * @throws SerializationError, which is sent to the caller
   */
  yielded(message: MessageOf<70>, open: OpenInvocation | undefined): MessageOf<70> {
    const own = markOf(message);
    const wanted = own ?? open?.mark;
    if (!open || !wanted) return message;
    try {
      const made = this.#seal(message, false, open.uri, wanted, (scheme) => {
        if (open.mark) return open.mark.shape;
        const shape = this.#features.shapeFor('dealer', scheme);
        this.#features.assertSupports('dealer', shape, scheme, () => `result of ${open.uri}`);
        return shape;
      });
      if (made) return made;
    } catch (error) {
      throw error instanceof SerializationError ? error : new SerializationError(messageOf(error), { cause: error });
    }
    throw new SerializationError(`result of ${open.uri}: ${noCodec(wanted)}`);
  }

  /** An ERROR that answers an invocation: packed as that was, or without its payload where that cannot be done. */
  failed(message: MessageOf<8>, open: OpenInvocation | undefined, report: (error: unknown) => void): MessageOf<8> {
    const mark = open?.mark;
    if (!mark) return message;
    try {
      const made = this.#seal(message, false, message[4], mark, () => mark.shape);
      if (made) return made;
      report(new SerializationError(`${message[4]} was sent without its payload: ${noCodec(mark)}`));
    } catch (error) {
      report(error);
    }
    // the answer to an encrypted call is not sent in the open
    return unmarked(message);
  }

  /**
   * A packed message with its content.
   *
   * @throws ApplicationError that may be sent to the other side: it says nothing of the content
   */
  opened<T extends Carrier>(message: T, mark: Mark, originating: boolean, uri: Uri): T {
    const payload = binaryOf(message, mark);
    const fitting = this.#codecs.filter((codec) => handles(codec, mark.scheme));
    const { shape: _, ...attributes } = mark;
    if (payload) {
      for (const codec of fitting) {
        const decoded = decode(codec, originating, uri, { ...attributes, payload });
        if (decoded === undefined) continue;
        return withContents(message, decoded.args ?? [], decoded.kwargs ?? {});
      }
    }
    if (isAsIs(mark)) return message;
    if (payload || fitting.length === 0) throw new ApplicationError(NO_PAYLOAD_CODEC, [noCodec(mark)]);
    throw new ApplicationError(INVALID_PAYLOAD, [
      `A payload of scheme ${JSON.stringify(mark.scheme)} must be one binary`,
    ]);
  }

  /** The message with its payload packed; undefined where no codec claims it, and it cannot be sent as it is. */
  #seal<T extends Carrier>(
    message: T,
    originating: boolean,
    uri: Uri,
    wanted: PayloadAttributes | undefined,
    shapeFor: (scheme: string) => PayloadShape,
  ): T | undefined {
    const { args, kwargs } = payloadOf(message);
    for (const codec of this.#codecs) {
      if (wanted && !handles(codec, wanted.scheme)) continue;
      const encoded = encode(codec, originating, uri, args, kwargs, wanted && attributesOf(wanted));
      if (encoded) return packed(message, shapeFor(encoded.scheme), encoded);
    }
    return wanted && isAsIs(wanted) ? asItIs(message, shapeFor(wanted.scheme), wanted) : undefined;
  }
}

const attributesOf = ({ scheme, serializer, cipher, keyid }: PayloadAttributes): PayloadAttributes => ({
  scheme,
  serializer,
  cipher,
  keyid,
});

function encode(
  codec: PayloadCodec,
  originating: boolean,
  uri: Uri,
  args: List,
  kwargs: Readonly<Dict>,
  wanted: PayloadAttributes | undefined,
): EncodedPayload | undefined {
  try {
    return codec.encode(originating, uri, args, kwargs, wanted);
  } catch (error) {
    throw error instanceof WampError ? error : new SerializationError(messageOf(error), { cause: error });
  }
}

function decode(
  codec: PayloadCodec,
  originating: boolean,
  uri: Uri,
  encoded: EncodedPayload,
): DecodedPayload | undefined {
  let decoded: DecodedPayload | undefined;
  try {
    decoded = codec.decode(originating, uri, encoded);
  } catch (error) {
    if (error instanceof ApplicationError) throw error;
    const text = `A payload of scheme ${JSON.stringify(encoded.scheme)} cannot be decoded`;
    throw new ApplicationError(DECRYPT_ERROR, [text], {}, { cause: error });
  }
  if (decoded === undefined) return undefined;
  // a codec may be written in JavaScript
  // oxlint-disable-next-line typescript/no-unnecessary-type-assertion -- without it the compiler takes the rest for a dictionary
  if (!isDict(decoded as unknown) || !isList(decoded.args ?? []) || !isDict(decoded.kwargs ?? {})) {
    throw new ApplicationError(INVALID_PAYLOAD, ['A packed payload must hold a list args and an object kwargs']);
  }
  if ((decoded.uri ?? uri) !== uri) {
    const text = `The URI inside the payload is not '${uri}', which the message names`;
    throw new ApplicationError(TRUSTED_URI_MISMATCH, [text]);
  }
  return decoded;
}

function noCodec({ scheme, serializer, cipher }: PayloadAttributes): string {
  const text = (value: string | undefined): string => (value === undefined ? 'none' : JSON.stringify(value));
  return `no payload codec for scheme ${text(scheme)}, serializer ${text(serializer)}, cipher ${text(cipher)}`;
}
