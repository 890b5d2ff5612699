import type { Id } from '../protocol/ids.ts';
import type { MessageOf } from '../protocol/messages.ts';
import type { Uri } from '../protocol/uris.ts';

/** Publications of its own that are remembered for a tab. */
const REMEMBERED = 1000;

interface Held {
  readonly event: MessageOf<36>;
  readonly uri: Uri;
  /** The number of the last publication of this tab that it may be. */
  readonly upTo: number;
  readonly pass: (event: MessageOf<36>) => void;
}

/**
 * Keeps from a tab the events that it published itself. The router cannot: it sees all tabs as one session. The ids of
 * own publications come with PUBLISHED, before or after the EVENT. Until then events that may be its own wait, and all
 * later ones behind them, so that the order is kept.
 */
export class OwnEvents {
  /** Topics of publications without an id yet, by number. */
  readonly #unknown = new Map<number, Uri>();
  readonly #own = new Set<Id>();
  #held: Held[] = [];
  #count = 0;

  /** A publication is sent; returns its number for {@link acknowledged}. */
  published(uri: Uri): number {
    this.#unknown.set(++this.#count, uri);
    return this.#count;
  }

  /** The router has answered, with an id unless it refused. */
  acknowledged(number: number, publication: Id | undefined): void {
    this.#unknown.delete(number);
    if (publication !== undefined) this.#own.add(publication);
    for (let first; (first = this.#held[0]) !== undefined && !this.#mayBeOwn(first.uri, first.upTo);) {
      this.#held.shift();
      if (!this.#own.has(first.event[2])) first.pass(first.event);
    }
    // all ids of a burst are needed while events wait
    while (this.#held.length === 0 && this.#own.size > REMEMBERED)
      this.#own.delete(this.#own.values().next().value as Id);
  }

  /** An event came for the tab. */
  event(event: MessageOf<36>, uri: Uri, pass: (event: MessageOf<36>) => void): void {
    if (this.#own.has(event[2])) return;
    // an event cannot be a publication that was sent after it came
    if (this.#held.length > 0 || this.#mayBeOwn(uri, this.#count)) {
      this.#held.push({ event, uri, upTo: this.#count, pass });
    } else pass(event);
  }

  #mayBeOwn(uri: Uri, upTo: number): boolean {
    for (const [number, topic] of this.#unknown) if (number <= upTo && topic === uri) return true;
    return false;
  }
}
