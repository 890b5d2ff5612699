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

/** A publication that is retained. It outlives its publisher, of whom it keeps the session's id alone. */
export interface Retained extends Omit<Publication, 'publisher'> {
  readonly publisher: Id | undefined;
  /** Its restrictions as a text, '' for none. */
  readonly restrictions: string;
}

/** How many events of one topic are retained that are for different sessions. */
const VERSIONS = 100;

/** The options of PUBLISH that keep an event from some. */
const RESTRICTIONS = [
  'eligible',
  'eligible_authid',
  'eligible_authrole',
  'exclude',
  'exclude_authid',
  'exclude_authrole',
] as const;

const restrictionsOf = (options: Dict): string =>
  RESTRICTIONS.flatMap((name) => (options[name] === undefined ? [] : [name, JSON.stringify(options[name])])).join();

/**
 * Of each topic the last event that was published with `retain` (WAMP, section "Event Retention"); and where that was
 * not for all, also the ones before it, down to the last that was.
 */
export class Retention {
  /** Newest first. */
  readonly #byTopic = new Map<Uri, readonly Retained[]>();
  readonly #limit: number;
  #size = 0;

  /** @param limit how many events; those of the topic that was longest without an event go first */
  constructor(limit: number) {
    this.#limit = limit;
  }

  keep({ publisher, ...publication }: Publication): void {
    const { topic, options } = publication;
    const restrictions = restrictionsOf(options);
    const older = this.#take(topic).filter((each) => restrictions !== '' && each.restrictions !== restrictions);
    const events = [{ ...publication, publisher: publisher?.id, restrictions }, ...older];
    this.#put(topic, events.slice(0, Math.min(VERSIONS, this.#limit)));
    for (const oldest of this.#byTopic.keys()) {
      if (this.#size <= this.#limit) return;
      this.#take(oldest);
    }
  }

  /** What is kept for the topics of a subscription: lists, each of one topic, newest first. */
  matching({ uri, match }: Subscription): (readonly Retained[])[] {
    if (match === 'exact') return [this.#byTopic.get(uri) ?? []];
    return [...this.#byTopic].filter(([topic]) => matchesUri(topic, uri, match)).map(([, events]) => events);
  }

  #put(topic: Uri, events: readonly Retained[]): void {
    this.#byTopic.set(topic, events);
    this.#size += events.length;
  }

  #take(topic: Uri): readonly Retained[] {
    const events = this.#byTopic.get(topic) ?? [];
    this.#byTopic.delete(topic);
    this.#size -= events.length;
    return events;
  }
}
