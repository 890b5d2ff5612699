import { camelised } from '../protocol/attributes.ts';
import { ClosedError, ConnectionLostError } from '../protocol/errors.ts';
import type { Id } from '../protocol/ids.ts';
import type { Dict } from '../protocol/payload.ts';
import { describeRequest, type Uri } from '../protocol/uris.ts';
import type { TransportDetails } from '../transports/transport.ts';
import type { Dispatch } from './dispatch.ts';
import type { JoinedSession, SessionDetails } from './options.ts';
import { PendingPublication, publishOn, type Unobserved } from './publication.ts';
import type { Recovery } from './recovery.ts';
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

/** What a session is made with. */
export interface SessionConfig {
  readonly recovery: Recovery;
  /** Reports an error of a publication whose report has no observer. */
  readonly unobserved: Unobserved;
  /** Bytes that may wait for the network; while there are more, publications are refused. */
  readonly maxBufferedAmount: number;
}

/** What a session's verbs stand on. */
const portOn = (
  session: JoinedSession,
  dispatch: Dispatch,
  { recovery, unobserved, maxBufferedAmount }: SessionConfig,
): Port => ({
  session,
  recovery,
  errors: dispatch.errors,
  userError: dispatch.userError,
  get direct() {
    return dispatch.open ? dispatch : undefined;
  },
  start: (call) => call.start(dispatch),
  publish: (request) =>
    dispatch.open && dispatch.wire.channel.bufferedAmount <= maxBufferedAmount
      ? publishOn(dispatch, request, unobserved)
      : new PendingPublication(request, unobserved).failLater(
          recovery.refusal(session) ??
            new ConnectionLostError(
              `${describeRequest('publish', request.uri)}: over maxBufferedAmount bytes wait for the network; publish slower`,
            ),
        ),
  // a session is connected, or over
  dial: () => undefined,
});

/**
 * One joined session. Its four verbs are those of the client, but end with it: topics and registrations complete when
 * it is left in good order, and error when it is lost. It keeps no queue: a publication that the network is too
 * congested for (`maxBufferedAmount`) errors, where the client's own waits.
 */
export class Session<Api = unknown> extends Verbs<Api> implements JoinedSession {
  readonly details: SessionDetails;
  readonly #dispatch: Dispatch;
  readonly #port: Port;

  /** @internal */
  constructor(dispatch: Dispatch, details: SessionDetails, config: SessionConfig) {
    super();
    this.details = details;
    this.#dispatch = dispatch;
    this.#port = portOn(this, dispatch, config);
  }

  /** @internal */
  get [PORT](): Port {
    return this.#port;
  }

  /** The session's id. */
  get id(): Id {
    return this.details.session;
  }

  /** The realm; empty where the router assigned one without naming it. */
  get realm(): Uri {
    return this.details.realm;
  }

  /** True until the session leaves or is lost. */
  get open(): boolean {
    return this.#dispatch.open && this.#dispatch.left === undefined;
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
