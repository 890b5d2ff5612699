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
} from '../protocol/messages.ts';
import type { Uri } from '../protocol/uris.ts';
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

/** What messages do not say themselves: the URIs that the ids of one session stand for. */
export class Ledger {
  readonly calls = new Map<Id, OpenCall>();
  readonly invocations = new Map<Id, OpenInvocation>();
  readonly topics = new Map<Id, Uri>();
  readonly procedures = new Map<Id, Uri>();
  readonly #asked = new Map<Id, Uri>();

  /** Notes what is sent. */
  sent(message: Message): void {
    switch (message[0]) {
      case SUBSCRIBE:
      case REGISTER:
        this.#asked.set(message[1], message[3]);
        return;
      case UNSUBSCRIBE:
        this.topics.delete(message[2]);
        return;
      case UNREGISTER:
        this.procedures.delete(message[2]);
    }
  }

  /** Notes what has come. */
  came(message: Message): void {
    switch (message[0]) {
      case SUBSCRIBED:
        this.#confirm(this.topics, message[1], message[2]);
        return;
      case REGISTERED:
        this.#confirm(this.procedures, message[1], message[2]);
        return;
      case UNSUBSCRIBED:
        this.topics.delete(revoked(message[2], 'subscription'));
        return;
      case UNREGISTERED:
        this.procedures.delete(revoked(message[2], 'registration'));
        return;
      case ERROR:
        if (message[1] === SUBSCRIBE || message[1] === REGISTER) this.#asked.delete(message[2]);
    }
  }

  #confirm(live: Map<Id, Uri>, request: Id, id: Id): void {
    const uri = this.#asked.get(request);
    if (uri === undefined) return;
    this.#asked.delete(request);
    live.set(id, uri);
  }
}

/** The id that a revocation names; 0, which nothing has, in an answer to what we asked. */
const revoked = (details: Dict | undefined, name: string): Id => (details?.[name] as Id | undefined) ?? 0;
