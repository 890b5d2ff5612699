import {
  assertInInjectionContext,
  computed,
  DestroyRef,
  effect,
  inject,
  signal,
  untracked,
  type Signal,
} from '@angular/core';
import { toSignal } from '@angular/core/rxjs-interop';
import {
  from,
  identity,
  ignoreElements,
  merge,
  scan,
  switchMap,
  throttleTime,
  type Observable,
  type Subscription,
} from 'rxjs';
import type { EventOf, JoinedSession, SubscribeOptions, TopicUri, Uri, WampClient, WampEvent } from '../index.ts';
import type { OtherUri } from '../session/contract-types.ts';
import { injectWamp, type ByRef, type WampRef } from './ref.ts';
import { keyOf } from './handover.ts';
import { handoverOf, isSilent } from './server.ts';

/** How a topic stands. */
export type TopicStatus =
  /** There is no topic, or the page is rendered on a server that does not dial. */
  | 'idle'
  /** Nothing was heard yet. */
  | 'pending'
  /** There is a value, and the router delivers what follows. */
  | 'live'
  /** There is a value, but the link is lost: something may be missed. */
  | 'stale'
  /** The router refused the subscription or withdrew it, or the client has given up. */
  | 'error';

/** A topic as signals. None of them throws. */
export interface TopicRef<A, E = WampEvent> {
  /** What was made of the events so far: the value of the last one, or what `reduce` returned. */
  readonly value: Signal<A>;
  /** The last event. */
  readonly event: Signal<E | undefined>;
  /** Why the stream ended, as an Error; undefined while it has not, and after `retry()`. */
  readonly error: Signal<Error | undefined>;
  /** Where it stands: see {@link TopicStatus}. */
  readonly status: Signal<TopicStatus>;
  /** Whether `value()` is not undefined. */
  hasValue(): this is TopicRef<Exclude<A, undefined>, E>;
  /** Subscribes again after an error. */
  retry(): void;
}

/** Options of {@link topicResource}: those of `subscribe()`, and what Angular's views need. */
export interface TopicResourceOptions<Api, A, E> extends SubscribeOptions {
  /** The client that subscribes; that of `provideWamp()` without a ref by default. */
  readonly client?: WampRef<Api> | undefined;
  /** Makes the value of the one before and an event; by default the event's own value is it. */
  readonly reduce?: ((before: A, event: E) => A) | undefined;
  /** Milliseconds between two changes of the signals, the last event always counts; 0, none, by default. */
  readonly throttle?: number | undefined;
  /** How many past events to begin with, from the router's history (see `withHistory()`). */
  readonly past?: number | undefined;
}

interface Initial<A> {
  /** The value before the first event. */
  readonly initialValue: A;
}
type Source<U> = U | (() => U | undefined);

/** The same by the contract of `client`, with a value from the beginning. */
export function topicResource<Api, U extends TopicUri<Api>, A = EventOf<Api, U>['value']>(
  topic: Source<U>,
  options: TopicResourceOptions<Api, A, EventOf<Api, U>> & ByRef<Api> & Initial<A>,
): TopicRef<A, EventOf<Api, U>>;
/** The same by the contract of `client`. */
export function topicResource<Api, U extends TopicUri<Api>, A = EventOf<Api, U>['value']>(
  topic: Source<U>,
  options: TopicResourceOptions<Api, A | undefined, EventOf<Api, U>> & ByRef<Api>,
): TopicRef<A | undefined, EventOf<Api, U>>;
/** The same with a value from the beginning. */
export function topicResource<T, A = T, Api = unknown, U extends Uri = Uri>(
  topic: Source<OtherUri<Api, TopicUri<Api>, U>>,
  options: TopicResourceOptions<Api, A, WampEvent<T>> & Initial<A>,
): TopicRef<A, WampEvent<T>>;
/**
 * A topic as signals, subscribed to for as long as the component, directive or service lives. A refused topic shows in
 * `error` and `status`, and never throws out of a template.
 *
 * @template T the value of an event
 * @template A what `reduce` makes of them
 * @param topic a URI, or a function of signals that returns one; undefined subscribes to nothing
 * @throws Error outside of an injection context; TypeError, InvalidUriError for arguments that cannot be right
 *
 * @example
 * readonly price = topicResource<number>('com.shop.price', { getRetained: true });
 * readonly log = topicResource<string, readonly string[]>(() => this.topic(), {
 *   initialValue: [],
 *   reduce: (lines, { value }) => [...lines.slice(-99), value],
 *   throttle: 100,
 * });
 */
export function topicResource<T = unknown, A = T, Api = unknown, U extends Uri = Uri>(
  topic: Source<OtherUri<Api, TopicUri<Api>, U>>,
  options?: TopicResourceOptions<Api, A | undefined, WampEvent<T>>,
): TopicRef<A | undefined, WampEvent<T>>;
export function topicResource(
  topic: Source<Uri>,
  options: TopicResourceOptions<unknown, unknown, WampEvent> & Partial<Initial<unknown>> = {},
): TopicRef<unknown> {
  assertInInjectionContext(topicResource);
  const { client, initialValue, reduce = (_, { value }) => value, throttle, past, ...subscribing } = options;
  const wamp = injectWamp(client);
  const silent = isSilent(wamp);
  const handover = handoverOf(wamp);
  const wanted = typeof topic === 'function' ? computed(topic) : () => topic;
  const status = toSignal(wamp.status$, { requireSync: true });

  const value = signal(initialValue);
  const event = signal<WampEvent | undefined>(undefined);
  const error = signal<Error | undefined>(undefined);
  /** The session that confirmed the subscription last; 'server' where the value came with the page. */
  const source = signal<JoinedSession | 'server' | undefined>(undefined);
  let subscription: Subscription | undefined;

  const subscribe = (uri: Uri): void => {
    error.set(undefined);
    const ready = past || subscribing.getRetained ? handover?.wait() : undefined;
    const events = eventsOf(wamp, uri, past, {
      ...subscribing,
      onSubscribed(info) {
        source.set(info.session);
        subscribing.onSubscribed?.(info);
      },
    });
    subscription = events
      .pipe(
        scan((before, next) => ({ value: reduce(before.value, next), event: next }), {
          value: untracked(value),
        } as { value: unknown; event?: WampEvent }),
        throttle ? throttleTime(throttle, undefined, { leading: true, trailing: true }) : identity,
      )
      .subscribe({
        next(state) {
          value.set(state.value);
          event.set(state.event);
          handover?.give(keyOf(client, uri), state.value);
          ready?.();
        },
        error(failure: Error) {
          error.set(failure);
          ready?.();
        },
      });
    if (ready) subscription.add(ready);
  };
  const begin = (uri: Uri | undefined): void => {
    if (uri === undefined || silent) return;
    const there = handover?.take(keyOf(client, uri));
    if (there) {
      value.set(there[0]);
      source.set('server');
    }
    subscribe(uri);
  };

  if (typeof topic === 'function') {
    effect((onCleanup) => {
      const uri = wanted();
      untracked(() => {
        value.set(initialValue);
        event.set(undefined);
        error.set(undefined);
        source.set(undefined);
        begin(uri);
      });
      onCleanup(() => subscription?.unsubscribe());
    });
  } else {
    begin(topic);
    inject(DestroyRef).onDestroy(() => subscription?.unsubscribe());
  }

  const hasValue = computed(() => value() !== undefined);
  return {
    value: value.asReadonly(),
    event: event.asReadonly(),
    error: error.asReadonly(),
    status: computed(() => {
      if (silent || wanted() === undefined) return 'idle';
      if (error()) return 'error';
      if (!source() || !(hasValue() || event())) return 'pending';
      const now = status();
      return now.state === 'joined' && now.session === source() ? 'live' : 'stale';
    }),
    hasValue: hasValue as never,
    retry() {
      const uri = untracked(wanted);
      if (uri === undefined || !untracked(error)) return;
      // what has given up begins anew with connect() alone
      if (wamp.status.state === 'failed') wamp.connect();
      subscription?.unsubscribe();
      subscribe(uri);
    },
  };
}

/** The events of a topic, past ones first where they are asked for. */
function eventsOf(
  wamp: WampClient,
  topic: Uri,
  past: number | undefined,
  options: SubscribeOptions,
): Observable<WampEvent> {
  if (!past) return wamp.subscribe(topic, options);
  const { match } = options;
  // loaded where it is used
  const history = from(import('../flow/index.ts')).pipe(
    switchMap(({ withHistory }) => withHistory(wamp, topic, { past, match })),
  );
  return merge(wamp.subscribe(topic, options).pipe(ignoreElements()), history);
}
