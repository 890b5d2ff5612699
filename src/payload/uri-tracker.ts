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
  type Message,
  type MessageOf,
} from '../protocol/messages.ts';
import type { Dict } from '../protocol/payload.ts';
import { matchesUri, type Match, type Uri } from '../protocol/uris.ts';
import type { Mark } from './shape.ts';

/** A call that has not been answered. */
export interface OpenCall {
  readonly uri: Uri;
  /** How its arguments were packed, and so how their later chunks are. */
  readonly mark: Mark | undefined;
}

/** An invocation that has not been answered. */
export interface OpenInvocation {
  readonly uri: Uri;
  /** How its arguments were packed, and so how the answer is. */
  readonly mark: Mark | undefined;
  /** Whether more chunks of arguments follow. */
  more: boolean;
}

/** The URI, or pattern, of a subscription or registration. */
interface Pattern {
  readonly uri: Uri;
  readonly match: Match;
}

/** The URIs behind the ids of one session, which most messages do not repeat. */
export class UriTracker {
  readonly calls = new Map<Id, OpenCall>();
  readonly invocations = new Map<Id, OpenInvocation>();
  readonly #topics = new Map<Id, Pattern>();
  readonly #procedures = new Map<Id, Pattern>();
  readonly #requested = new Map<Id, Pattern>();

  /** The topic of an EVENT; undefined where there is no such subscription. */
  topicOf([, subscription, , details]: MessageOf<36>): Uri | undefined {
    return named(this.#topics.get(subscription), details['topic']);
  }

  /** The procedure of an INVOCATION; undefined where there is no such registration. */
  procedureOf([, , registration, details]: MessageOf<68>): Uri | undefined {
    return named(this.#procedures.get(registration), details['procedure']);
  }

  /** Notes a message that is sent. */
  sent(message: Message): void {
    switch (message[0]) {
      case SUBSCRIBE:
      case REGISTER:
        this.#requested.set(message[1], { uri: message[3], match: (message[2]['match'] ?? 'exact') as Match });
        return;
      case UNSUBSCRIBE:
        this.#topics.delete(message[2]);
        return;
      case UNREGISTER:
        this.#procedures.delete(message[2]);
    }
  }

  /** Notes a message that was received. */
  received(message: Message): void {
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
        if (message[1] === SUBSCRIBE || message[1] === REGISTER) this.#requested.delete(message[2]);
    }
  }

  #confirm(live: Map<Id, Pattern>, request: Id, id: Id): void {
    const pattern = this.#requested.get(request);
    if (pattern === undefined) return;
    this.#requested.delete(request);
    live.set(id, pattern);
  }
}

/** The URI that the router names, where the pattern matches it: the router is not trusted further than that. */
const named = (pattern: Pattern | undefined, uri: unknown): Uri | undefined =>
  pattern && typeof uri === 'string' && matchesUri(uri, pattern.uri, pattern.match) ? uri : pattern?.uri;

/** The id that a revocation names; 0, which is no id, in the answer to a request. */
const revoked = (details: Dict | undefined, name: string): Id => (details?.[name] as Id | undefined) ?? 0;
