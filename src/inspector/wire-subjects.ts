import type { WireMessage } from '../index.ts';
import {
  CALL,
  CANCEL,
  ERROR,
  EVENT,
  INTERRUPT,
  INVOCATION,
  PUBLISH,
  PUBLISHED,
  REGISTER,
  REGISTERED,
  RESULT,
  SUBSCRIBE,
  SUBSCRIBED,
  UNREGISTER,
  UNREGISTERED,
  UNSUBSCRIBE,
  UNSUBSCRIBED,
  WELCOME,
  YIELD,
  type Message,
} from '../protocol/messages.ts';

/** A message and what it is about. */
export interface MessageSubject {
  /** The topic or procedure, where it is known: most messages carry an id alone. */
  readonly uri?: string | undefined;
  /** Of an answer, milliseconds since its request. */
  readonly after?: number | undefined;
}

interface Request {
  readonly uri: string | undefined;
  readonly time: number;
}

/** Answers that never come would be waited for without end. */
const MOST = 10_000;
const NONE: MessageSubject = {};

/** Finds out the URI of messages that carry an id, from the messages before. */
export class WireSubjects {
  /** Requests of the client without an answer, by id; those of the router have ids of their own. */
  readonly #requests = new Map<unknown, Request>();
  readonly #invocations = new Map<unknown, Request>();
  readonly #topics = new Map<unknown, string | undefined>();
  readonly #procedures = new Map<unknown, string | undefined>();

  /** Learns the topic of a subscription, or the procedure of a registration, that was confirmed earlier. */
  learn(kind: 'topic' | 'procedure', id: number, uri: string): void {
    (kind === 'topic' ? this.#topics : this.#procedures).set(id, uri);
  }

  /** What a message is about. Each message has to be given, in order. */
  of({ message, time }: WireMessage): MessageSubject {
    switch (message[0]) {
      case WELCOME:
        for (const map of [this.#requests, this.#invocations, this.#topics, this.#procedures]) map.clear();
        return NONE;
      case CALL:
      case SUBSCRIBE:
      case REGISTER:
        return this.#request(message[1], message[3], time);
      case PUBLISH:
        return message[2]['acknowledge'] === true ? this.#request(message[1], message[3], time) : { uri: message[3] };
      case UNSUBSCRIBE:
        return this.#request(message[1], this.#topics.get(message[2]), time);
      case UNREGISTER:
        return this.#request(message[1], this.#procedures.get(message[2]), time);
      case SUBSCRIBED:
        return this.#confirmed(this.#topics, message, time);
      case REGISTERED:
        return this.#confirmed(this.#procedures, message, time);
      case PUBLISHED:
      case UNSUBSCRIBED:
      case UNREGISTERED:
        return answer(this.#requests, message[1], time);
      case RESULT:
        return answer(this.#requests, message[1], time, message[2]['progress'] === true);
      case CANCEL:
        return { uri: this.#requests.get(message[1])?.uri };
      case EVENT:
        return { uri: textOr(message[3]['topic'], this.#topics.get(message[1])) };
      case INVOCATION: {
        const uri = textOr(message[3]['procedure'], this.#procedures.get(message[2]));
        remember(this.#invocations, message[1], { uri, time });
        return { uri };
      }
      case INTERRUPT:
        return { uri: this.#invocations.get(message[1])?.uri };
      case YIELD:
        return answer(this.#invocations, message[1], time, message[2]['progress'] === true);
      case ERROR:
        return answer(message[1] === INVOCATION ? this.#invocations : this.#requests, message[2], time);
      default:
        return NONE;
    }
  }

  #request(id: unknown, uri: string | undefined, time: number): MessageSubject {
    remember(this.#requests, id, { uri, time });
    return { uri };
  }

  #confirmed(
    streams: Map<unknown, string | undefined>,
    [, request, id]: Extract<Message, { 0: 33 | 65 }>,
    time: number,
  ): MessageSubject {
    const subject = answer(this.#requests, request, time);
    streams.set(id, subject.uri);
    return subject;
  }
}

const textOr = (value: unknown, otherwise: string | undefined): string | undefined =>
  typeof value === 'string' ? value : otherwise;

function remember(requests: Map<unknown, Request>, id: unknown, request: Request): void {
  if (requests.size >= MOST) requests.clear();
  requests.set(id, request);
}

/** What an answer is about; more of them follow where it is progressive. */
function answer(requests: Map<unknown, Request>, id: unknown, time: number, progress = false): MessageSubject {
  const request = requests.get(id);
  if (!request) return NONE;
  if (!progress) requests.delete(id);
  return { uri: request.uri, after: time - request.time };
}
