import type { Observable, Subscriber, Unsubscribable } from 'rxjs';
import { InvalidStateError, type WampError } from '../protocol/errors.ts';
import { REGISTER, REGISTERED, UNREGISTER, type MessageOf } from '../protocol/messages.ts';
import type { Dict } from '../protocol/payload.ts';
import { describeRequest } from '../protocol/uris.ts';
import type { StreamRequest } from './option-checks.ts';
import type { Handler } from './invocation.ts';
import type { RegisterOptions, Registration } from './options.ts';
import type { RequestPort } from './request-port.ts';
import type { Session } from './session.ts';
import { finish, keyOf, Recoverable, unlessOver, type Recovery } from './recovery.ts';

/** One registration: of one subscriber, its own teardown. */
export class ProcedureRegistration extends Recoverable implements Unsubscribable {
  readonly kind = 'procedure';
  readonly handler: Handler;
  readonly #wire: Dict;
  readonly #subscriber: Subscriber<Registration>;
  /** The session that it dies with, if it does. */
  readonly #session: Session | undefined;
  /** Nobody wants it any more; invocations are served until the router confirms. */
  #leaving = false;
  #ended = false;
  #registeredBefore = false;
  /** The next one of this key, which waits for UNREGISTERED. */
  #successor: ProcedureRegistration | undefined;

  constructor(
    streams: Recovery,
    { uri, match, wire }: StreamRequest<RegisterOptions>,
    handler: Handler,
    subscriber: Subscriber<Registration>,
    session: Session | undefined,
  ) {
    super(streams, uri, match);
    this.#wire = wire;
    this.handler = handler;
    this.#subscriber = subscriber;
    this.#session = session;
  }

  /** Waits for a predecessor that is being unregistered; false where the predecessor is alive. */
  follow(predecessor: ProcedureRegistration): boolean {
    const waiting = predecessor.#successor;
    if (!predecessor.#leaving || (waiting && !waiting.#leaving)) return false;
    predecessor.#successor = this;
    return true;
  }

  override ask(link: RequestPort): void {
    this.request(link, [REGISTER, link.nextId, this.#wire, this.uri], (reply) => {
      if (reply[0] === REGISTERED) this.#registered(link, reply);
      else if (this.#leaving) this.#gone();
      else this.streams.refused(this, this.errorOf(link, reply));
    });
  }

  #registered(link: RequestPort, [, , id]: MessageOf<65>): void {
    const unwanted = this.#leaving;
    this.streams.procedures.set(id, this);
    this.streams.confirm(this, id);
    if (unwanted) this.#unregister(link);
    // it may have been given back by somebody who heard of the confirmation
    if (this.#leaving) return;
    const again = this.#registeredBefore;
    this.#registeredBefore = true;
    this.#subscriber.next({ id, procedure: this.uri, match: this.match, session: link.session, again });
  }

  /** Gives the registration back; invocations that run go on. */
  unsubscribe(): void {
    if (this.#ended || this.#leaving) return;
    this.#leaving = true;
    const { link } = this.streams;
    if (this.asking > 0) return;
    if (this.id > 0 && link?.open) this.#unregister(link);
    else this.#gone();
  }

  #unregister(link: RequestPort): void {
    const settle = (): void => this.#gone();
    link.tell([UNREGISTER, link.nextId, this.id], { type: UNREGISTER, settle });
  }

  /** Nothing of it is left at the router: the successor's turn. */
  #gone(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.streams.procedures.delete(this.id);
    const successor = this.#successor;
    this.streams.remove(this);
    if (successor && !successor.#leaving) this.streams.add(successor);
  }

  /** The router withdrew the registration. */
  revoked(reason: unknown): void {
    this.streams.procedures.delete(this.id);
    if (this.#leaving) this.#gone();
    else this.streams.fail(this, this.revocation(reason, 'wamp.error.no_such_registration'));
  }

  override detached(session: Session, error: WampError | undefined): void {
    if (this.#leaving) {
      const successor = this.#successor;
      this.#gone();
      // it may be bound to this session, too
      successor?.detached(session, error);
    } else if (this.#session === session) {
      this.streams.remove(this);
      this.end(error);
    }
  }

  override end(error?: Error): void {
    this.#ended = true;
    finish(this.#subscriber, error);
    this.#successor?.end(error);
  }
}

/** Registers a handler for as long as it is observed. */
export function observeRegistration(
  streams: Recovery,
  request: StreamRequest<RegisterOptions>,
  handler: Handler,
  session?: Session,
): Observable<Registration> {
  const key = keyOf('procedure', request.uri, request.match);
  return unlessOver(streams, session, (subscriber) => {
    const procedure = new ProcedureRegistration(streams, request, handler, subscriber, session);
    const predecessor = streams.get(key) as ProcedureRegistration | undefined;
    if (predecessor === undefined) streams.add(procedure);
    else if (!procedure.follow(predecessor)) {
      throw new InvalidStateError(
        `${describeRequest('register', request.uri)}: registered already by this client (${request.match})`,
      );
    }
    return procedure;
  });
}
