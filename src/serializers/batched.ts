import { asapScheduler } from 'rxjs';
import { checkOptions, type Kind } from '../protocol/kinds.ts';
import { ProtocolError } from '../protocol/errors.ts';
import type { FramePort, Serializer } from './serializer.ts';
import { utf8Decoder } from './text.ts';

/** Options of {@link batched}. */
export interface BatchedOptions {
  /**
   * The octet to put behind each message of a text serializer: 0x1E, the "record separator" that the specification
   * names, or 0x18. The specification writes the former as `\30`, which Autobahn and Crossbar.io read as octal: they send
   * 0x18 and find no message in a batch without it. As they are what speaks batches today, it is the default, until the
   * other side has sent the other one. Both are understood when receiving: neither stands in JSON unescaped.
   * @default 0x18, or what the other side uses
   */
  readonly separator?: 0x18 | 0x1e | undefined;
}

const OPTIONS: Readonly<Record<keyof BatchedOptions, Kind>> = {
  separator: { expected: '0x18 or 0x1e', test: (v) => v === 0x18 || v === 0x1e },
};

type Frame = string | Uint8Array;

/** Octets before each message of a binary batch: its length. */
const HEAD = 4;
/** Characters or bytes from which on a batch leaves: routers have limits for a frame. */
const FULL = 0x10000;

/**
 * The batched form of a serializer: all messages of one turn leave in one WebSocket message, and one that comes may hold
 * several (WAMP, section "Message Batching"; subprotocols `wamp.2.json.batched`, `wamp.2.msgpack.batched`,
 * `wamp.2.cbor.batched`). Offered and negotiated like any other; for WebSocket alone: RawSocket has no number for it.
 *
 * It spares the network where many small messages go over TLS. Crossbar.io speaks it, nexus does not: offer the plain
 * form behind it.
 *
 * Messages of a batch are taken one after the other, in order. A batch without a message is a ProtocolError.
 *
 * @throws TypeError where an option is unknown or wrong, or the serializer is batched already
 *
 * @example
 * webSocket({ url, serializers: [batched(cbor()), cbor(), json()] })
 */
export function batched(serializer: Serializer, options: BatchedOptions = {}): Serializer {
  checkOptions(() => 'batched', OPTIONS, options);
  if (serializer.batching)
    throw new TypeError(`batched: ${serializer.id} is batched already: give it the plain serializer`);
  const form = serializer.binary ? () => ofBytes(serializer) : () => ofText(serializer, options.separator);
  const { encode, decode } = form();
  return {
    id: `${serializer.id}.batched`,
    subprotocol: `${serializer.subprotocol}.batched`,
    binary: serializer.binary,
    encode,
    decode,
    batching: (port) => batching(port, form()),
  };
}

/** How messages stand in a batch, on one connection. A frame of one message is a batch of one, and batches in a row are a batch. */
interface Form {
  readonly encode: (message: readonly unknown[]) => Frame;
  readonly decode: (data: Frame) => unknown;
  /** The messages of a batch as batches of one. What is malformed is left to `decode` to refuse. */
  readonly split: (batch: unknown) => readonly unknown[];
  readonly join: (batches: readonly Frame[]) => Frame;
}

function ofText(plain: Serializer, separator?: 0x18 | 0x1e): Form {
  const end = String.fromCharCode(separator ?? 0x18);
  /** What the other side puts behind its messages, where that is not what `encode` does. */
  let theirs: string | undefined;
  const isEnd = (code: number): boolean => code === 0x18 || code === 0x1e;
  return {
    encode: (message) => (plain.encode(message) as string) + end,
    decode(data) {
      const text = typeof data === 'string' ? data : utf8Decoder.decode(data);
      const message = isEnd(text.charCodeAt(text.length - 1)) ? text.slice(0, -1) : text;
      if (message === '') throw new ProtocolError('A batch without a message, or an empty message in one');
      return plain.decode(message);
    },
    split(batch) {
      if (typeof batch !== 'string') return [batch];
      const last = batch.at(-1);
      if (separator === undefined) theirs = last === '\x1e' ? last : undefined;
      const messages = batch.replaceAll('\x1e', '\x18').split('\x18');
      // behind the last separator there is nothing; without any there is nothing to take away
      if (messages.length > 1 && messages.at(-1) === '') messages.pop();
      return messages;
    },
    join: (batches) => (theirs === undefined ? batches.join('') : batches.join('').replaceAll(end, theirs)),
  };
}

function ofBytes(plain: Serializer): Form {
  return {
    encode(message) {
      const bytes = plain.encode(message) as Uint8Array;
      const batch = new Uint8Array(HEAD + bytes.length);
      new DataView(batch.buffer).setUint32(0, bytes.length);
      batch.set(bytes, HEAD);
      return batch;
    },
    decode(data) {
      const bytes = data as Uint8Array;
      if (bytes.length === 0) throw new ProtocolError('A batch without a message');
      const next = bytes.length < HEAD ? NaN : endOf(bytes, 0);
      if (next !== bytes.length) {
        throw new ProtocolError(
          `A batch is malformed: the message in its last ${bytes.length} octets should end at ${next}`,
        );
      }
      return plain.decode(bytes.subarray(HEAD));
    },
    split(batch) {
      const bytes = batch instanceof ArrayBuffer ? new Uint8Array(batch) : batch;
      if (!(bytes instanceof Uint8Array)) return [batch];
      const messages: Uint8Array[] = [];
      let at = 0;
      for (let next; at + HEAD <= bytes.length && (next = endOf(bytes, at)) <= bytes.length; at = next) {
        messages.push(bytes.subarray(at, next));
      }
      if (at < bytes.length || at === 0) messages.push(bytes.subarray(at));
      return messages;
    },
    join(batches) {
      if (batches.length === 1) return batches[0] as Frame;
      const all = new Uint8Array(batches.reduce((sum, { length }) => sum + length, 0));
      let at = 0;
      for (const bytes of batches as readonly Uint8Array[]) {
        all.set(bytes, at);
        at += bytes.length;
      }
      return all;
    },
  };
}

/** Where the message ends whose length stands at `at`. */
const endOf = (bytes: Uint8Array, at: number): number =>
  at + HEAD + new DataView(bytes.buffer, bytes.byteOffset + at, HEAD).getUint32(0);

/** Another face of the port: it gathers what leaves in one turn, and takes apart what comes. */
function batching<P extends FramePort>(port: P, { split, join }: Form): P {
  let waiting: Frame[] = [];
  let size = 0;
  const flush = (): void => {
    if (size === 0) return;
    const batches = waiting;
    waiting = [];
    size = 0;
    port.send(join(batches));
  };
  const face: FramePort = {
    get bufferedAmount() {
      return port.bufferedAmount + size;
    },
    listen(receive) {
      port.listen((batch) => {
        for (const message of split(batch)) receive(message);
      });
    },
    send(frame) {
      if (size > 0 && size + frame.length > FULL) flush();
      waiting.push(frame);
      if (size === 0) asapScheduler.schedule(flush);
      size += frame.length;
    },
    close(code, reason) {
      flush();
      port.close(code, reason);
    },
    terminate() {
      // what was sent in this turn still gets its chance
      flush();
      port.terminate();
    },
  };
  return Object.create(port, Object.getOwnPropertyDescriptors(face)) as P;
}
