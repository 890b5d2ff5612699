import type { Id } from '../protocol/ids.ts';
import {
  ERROR,
  REGISTER,
  REGISTERED,
  SUBSCRIBE,
  SUBSCRIBED,
  UNREGISTER,
  UNREGISTERED,
  UNSUBSCRIBE,
  UNSUBSCRIBED,
  type Dict,
  type Message,
  type MessageOf,
} from '../protocol/messages.ts';
import { matchesUri, type Match, type Uri } from '../protocol/uris.ts';
import type { Mark } from './shape.ts';

/** A call of ours that is not answered. */
export interface OpenCall {
  readonly uri: Uri;
  /** How its arguments were packed; further chunks of them are, too. */
  readonly mark: Mark | undefined;
}

/** An invocation that we have not answered. */
export interface OpenInvocation {
  readonly uri: Uri;
  /** How its arguments were packed; the answer is, too. */
  readonly mark: Mark | undefined;
  /** Whether more chunks of arguments are due. */
  more: boolean;
}

/** What was subscribed to, or registered. */
interface Pattern {
  readonly uri: Uri;
  readonly match: Match;
}

/** What messages do not say themselves: the URIs that the ids of one session stand for. */
export class UriTracker {
  readonly calls = new Map<Id, OpenCall>();
  readonly invocations = new Map<Id, OpenInvocation>();
  readonly #topics = new Map<Id, Pattern>();
  readonly #procedures = new Map<Id, Pattern>();
  readonly #asked = new Map<Id, Pattern>();

  /** The topic of an EVENT; undefined where there is no such subscription. */
  topicOf([, subscription, , details]: MessageOf<36>): Uri | undefined {
    return named(this.#topics.get(subscription), details['topic']);
  }

  /** The procedure of an INVOCATION; undefined where there is no such registration. */
  procedureOf([, , registration, details]: MessageOf<68>): Uri | undefined {
    return named(this.#procedures.get(registration), details['procedure']);
  }

  /** Notes what is sent. */
  sent(message: Message): void {
    switch (message[0]) {
      case SUBSCRIBE:
      case REGISTER:
        this.#asked.set(message[1], { uri: message[3], match: (message[2]['match'] ?? 'exact') as Match });
        return;
      case UNSUBSCRIBE:
        this.#topics.delete(message[2]);
        return;
      case UNREGISTER:
        this.#procedures.delete(message[2]);
    }
  }

  /** Notes what has come. */
  came(message: Message): void {
    switch (message[0]) {
      case SUBSCRIBED:
        this.#confirm(this.#topics, message[1], message[2]);
        return;
      case REGISTERED:
        this.#confirm(this.#procedures, message[1], message[2]);
        return;
      case UNSUBSCRIBED:
        this.#topics.delete(revoked(message[2], 'subscription'));
        return;
      case UNREGISTERED:
        this.#procedures.delete(revoked(message[2], 'registration'));
        return;
      case ERROR:
        if (message[1] === SUBSCRIBE || message[1] === REGISTER) this.#asked.delete(message[2]);
    }
  }

  #confirm(live: Map<Id, Pattern>, request: Id, id: Id): void {
    const pattern = this.#asked.get(request);
    if (pattern === undefined) return;
    this.#asked.delete(request);
    live.set(id, pattern);
  }
}

/** The URI that the router names, as far as it is one of those that were asked for: it is not to be trusted further. */
const named = (asked: Pattern | undefined, uri: unknown): Uri | undefined =>
  asked && typeof uri === 'string' && matchesUri(uri, asked.uri, asked.match) ? uri : asked?.uri;

/** The id that a revocation names; 0, which nothing has, in an answer to what we asked. */
const revoked = (details: Dict | undefined, name: string): Id => (details?.[name] as Id | undefined) ?? 0;
