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
  /** Those of `publish()`; with `excludeMe: false` the publisher receives its own events. */
  readonly publish?: Given<PublishOptions> | undefined;
}

const TABLE = { subscribe: DICT, publish: DICT };

/** A topic as an Observable of its events and an Observer of values to publish. */
export class TopicSubject<T> extends Observable<WampEvent<T>> implements Observer<T> {
  /** Publishes a value, as the one positional argument. */
  readonly next: (value: T) => void;

  /** @internal */
  constructor(events: Observable<WampEvent<T>>, publish: (value: T) => void) {
    super((subscriber) => events.subscribe(subscriber));
    this.next = publish;
  }

  /** Reports the error as RxJS does with an unhandled one; the topic goes on. */
  error(error: unknown): void {
    throwError(() => error).subscribe();
  }

  /** Does nothing: the source has ended, not the topic, which may have others. */
  complete(): void {
    // see above
  }
}

/**
 * A topic like a Subject: subscribing to it receives its events, as with `subscribe()`; `next()` publishes a value, so that
 * it may observe a source. For a source that may be faster than the link see {@link publisher}.
 *
 * It sends nothing before either happens. Failed publications are emitted on lifecycle$ as `publisherror`.
 *
 * @throws TypeError, InvalidUriError for wrong arguments
 * @example
 * const mood = topic<string>(wamp, 'com.app.mood');
 * mood.subscribe(({ value }) => show(value));
 * fromEvent(input, 'change').pipe(map(() => input.value)).subscribe(mood);
 */
export function topic<T = unknown>(wamp: Wamp, uri: Uri, options: TopicOptions = {}): TopicSubject<T> {
  portOf(wamp, 'topic()'); // throws for any other value
  checkOptions(() => 'topic()', TABLE, options);
  const { subscribe, publish = {} } = options;
  checkPublish(uri, [], {}, publish);
  return new TopicSubject(wamp.subscribe<T>(uri, subscribe), (value) => void wamp.publish(uri, [value], {}, publish));
}
