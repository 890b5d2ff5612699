import { Subscription } from 'rxjs';
import { toWire } from '../protocol/attributes.ts';
import { ApplicationError, InvalidStateError, SerializationError } from '../protocol/errors.ts';
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
  RESULT,
  SUBSCRIBE,
  SUBSCRIBED,
  UNREGISTER,
  UNREGISTERED,
  UNSUBSCRIBE,
  UNSUBSCRIBED,
  withPayload,
  YIELD,
  type Dict,
  type Message,
  type MessageOf,
} from '../protocol/messages.ts';
import { matchesUri, type Match, type Uri } from '../protocol/uris.ts';
import { wireDetails, type WampEvent } from '../session/arrivals.ts';
import type { Invocation } from '../session/invocation.ts';
import { provideProcedure } from '../session/procedure.ts';
import type { Link, Reply } from '../session/requests.ts';
import type { Streams } from '../session/streams.ts';
import { observeTopic } from '../session/topic.ts';
import { OwnEvents } from './held.ts';
import { RelayedInvocation, slotOf, type Answerer } from './relay.ts';

/** What a tab subscribed to. */
interface TabTopic {
  readonly uri: Uri;
  readonly match: Match;
  /** The router's id, 0 until it is known. */
  id: Id;
  readonly stream: Subscription;
}

/** What a tab's session needs of whoever serves it. */
export interface TabHost {
  send(message: Message): void;
  /** Whether another tab would receive events of a topic. */
  wantedElsewhere(uri: Uri, by: TabSession): boolean;
}

/**
 * One tab's share in the worker's session. Requests go out under ids of that session, answers come back under the tab's;
 * ids of subscriptions and registrations are the router's. Options, details and payloads pass as they are.
 */
export class TabSession implements Answerer {
  readonly #host: TabHost;
  readonly #link: Link;
  readonly #streams: Streams;
  /** Open calls: the tab's request id → that of the worker's session. */
  readonly #calls = new Map<Id, Id>();
  #lastCall: Id = 0;
  /** All that is subscribed, confirmed or not; and by the router's ids, what is. */
  readonly #topics = new Set<TabTopic>();
  readonly #live = new Map<Id, TabTopic>();
  readonly #procedures = new Map<Id, Subscription>();
  readonly #invocations = new Map<Id, RelayedInvocation>();
  #invocationIds: Id = 0;
  readonly #events = new OwnEvents();
  /** Streams that wait for the router's answer, and all others. */
  readonly #all = new Subscription();

  constructor(host: TabHost, streams: Streams, link: Link) {
    this.#host = host;
    this.#streams = streams;
    this.#link = link;
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

  /** A message of the tab; false where it has no place in a session. */
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
        this.#call(message);
        return true;
      case CANCEL:
        this.#cancel(message[1], message[2]);
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

  /** The tab is gone, or has said goodbye: gives back what it held. */
  end(): void {
    for (const invocation of [...this.#invocations.values()]) invocation.cancel();
    if (this.#link.open) for (const request of [...this.#calls.keys()]) this.#cancel(request, { mode: 'killnowait' });
    this.#topics.clear();
    this.#live.clear();
    this.#all.unsubscribe();
  }

  #subscribe([, request, { get_retained: getRetained, ...wire }, uri]: MessageOf<32>): void {
    const match = (wire['match'] as Match | undefined) ?? 'exact';
    const topic: TabTopic = { uri, match, id: 0, stream: new Subscription() };
    const onSubscribed = ({ id }: { readonly id: Id }): void => {
      // a SUBSCRIBE that was repeated, for the retained event: the new one goes on where the old one stops
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
      observeTopic(this.#streams, { uri, match, options, wire }, this.#link.session).subscribe({
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
   * To the router all tabs are one session, which it would exclude whole as the publisher. Where another tab is to
   * receive the event it must not; and if this tab would then receive it, too, it is asked for the publication's id, to
   * know it by.
   */
  #publish([, request, options, uri, args, kwargs]: MessageOf<16>): void {
    const acknowledge = options['acknowledge'] === true;
    const shared = options['exclude_me'] !== false && this.#host.wantedElsewhere(uri, this);
    const own = shared && this.wants(uri);
    const sent = shared ? { ...options, exclude_me: false, ...(own && { acknowledge: true }) } : options;
    const number = own ? this.#events.published(uri) : 0;
    const settle = (reply: Reply): void => {
      if (own) this.#events.settle(number, reply[0] === PUBLISHED ? reply[2] : undefined);
      if (acknowledge) this.#answer(reply, request);
    };
    this.#request(
      (id) => withPayload<MessageOf<16>>([PUBLISH, id, sent, uri], args, kwargs),
      acknowledge || own ? { type: PUBLISH, settle, lost: () => undefined } : undefined,
      (error) => {
        if (own) this.#events.settle(number, undefined);
        if (acknowledge) this.#refuse(PUBLISH, request, error, 'wamp.error.invalid_payload');
      },
    );
  }

  #call([, request, options, uri, args, kwargs]: MessageOf<48>): void {
    const failed = (error: unknown): void => {
      this.#cancel(request, { mode: 'killnowait' });
      this.#refuse(CALL, request, error, 'wamp.error.invalid_payload');
    };
    const call = (id: Id): MessageOf<48> => withPayload([CALL, id, options, uri], args, kwargs);
    const open = this.#calls.get(request);
    if (open !== undefined) {
      try {
        this.#link.send(call(open));
      } catch (error) {
        failed(error);
      }
      return;
    }
    // more arguments for a call that is over
    if (request <= this.#lastCall) return;
    this.#lastCall = request;
    const settle = (reply: Reply): void => {
      if (reply[0] !== RESULT || reply[2]['progress'] !== true) this.#calls.delete(request);
      this.#answer(reply, request);
    };
    this.#calls.set(request, this.#link.nextId);
    this.#request(call, { type: CALL, settle, lost: () => undefined }, (error) => {
      this.#calls.delete(request);
      failed(error);
    });
  }

  #cancel(request: Id, options: Dict): void {
    const id = this.#calls.get(request);
    if (id === undefined) return;
    this.#calls.delete(request);
    this.#link.requests.delete(id);
    if (this.#link.supports('dealer', 'call_canceling')) this.#link.tell([CANCEL, id, options]);
  }

  #register([, request, wire, uri]: MessageOf<64>): void {
    const stream = new Subscription();
    let registration: Id = 0;
    const handler = (invocation: Invocation): void => {
      const id = ++this.#invocationIds;
      this.#invocations.set(id, new RelayedInvocation(this.#link, invocation, id, this));
    };
    this.#all.add(stream);
    stream.add(
      provideProcedure(
        this.#streams,
        { uri, match: (wire['match'] as Match | undefined) ?? 'exact', options: {}, wire },
        handler,
        this.#link.session,
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

  /** Sends a request in the worker's session. */
  #request(
    message: (id: Id) => MessageOf<16 | 48>,
    request: Parameters<Link['request']>[1],
    failed: (error: unknown) => void,
  ): void {
    try {
      this.#link.request(message(this.#link.nextId), request);
    } catch (error) {
      failed(error);
    }
  }

  /** An answer of the router, under the tab's id. */
  #answer(reply: Reply, request: Id): void {
    const answer: unknown[] = [...reply];
    answer[reply[0] === ERROR ? 2 : 1] = request;
    this.send(answer as unknown as Message);
  }

  /** ERROR for what the router, or the worker itself, has against a request. */
  #refuse(type: number, request: Id, error: unknown, otherwise: Uri): void {
    // what the session's end leaves open, the end of the tab's session tells
    if (!this.#link.open) return;
    const { uri, args, kwargs, details } = error as ApplicationError;
    const said =
      error instanceof ApplicationError
        ? withPayload<MessageOf<8>>([ERROR, type, request, snaked(details), uri], args, kwargs)
        : ([ERROR, type, request, {}, ...reasonOf(error, otherwise)] as MessageOf<8>);
    this.send(said);
  }

  #revoked(type: typeof UNSUBSCRIBED | typeof UNREGISTERED, which: Dict, error: unknown): void {
    if (!this.#link.open) return;
    const { uri } = error as Partial<ApplicationError>;
    this.send([type, 0, { ...which, ...(uri !== undefined && { reason: uri }) }]);
  }
}

const reasonOf = (error: unknown, otherwise: Uri): [Uri, [string]] => [
  error instanceof InvalidStateError || error instanceof SerializationError ? otherwise : 'wamp.error.runtime_error',
  [error instanceof Error ? error.message : String(error)],
];

/** A dictionary with the names of the wire. */
export const snaked = (dict: Readonly<Dict>): Dict =>
  Object.fromEntries(Object.entries(dict).map(([name, value]) => [toWire(name), value]));
