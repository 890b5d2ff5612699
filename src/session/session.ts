import type { Observable } from 'rxjs';
import { camelised } from '../protocol/attributes.ts';
import { ClosedError, type WampError } from '../protocol/errors.ts';
import type { Id } from '../protocol/ids.ts';
import type { Dict } from '../protocol/payload.ts';
import type { Uri } from '../protocol/uris.ts';
import type { TransportDetails } from '../transports/transport.ts';
import { Call } from './call.ts';
import type { Dispatch } from './dispatch.ts';
import type { ErrorEntry } from './error-mapping.ts';
import type { CallResult } from './events.ts';
import type { PayloadRequest } from './option-checks.ts';
import type { CallArgs, CallOptions, JoinedSession, Publication, PublishOptions, SessionDetails } from './options.ts';
import { PendingPublication, publishOn, type Unobserved } from './publication.ts';
import { sessionOver, unlessOver, type Recovery } from './recovery.ts';
import { PORT, Verbs, type Port } from './verbs.ts';

/** WELCOME as the application sees it. */
export function sessionDetails(
  realm: Uri | null,
  session: Id,
  welcome: Dict,
  transport: TransportDetails,
): SessionDetails {
  const { authmethods: _, ...known } = camelised(welcome);
  return { roles: {}, realm: realm ?? '', ...known, session, serializer: transport.serializer, transport };
}

/** What a session's verbs stand on. */
class SessionPort implements Port {
  readonly session: JoinedSession;
  readonly recovery: Recovery;
  readonly queued = 0;
  readonly #dispatch: Dispatch;
  readonly #unobserved: Unobserved;

  constructor(session: JoinedSession, dispatch: Dispatch, recovery: Recovery, unobserved: Unobserved) {
    this.session = session;
    this.recovery = recovery;
    this.#dispatch = dispatch;
    this.#unobserved = unobserved;
  }

  get bufferedAmount(): number {
    return this.open ? this.#dispatch.wire.channel.bufferedAmount : 0;
  }

  get open(): boolean {
    return this.#dispatch.open;
  }

  get refusal(): WampError | undefined {
    return this.recovery.refusal(this.session);
  }

  get errors(): ErrorEntry[] {
    return this.#dispatch.errors;
  }

  call(request: PayloadRequest<CallOptions, CallArgs>): Observable<CallResult> {
    return unlessOver(this.recovery, this.session, (subscriber) => {
      const call = new Call(subscriber, request);
      call.start(this.#dispatch);
      return call;
    });
  }

  publish(request: PayloadRequest<PublishOptions>): Observable<Publication> {
    if (this.open) return publishOn(this.#dispatch, request, this.#unobserved);
    return new PendingPublication(request, this.#unobserved).failLater(sessionOver());
  }

  userError(error: unknown, context: string): void {
    this.#dispatch.userError(error, context);
  }

  dial(): void {
    // a session is connected, or over
  }
}

/**
 * One joined session. Its four verbs are those of the client, but end with it: topics and registrations complete when
 * it is left in good order, and error when it is lost.
 */
export class Session<Api = unknown> extends Verbs<Api> implements JoinedSession {
  readonly details: SessionDetails;
  readonly #dispatch: Dispatch;
  readonly #port: Port;

  /** @internal */
  constructor(dispatch: Dispatch, recovery: Recovery, details: SessionDetails, unobserved: Unobserved) {
    super();
    this.details = details;
    this.#dispatch = dispatch;
    this.#port = new SessionPort(this, dispatch, recovery, unobserved);
  }

  /** @internal */
  get [PORT](): Port {
    return this.#port;
  }

  /** The session's id. */
  get id(): Id {
    return this.details.session;
  }

  get realm(): Uri {
    return this.details.realm;
  }

  /** True until the session leaves or is lost. */
  get open(): boolean {
    return this.#dispatch.open;
  }

  /** Whether the router announced an advanced feature (WAMP, "Feature Announcement"). */
  supports(role: 'broker' | 'dealer', feature: string): boolean {
    return this.#dispatch.supports(role, feature);
  }

  /**
   * Says GOODBYE. A client that is not closed takes this for a loss and joins anew: a way to begin a fresh session.
   *
   * @param reason a URI, `wamp.close.normal` by default
   */
  leave(reason: Uri = 'wamp.close.normal', message?: string): void {
    this.#dispatch.leave(reason, message, new ClosedError(`The session was left (${reason})`));
  }
}
