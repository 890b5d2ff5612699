/*
 * The four octets with which each side of a RawSocket begins (WAMP, section "RawSocket Transport"), without the socket.
 */

/** How many octets a handshake has. */
export const HANDSHAKE = 4;
/** The longest limit that can be announced, 16 MiB. */
export const MOST = 2 ** 24;
/** The shortest one. */
export const LEAST = 2 ** 9;

/** The first octet of a handshake. No HTTP request begins with it, so one port can serve both. */
const MAGIC = 0x7f;

/** The serializers that have a number, by their subprotocols. */
const NUMBERS: Readonly<Record<string, number>> = {
  'wamp.2.json': 1,
  'wamp.2.msgpack': 2,
  'wamp.2.cbor': 3,
  'wamp.2.ubjson': 4,
  'wamp.2.flatbuffers': 5,
};

/** The number of a serializer; undefined for one that RawSocket cannot name. */
export const numberOf = (subprotocol: string): number | undefined =>
  Object.hasOwn(NUMBERS, subprotocol) ? NUMBERS[subprotocol] : undefined;

/** Why a router refuses, as it says in its reply. */
export const UNSUPPORTED_SERIALIZER = 1;
const UNACCEPTABLE_LENGTH = 2;
const RESERVED_BITS = 3;
export const TOO_MANY_CONNECTIONS = 4;

const REFUSALS: Readonly<Record<number, string>> = {
  [UNSUPPORTED_SERIALIZER]: 'it does not speak the serializer',
  [UNACCEPTABLE_LENGTH]: 'it does not accept the maximum message length',
  [RESERVED_BITS]: 'it does not know a feature that was asked for by reserved bits',
  [TOO_MANY_CONNECTIONS]: 'it has as many connections as it takes',
};

/** The router has answered the handshake with an error. */
export class HandshakeRefused extends Error {
  /** 1 serializer unsupported, 2 message length unacceptable, 3 reserved bits used, 4 too many connections. */
  readonly code: number;

  constructor(code: number) {
    super(`the router refuses: ${REFUSALS[code] ?? 'the reason is not known'} (error ${code})`);
    this.code = code;
  }
}

/** The power of two to announce for a limit in octets, as an exponent above 2^9; the announced length never exceeds it. */
const exponentOf = (limit: number): number => Math.min(15, Math.floor(Math.log2(limit)) - 9);

/** What can be announced of a limit: the power of two that does not exceed it. */
export const announced = (limit: number): number => 2 ** (9 + exponentOf(limit));

/**
 * The octets with which a client begins, and with which a router accepts.
 *
 * @param limit octets that one message to the sender may have, from 2^9 to 2^24
 * @param serializer its number
 */
export const handshake = (limit: number, serializer: number): Uint8Array =>
  Uint8Array.of(MAGIC, (exponentOf(limit) << 4) | serializer, 0, 0);

/** The octets with which a router refuses. */
export const refusal = (code: number): Uint8Array => Uint8Array.of(MAGIC, code << 4, 0, 0);

/** What a client asks for: its serializer, and how long a message to it may be. */
export interface HandshakeRequest {
  readonly serializer: number;
  readonly limit: number;
}

/**
 * Reads what a client begins with.
 *
 * @returns the request; the error to refuse it with; or undefined where this is no RawSocket: hang up without an answer
 */
export function readRequest(octets: Uint8Array): HandshakeRequest | number | undefined {
  const [magic, second = 0, third, fourth] = octets;
  if (magic !== MAGIC || (second & 0x0f) === 0) return undefined;
  if (third !== 0 || fourth !== 0) return RESERVED_BITS;
  return { serializer: second & 0x0f, limit: 2 ** (9 + (second >> 4)) };
}

/**
 * Reads a router's reply.
 *
 * @param octets the first four that came
 * @param serializer the number that was asked for
 * @returns how long a message to the router may be
 * @throws HandshakeRefused where the router says no, Error where this is no answer
 */
export function readReply(octets: Uint8Array, serializer: number): number {
  const [magic, second = 0, third, fourth] = octets;
  if (magic !== MAGIC)
    throw new Error(`this is no RawSocket: the other side began with ${shown(octets)}; is it the port of a WebSocket?`);
  const chosen = second & 0x0f;
  if (chosen === 0) throw new HandshakeRefused(second >> 4);
  if (chosen !== serializer) throw new Error(`the router answered with serializer ${chosen}, not ${serializer}`);
  if (third !== 0 || fourth !== 0) throw new Error('the router has set reserved bits of its answer');
  return 2 ** (9 + (second >> 4));
}

/** Octets for an error message: `48 54 54 50 ("HTTP")`. */
function shown(octets: Uint8Array): string {
  const hex = Array.from(octets, (octet) => octet.toString(16).padStart(2, '0')).join(' ');
  const text = String.fromCharCode(...octets);
  return /^[ -~]+$/.test(text) ? `${hex} ("${text}")` : hex;
}
