import type { Id } from '../protocol/ids.ts';
import type { MessageOf } from '../protocol/messages.ts';
import type { Uri } from '../protocol/uris.ts';

/** How many of its own publications a tab knows again. */
const REMEMBERED = 1000;

interface Held {
  readonly event: MessageOf<36>;
  readonly uri: Uri;
  /** The number of the last publication that it might be. */
  readonly upTo: number;
  readonly pass: (event: MessageOf<36>) => void;
}

/**
 * Keeps from a tab the events that it published itself. The router cannot: to it all tabs are one session. Which of the
 * events are the tab's own is known when the router has told the publication's id, and PUBLISHED and EVENT may come in
 * either order; until then, events that may be its own wait, and behind them all others, so that the order stays.
 */
export class OwnEvents {
  /** Publications whose ids are not known yet: by number, the topic. */
  readonly #unknown = new Map<number, Uri>();
  readonly #own = new Set<Id>();
  #held: Held[] = [];
  #count = 0;

  /** A publication leaves; gives the number to settle it by. */
  published(uri: Uri): number {
    this.#unknown.set(++this.#count, uri);
    return this.#count;
  }

  /** The router has answered, with an id unless it refused. */
  settle(number: number, publication: Id | undefined): void {
    this.#unknown.delete(number);
    if (publication !== undefined) this.#own.add(publication);
    for (let first; (first = this.#held[0]) !== undefined && !this.#mayBeOwn(first.uri, first.upTo);) {
      this.#held.shift();
      if (!this.#own.has(first.event[2])) first.pass(first.event);
    }
    // those of a burst are all needed until the events that wait for its end have been looked at
    while (this.#held.length === 0 && this.#own.size > REMEMBERED)
      this.#own.delete(this.#own.values().next().value as Id);
  }

  /** An event came for the tab. */
  event(event: MessageOf<36>, uri: Uri, pass: (event: MessageOf<36>) => void): void {
    if (this.#own.has(event[2])) return;
    // what was published after it came, it cannot be
    if (this.#held.length > 0 || this.#mayBeOwn(uri, this.#count)) {
      this.#held.push({ event, uri, upTo: this.#count, pass });
    } else pass(event);
  }

  #mayBeOwn(uri: Uri, upTo: number): boolean {
    for (const [number, topic] of this.#unknown) if (number <= upTo && topic === uri) return true;
    return false;
  }
}
