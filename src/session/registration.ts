import type { Observable, Subscriber, Unsubscribable } from 'rxjs';
import { InvalidStateError, type WampError } from '../protocol/errors.ts';
import { seeGuide } from '../protocol/guide.ts';
import type { Id } from '../protocol/ids.ts';
import { REGISTER, REGISTERED, UNREGISTER } from '../protocol/messages.ts';
import type { Dict } from '../protocol/payload.ts';
import { describeRequest } from '../protocol/uris.ts';
import type { StreamRequest } from './option-checks.ts';
import type { Handler } from './events.ts';
import type { JoinedSession, RegisterOptions, Registration } from './options.ts';
import type { RequestPort } from './request-port.ts';
import { unlessOver, type Recovery } from './recovery.ts';
import { finish } from './error-mapping.ts';
import { keyOf, Recoverable } from './recoverable.ts';

/** One registration: of one subscriber, its own teardown. */
export class ProcedureRegistration extends Recoverable implements Unsubscribable {
  readonly #recovery: Recovery;
  readonly kind = 'procedure';
  readonly handler: Handler;
  readonly wire: Dict;
  readonly #subscriber: Subscriber<Registration>;
  /** The session that it ends with, if it does. */
  readonly #session: JoinedSession | undefined;
  #emitted = false;
  /** The next one of this key, which waits for UNREGISTERED. */
  successor: ProcedureRegistration | undefined;

  constructor(
    recovery: Recovery,
    { uri, match, wire }: StreamRequest<RegisterOptions>,
    handler: Handler,
    subscriber: Subscriber<Registration>,
    session: JoinedSession | undefined,
  ) {
    super(uri, match);
    this.#recovery = recovery;
    this.wire = wire;
    this.handler = handler;
    this.#subscriber = subscriber;
    this.#session = session;
  }

  /** Whether it is given back, and waits for the router's answer alone. */
  get #leaving(): boolean {
    return this.state.phase === 'leaving';
  }

  get #ended(): boolean {
    return this.state.phase === 'ended';
  }

  /** Waits for a predecessor that is being unregistered; false where the predecessor is alive. */
  follow(predecessor: ProcedureRegistration): boolean {
    const waiting = predecessor.successor;
    if (!predecessor.#leaving || (waiting && !waiting.#ended)) return false;
    predecessor.successor = this;
    return true;
  }

  override request(port: RequestPort): void {
    this.#recovery.send(this, port, REGISTER, this.wire, (reply) => {
      if (reply[0] === REGISTERED) this.#registered(port, reply[2]);
      else if (this.#leaving) this.#gone();
      else this.#recovery.refused(this, this.errorOf(port, reply));
    });
  }

  #registered(port: RequestPort, id: Id): void {
    const unwanted = this.#leaving;
    port.registrations.set(id, this);
    this.#recovery.confirm(this, id);
    if (unwanted) this.#unregister(port, id);
    // an observer of the confirmation may have given it back
    if (this.state.phase !== 'confirmed') return;
    const again = this.#emitted;
    this.#emitted = true;
    this.#subscriber.next({ id, procedure: this.uri, match: this.match, session: port.session, again });
  }

  /** Gives the registration back; invocations that run go on, and others are served until the router confirms. */
  unsubscribe(): void {
    if (this.#ended || this.#leaving) return;
    const { port } = this.#recovery;
    const { id } = this;
    if (this.requests > 0) this.state = { phase: 'leaving', id };
    else if (id > 0 && port?.open) this.#unregister(port, id);
    else this.#gone();
  }

  #unregister(port: RequestPort, id: Id): void {
    this.state = { phase: 'leaving', id };
    port.tryRequest([UNREGISTER, port.nextId, id], {
      type: UNREGISTER,
      answer: () => this.#gone(),
      late: (request) => {
        port.requests.delete(request);
        if (!this.#ended) this.#unregister(port, id);
      },
    });
  }

  /** The router does not hold it any more: the successor's turn. */
  #gone(): void {
    if (this.#ended) return;
    const { successor } = this;
    this.#recovery.port?.registrations.delete(this.id);
    this.close();
    this.#recovery.remove(this);
    if (successor && !successor.#ended) this.#recovery.add(successor);
  }

  /** The router withdrew the registration. */
  revoked(reason: unknown): void {
    if (this.#leaving) this.#gone();
    else this.#recovery.fail(this, this.revocation(reason, 'wamp.error.no_such_registration'));
  }

  override detached(session: JoinedSession, error: WampError | undefined): void {
    if (this.#leaving) {
      const successor = this.successor;
      this.#gone();
      // it may be bound to this session, too
      successor?.detached(session, error);
    } else if (this.#session === session) {
      this.#recovery.remove(this);
      this.end(error);
    }
  }

  override complete(): void {
    finish(this.#subscriber, undefined);
  }

  override end(error?: Error): void {
    this.close();
    finish(this.#subscriber, error);
    this.successor?.end(error);
  }
}

/** Registers a handler for as long as it is observed. */
export function observeRegistration(
  recovery: Recovery,
  request: StreamRequest<RegisterOptions>,
  handler: Handler,
  session?: JoinedSession,
): Observable<Registration> {
  const key = keyOf('procedure', request.uri, request.match);
  return unlessOver(recovery, session, (subscriber) => {
    const registration = new ProcedureRegistration(recovery, request, handler, subscriber, session);
    const predecessor = recovery.get(key) as ProcedureRegistration | undefined;
    if (predecessor === undefined) recovery.add(registration);
    else if (!registration.follow(predecessor)) {
      throw new InvalidStateError(
        `${describeRequest('register', request.uri)}: registered already by this client (${request.match})` +
          seeGuide('procedure_already_exists'),
      );
    }
    return registration;
  });
}
