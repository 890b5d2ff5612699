/** The part of a socket that batches need: frames that go, frames that come, and the end. */
export interface FramePort {
  /** Bytes that were given to `send()` and wait. */
  readonly bufferedAmount: number;
  /** Gives each frame from now on, text or bytes, to `receive`. */
  listen(receive: (frame: unknown) => void): void;
  /** Writes a frame. */
  send(frame: string | Uint8Array): void;
  /** Closes the socket in order, after what was sent; `code` is a WebSocket close code. */
  close(code: number, reason: string): void;
  /** Ends the socket at once. */
  terminate(): void;
}

/** Turns messages into frames and back. Give your own to a transport's `serializers` to speak another encoding. */
export interface Serializer {
  /** Its name, `json`. */
  readonly id: string;
  /** The WebSocket subprotocol it stands for, `wamp.2.json`. */
  readonly subprotocol: string;
  /** Whether its frames are binary. */
  readonly binary: boolean;
  /**
   * Writes one message, into memory that belongs to the transport from now on. Integers leave as integers up to 2^53
   * and beyond (bigint); `Uint8Array` as a byte string.
   *
   * @throws SerializationError when a value cannot be written; nothing was sent then
   */
  encode(message: readonly unknown[]): string | Uint8Array;
  /**
   * Reads one frame. Integers come as numbers where they are exact and as bigint beyond, byte strings as `Uint8Array`.
   *
   * @throws ProtocolError when the frame cannot be read
   */
  decode(data: string | Uint8Array): unknown;
  /**
   * Only where one frame may hold several messages, see `batched()`. Asked once for each connection: gives a port that
   * does as the other, except that what is sent in one turn leaves as one frame, and what came in one frame is handed
   * out message by message, each as a frame for {@link decode}.
   */
  batching?<P extends FramePort>(port: P): P;
}
