import { asyncScheduler } from 'rxjs';
import { ConnectionLostError } from '../protocol/errors.ts';
import { utf8Decoder, utf8Encoder } from '../serializers/text.ts';
import { HttpRefusal } from './http-refusal.ts';

type Frame = string | Uint8Array;

/** Makes one request. Rejects where no answer comes, and with a {@link HttpRefusal} for a status other than 2xx. */
export type Post = (step: string, body: Uint8Array | undefined, signal: AbortSignal) => Promise<Response>;

/** Milliseconds: an empty answer that comes sooner is followed by a pause. */
const TOO_SOON = 100;

/** The close code of a WebSocket for a message that is too long; the same here, so that both are retried alike. */
const TOO_LONG = 1009;

/** An answer is longer than the receiver takes. */
class AnswerTooLongError extends Error {
  override name = 'AnswerTooLongError';
}

/**
 * Reads the body of an answer, and aborts it where it is too long. `progress` is called with the bytes of each piece.
 *
 * @throws AnswerTooLongError beyond `limit` bytes
 */
export async function readBody(
  response: Response,
  limit: number,
  progress?: (bytes: number) => void,
): Promise<Uint8Array<ArrayBuffer>> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  const add = (piece: Uint8Array): void => {
    progress?.(piece.length);
    size += piece.length;
    if (size > limit) throw new AnswerTooLongError(`the answer is longer than ${limit} bytes`);
    pieces.push(piece);
  };
  const reader = response.body?.getReader();
  // some platforms' fetch has no streams
  if (!reader) add(new Uint8Array(await response.arrayBuffer()));
  else {
    try {
      for (let read; !(read = await reader.read()).done;) add(read.value);
    } catch (error) {
      reader.cancel().catch(() => undefined);
      throw error;
    }
  }
  const body = new Uint8Array(size);
  let at = 0;
  for (const piece of pieces) {
    body.set(piece, at);
    at += piece.length;
  }
  return body;
}

/**
 * Frames over HTTP requests (WAMP, "HTTP Longpoll Transport"): one request waits for frames at any time, and at most one
 * carries frames to the router. A request that fails ends the link: its frames may be lost, and nothing in the protocol
 * would show it.
 */
export class Poll {
  /** Grows with what the receiving requests bring. Answers to the sending ones prove nothing about the other way. */
  received = 0;
  bufferedAmount = 0;
  /** Called once, asynchronously, when the link is down: with the loss, or with nothing after close(). */
  ended: (loss: ConnectionLostError | undefined) => void = () => undefined;
  readonly #post: Post;
  readonly #binary: boolean;
  readonly #name: string;
  readonly #maxPayload: number;
  readonly #abort = new AbortController();
  readonly #queue: Uint8Array[] = [];
  /** When the last receiving request was made. */
  #since = 0;
  #sending = false;
  #closing = false;
  #over = false;

  constructor(post: Post, binary: boolean, name: string, maxPayload: number) {
    this.#post = post;
    this.#binary = binary;
    this.#name = name;
    this.#maxPayload = maxPayload;
  }

  /** Begins to receive frames. */
  listen(receive: (frame: unknown) => void): void {
    void this.#receive(receive);
  }

  send(frame: Frame): void {
    const bytes = typeof frame === 'string' ? utf8Encoder.encode(frame) : frame;
    this.#queue.push(bytes);
    this.bufferedAmount += bytes.length;
    void this.#flush();
  }

  /** Closes the link when everything was sent. */
  close(): void {
    this.#closing = true;
    void this.#flush();
  }

  /** Aborts all requests. */
  terminate(): void {
    this.#over = true;
    this.#abort.abort();
  }

  async #receive(receive: (frame: unknown) => void): Promise<void> {
    try {
      let next = this.#next(0);
      while (!this.#over) {
        const bytes = await next;
        // the next request is made before this frame is handled
        next = this.#next(bytes.length);
        // where the loop ends here, its failure is of no interest
        next.catch(() => undefined);
        if (bytes.length > 0) receive(this.#binary ? bytes : utf8Decoder.decode(bytes));
      }
    } catch (error) {
      this.#lost('receive', error);
    }
  }

  /** The router's next frame, or nothing after a request that ran out. `before` is the length of the last one. */
  async #next(before: number): Promise<Uint8Array> {
    const soon = asyncScheduler.now() - this.#since < TOO_SOON;
    // a router or proxy that answers at once with nothing must not cause an endless run of requests
    if (before === 0 && this.received > 0 && soon) await pause(TOO_SOON);
    this.#since = asyncScheduler.now();
    const bytes = await this.#request('receive', undefined, (length) => (this.received += length));
    this.received++;
    return bytes;
  }

  /** Sends the queue, and then closes the link where close() was called. */
  async #flush(): Promise<void> {
    if (this.#sending || this.#over) return;
    this.#sending = true;
    let step = 'send';
    try {
      for (let frame; (frame = this.#queue[0]) !== undefined; this.#queue.shift()) {
        await this.#request(step, frame);
        this.bufferedAmount -= frame.length;
      }
      this.#sending = false;
      if (!this.#closing) return;
      step = 'close';
      await this.#request(step);
      this.#end(undefined);
    } catch (error) {
      this.#lost(step, error);
    }
  }

  /** One request. Its answer is read in any case: only then is the connection used again. */
  async #request(step: string, body?: Uint8Array, progress?: (bytes: number) => void): Promise<Uint8Array> {
    return readBody(await this.#post(step, body, this.#abort.signal), this.#maxPayload, progress);
  }

  #lost(step: string, cause: unknown): void {
    const code =
      cause instanceof HttpRefusal ? cause.status : cause instanceof AnswerTooLongError ? TOO_LONG : undefined;
    const why = cause instanceof Error ? cause.message : String(cause);
    this.#end(new ConnectionLostError(`Lost ${this.#name}: ${step} failed${why && ` (${why})`}`, { code, cause }));
  }

  #end(loss: ConnectionLostError | undefined): void {
    if (this.#over) return;
    this.terminate();
    this.ended(this.#closing ? undefined : loss);
  }
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => asyncScheduler.schedule(() => resolve(), ms));
