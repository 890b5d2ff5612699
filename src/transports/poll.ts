import { asyncScheduler } from 'rxjs';
import { ConnectionLostError } from '../protocol/errors.ts';
import { utf8Decoder, utf8Encoder } from '../serializers/text.ts';

type Frame = string | Uint8Array;

/**
 * One request to the router: what it is about, and what is sent. Rejects where there is no answer, and with a Refusal for
 * one other than 2xx.
 */
export type Post = (step: string, body: Uint8Array | undefined, signal: AbortSignal) => Promise<Response>;

/** An answer that came sooner than this, and with nothing in it, is followed by a pause: milliseconds. */
const TOO_SOON = 100;

/**
 * Frames that go and come by HTTP requests (WAMP, "HTTP Longpoll Transport"): one that waits for what comes, at any
 * time, and one that carries what goes, at most. A request that fails ends it: what it carried may be lost, and nothing
 * in the protocol would tell.
 */
export class Poll {
  /** Grows with what the receiving requests bring. Not with the answers to the sending ones: those pass, too, where the other way is dead. */
  received = 0;
  bufferedAmount = 0;
  /** Told once, later, when it is down: by a loss, or because it was closed. */
  ended: (loss: ConnectionLostError | undefined) => void = () => undefined;
  readonly #post: Post;
  readonly #binary: boolean;
  readonly #name: string;
  readonly #abort = new AbortController();
  readonly #queue: Uint8Array[] = [];
  /** When the last frame was asked for. */
  #since = 0;
  #sending = false;
  #closing = false;
  #over = false;

  constructor(post: Post, binary: boolean, name: string) {
    this.#post = post;
    this.#binary = binary;
    this.#name = name;
  }

  /** Begins to ask for frames. */
  listen(receive: (frame: unknown) => void): void {
    void this.#receive(receive);
  }

  send(frame: Frame): void {
    const bytes = typeof frame === 'string' ? utf8Encoder.encode(frame) : frame;
    this.#queue.push(bytes);
    this.bufferedAmount += bytes.length;
    void this.#work();
  }

  /** Hangs up when everything was sent. */
  close(): void {
    this.#closing = true;
    void this.#work();
  }

  /** Gives up all requests. */
  terminate(): void {
    this.#over = true;
    this.#abort.abort();
  }

  async #receive(receive: (frame: unknown) => void): Promise<void> {
    try {
      let next = this.#next(0);
      while (!this.#over) {
        const bytes = await next;
        // asked for again before this one is dealt with
        next = this.#next(bytes.length);
        // an answer that nobody waits for any more is an error that nobody needs
        next.catch(() => undefined);
        if (bytes.length > 0) receive(this.#binary ? bytes : utf8Decoder.decode(bytes));
      }
    } catch (error) {
      this.#lost('receive', error);
    }
  }

  /** What the router has next; empty where nothing came. `before` is how much the last request brought. */
  async #next(before: number): Promise<Uint8Array> {
    const soon = asyncScheduler.now() - this.#since < TOO_SOON;
    // a router, or what stands before it, that answers at once with nothing must not be asked without end
    if (before === 0 && this.received > 0 && soon) await pause(TOO_SOON);
    this.#since = asyncScheduler.now();
    const bytes = new Uint8Array(await this.#ask('receive'));
    this.received += 1 + bytes.length;
    return bytes;
  }

  /** Sends what waits, and then hangs up where that is wanted. */
  async #work(): Promise<void> {
    if (this.#sending || this.#over) return;
    this.#sending = true;
    let step = 'send';
    try {
      for (let frame; (frame = this.#queue[0]) !== undefined; this.#queue.shift()) {
        await this.#ask(step, frame);
        this.bufferedAmount -= frame.length;
      }
      this.#sending = false;
      if (!this.#closing) return;
      step = 'close';
      await this.#ask(step);
      this.#end(undefined);
    } catch (error) {
      this.#lost(step, error);
    }
  }

  async #ask(step: string, body?: Uint8Array): Promise<ArrayBuffer> {
    const response = await this.#post(step, body, this.#abort.signal);
    // read in any case: a connection is used again when its answer was read
    return response.arrayBuffer();
  }

  #lost(step: string, error: unknown): void {
    const code = error instanceof Refusal ? error.status : undefined;
    const why = error instanceof Error ? error.message : String(error);
    this.#end(
      new ConnectionLostError(`Lost ${this.#name}: ${step} failed${why && ` (${why})`}`, { code, cause: error }),
    );
  }

  #end(loss: ConnectionLostError | undefined): void {
    if (this.#over) return;
    this.terminate();
    this.ended(this.#closing ? undefined : loss);
  }
}

/** An answer other than 2xx. */
export class Refusal extends Error {
  readonly status: number;

  /** @param secrets what the body may repeat of the request, and is not to be told */
  constructor(status: number, body: ArrayBuffer, secrets: readonly string[]) {
    // what a person can read; pages of HTML are not it
    const said = secrets.reduce((text, secret) => text.replaceAll(secret, '***'), utf8Decoder.decode(body).trim());
    super(`HTTP status ${status}${/^[^<\n]{1,200}$/.test(said) ? `: ${said}` : ''}`);
    this.status = status;
  }
}

const pause = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    asyncScheduler.schedule(() => {
      resolve();
    }, ms);
  });
