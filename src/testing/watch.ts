import { Subject, type Subscription } from 'rxjs';
import { isDict } from '../protocol/attributes.ts';
import type { Id } from '../protocol/ids.ts';
import { PUBLISH, type Dict, type List } from '../protocol/messages.ts';
import { matchesUri, type Match, type Uri } from '../protocol/uris.ts';
import type { RouterCore } from '../router/core.ts';
import type { RouterFrame } from '../router/router-options.ts';
import { show } from './record.ts';
import { whenCollected, type WaitOptions, type Wanted } from './waiting.ts';

/** Options of `router.watch()`. */
export interface WatchOptions {
  /**
   * How the topic is matched.
   *
   * @default 'exact'
   */
  readonly match?: Match;
  /** Only what sessions of this realm publish. */
  readonly realm?: string;
}

/** What a client published, as it came. */
export interface Published {
  readonly topic: Uri;
  readonly args: List;
  readonly kwargs: Readonly<Dict>;
  /** PUBLISH.Options as on the wire. */
  readonly options: Readonly<Dict>;
  /** The session that published. */
  readonly session: Id;
  /** Milliseconds of the scheduler's clock. */
  readonly time: number;
}

/**
 * What clients publish on a topic, remembered as it reaches the router: also what the router then refuses. Made by
 * `router.watch()`.
 */
export class TopicWatch {
  /** The URI or pattern. */
  readonly topic: Uri;
  #published: Published[] = [];
  readonly #changes = new Subject<void>();
  readonly #watching: Subscription;

  /** @internal */
  constructor(core: RouterCore, topic: Uri, { match = 'exact', realm }: WatchOptions = {}) {
    this.topic = topic;
    this.#watching = core.frames.subscribe((frame) => {
      const found = published(frame);
      if (found === undefined || !matchesUri(found.topic, topic, match)) return;
      if (realm !== undefined && core.linkOf(found.session)?.session?.realm !== realm) return;
      this.#published.push(found);
      this.#changes.next();
    });
  }

  /** What came so far, oldest first. */
  get published(): readonly Published[] {
    return this.#published;
  }

  /**
   * Resolves once something has been published, with all of it so far; with a predicate, with what satisfies it.
   *
   * @param wanted how many publications, or what one of them is like; 1 by default
   */
  whenPublished(wanted: Wanted<Published> = 1, options?: WaitOptions): Promise<readonly Published[]> {
    return whenCollected(
      this.#changes,
      () => this.#published,
      wanted,
      `publications on '${this.topic}'`,
      ({ topic, args, kwargs }) => show({ topic, args, kwargs }),
      options,
    );
  }

  /** Forgets what came so far. */
  reset(): void {
    this.#published = [];
  }

  /** Watches no longer. */
  stop(): void {
    this.#watching.unsubscribe();
  }

  /** The same as `stop()`, so that it can be added to a Subscription. */
  unsubscribe(): void {
    this.stop();
  }
}

function published({ direction, message, session, time }: RouterFrame): Published | undefined {
  // what is malformed is shown, too
  if (direction !== 'in' || session === undefined || !Array.isArray(message) || message[0] !== PUBLISH)
    return undefined;
  const [, , options, topic, args = [], kwargs = {}] = message;
  if (typeof topic !== 'string' || !isDict(options) || !isDict(kwargs)) return undefined;
  return { topic, args: args instanceof Uint8Array ? [args] : args, kwargs, options, session, time };
}
