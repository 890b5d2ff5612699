import type { Id } from '../protocol/ids.ts';
import { CALL, CANCEL, RESULT, withPayload, type Message, type MessageOf } from '../protocol/messages.ts';
import type { Dict } from '../protocol/payload.ts';
import type { RequestPort, Reply } from '../session/request-port.ts';
import { errorFor, replyFor } from './replies.ts';

const CANCELED: Dict = { mode: 'killnowait' };

/** The calls of one tab. */
export class TabCalls {
  readonly #upstream: RequestPort;
  readonly #tab: { send(message: Message): void };
  /** Open calls: the tab's request id → that of the worker's session. */
  readonly #open = new Map<Id, Id>();
  #last: Id = 0;

  constructor(upstream: RequestPort, tab: { send(message: Message): void }) {
    this.#upstream = upstream;
    this.#tab = tab;
  }

  /** CALL: a new one, or further arguments of an open one. */
  call([, request, options, uri, args, kwargs]: MessageOf<48>): void {
    const open = this.#open.get(request);
    // further arguments of a call that is over
    if (open === undefined && request <= this.#last) return;
    const id = open ?? this.#upstream.nextId;
    const message = withPayload<MessageOf<48>>([CALL, id, options, uri], args, kwargs);
    try {
      if (open === undefined) {
        this.#last = request;
        this.#open.set(request, id);
        this.#upstream.request(message, {
          type: CALL,
          answer: (reply) => this.#reply(request, reply),
          lost: () => undefined,
        });
      } else this.#upstream.send(message);
    } catch (error) {
      // the router does not know of a new call
      if (open === undefined) this.#open.delete(request);
      else this.cancel(request, CANCELED);
      if (this.#upstream.open) this.#tab.send(errorFor(CALL, request, error, 'wamp.error.invalid_payload'));
    }
  }

  /** CANCEL. The tab expects no reply after it. */
  cancel(request: Id, options: Dict): void {
    const id = this.#open.get(request);
    if (id === undefined) return;
    this.#open.delete(request);
    this.#upstream.requests.delete(id);
    if (this.#upstream.supports('dealer', 'call_canceling')) this.#upstream.trySend([CANCEL, id, options]);
  }

  /** The tab is gone: cancels its calls. */
  end(): void {
    if (this.#upstream.open) for (const request of [...this.#open.keys()]) this.cancel(request, CANCELED);
  }

  #reply(request: Id, reply: Reply): void {
    if (reply[0] !== RESULT || reply[2]['progress'] !== true) this.#open.delete(request);
    this.#tab.send(replyFor(request, reply));
  }
}
