import { Subscription } from 'rxjs';
import { ApplicationError } from '../protocol/errors.ts';
import type { Id } from '../protocol/ids.ts';
import {
  CALL,
  CANCEL,
  ERROR,
  EVENT,
  PUBLISH,
  PUBLISHED,
  REGISTER,
  REGISTERED,
  SUBSCRIBE,
  SUBSCRIBED,
  UNREGISTER,
  UNREGISTERED,
  UNSUBSCRIBE,
  UNSUBSCRIBED,
  withPayload,
  YIELD,
  type Message,
  type MessageOf,
} from '../protocol/messages.ts';
import type { Dict } from '../protocol/payload.ts';
import { matchesUri, type Match, type Uri } from '../protocol/uris.ts';
import { wireDetails } from '../session/details.ts';
import type { WampEvent, Invocation } from '../session/events.ts';
import { observeRegistration } from '../session/registration.ts';
import type { RequestPort, Reply } from '../session/request-port.ts';
import type { Recovery } from '../session/recovery.ts';
import { observeSubscription } from '../session/subscription.ts';
import { errorFor, replyFor } from './replies.ts';
import { TabCalls } from './calls.ts';
import { OwnEvents } from './own-events.ts';
import { RelayedInvocation, slotOf, type Answerer } from './relay.ts';

/** A subscription of a tab. */
interface TabTopic {
  readonly uri: Uri;
  readonly match: Match;
  /** The router's id, 0 until it is known. */
  id: Id;
  readonly stream: Subscription;
}

/** The server of a tab's session. */
export interface TabHost {
  send(message: Message): void;
  /** Whether another tab would receive events of a topic. */
  wantedElsewhere(uri: Uri, by: TabSession): boolean;
}

/**
 * One tab's share in the worker's session. Requests are sent with ids of that session, replies returned with the tab's;
 * ids of subscriptions and registrations are the router's. Options, details and payloads pass unchanged.
 */
export class TabSession implements Answerer {
  readonly #host: TabHost;
  readonly #upstream: RequestPort;
  readonly #recovery: Recovery;
  readonly #calls: TabCalls;
  /** All subscriptions, and the confirmed ones by the router's ids. */
  readonly #topics = new Set<TabTopic>();
  readonly #live = new Map<Id, TabTopic>();
  readonly #procedures = new Map<Id, Subscription>();
  readonly #invocations = new Map<Id, RelayedInvocation>();
  #invocationIds: Id = 0;
  readonly #events = new OwnEvents();
  /** All streams, confirmed or not. */
  readonly #all = new Subscription();

  constructor(host: TabHost, recovery: Recovery, upstream: RequestPort) {
    this.#host = host;
    this.#recovery = recovery;
    this.#upstream = upstream;
    this.#calls = new TabCalls(upstream, host);
  }

  send(message: Message): void {
    this.#host.send(message);
  }

  forget(id: Id): void {
    this.#invocations.delete(id);
  }

  /** Whether this tab would receive events of a topic. */
  wants(uri: Uri): boolean {
    for (const topic of this.#topics) if (matchesUri(uri, topic.uri, topic.match)) return true;
    return false;
  }

  /** Handles a message of the tab; false if a session has no place for it. */
  receive(message: Message): boolean {
    switch (message[0]) {
      case SUBSCRIBE:
        this.#subscribe(message);
        return true;
      case UNSUBSCRIBE:
        this.#unsubscribe(message);
        return true;
      case PUBLISH:
        this.#publish(message);
        return true;
      case CALL:
        this.#calls.call(message);
        return true;
      case CANCEL:
        this.#calls.cancel(message[1], message[2]);
        return true;
      case REGISTER:
        this.#register(message);
        return true;
      case UNREGISTER:
        this.#unregister(message);
        return true;
      case YIELD:
        this.#invocations.get(message[1])?.yield(message);
        return true;
      case ERROR:
        this.#invocations.get(message[2])?.error(message);
        return true;
      default:
        return false;
    }
  }

  /** The tab is gone or has said GOODBYE: ends its streams and calls. */
  end(): void {
    for (const invocation of [...this.#invocations.values()]) invocation.cancel();
    this.#calls.end();
    this.#topics.clear();
    this.#live.clear();
    this.#all.unsubscribe();
  }

  #subscribe([, request, { get_retained: getRetained, ...wire }, uri]: MessageOf<32>): void {
    const match = (wire['match'] as Match | undefined) ?? 'exact';
    const topic: TabTopic = { uri, match, id: 0, stream: new Subscription() };
    const onSubscribed = ({ id }: { readonly id: Id }): void => {
      // a SUBSCRIBE that was repeated for the retained event replaces the first one
      const before = this.#live.get(id);
      topic.id = id;
      this.#live.set(id, topic);
      if (before) this.#leave(before);
      this.send([SUBSCRIBED, request, id]);
    };
    const options = { onSubscribed, ...(getRetained === true && { getRetained }) };
    this.#topics.add(topic);
    this.#all.add(topic.stream);
    topic.stream.add(
      observeSubscription(this.#recovery, { uri, match, options, wire }, this.#upstream.session).subscribe({
        next: (event) => {
          if (this.#live.get(topic.id) === topic) this.#event(event, topic);
        },
        error: (error: unknown) => {
          const { id } = topic;
          const current = this.#live.get(id) === topic;
          this.#leave(topic);
          if (id === 0) this.#refuse(SUBSCRIBE, request, error, 'wamp.error.option_not_allowed');
          else if (current) {
            this.#live.delete(id);
            this.#revoked(UNSUBSCRIBED, { subscription: id }, error);
          }
        },
      }),
    );
  }

  #leave(topic: TabTopic): void {
    this.#topics.delete(topic);
    this.#all.remove(topic.stream);
    topic.stream.unsubscribe();
  }

  #event({ args, kwargs, details }: WampEvent, topic: TabTopic): void {
    const wire = wireDetails(details);
    const event = withPayload<MessageOf<36>>(
      [EVENT, topic.id, details.publication, wire],
      slotOf(wire, args, kwargs),
      kwargs,
    );
    this.#events.event(event, details.topic, (passed) => {
      if (this.#live.has(passed[1])) this.send(passed);
    });
  }

  #unsubscribe([, request, id]: MessageOf<34>): void {
    const topic = this.#live.get(id);
    if (!topic) {
      this.send([ERROR, UNSUBSCRIBE, request, {}, 'wamp.error.no_such_subscription']);
      return;
    }
    this.#live.delete(id);
    this.#leave(topic);
    this.send([UNSUBSCRIBED, request]);
  }

  /**
   * The router sees all tabs as one session, and would exclude it as the publisher. Where another tab receives the topic,
   * it must not; if this tab would receive it, too, PUBLISHED brings the id by which its own event is recognised.
   */
  #publish([, request, options, uri, args, kwargs]: MessageOf<16>): void {
    const acknowledge = options['acknowledge'] === true;
    const shared = options['exclude_me'] !== false && this.#host.wantedElsewhere(uri, this);
    const own = shared && this.wants(uri);
    const sent = shared ? { ...options, exclude_me: false, ...(own && { acknowledge: true }) } : options;
    const number = own ? this.#events.published(uri) : 0;
    const answer = (reply: Reply): void => {
      if (own) this.#events.acknowledged(number, reply[0] === PUBLISHED ? reply[2] : undefined);
      if (acknowledge) this.send(replyFor(request, reply));
    };
    try {
      this.#upstream.request(
        withPayload<MessageOf<16>>([PUBLISH, this.#upstream.nextId, sent, uri], args, kwargs),
        acknowledge || own ? { type: PUBLISH, answer, lost: () => undefined } : undefined,
      );
    } catch (error) {
      if (own) this.#events.acknowledged(number, undefined);
      if (acknowledge) this.#refuse(PUBLISH, request, error, 'wamp.error.invalid_payload');
    }
  }

  #register([, request, wire, uri]: MessageOf<64>): void {
    const stream = new Subscription();
    let registration: Id = 0;
    const handler = (invocation: Invocation): void => {
      // the router had called before it read UNREGISTER
      if (this.#all.closed) throw new ApplicationError('wamp.error.canceled');
      const id = ++this.#invocationIds;
      this.#invocations.set(id, new RelayedInvocation(this.#upstream, invocation, id, this));
    };
    this.#all.add(stream);
    stream.add(
      observeRegistration(
        this.#recovery,
        { uri, match: (wire['match'] as Match | undefined) ?? 'exact', options: {}, wire },
        handler,
        this.#upstream.session,
      ).subscribe({
        next: ({ id }) => {
          registration = id;
          this.#procedures.set(id, stream);
          this.send([REGISTERED, request, id]);
        },
        error: (error: unknown) => {
          this.#all.remove(stream);
          this.#procedures.delete(registration);
          if (registration === 0) this.#refuse(REGISTER, request, error, 'wamp.error.procedure_already_exists');
          else this.#revoked(UNREGISTERED, { registration }, error);
        },
      }),
    );
  }

  #unregister([, request, id]: MessageOf<66>): void {
    const stream = this.#procedures.get(id);
    if (!stream) {
      this.send([ERROR, UNREGISTER, request, {}, 'wamp.error.no_such_registration']);
      return;
    }
    this.#procedures.delete(id);
    this.#all.remove(stream);
    stream.unsubscribe();
    this.send([UNREGISTERED, request]);
  }

  /** ERROR for a request that router or worker refused. */
  #refuse(type: number, request: Id, error: unknown, fallback: Uri): void {
    // at the end of the session the tab's own ends, with its requests
    if (this.#upstream.open) this.send(errorFor(type, request, error, fallback));
  }

  #revoked(type: typeof UNSUBSCRIBED | typeof UNREGISTERED, stream: Dict, error: unknown): void {
    if (!this.#upstream.open) return;
    const { uri } = error as Partial<ApplicationError>;
    this.send([type, 0, { ...stream, ...(uri !== undefined && { reason: uri }) }]);
  }
}
