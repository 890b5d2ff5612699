import {
  ClosedError,
  ConnectionLostError,
  GoodbyeError,
  InvalidStateError,
  ProtocolError,
  type WampError,
} from '../protocol/errors.ts';
import { camelised } from '../protocol/attributes.ts';
import { supports } from '../protocol/features.ts';
import { nextId, type Id } from '../protocol/ids.ts';
import {
  ABORT,
  CALL,
  ERROR,
  EVENT,
  GOODBYE,
  INTERRUPT,
  INVOCATION,
  incomingName,
  PUBLISHED,
  REGISTERED,
  RESULT,
  SUBSCRIBED,
  UNREGISTER,
  UNREGISTERED,
  UNSUBSCRIBE,
  UNSUBSCRIBED,
  type MessageOf,
} from '../protocol/messages.ts';
import type { Dict } from '../protocol/payload.ts';
import type { Uri } from '../protocol/uris.ts';
import type { SessionConfig } from './config.ts';
import { abortError, errorForWire, errorFromMessage } from './error-mapping.ts';
import { assertSupported } from './gate.ts';
import { RunningInvocation } from './invocation.ts';
import type { RequestPort, Reply, Request } from './request-port.ts';
import type { Session } from './session.ts';
import { after } from './time.ts';
import type { Receiver, Wire } from './wire.ts';

/** The machine room of a joined session: takes messages to whom they concern and sends what they answer. */
export interface Dispatch extends RequestPort, Receiver {
  /** Set by the session that is made over this link. */
  session: Session;
  readonly wire: Wire;
  /** Request ids spent on asking for a sign of life. */
  probes: number;
  /** The details of the router's answer to our GOODBYE, in camelCase. */
  farewell?: Dict;
  /** The reason of our own GOODBYE, once it is said. */
  left?: Uri;
  /** Lets go at once: the other side no longer answers. */
  drop(error: WampError): void;
  /** Says GOODBYE. From now on nothing is sent or taken in; requests under way and streams end with `error`. */
  leave(reason: Uri, message: string | undefined, error: WampError): void;
}

/** Makes one; `ended` is told once when the session is over: with an error, or without one after our own GOODBYE. */
export function makeDispatch(
  wire: Wire,
  welcome: Dict,
  { streams, errors, checkFeatures, interceptors, userError, closeTimeout }: SessionConfig,
  ended: (error: WampError | undefined) => void,
): Dispatch {
  const requests = new Map<Id | Request, Request>();
  const invocations = new Map<Id, RunningInvocation>();
  const unread = new Set<Id>();
  let state: 'open' | 'leaving' | 'ended' = 'open';
  let next: Id = 1;

  const announced = (role: string, feature: string): boolean => supports(welcome, role, feature);

  const link: Dispatch = {
    session: undefined as unknown as Session,
    wire,
    requests,
    invocations,
    unread,
    probes: 0,
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
      wire.send(message);
    },
    check(message) {
      if (checkFeatures) assertSupported(message, announced, interceptors.length > 0);
    },
    request(message, request) {
      link.check(message);
      const id = next;
      // counted before it is sent, since whoever sees it pass may send more; taken back where it could not be written
      next = nextId(id);
      if (request) requests.set(id, request);
      try {
        link.send(message);
      } catch (error) {
        next = id;
        requests.delete(id);
        throw error;
      }
    },
    tell(message, request) {
      try {
        if (request === undefined) wire.send(message);
        else link.request(message, request);
      } catch {
        // the channel is down, and its end will be reported
      }
    },
    errors,
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
          link.farewell = camelised(message[1]);
          end(undefined);
        } else if (message[0] === ABORT) end(abortError(message));
        return;
      }
      switch (message[0]) {
        case EVENT:
          // an event that crosses our UNSUBSCRIBE finds nobody: a race, not a fault
          streams.topics.get(message[1])?.deliver(message);
          return;
        case RESULT:
          settle(message, CALL, message[1], message[2]['progress'] !== true);
          return;
        case ERROR:
          // nexus answers a bad CANCEL (49) or YIELD (70) so: nobody waits for that
          if (message[1] !== 49 && message[1] !== 70) settle(message, message[1], message[2]);
          return;
        case PUBLISHED:
        case SUBSCRIBED:
        case REGISTERED:
          // their codes follow those of the requests
          settle(message, message[0] - 1, message[1]);
          return;
        case UNSUBSCRIBED:
          if (message[1] === 0) revoke(streams.topics, message[2]?.['subscription'], message[2]);
          else settle(message, UNSUBSCRIBE, message[1]);
          return;
        case UNREGISTERED:
          if (message[1] === 0) revoke(streams.procedures, message[2]?.['registration'], message[2]);
          else settle(message, UNREGISTER, message[1]);
          return;
        case INVOCATION:
          invoke(message);
          return;
        case INTERRUPT:
          invocations.get(message[1])?.interrupt(message[2]['mode'], message[2]['reason']);
          return;
        case GOODBYE:
          link.tell([GOODBYE, {}, 'wamp.close.goodbye_and_out']);
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
      link.tell([ABORT, { message: error.message }, 'wamp.error.protocol_violation']);
      end(error, 1002);
    },
    lost(error) {
      if (state === 'ended') return;
      if (error instanceof ProtocolError) link.violated(error);
      else if (state === 'leaving') end(undefined);
      else if (error instanceof ConnectionLostError) end(error);
      else end(new ConnectionLostError('The router hung up without GOODBYE', { cause: error }));
    },
    drop(error) {
      if (state !== 'ended') end(state === 'leaving' ? undefined : error);
      wire.drop();
    },
    leave(reason, message, error) {
      if (state !== 'open') return;
      link.tell([GOODBYE, message === undefined ? {} : { message }, reason]);
      state = 'leaving';
      link.left = reason;
      release(error);
      // a router that does not answer shall not keep us
      wire.gone.add(after(closeTimeout, () => link.drop(error)));
    },
  };

  const violated = (message: string): void => link.violated(new ProtocolError(message));

  const settle = (reply: Reply, type: number, id: Id, final = true): void => {
    const request = requests.get(id);
    if (request?.type === type) {
      if (final) requests.delete(id);
      request.settle(reply);
    } else if (request || id >= next) {
      // an answer to what was given up meanwhile is a race; one to what was never asked is not
      violated(`${incomingName(reply)} for request ${id}, which was ${request ? 'of another kind' : 'never made'}`);
    }
  };

  const revoke = (live: Map<Id, { revoked(reason: unknown): void }>, id: unknown, details?: Dict): void =>
    live.get(id as Id)?.revoked(details?.['reason']);

  const invoke = (message: MessageOf<68>): void => {
    const [, id, registration, details] = message;
    const running = invocations.get(id);
    if (running?.inputOpen) running.more(message);
    else if (running) violated(`INVOCATION ${id} came again`);
    else if (unread.has(id)) {
      // the rest of arguments that the handler did not wait for
      if (details['progress'] !== true) unread.delete(id);
    } else {
      const procedure = streams.procedures.get(registration);
      if (procedure) new RunningInvocation(link, procedure, message);
      // the caller must not be left waiting
      else link.tell([ERROR, INVOCATION, id, {}, 'wamp.error.no_such_registration']);
    }
  };

  const end = (error: WampError | undefined, code?: number): void => {
    const wasOpen = state === 'open';
    state = 'ended';
    wire.hangUp(code);
    if (wasOpen) release(error ?? new ClosedError('The session was left'));
    streams.detach(link, error);
    ended(error);
  };

  /** Fails what is under way. */
  const release = (error: WampError): void => {
    const lost = [...requests.values()];
    requests.clear();
    for (const request of lost) request.lost?.(error);
    for (const invocation of [...invocations.values()]) invocation.abort(error);
  };

  return link;
}
