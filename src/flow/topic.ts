import { Observable, throwError, type Observer } from 'rxjs';
import { checkOptions, DICT } from '../protocol/kinds.ts';
import type { Uri } from '../protocol/uris.ts';
import type { WampEvent } from '../session/events.ts';
import { checkPublish } from '../session/option-checks.ts';
import { portOf } from '../session/verbs.ts';
import type { Given, PublishOptions, SubscribeOptions, Wamp } from '../session/options.ts';

/** Options of {@link topic}. */
export interface TopicOptions {
  /** Those of `subscribe()`. */
  readonly subscribe?: Given<SubscribeOptions> | undefined;
  /** Those of `publish()`; with `excludeMe: false` one hears oneself. */
  readonly publish?: Given<PublishOptions> | undefined;
}

const TABLE = { subscribe: DICT, publish: DICT };

/** A topic as one value that is heard and fed. */
export class TopicSubject<T> extends Observable<WampEvent<T>> implements Observer<T> {
  /** Publishes a value, as the one positional argument. */
  readonly next: (value: T) => void;

  /** @internal */
  constructor(events: Observable<WampEvent<T>>, publish: (value: T) => void) {
    super((subscriber) => events.subscribe(subscriber));
    this.next = publish;
  }

  /** The error goes to where RxJS reports errors that nobody handles; the topic goes on. */
  error(error: unknown): void {
    throwError(() => error).subscribe();
  }

  /** Does nothing: a source has come to its end, not the topic, which others may feed. */
  complete(): void {
    // see above
  }
}

/**
 * A topic like a Subject: who subscribes hears its events, as of `subscribe()`; what it is fed, by `next()` or as the
 * observer of a source, is published. For a source that may be faster than the link there is {@link publisher}.
 *
 * Nothing goes to the router before either happens. What goes wrong with a publication is told on lifecycle$ as
 * `publisherror`.
 *
 * @throws TypeError, InvalidUriError for arguments that cannot be right
 * @example
 * const mood = topic<string>(wamp, 'com.app.mood');
 * mood.subscribe(({ value }) => show(value));
 * fromEvent(input, 'change').pipe(map(() => input.value)).subscribe(mood);
 */
export function topic<T = unknown>(wamp: Wamp, uri: Uri, options: TopicOptions = {}): TopicSubject<T> {
  portOf(wamp, 'topic()'); // says what else it got
  checkOptions(() => 'topic()', TABLE, options);
  const { subscribe, publish = {} } = options;
  checkPublish(uri, [], {}, publish);
  return new TopicSubject(wamp.subscribe<T>(uri, subscribe), (value) => void wamp.publish(uri, [value], {}, publish));
}
