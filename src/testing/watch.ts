import { Subject, type Subscription } from 'rxjs';
import { isDict } from '../protocol/kinds.ts';
import type { Id } from '../protocol/ids.ts';
import { PUBLISH } from '../protocol/messages.ts';
import type { Dict, List } from '../protocol/payload.ts';
import { matchesUri, type Match, type Uri } from '../protocol/uris.ts';
import type { RouterFrame } from '../router/router-options.ts';
import type { Router } from '../router/router.ts';
import { show } from './show.ts';
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
  /** The topic that was published to. */
  readonly topic: Uri;
  /** Positional values, never null. */
  readonly args: List;
  /** Keyword values, never null. */
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
  constructor(router: Router, topic: Uri, { match = 'exact', realm }: WatchOptions = {}) {
    this.topic = topic;
    this.#watching = router.messages$.subscribe((frame) => {
      const found = published(frame);
      if (found === undefined || !matchesUri(found.topic, topic, match)) return;
      if (realm !== undefined && router.sessions.find(({ id }) => id === found.session)?.realm !== realm) return;
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
      {
        by: 'whenPublished',
        changes: this.#changes,
        items: () => this.#published,
        noun: `publications on '${this.topic}'`,
        describe: ({ topic, args, kwargs }) => show({ topic, args, kwargs }),
      },
      wanted,
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
