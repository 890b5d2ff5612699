import type { ServerResponse } from 'node:http';
import { asyncScheduler, Subscription } from 'rxjs';
import type { Message } from '../../protocol/messages.ts';
import type { FramePort, Serializer } from '../../serializers/serializer.ts';
import { canWrite } from '../can-write.ts';
import type { LinkCredentials } from '../auth-options.ts';
import type { RouterLink } from '../router-options.ts';
import type { Router } from '../router.ts';
import { answer } from './http.ts';

/** What long-poll has in common with the other ways to the router. */
export interface LongPollContext {
  readonly serializers: readonly Serializer[];
  readonly maxMessageSize: number;
  readonly maxBacklog: number;
  readonly helloTimeout: number;
  readonly encode: (serializer: Serializer, message: Message) => string | Uint8Array;
  /** Whether pages from there may come in. */
  readonly allows: (origin: string) => boolean;
}

/** How long a client may be silent, and a request wait: milliseconds. */
interface Timeouts {
  readonly idleTimeout: number;
  readonly holdTimeout: number;
}

/** One client, which comes by requests. */
export class PolledClient {
  readonly #serializer: Serializer;
  readonly #context: LongPollContext;
  readonly #timeouts: Timeouts;
  readonly #forget: () => void;
  #link!: RouterLink;
  /** Frames that the client has not fetched yet. */
  readonly #queue: (string | Uint8Array)[] = [];
  #waiting = 0;
  /** The request that waits for a frame. */
  #held: ServerResponse | undefined;
  #timer = Subscription.EMPTY;
  /** Why the router hung up; frames that were sent before can still be fetched. */
  #closing: string | undefined;
  #over = false;
  /** Takes a frame; what is wrong with it stands in `#fault` then. */
  #receive: (frame: unknown) => void = () => undefined;
  #fault: string | undefined;

  constructor(serializer: Serializer, context: LongPollContext, timeouts: Timeouts, forget: () => void) {
    this.#serializer = serializer;
    this.#context = context;
    this.#timeouts = timeouts;
    this.#forget = forget;
    this.#idle();
  }

  attach(router: Router, peer: string, credentials: LinkCredentials): void {
    const { encode, helloTimeout } = this.#context;
    const serializer = this.#serializer;
    const frames: FramePort = {
      bufferedAmount: 0,
      listen: (receive) => {
        this.#receive = receive;
      },
      send: (frame) => {
        this.#send(frame);
      },
      close: (_code, reason) => {
        this.#closing = reason;
        this.#serve();
      },
      terminate: () => {
        this.drop();
      },
    };
    const port = serializer.batching?.(frames) ?? frames;
    port.listen((frame) => {
      let value: unknown;
      try {
        value = serializer.decode(frame as string | Uint8Array);
      } catch (error) {
        this.#fault = error instanceof Error ? error.message : String(error);
        this.#link.undecodable(this.#fault);
        return;
      }
      this.#link.receive(value);
    });
    this.#link = router.attach(
      {
        send: (message) => {
          port.send(encode(serializer, message));
        },
        canWrite: (message) => canWrite(serializer, message),
        close: (code = 1000, reason = '') => {
          port.close(code, reason);
        },
        drop: () => {
          this.drop();
        },
        raw: (frame) => {
          port.send(frame);
        },
        credentials,
      },
      { type: 'longpoll', serializer: this.#serializer.id, peer, helloTimeout },
    );
  }

  /** A request that waits for the next frame; one that waited before it has been given up. */
  hold(response: ServerResponse): void {
    this.#held?.end();
    this.#held = response;
    response.on('close', () => {
      if (this.#held !== response) return;
      this.#held = undefined;
      this.#idle();
    });
    this.#wait(this.#timeouts.holdTimeout, () => {
      this.#passTime();
    });
    this.#serve();
  }

  /** What a client sent. */
  take(body: Buffer, response: ServerResponse): void {
    if (!this.#held) this.#idle();
    this.#fault = undefined;
    this.#receive(this.#serializer.binary ? body : body.toString('utf8'));
    const fault = this.#fault as string | undefined;
    answer(response, fault === undefined ? 202 : 400, fault);
  }

  /** The client hung up in order. */
  leave(): void {
    this.#end();
    this.#link.lost();
  }

  /** Lets go at once, with what was under way. */
  drop(): void {
    this.#held?.destroy();
    this.leave();
  }

  #send(frame: string | Uint8Array): void {
    if (this.#over || this.#closing !== undefined) return;
    this.#queue.push(frame);
    this.#waiting += frame.length;
    if (this.#waiting > this.#context.maxBacklog) this.drop();
    else this.#serve();
  }

  /** Answers the request that waits, where there is something to say. */
  #serve(): void {
    const response = this.#held;
    if (!response || this.#over) return;
    const frame = this.#queue.shift();
    if (frame === undefined && this.#closing === undefined) return;
    this.#held = undefined;
    if (frame === undefined) {
      answer(response, 410, `The router hung up${this.#closing && `: ${this.#closing}`}`);
      this.leave();
      return;
    }
    this.#waiting -= frame.length;
    response.setHeader('content-type', this.#serializer.binary ? 'application/octet-stream' : 'application/json');
    response.on('close', () => {
      // the frame may be lost with the connection, and then all that follows makes no sense
      if (!response.writableFinished) this.drop();
    });
    response.end(frame);
    this.#idle();
  }

  /** Nothing came for long: the client shall ask anew. Not on a stalled link, on which nothing moves. */
  #passTime(): void {
    if (this.#link.silent) {
      this.#wait(this.#timeouts.holdTimeout, () => {
        this.#passTime();
      });
      return;
    }
    this.#held?.end();
    this.#held = undefined;
    this.#idle();
  }

  /** From now on the client has so long to come again. */
  #idle(): void {
    this.#wait(this.#timeouts.idleTimeout, () => {
      this.drop();
    });
  }

  #wait(ms: number, then: () => void): void {
    this.#timer.unsubscribe();
    if (!this.#over && ms < Infinity) this.#timer = asyncScheduler.schedule(then, ms);
  }

  #end(): void {
    this.#over = true;
    this.#timer.unsubscribe();
    this.#held?.end();
    this.#held = undefined;
    this.#forget();
  }
}
