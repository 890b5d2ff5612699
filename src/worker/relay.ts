import { isDict } from '../protocol/kinds.ts';
import { SerializationError } from '../protocol/errors.ts';
import type { Id } from '../protocol/ids.ts';
import {
  ERROR,
  INTERRUPT,
  INVOCATION,
  withPayload,
  YIELD,
  type Message,
  type MessageOf,
} from '../protocol/messages.ts';
import type { Args, Dict, List } from '../protocol/payload.ts';
import { wireDetails } from '../session/details.ts';
import type { Invocation } from '../session/events.ts';
import type { OpenInvocation, RequestPort } from '../session/request-port.ts';

/** Invocations, answered before their last chunk came, that are remembered. */
const UNREAD_KEPT = 1000;

/** The payload as in its message: passed-through bytes take the place of the list. */
export const slotOf = (details: Readonly<Dict>, args: List, kwargs: Readonly<Dict>): Args =>
  details['enc_algo'] !== undefined && args.length === 1 && args[0] instanceof Uint8Array && !Object.keys(kwargs).length
    ? args[0]
    : args;

/** The tab that answers a relayed invocation. */
export interface Answerer {
  send(message: Message): void;
  /** The invocation is over. */
  forget(id: Id): void;
}

/**
 * An invocation that a tab answers. It replaces the running one in the session's table, and relays the messages of router
 * and tab unchanged.
 */
export class RelayedInvocation implements OpenInvocation {
  /** The tab's number for it. */
  readonly id: Id;
  readonly #port: RequestPort;
  readonly #upstream: Id;
  readonly #registration: Id;
  readonly #tab: Answerer;
  #inputOpen: boolean;

  /** To be made inside a handler, with its invocation. */
  constructor(port: RequestPort, invocation: Invocation, id: Id, tab: Answerer) {
    this.id = id;
    this.#port = port;
    this.#tab = tab;
    this.#registration = invocation.details.registration;
    const details = wireDetails(invocation.details);
    this.#inputOpen = details['progress'] === true;
    // the invocation of this handler is the last in the session's table
    const [upstream, running] = [...port.invocations].at(-1) as [Id, OpenInvocation];
    this.#upstream = upstream;
    running.abort(undefined);
    port.unread.delete(upstream);
    port.invocations.set(upstream, this);
    this.#invoke(details, slotOf(details, invocation.args, invocation.kwargs), invocation.kwargs);
  }

  /** Whether the caller may send more arguments. */
  get inputOpen(): boolean {
    return this.#inputOpen;
  }

  /** Further arguments. */
  more([, , , details, args, kwargs]: MessageOf<68>): void {
    this.#inputOpen = details['progress'] === true;
    this.#invoke(details, args, kwargs);
  }

  /** INTERRUPT. With killnowait no answer is expected. */
  interrupt(mode: unknown, reason: unknown): void {
    const options: Dict = {};
    if (typeof mode === 'string') options['mode'] = mode;
    if (typeof reason === 'string') options['reason'] = reason;
    this.#tab.send([INTERRUPT, this.id, options]);
    if (mode === 'killnowait') this.#done();
  }

  /** The session is over, and that of the tab with it. */
  abort(): void {
    this.#done();
  }

  /** The tab's YIELD. */
  yield([, , options, args, kwargs]: MessageOf<70>): void {
    this.#answer([YIELD, this.#upstream, options], args, kwargs, options['progress'] !== true);
  }

  /** The tab's ERROR. */
  error([, , , details, uri, args, kwargs]: MessageOf<8>): void {
    this.#answer([ERROR, INVOCATION, this.#upstream, details, uri], args, kwargs, true);
  }

  /** The tab is gone. */
  cancel(): void {
    this.#answer([ERROR, INVOCATION, this.#upstream, {}, 'wamp.error.canceled'], undefined, undefined, true);
  }

  #invoke(details: Readonly<Dict>, args: Args | undefined, kwargs: Readonly<Dict> | undefined): void {
    const named = isDict(kwargs) ? kwargs : undefined;
    this.#tab.send(withPayload<MessageOf<68>>([INVOCATION, this.id, this.#registration, details], args, named));
  }

  #answer(head: unknown[], args: Args | undefined, kwargs: Dict | undefined, final: boolean): void {
    let over = final;
    if (this.#port.open) {
      try {
        this.#port.send(withPayload<MessageOf<70>>(head, args, kwargs));
      } catch (error) {
        over = true;
        if (error instanceof SerializationError) {
          this.#port.trySend([ERROR, INVOCATION, this.#upstream, {}, 'wamp.error.invalid_payload', [error.message]]);
        }
      }
    }
    if (over) this.#done();
  }

  #done(): void {
    this.#tab.forget(this.id);
    this.#port.invocations.delete(this.#upstream);
    // chunks that are still under way are ignored
    if (!this.#inputOpen) return;
    const { unread } = this.#port;
    unread.add(this.#upstream);
    if (unread.size > UNREAD_KEPT) unread.delete(unread.keys().next().value as Id);
  }
}
