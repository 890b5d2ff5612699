import { from, mergeMap, Observable } from 'rxjs';
import { MAX_ID, type Id } from '../protocol/ids.ts';
import {
  ERROR,
  EVENT,
  PUBLISH,
  REGISTER,
  REGISTERED,
  SUBSCRIBE,
  UNREGISTER,
  UNREGISTERED,
  UNSUBSCRIBE,
  UNSUBSCRIBED,
  type Message,
  type MessageOf,
} from '../protocol/messages.ts';
import type { Dict } from '../protocol/payload.ts';
import type { Dispatch } from '../session/dispatch.ts';
import { keyOf } from '../session/recoverable.ts';
import type { Recovery } from '../session/recovery.ts';
import type { EventTarget, Reply } from '../session/request-port.ts';
import { REQUEST_WINDOW } from '../session/request-window.ts';
import { after } from '../session/time.ts';
import type { Receiver, Wire } from '../session/wire.ts';

/** Gives something back in a session; completes with the answer, whatever it says, or where none comes in time. */
const giveBack = (port: Dispatch, type: typeof UNSUBSCRIBE | typeof UNREGISTER, id: Id, limit: number) =>
  new Observable<never>((subscriber) => {
    const done = (): void => subscriber.complete();
    if (port.open) port.tryRequest([type, port.nextId, id], { type, answer: done, lost: done });
    else done();
    return after(limit, done);
  });

/**
 * Completes when the router has dealt with all that was sent in a session, and what it sent before has come: a router works
 * in order, and always answers an UNSUBSCRIBE, also of what no router holds.
 */
export const flushed = (port: Dispatch, limit: number): Observable<never> => giveBack(port, UNSUBSCRIBE, MAX_ID, limit);

/**
 * While topics and registrations go from one session of a client to another, which are both open:
 * - Events come from the first session until it ends; those of the second wait. Each publication is delivered once.
 * - A registration that others may share, or that the router lets go to a new owner (`force_reregister`), is always held by
 *   one session at least. Another is given back in the first session and requested in the second until it is free.
 * - What the client publishes in the second session does not come back to it through the first.
 */
export class Handover {
  readonly #recovery: Recovery;
  readonly #from: Dispatch;
  readonly #limit: number;
  /** What the first session holds and the second has not confirmed yet. */
  readonly #unconfirmed = new Map<string, object>();
  /** Publications that came in the first session. */
  readonly #seen = new Map<EventTarget | undefined, Set<Id>>();
  /** Events that came in the second session. */
  readonly #waiting: MessageOf<36>[] = [];
  /** The ids of registrations of the first session by their keys. */
  readonly #held = new Map<string, Id>();
  /** Whether events of the first session are over. */
  #ended = false;
  readonly #to: Dispatch;
  /** The second session's own. */
  readonly #wire: Wire;

  /** Begins, before anything is requested in the second session. `limit` is how many milliseconds an answer may take. */
  constructor(recovery: Recovery, from: Dispatch, to: Dispatch, limit: number) {
    this.#recovery = recovery;
    this.#from = from;
    this.#to = to;
    this.#wire = to.wire;
    this.#limit = limit;
    for (const [, topic] of from.subscriptions) this.#unconfirmed.set(keyOf('topic', topic.uri, topic.match), topic);
    for (const [id, procedure] of from.registrations) {
      const key = keyOf('procedure', procedure.uri, procedure.match);
      this.#unconfirmed.set(key, procedure);
      this.#held.set(key, id);
    }
    this.#letGoOfRequests();
    from.wire.deliverTo(inPlaceOf(from, (message) => this.#receiveFirst(message)));
    to.wire.deliverTo(inPlaceOf(to, (message) => this.#receiveSecond(message)));
    to.wire = { ...to.wire, send: this.#adapter() };
  }

  /** Whether the second session has confirmed all that the first one holds, but for what has ended. */
  get confirmed(): boolean {
    for (const [key, target] of this.#unconfirmed) {
      const stream = this.#recovery.get(key);
      if (stream === target && stream.id === 0) return false;
      this.#unconfirmed.delete(key);
    }
    return true;
  }

  /**
   * Events come from the second session alone from now on, those that wait first. `then` is called when it works as any:
   * it may be later with what the first one has delivered.
   */
  end(then: () => void): void {
    if (this.#ended) return;
    this.#ended = true;
    const to = this.#to;
    const wire = this.#wire;
    for (const event of this.#waiting.splice(0)) this.#receiveSecond(event);
    flushed(to, this.#limit).subscribe({
      complete: () => {
        wire.deliverTo(to);
        to.wire = wire;
        then();
      },
    });
  }

  /** Gives back what the first session holds; completes when the router has answered. */
  giveBack(): Observable<never> {
    const { subscriptions, registrations } = this.#from;
    return from([
      ...[...registrations.keys()].map((id) => this.#unregister(id)),
      ...[...subscriptions.keys()].map((id) => giveBack(this.#from, UNSUBSCRIBE, id, this.#limit)),
    ]).pipe(mergeMap((request) => request, REQUEST_WINDOW));
  }

  /** Gives a registration back in the first session, which serves it until the router has answered. */
  #unregister(id: Id): Observable<never> {
    const { registrations } = this.#from;
    return new Observable((subscriber) =>
      giveBack(this.#from, UNREGISTER, id, this.#limit).subscribe({
        complete() {
          registrations.delete(id);
          subscriber.complete();
        },
      }),
    );
  }

  /** The second session makes the first one's open requests anew: the answers to those are late. */
  #letGoOfRequests(): void {
    const { requests } = this.#from;
    for (const [id, { type }] of requests) {
      if (type === SUBSCRIBE) requests.delete(id);
      if (type === REGISTER) {
        requests.set(id, {
          type,
          answer: (reply) => reply[0] === REGISTERED && this.#unregister(reply[2]).subscribe(),
        });
      }
    }
  }

  #receiveFirst(message: Message): void {
    const { subscriptions, registrations } = this.#from;
    if (message[0] === EVENT) {
      if (this.#ended) return;
      const target = subscriptions.get(message[1]);
      const seen = this.#seen.get(target) ?? new Set();
      this.#seen.set(target, seen.add(message[2]));
    } else if ((message[0] === UNREGISTERED || message[0] === UNSUBSCRIBED) && message[1] === 0) {
      // as the second session wanted it
      registrations.delete(message[2]?.['registration'] as Id);
      return;
    }
    this.#from.receive(message);
  }

  #receiveSecond(message: Message): void {
    if (message[0] === EVENT) {
      if (!this.#ended) {
        this.#waiting.push(message);
        return;
      }
      const target = this.#to.subscriptions.get(message[1]);
      // a retained one is for those who asked for it
      if (message[3]['retained'] !== true && this.#seen.get(target)?.has(message[2])) return;
    }
    this.#to.receive(message);
  }

  /** Sends the requests of the second session as they have to be while the first is open. */
  #adapter(): (message: Message) => void {
    const wire = this.#wire;
    const { id: first } = this.#from.session;
    const excludes = this.#to.supports('broker', 'subscriber_blackwhite_listing');
    return (message) => {
      if (message[0] === REGISTER) wire.send(this.#registering(message));
      else wire.send(message[0] === PUBLISH && excludes ? excluding(message, first) : message);
    };
  }

  /** A REGISTER that takes over from the first session, and is sent again where that is in the way. */
  #registering(message: MessageOf<64>): Message {
    const to = this.#to;
    const [type, id, options, uri] = message;
    const pending = to.requests.get(id);
    if (!pending) return message;
    const key = keyOf('procedure', uri, (options['match'] as 'prefix' | undefined) ?? 'exact');
    const held = this.#held.get(key);
    const shared = (options['invoke'] ?? 'single') !== 'single';
    const answer = (reply: Reply): void => {
      if (!alreadyExists(reply) || !this.#mayHold(key)) {
        pending.answer(reply);
        return;
      }
      if (held !== undefined) {
        this.#held.delete(key);
        this.#unregister(held).subscribe();
      }
      to.tryRequest([type, to.nextId, options, uri], pending);
    };
    to.requests.set(id, { ...pending, answer });
    return held !== undefined && !shared ? [type, id, { ...options, force_reregister: true }, uri] : message;
  }

  /** Whether the first session may hold a registration still. */
  #mayHold(key: string): boolean {
    const { requests, open } = this.#from;
    return (
      this.#held.has(key) ||
      (open && [...requests.values()].some(({ type }) => type === REGISTER || type === UNREGISTER))
    );
  }
}

/** Receives messages in place of a dispatch, which gets all else. */
const inPlaceOf = (dispatch: Dispatch, receive: (message: Message) => void): Receiver => ({
  receive,
  violated: (error) => dispatch.violated(error),
  lost: (error) => dispatch.lost(error),
});

const alreadyExists = (reply: Reply): boolean =>
  reply[0] === ERROR && reply[4] === 'wamp.error.procedure_already_exists';

/** A publication that one session more is not to receive. */
function excluding([type, id, options, uri, ...payload]: MessageOf<16>, session: Id): Message {
  const { exclude, exclude_me } = options as { exclude?: readonly Id[]; exclude_me?: boolean };
  const wire: Dict = exclude_me === false ? options : { ...options, exclude: [...(exclude ?? []), session] };
  return [type, id, wire, uri, ...payload] as unknown as Message;
}
