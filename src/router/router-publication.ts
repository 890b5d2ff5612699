import type { Id } from '../protocol/ids.ts';
import type { Args, Dict } from '../protocol/payload.ts';
import { matchesUri, type Uri } from '../protocol/uris.ts';
import type { RouterSession, Subscription } from './router-session.ts';

/** An event on its way to its subscribers. */
export interface Publication {
  readonly id: Id;
  readonly topic: Uri;
  /** PUBLISH.Options. */
  readonly options: Dict;
  /** Everything of EVENT.Details but the topic. */
  readonly details: Dict;
  readonly args: Args | undefined;
  readonly kwargs: Dict | undefined;
  readonly publisher: RouterSession | undefined;
}

/** The last event of each topic that was published with `retain` (WAMP, section "Event Retention"). */
export class Retention {
  readonly #byTopic = new Map<Uri, Publication>();
  readonly #limit: number;

  /** @param limit how many topics; the one that was longest without an event goes first */
  constructor(limit: number) {
    this.#limit = limit;
  }

  keep(publication: Publication): void {
    this.#byTopic.delete(publication.topic);
    this.#byTopic.set(publication.topic, publication);
    if (this.#byTopic.size <= this.#limit) return;
    for (const [oldest] of this.#byTopic) {
      this.#byTopic.delete(oldest);
      return;
    }
  }

  /** What is kept for the topics of a subscription. */
  matching({ uri, match }: Subscription): Publication[] {
    return [...this.#byTopic.values()].filter(({ topic }) => matchesUri(topic, uri, match));
  }
}
