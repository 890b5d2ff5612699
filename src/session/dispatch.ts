import type { Observer } from 'rxjs';
import {
  ClosedError,
  ConnectionLostError,
  GoodbyeError,
  InvalidStateError,
  ProtocolError,
  type WampError,
} from '../protocol/errors.ts';
import { camelised } from '../protocol/attributes.ts';
import { assertSupported, supports } from '../protocol/features.ts';
import { nextId, type Id } from '../protocol/ids.ts';
import {
  ABORT,
  CALL,
  CANCEL,
  ERROR,
  EVENT,
  GOODBYE,
  INTERRUPT,
  incomingName,
  INVOCATION,
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
  YIELD,
  type MessageOf,
} from '../protocol/messages.ts';
import type { Dict } from '../protocol/payload.ts';
import type { Uri } from '../protocol/uris.ts';
import type { Channel } from '../transports/transport.ts';
import { CallWindow } from './call-window.ts';
import { abortError, errorForWire, errorFromMessage, type ErrorEntry } from './error-mapping.ts';
import { RunningInvocation } from './invocation.ts';
import type { JoinedSession } from './options.ts';
import type { Recovery } from './recovery.ts';
import { Overdue } from './overdue.ts';
import type { EventTarget, InvocationTarget, OpenInvocation, RequestPort, Reply, Request } from './request-port.ts';
import type { Receiver, Wire, WireConfig } from './wire.ts';

/** The requests that a router may answer with ERROR. */
const REQUESTS: ReadonlySet<number> = new Set([PUBLISH, SUBSCRIBE, UNSUBSCRIBE, CALL, REGISTER, UNREGISTER]);

/** What a dispatch is made with. */
export interface DispatchConfig extends WireConfig {
  readonly recovery: Recovery;
  /** Exceptions and their URIs; may grow while sessions live. */
  readonly errors: ErrorEntry[];
  /** Whether options are refused whose features the router did not announce. */
  readonly checkFeatures: boolean;
  /** Milliseconds after which a request is asked again, or fails. */
  readonly requestTimeout: number;
}

/**
 * Takes over the channel of a session that was left, once the router has answered its GOODBYE: returns where frames go
 * from then on. Undefined declines, and the channel is hung up.
 */
export type ChannelHeir = (channel: Channel) => Observer<unknown> | undefined;

/** The core of a joined session: hands each message to its owner, and sends requests and answers. */
export interface Dispatch extends RequestPort, Receiver {
  /** Set once by join, before the first message. */
  session: JoinedSession;
  /** Where requests go. A handover sets one that adapts them before they are sent. */
  wire: Wire;
  /** Request ids spent on keepalive probes. */
  probes: number;
  /** The details of the router's answer to our GOODBYE, in camelCase. */
  farewell?: Dict;
  /** The reason of our own GOODBYE, once it is decided: nothing new begins in the session. */
  left?: Uri;
  /** Its details. */
  leftWith?: Dict;
  /** Says GOODBYE. From now on nothing else is sent or taken in; requests under way and streams end with `error`. */
  leave(reason: Uri, message: string | undefined, error: WampError, heir?: ChannelHeir): void;
}

/** Makes one; `ended` is called once when the session is over: with an error, or without one after our own GOODBYE. */
export function makeDispatch(
  wire: Wire,
  welcome: Dict,
  { recovery, errors, checkFeatures, interceptors, userError, requestTimeout }: DispatchConfig,
  ended: (error: WampError | undefined) => void,
): Dispatch {
  const requests = new Map<Id | Request, Request>();
  const calls = new CallWindow();
  const overdue = new Overdue(requests, requestTimeout);
  const subscriptions = new Map<Id, EventTarget>();
  const registrations = new Map<Id, InvocationTarget>();
  const invocations = new Map<Id, OpenInvocation>();
  const unread = new Set<Id>();
  let state: 'open' | 'leaving' | 'ended' = 'open';
  let next: Id = 1;
  let heir: ChannelHeir | undefined;

  const announced = (role: string, feature: string): boolean => supports(welcome, role, feature);

  const attempt = (send: () => void): void => {
    try {
      send();
    } catch {
      // the channel is down, and its end will be reported
    }
  };

  const dispatch: Dispatch = {
    session: undefined as unknown as JoinedSession,
    wire,
    requests,
    calls,
    subscriptions,
    registrations,
    invocations,
    unread,
    probes: 0,
    errors,
    userError,
    get open() {
      return state === 'open';
    },
    get nextId() {
      return next;
    },
    supports: announced,
    send(message) {
      if (state !== 'open') throw new InvalidStateError('The session is not open');
      dispatch.wire.send(message);
    },
    check(message) {
      if (checkFeatures) assertSupported(message, announced, interceptors.length > 0);
    },
    request(message, request) {
      dispatch.check(message);
      const id = next;
      // counted before it is sent, since an observer that sees it pass may send more; taken back where it could not be written
      next = nextId(id);
      if (request) requests.set(id, request);
      try {
        dispatch.send(message);
        if (request?.late) overdue.watch();
      } catch (error) {
        next = id;
        requests.delete(id);
        throw error;
      }
    },
    trySend: (message) => attempt(() => wire.send(message)),
    tryRequest: (message, request) => attempt(() => dispatch.request(message, request)),
    errorOf: (message, context) => errorFromMessage(message, context, errors, userError),
    errorToSend(thrown) {
      try {
        return errorForWire(thrown, errors);
      } catch (error) {
        // a getter of what was thrown
        return errorForWire(error, []);
      }
    },
    receive(message) {
      if (state === 'leaving') {
        if (message[0] === GOODBYE) {
          dispatch.farewell = camelised(message[1]);
          end();
        } else if (message[0] === ABORT) end(abortError(message));
        return;
      }
      switch (message[0]) {
        case EVENT:
          // an event that crosses our UNSUBSCRIBE finds no subscription: a race, not a fault
          subscriptions.get(message[1])?.deliver(message);
          return;
        case RESULT:
          answer(message, CALL, message[1], message[2]['progress'] !== true);
          return;
        case ERROR:
          // nexus answers a bad CANCEL (49) or YIELD (70) so: no request waits for that
          if (message[1] !== CANCEL && message[1] !== YIELD) answer(message, message[1], message[2]);
          return;
        case PUBLISHED:
        case SUBSCRIBED:
        case REGISTERED:
          // their codes follow those of the requests
          answer(message, message[0] - 1, message[1]);
          return;
        case UNSUBSCRIBED:
          if (message[1] === 0) revoke(subscriptions, message[2]?.['subscription'], message[2]);
          else answer(message, UNSUBSCRIBE, message[1]);
          return;
        case UNREGISTERED:
          if (message[1] === 0) revoke(registrations, message[2]?.['registration'], message[2]);
          else answer(message, UNREGISTER, message[1]);
          return;
        case INVOCATION:
          invoke(message);
          return;
        case INTERRUPT:
          invocations.get(message[1])?.interrupt(message[2]['mode'], message[2]['reason']);
          return;
        case GOODBYE:
          dispatch.trySend([GOODBYE, {}, 'wamp.close.goodbye_and_out']);
          end(new GoodbyeError(message[2], camelised(message[1])));
          return;
        case ABORT:
          end(abortError(message));
          return;
        default:
          violated(`${incomingName(message)} must not come now`);
      }
    },
    violated(error) {
      if (state === 'ended') return;
      dispatch.trySend([ABORT, { message: error.message }, 'wamp.error.protocol_violation']);
      end(error, 1002);
    },
    lost(error) {
      if (state === 'ended') return;
      if (error instanceof ProtocolError) dispatch.violated(error);
      else if (state === 'leaving') end();
      else if (error instanceof ConnectionLostError) end(error);
      else end(new ConnectionLostError('The router hung up without GOODBYE', { cause: error }));
    },
    drop(error) {
      if (state !== 'ended') end(state === 'leaving' ? undefined : error);
      wire.drop();
    },
    leave(reason, message, error, takesOver) {
      if (state !== 'open') return;
      dispatch.leftWith = message === undefined ? {} : { message };
      dispatch.trySend([GOODBYE, dispatch.leftWith, reason]);
      state = 'leaving';
      heir = takesOver;
      dispatch.left = reason;
      release(error);
      // a router that does not answer shall not keep us
      wire.expire();
    },
  };

  const violated = (message: string): void => dispatch.violated(new ProtocolError(message));

  const answer = (reply: Reply, type: number, id: Id, final = true): void => {
    const request = requests.get(id);
    if (request?.type === type) {
      if (id > overdue.answered) overdue.answered = id;
      if (final) requests.delete(id);
      request.answer(reply);
      if (final && type === CALL) calls.answered();
    } else if (request || id >= next || !REQUESTS.has(type)) {
      // an answer to what was given up meanwhile is a race; one to what was never sent is not
      violated(`${incomingName(reply)} for request ${id}, which was ${request ? 'of another kind' : 'never made'}`);
    }
  };

  const revoke = (live: Map<Id, EventTarget | InvocationTarget>, id: unknown, details?: Dict): void => {
    const target = live.get(id as Id);
    live.delete(id as Id);
    target?.revoked(details?.['reason']);
  };

  const invoke = (message: MessageOf<68>): void => {
    const [, id, registration, details] = message;
    const running = invocations.get(id);
    if (running?.inputOpen) running.more(message);
    else if (running) violated(`INVOCATION ${id} came again`);
    else if (unread.has(id)) {
      // the rest of arguments that the handler did not wait for
      if (details['progress'] !== true) unread.delete(id);
    } else {
      const target = registrations.get(registration);
      if (target) new RunningInvocation(dispatch, target, message);
      // the caller must not be left waiting
      else dispatch.trySend([ERROR, INVOCATION, id, {}, 'wamp.error.no_such_registration']);
    }
  };

  const end = (error?: WampError, code?: number): void => {
    const wasOpen = state === 'open';
    state = 'ended';
    const frames = dispatch.farewell && heir?.(wire.channel);
    if (frames) wire.handOver(frames);
    else wire.hangUp(code);
    if (wasOpen) release(error ?? new ClosedError('The session was left'));
    // another session may be the present one by now
    if (recovery.port === dispatch) recovery.detach(dispatch, error);
    ended(error);
  };

  /** Fails what is under way. */
  const release = (error: WampError): void => {
    const lost = [...requests.values()];
    requests.clear();
    overdue.unsubscribe();
    for (const request of lost) request.lost?.(error);
    calls.lost(error);
    for (const invocation of [...invocations.values()]) invocation.abort(error);
  };

  return dispatch;
}
