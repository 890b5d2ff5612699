import { asyncScheduler, Subscription } from 'rxjs';
import { ProtocolError } from '../protocol/errors.ts';
import { isId, type Id } from '../protocol/ids.ts';
import {
  ABORT,
  AUTHENTICATE,
  CANCEL,
  GOODBYE,
  HELLO,
  parseMessage,
  type Message,
  type MessageOf,
} from '../protocol/messages.ts';
import type { Uri } from '../protocol/uris.ts';
import type { DeliveryQueue } from './delivery-queue.ts';
import { Handshake, type Doorkeeper } from './handshake.ts';
import type { LinkInfo, RouterFrame, RouterLink, RouterPeer } from './router-options.ts';
import type { Quirks } from './quirks.ts';
import type { Realm } from './realm.ts';
import type { RouterSession, SessionLink } from './router-session.ts';

/** What a link needs of its router. */
export interface Switchboard extends Doorkeeper {
  readonly quirks: Quirks;
  readonly inbound: DeliveryQueue;
  readonly outbound: DeliveryQueue;
  readonly closeTimeout: number;
  /** What interceptors leave of a message. */
  intercepted(message: Message, session: Id | undefined, direction: 'in' | 'out'): readonly Message[];
  tap(frame: Omit<RouterFrame, 'time'>): void;
  /** The link is over. */
  forget(link: Link): void;
}

type Phase = 'open' | 'joining' | 'joined' | 'leaving' | 'closed';

/** One attached client: parses what comes, and leads it through handshake, session and farewell. */
export class Link implements RouterLink, SessionLink {
  readonly info: LinkInfo;
  readonly number: number;
  session: RouterSession | undefined;
  /** Half-open: frames vanish both ways. */
  stalled = false;
  /** The link is gone, and the router does not know it yet. */
  ghost = false;
  #phase: Phase = 'open';
  #realm: Realm | undefined;
  #handshake: Handshake | undefined;
  #lostUnseen = false;
  #timer = Subscription.EMPTY;
  readonly #board: Switchboard;
  readonly peer: RouterPeer;

  constructor(board: Switchboard, number: number, peer: RouterPeer, info: LinkInfo) {
    this.#board = board;
    this.number = number;
    this.peer = peer;
    this.info = info;
  }

  get closed(): boolean {
    return this.#phase === 'closed';
  }

  /** Whether a session is being made or lives. */
  get busy(): boolean {
    return this.#phase !== 'open' && this.#phase !== 'closed';
  }

  get silent(): boolean {
    return this.stalled || this.ghost;
  }

  /** Closes the link unless a HELLO comes in time. */
  expectHello(within: number): void {
    this.#timer.unsubscribe();
    this.#timer = asyncScheduler.schedule(() => {
      if (this.#phase === 'open') this.close(1002, 'no HELLO came in time');
    }, within);
  }

  receive(value: unknown): void {
    if (this.silent) return;
    this.#board.inbound.post(() => {
      if (this.#phase !== 'closed' && !this.silent) this.#take(value);
    });
  }

  undecodable(message: string): void {
    if (this.silent || this.#board.quirks.ignoresUndecodable) return;
    this.#board.inbound.post(() => {
      if (this.#phase !== 'closed') this.#violated(message);
    });
  }

  lost(): void {
    if (this.stalled) {
      // a half-open link: the router learns of it when the network is back
      this.#lostUnseen = true;
      return;
    }
    if (this.ghost) return;
    this.#board.inbound.post(() => {
      this.end();
    });
  }

  /** Frames pass again. */
  resume(): void {
    this.stalled = false;
    if (this.#lostUnseen) this.lost();
  }

  send(message: Message): void {
    this.#board.outbound.post(() => {
      this.#transmit(message);
    });
  }

  /** Sends anything, whatever the state of the session. */
  sendRaw(frame: unknown): void {
    this.#board.outbound.post(() => {
      if (this.#phase === 'closed' || this.silent) return;
      if (typeof frame === 'string' || frame instanceof Uint8Array) this.peer.raw?.(frame);
      // a copy: adapters may know a message again by its identity, and tests may change theirs
      else this.peer.send([...(frame as readonly unknown[])] as unknown as Message);
    });
  }

  /** Refuses or breaks off the session. */
  abort(reason: Uri, message: string, code = 1000): void {
    this.send([ABORT, { message }, reason]);
    this.close(code, reason);
  }

  goodbye(reason: Uri, message?: string): void {
    if (this.#phase !== 'joined') return;
    this.#phase = 'leaving';
    const details = message === undefined ? {} : { message };
    this.send([GOODBYE, details, reason]);
    this.#leave();
    this.#timer.unsubscribe();
    this.#timer = asyncScheduler.schedule(() => {
      this.close(1000, 'no answer to GOODBYE');
    }, this.#board.closeTimeout);
  }

  crash(code: number, reason: string): void {
    this.close(code, reason);
  }

  /** Hangs up in order. */
  close(code?: number, reason?: string): void {
    if (this.#phase === 'closed') return;
    this.#over();
    this.#board.outbound.post(() => {
      if (!this.ghost) this.peer.close(code, reason);
    });
  }

  /** Cuts the link; the session ends with it. */
  drop(): void {
    this.#cut();
    this.end();
  }

  /** Cuts the link and keeps the session for some milliseconds. */
  haunt(ms: number): void {
    if (this.#phase === 'closed') return;
    this.ghost = true;
    if (this.session) this.session.ghost = true;
    this.#cut();
    if (ms === Infinity) return;
    this.#timer.unsubscribe();
    this.#timer = asyncScheduler.schedule(() => {
      this.end();
    }, ms);
  }

  /** The link is over: the session, if any, with it. */
  end(): void {
    if (this.#phase !== 'closed') this.#over();
  }

  #cut(): void {
    if (this.peer.drop) this.peer.drop();
    else this.peer.close(1006, 'dropped');
  }

  #over(): void {
    this.#phase = 'closed';
    this.#timer.unsubscribe();
    this.#handshake?.cancel();
    this.#leave();
    this.#board.forget(this);
  }

  #leave(): void {
    const { session } = this;
    if (session) this.#realm?.leave(session);
  }

  #transmit(message: Message): void {
    if (this.silent) return;
    for (const passed of this.#board.intercepted(message, this.session?.id, 'out')) {
      this.#board.tap({ session: this.session?.id, link: this.number, direction: 'out', message: passed });
      try {
        this.peer.send(passed);
      } catch {
        // a payload that this client's serializer cannot write: nobody must wait for it in vain
        this.close(1011, 'a message could not be serialised');
      }
    }
  }

  #take(value: unknown): void {
    try {
      let message: Message;
      try {
        message = parseMessage(value);
      } catch (error) {
        this.#board.tap({ session: this.session?.id, link: this.number, direction: 'in', message: value as Message });
        this.#refuseCancel(value);
        throw error;
      }
      for (const passed of this.#board.intercepted(message, this.session?.id, 'in')) {
        this.#board.tap({ session: this.session?.id, link: this.number, direction: 'in', message: passed });
        this.#dispatch(passed);
      }
    } catch (error) {
      if (error instanceof Handled) return;
      if (error instanceof ProtocolError) this.#violated(error.message);
      else this.abort('wamp.error.runtime_error', `The router failed: ${String(error)}`, 1011);
    }
  }

  /** nexus answers a CANCEL with an unknown mode instead of ending the session. */
  #refuseCancel(value: unknown): void {
    if (!this.#board.quirks.cancelErrorType || !this.session || !Array.isArray(value)) return;
    const [type, request] = value as unknown[];
    if (type !== CANCEL || !isId(request)) return;
    this.#realm?.dealer.refuseCancel(this.session, request);
    throw new Handled();
  }

  #dispatch(message: Message): void {
    const type = message[0];
    switch (this.#phase) {
      case 'open':
        if (type === HELLO) this.#hello(message);
        else if (type === ABORT) this.close(1000);
        else throw new ProtocolError('The first message of a session must be HELLO');
        return;
      case 'joining':
        if (type === ABORT) this.close(1000);
        else if (type === AUTHENTICATE && this.#handshake?.challenged) this.#handshake.authenticate(message);
        else throw new ProtocolError('The session is not established yet');
        return;
      case 'joined':
        this.#established(message);
        return;
      case 'leaving':
        if (type === GOODBYE || type === ABORT) this.close(1000);
        return;
      case 'closed':
    }
  }

  #established(message: Message): void {
    const { session } = this;
    if (!session || !this.#realm) return;
    switch (message[0]) {
      case GOODBYE: {
        const reason = this.#board.quirks.echoesGoodbye ? message[2] : 'wamp.close.goodbye_and_out';
        // the session may be followed by another one on the same link
        this.#phase = 'open';
        this.send([GOODBYE, {}, reason]);
        this.#leave();
        this.session = undefined;
        return;
      }
      case ABORT:
        this.close(1000);
        return;
      case HELLO:
        if (this.#board.quirks.ignoresSecondHello) return;
        throw new ProtocolError('HELLO: there is a session on this link already');
      default:
        this.#realm.dispatch(session, message);
    }
  }

  #hello(message: MessageOf<1>): void {
    this.#timer.unsubscribe();
    this.#phase = 'joining';
    this.#handshake = new Handshake(this.#board, this, message, {
      welcome: (realm, session, welcome) => {
        this.#phase = 'joined';
        this.#realm = realm;
        this.session = session;
        this.send(welcome);
        realm.join(session);
      },
      abort: (reason, text) => {
        this.abort(reason, text);
      },
    });
    this.#handshake.begin();
  }

  #violated(message: string): void {
    if (this.#phase === 'leaving') return;
    if (this.#board.quirks.violationCloses) this.close(1002, 'protocol violation');
    else this.abort('wamp.error.protocol_violation', message, 1002);
  }
}

/** Thrown to end the treatment of a message that has been answered. */
class Handled extends Error {}
