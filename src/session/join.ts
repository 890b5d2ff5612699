import { forkJoin, map, Observable, of, Subscription, take } from 'rxjs';
import type { ChallengeAnswer, Eventually } from '../auth/authenticator.ts';
import { isDict } from '../protocol/attributes.ts';
import { AbortError, ConnectFailedError, ConnectionLostError, ProtocolError, WampError } from '../protocol/errors.ts';
import { CLIENT_FEATURES } from '../protocol/features.ts';
import {
  ABORT,
  AUTHENTICATE,
  CHALLENGE,
  HELLO,
  messageName,
  parseMessage,
  WELCOME,
  type Dict,
  type Message,
  type MessageOf,
} from '../protocol/messages.ts';
import type { Attempt, Channel, Transport } from '../transports/transport.ts';
import { ask, eventually, mergeIdentities, Patience } from './asking.ts';
import type { JoinConfig } from './config.ts';
import { pump, SessionLink } from './link.ts';
import { Session, sessionDetails } from './session.ts';
import { after } from './time.ts';

/** Rounds of CHALLENGE and AUTHENTICATE that a router may ask for. */
const ROUNDS = 8;
/** The reason of an ABORT by a client that cannot or will not go on with the handshake. */
const CANNOT_AUTHENTICATE = 'wamp.error.cannot_authenticate';

/** A joined session and the machine room below it. */
export interface Joined {
  readonly session: Session;
  readonly link: SessionLink;
}

/**
 * Dials, says HELLO, authenticates, and emits the joined session. Then it never completes: every end of the session is
 * an error, but for one that was left. Unsubscribing leaves the session or gives up joining.
 */
export function join(transport: Transport, number: number, config: JoinConfig): Observable<Joined> {
  return new Observable((subscriber) => {
    const joining = new Joining(transport, number, config, {
      joined: (joined) => subscriber.next(joined),
      ended: (error) => subscriber.error(error),
    });
    return () => joining.abandon();
  });
}

interface Report {
  joined(joined: Joined): void;
  ended(error: WampError): void;
}

/** One handshake (WAMP, "Session Establishment"). */
class Joining {
  readonly #config: JoinConfig;
  readonly #report: Report;
  readonly #attempt: Attempt;
  readonly #patience: Patience;
  /** Whatever is being waited for: HELLO's shares, the dialling, an authenticator. */
  #pending: Subscription | undefined;
  #channel: Channel | undefined;
  #link: SessionLink | undefined;
  #hangUp: Subscription | undefined;
  #round = 0;
  #done = false;

  constructor(transport: Transport, number: number, config: JoinConfig, report: Report) {
    this.#config = config;
    this.#report = report;
    this.#patience = new Patience(config.joinTimeout, () =>
      this.#fail(new ConnectFailedError(`${transport.name}: not joined within ${config.joinTimeout} ms`)),
    );
    this.#attempt = {
      number,
      realm: config.realm,
      transport: transport.name,
      ask: (source) => this.#patience.whilePending(ask(source)),
    };
    this.#await(
      this.#ask('hello', () => this.#shares()),
      (details) => this.#dial(transport, details),
    );
  }

  /** Leaves the session, or stops joining. */
  abandon(): void {
    if (this.#link) {
      this.#link.session.leave();
      return;
    }
    if (this.#done) return;
    this.#done = true;
    this.#patience.end();
    this.#pending?.unsubscribe();
    this.#channel?.drop();
  }

  #shares(): Observable<Dict> {
    const { auth, agent } = this.#config;
    const base: Dict = { roles: CLIENT_FEATURES, agent };
    if (auth.length === 0) return of(base);
    return forkJoin(auth.map((method) => eventually(() => method.hello(this.#attempt)))).pipe(
      map((shares) => ({ ...base, authmethods: auth.map(({ method }) => method), ...mergeIdentities(shares) })),
    );
  }

  #dial(transport: Transport, details: Dict): void {
    this.#await(transport.open(this.#attempt), (channel) => {
      this.#channel = channel;
      pump(
        channel,
        (frame) => (this.#link ? this.#link.receive(frame) : this.#receive(frame)),
        (error) => (this.#link ? this.#link.lost(error) : this.#lost(error)),
      );
      this.#config.progress({ type: 'connect', transport: channel.details });
      this.#send([HELLO, this.#config.realm, details]);
    });
  }

  #receive(frame: unknown): void {
    if (this.#done) return;
    let message: Message;
    try {
      message = parseMessage(frame);
    } catch (error) {
      this.#violated(error as ProtocolError);
      return;
    }
    if (this.#config.tap.observed) this.#config.tap.message('in', message);
    if (message[0] === ABORT) this.#fail(new AbortError(message[2], message[1]));
    // a router that speaks while we still ask for the secret has lost the thread
    else if (this.#pending)
      this.#violated(new ProtocolError(`${messageName(message[0])} before AUTHENTICATE was sent`));
    else if (message[0] === CHALLENGE) this.#challenged(message);
    else if (message[0] === WELCOME) this.#welcomed(message);
    else this.#violated(new ProtocolError(`${messageName(message[0])} must not come before WELCOME`));
  }

  #challenged([, name, extra]: MessageOf<4>): void {
    const authenticator = this.#config.auth.find(({ method }) => method === name);
    if (authenticator === undefined) {
      this.#refuse(`the router challenges with ${JSON.stringify(name)}, which was not offered`);
      return;
    }
    const round = ++this.#round;
    if (round > ROUNDS) {
      this.#refuse(`the router challenged more than ${ROUNDS} times`);
      return;
    }
    this.#config.progress({ type: 'challenge', method: name });
    this.#await(
      this.#ask(name, () => authenticator.challenge(name, extra, round, this.#attempt)),
      (answer: Partial<ChallengeAnswer> | undefined) => {
        const { signature, extra: more } = isDict(answer) ? answer : {};
        if (typeof signature === 'string') this.#send([AUTHENTICATE, signature, { ...(more as Dict | undefined) }]);
        else this.#refuse(`the authenticator ${JSON.stringify(name)} must answer { signature: string, extra? }`);
      },
    );
  }

  #welcomed([, id, details]: MessageOf<2>): void {
    const name = details['authmethod'];
    // the method that was used decides; where the router does not tell, all look
    const judges = this.#config.auth.filter(
      (authenticator) => authenticator.welcome && (typeof name !== 'string' || authenticator.method === name),
    );
    const verdicts = judges.map((judge) => eventually(() => judge.welcome?.(details, this.#attempt)));
    if (verdicts.length === 0) this.#join(id, details);
    else {
      this.#await(
        this.#patience.whilePending(forkJoin(verdicts)),
        () => this.#join(id, details),
        (error) => this.#refuse(error instanceof Error ? error.message : String(error), error),
      );
    }
  }

  #join(id: number, details: Dict): void {
    const config = this.#config;
    const channel = this.#channel as Channel;
    this.#patience.end();
    const link = new SessionLink(channel, details, config, (error) => {
      this.#done = true;
      this.#report.ended(error ?? new ConnectionLostError('The session was left'));
    });
    const session = new Session(
      link,
      config.streams,
      sessionDetails(config.realm, id, details, channel.details),
      config.unseen,
    );
    this.#link = link;
    this.#report.joined({ session, link });
  }

  /** Waits for something; a failure ends the attempt unless it is dealt with. */
  #await<T>(
    source: Observable<T>,
    then: (value: T) => void,
    failed = (error: unknown): void => this.#failedWith(error),
  ): void {
    const pending = new Subscription();
    this.#pending = pending;
    const settled = <A>(act: (outcome: A) => void) => {
      return (outcome: A): void => {
        if (this.#pending === pending) this.#pending = undefined;
        if (!this.#done) act(outcome);
      };
    };
    pending.add(source.pipe(take(1)).subscribe({ next: settled(then), error: settled(failed) }));
  }

  /** Asks application code for something; the clock stands still meanwhile, and its errors are told. */
  #ask<T>(what: string, source: () => Eventually<T>): Observable<T> {
    return new Observable<T>((subscriber) =>
      this.#patience.whilePending(eventually(source)).subscribe({
        next: (value) => subscriber.next(value),
        error: (error: unknown) => {
          this.#config.userError(error, `authenticator ${what}`);
          subscriber.error(error);
        },
      }),
    );
  }

  #failedWith(error: unknown): void {
    if (error instanceof ProtocolError) this.#violated(error);
    else if (error instanceof WampError) this.#fail(error);
    else {
      const message = error instanceof Error ? error.message : String(error);
      this.#abort(message);
      this.#fail(new ConnectFailedError(`${this.#attempt.transport}: ${message}`, 1, [error]));
    }
  }

  #lost(error: unknown): void {
    this.#hangUp?.unsubscribe();
    if (error instanceof ProtocolError) this.#violated(error);
    else
      this.#fail(
        error instanceof WampError
          ? error
          : new ConnectionLostError('The router hung up before WELCOME', { cause: error }),
      );
  }

  #violated(error: ProtocolError): void {
    this.#abort(error.message, 'wamp.error.protocol_violation');
    this.#fail(error);
  }

  /** Our own refusal: retrying will not help. */
  #refuse(message: string, cause?: unknown): void {
    if (this.#done) return;
    this.#abort(message);
    this.#fail(new AbortError(CANNOT_AUTHENTICATE, { message }, { local: true, cause }));
  }

  #abort(message: string, reason = CANNOT_AUTHENTICATE): void {
    if (!this.#done && this.#channel) this.#send([ABORT, { message }, reason]);
  }

  #send(message: Message): void {
    try {
      this.#channel?.send(message);
      if (this.#config.tap.observed) this.#config.tap.message('out', message);
    } catch (error) {
      this.#fail(error instanceof WampError ? error : new ConnectionLostError('The link is down', { cause: error }));
    }
  }

  #fail(error: WampError): void {
    if (this.#done) return;
    this.#done = true;
    this.#patience.end();
    this.#pending?.unsubscribe();
    const channel = this.#channel;
    if (channel) {
      // in order, so that an ABORT of ours arrives; but not for ever
      channel.close();
      this.#hangUp = after(this.#config.closeTimeout, () => channel.drop());
    }
    this.#report.ended(error);
  }
}
