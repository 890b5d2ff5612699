import { forkJoin, map, Observable, Subscription, take, tap } from 'rxjs';
import { resolve, fromMaybeAsync, type MaybeAsync } from '../async.ts';
import type { Authenticator, ChallengeAnswer, Reporter } from '../auth/authenticator.ts';
import { mergeIdentities } from '../auth/identities.ts';
import { isDict } from '../protocol/kinds.ts';
import { AbortError, ConnectFailedError, ConnectionLostError, ProtocolError, WampError } from '../protocol/errors.ts';
import { CLIENT_FEATURES } from '../protocol/features.ts';
import {
  ABORT,
  AUTHENTICATE,
  CHALLENGE,
  HELLO,
  incomingName,
  WELCOME,
  type Message,
  type MessageOf,
} from '../protocol/messages.ts';
import type { Dict } from '../protocol/payload.ts';
import { messageOf } from '../protocol/thrown.ts';
import type { Uri } from '../protocol/uris.ts';
import type { Attempt, Transport, TransportDetails } from '../transports/transport.ts';
import { abortError, asWampError } from './error-mapping.ts';
import { makeDispatch, type Dispatch, type DispatchConfig } from './dispatch.ts';
import { pausableTimeout } from './time.ts';
import { Session, sessionDetails, type SessionConfig } from './session.ts';
import { makeWire, type Receiver, type Wire } from './wire.ts';

/** Rounds of CHALLENGE and AUTHENTICATE that a router may demand. */
const ROUNDS = 8;
/** The reason of an ABORT by a client that cannot or will not go on with the handshake. */
const CANNOT_AUTHENTICATE = 'wamp.error.cannot_authenticate';

/** What joining needs. */
export interface JoinConfig extends DispatchConfig, SessionConfig {
  /** `null` where the router assigns it. */
  readonly realm: Uri | null;
  /** HELLO.Details.agent. */
  readonly agent: string;
  /** Ways to authenticate, by preference. None: anonymous. */
  readonly auth: readonly Authenticator[];
  /** Milliseconds from dialling to WELCOME, not counting the time that the application takes for its answers. */
  readonly joinTimeout: number;
  /** Where authenticators report. */
  readonly notifier: Reporter;
  /** Called when the transport is open, and for each CHALLENGE. */
  readonly progress: (
    news: { type: 'connect'; transport: TransportDetails; attempt: number } | { type: 'challenge'; method: string },
  ) => void;
}

/** A joined session and its core. */
export interface Joined {
  readonly session: Session;
  readonly dispatch: Dispatch;
  /** What was dialled. */
  readonly transport: Transport;
}

/**
 * Dials, says HELLO, authenticates, and emits the joined session (WAMP, "Session Establishment"). Then it never
 * completes: every end of the session is an error, but for one that was left. Unsubscribing leaves the session or gives
 * up joining.
 */
export function join(transport: Transport, number: number, config: JoinConfig): Observable<Joined> {
  const { realm, auth, agent, joinTimeout } = config;
  const { name } = transport;
  return new Observable((subscriber) => {
    /** What is being waited for, and the clock; closed when joining has succeeded or failed. */
    const waits = new Subscription();
    let waiting = false;
    let wire: Wire | undefined;
    let session: Session | undefined;
    let round = 0;

    const fail = (error: WampError): void => {
      if (waits.closed) return;
      waits.unsubscribe();
      wire?.hangUp();
      subscriber.error(error);
    };

    const send = (message: Message): void => {
      try {
        if (!waits.closed) wire?.send(message);
      } catch (error) {
        fail(asWampError(error));
      }
    };

    const abort = (message: string, error: WampError, reason = CANNOT_AUTHENTICATE): void => {
      send([ABORT, { message }, reason]);
      fail(error);
    };

    /** Our own refusal: retrying will not help. */
    const refusal = (message: string, cause?: unknown): AbortError =>
      new AbortError(CANNOT_AUTHENTICATE, { message }, { local: true, cause });

    const refuse = (message: string, cause?: unknown): void => abort(message, refusal(message, cause));

    const failedWith = (error: unknown): void => {
      if (error instanceof ProtocolError) handshake.violated(error);
      else if (error instanceof AbortError) abort(error.message, error);
      else if (error instanceof WampError) fail(error);
      // what the application threw stays in the application: it may hold what the router must not see
      else abort('The client failed', new ConnectFailedError(`${name}: ${messageOf(error)}`, 1, [error]));
    };

    /** Waits for something; a failure ends the attempt unless it is dealt with. */
    const wait = <T>(source: Observable<T>, then: (value: T) => void, failed = failedWith): void => {
      const afterwards =
        <A>(act: (outcome: A) => void) =>
        (outcome: A): void => {
          waiting = false;
          if (!waits.closed) act(outcome);
        };
      waiting = true;
      // what `then` throws is a failure, too: interceptors are made in it
      waits.add(source.pipe(take(1), tap(afterwards(then))).subscribe({ error: afterwards(failed) }));
    };

    const paused = pausableTimeout(joinTimeout, waits, () =>
      fail(new ConnectFailedError(`${name}: not joined within ${joinTimeout} ms`)),
    );
    const attempt: Attempt = {
      number,
      realm,
      transport: name,
      resolve: (source) => consult(`option of ${name}`, () => resolve(source)),
      channelBinding: (type) => wire?.channel.channelBinding?.(type),
      link: () => wire?.channel.details,
      notifier: config.notifier,
      mask: (mask) => wire?.mask(mask),
    };

    /** Calls the application; the clock stands still meanwhile, and errors are reported on userErrors$. */
    const consult = <T>(context: string, source: () => MaybeAsync<T>): Observable<T> =>
      paused(fromMaybeAsync(source)).pipe(tap({ error: (error: unknown) => config.userError(error, context) }));

    const challenged = ([, method, extra]: MessageOf<4>): void => {
      const found = auth.find((known) => known.method === method);
      if (found === undefined) refuse(`CHALLENGE with "${method}", which was not offered`);
      else if (++round > ROUNDS) refuse(`CHALLENGE came more than ${ROUNDS} times`);
      else {
        config.progress({ type: 'challenge', method });
        wait(
          consult(`authenticator ${method}`, () => found.challenge(method, extra, round, attempt)),
          (answer: Partial<ChallengeAnswer> | undefined) => {
            const { signature, extra: more } = isDict(answer) ? answer : {};
            if (typeof signature === 'string') send([AUTHENTICATE, signature, { ...more }]);
            else refuse(`the authenticator "${method}" must answer { signature: string, extra? }`);
          },
        );
      }
    };

    const welcomed = ([, id, details]: MessageOf<2>): void => {
      const used = details['authmethod'];
      // the method that was used decides; where the router does not name it, all of them; some always do
      const verdicts = auth
        .filter((judge) => judge.welcome && (typeof used !== 'string' || judge.method === used || judge.always))
        .map((judge) => consult(`authenticator ${judge.method}`, () => judge.welcome?.(details, attempt)));
      const enter = (): void => {
        const opened = wire as Wire;
        waits.unsubscribe();
        const dispatch = makeDispatch(opened, details, config, (error) =>
          // the reason shows on lifecycle$
          subscriber.error(
            error ??
              Object.assign(new ConnectionLostError('The session was left'), {
                reason: dispatch.left,
                details: dispatch.leftWith,
              }),
          ),
        );
        const welcome = sessionDetails(realm, id, details, opened.channel.details);
        session = new Session(dispatch, welcome, config);
        dispatch.session = session;
        opened.deliverTo(dispatch);
        subscriber.next({ session, dispatch, transport });
      };
      if (verdicts.length === 0) enter();
      else wait(forkJoin(verdicts), enter, (error) => refuse(messageOf(error), error));
    };

    const handshake: Receiver = {
      receive(message) {
        if (waits.closed) return;
        if (message[0] === ABORT) fail(abortError(message));
        else if (message[0] === CHALLENGE && !waiting) challenged(message);
        else if (message[0] === WELCOME && !waiting) welcomed(message);
        // a router that speaks while the secret is awaited breaks the protocol, too
        else handshake.violated(new ProtocolError(`${incomingName(message)} must not come now`));
      },
      violated: (error) => abort(error.message, error, 'wamp.error.protocol_violation'),
      lost: (error) =>
        failedWith(
          error instanceof WampError
            ? error
            : new ConnectionLostError('The router hung up before WELCOME', { cause: error }),
        ),
    };

    const shares = (): MaybeAsync<Dict> => {
      const base: Dict = { roles: CLIENT_FEATURES, agent };
      if (auth.length === 0) return base;
      return forkJoin(auth.map((method) => fromMaybeAsync(() => method.hello(attempt)))).pipe(
        map((all) => ({ ...base, authmethods: auth.map(({ method }) => method), ...mergeIdentities(all) })),
      );
    };

    wait(consult('authenticator hello', shares), (details) =>
      wait(transport.open(attempt), (channel) => {
        wire = makeWire(channel, config, handshake);
        wire.listen();
        config.progress({ type: 'connect', transport: channel.details, attempt: number });
        try {
          auth.forEach((method) => method.opened?.(details, attempt));
        } catch (error) {
          // nothing was sent yet, so there is nothing to ABORT
          fail(refusal(messageOf(error), error));
        }
        send([HELLO, realm, details]);
      }),
    );

    return () => {
      if (session) session.leave();
      else if (!waits.closed) {
        waits.unsubscribe();
        wire?.drop();
      }
    };
  });
}
