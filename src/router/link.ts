import type { Subscription } from 'rxjs';
import { ProtocolError, SerializationError } from '../protocol/errors.ts';
import { isId } from '../protocol/ids.ts';
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
import { after } from '../session/time.ts';
import type { DeliveryQueue } from './delivery-queue.ts';
import { Handshake, type Doorkeeper } from './handshake.ts';
import { LinkOutput, type Sender, type Traffic } from './link-output.ts';
import type { RouterLink, RouterPeer } from './router-options.ts';
import type { LinkInfo } from './view-types.ts';
import type { Realm } from './realm.ts';
import type { RouterSession, SessionLink } from './router-session.ts';

/** What a link needs of its router. */
export interface Switchboard extends Doorkeeper, Traffic {
  readonly inbound: DeliveryQueue;
  readonly closeTimeout: number;
  /** The link is over. */
  forget(link: Link): void;
}

type Phase = 'open' | 'joining' | 'joined' | 'leaving' | 'closed';

/** Milliseconds that a client may take to another HELLO after its GOODBYE, where the adapter has no time for the first. */
const HELLO_TIMEOUT = 10_000;

/** One attached client: parses what comes, and leads it through handshake, session and farewell. */
export class Link implements RouterLink, SessionLink, Sender {
  readonly info: LinkInfo;
  readonly number: number;
  readonly peer: RouterPeer;
  session: RouterSession | undefined;
  #phase: Phase = 'open';
  #realm: Realm | undefined;
  #handshake: Handshake | undefined;
  #lostUnseen = false;
  #timer: Subscription | undefined;
  readonly #board: Switchboard;
  readonly #output: LinkOutput;
  readonly #helloTimeout: number | undefined;

  /** @param helloTimeout milliseconds that the client may take to its HELLO; as long as it likes by default */
  constructor(board: Switchboard, number: number, peer: RouterPeer, info: LinkInfo, helloTimeout?: number) {
    this.#board = board;
    this.number = number;
    this.peer = peer;
    this.info = info;
    this.#output = new LinkOutput(board, peer, this);
    this.#helloTimeout = helloTimeout;
    if (helloTimeout !== undefined) this.#expectHello(helloTimeout, 1002, 'no HELLO came in time');
  }

  get closed(): boolean {
    return this.#phase === 'closed';
  }

  /** Whether a session is being made or lives. */
  get busy(): boolean {
    return this.#phase !== 'open' && this.#phase !== 'closed';
  }

  get silent(): boolean {
    return this.#output.silent;
  }

  /** Whether the link is gone, and the router does not know it yet. */
  get ghost(): boolean {
    return this.#output.ghost;
  }

  receive(value: unknown): void {
    if (this.silent) return;
    this.#board.inbound.post(() => {
      if (!this.closed && !this.silent) this.#take(value);
    });
  }

  undecodable(message: string): void {
    if (this.silent || this.#board.quirks.ignoresUndecodable) return;
    this.#board.inbound.post(() => {
      if (!this.closed) this.#violated(message);
    });
  }

  lost(): void {
    if (this.#output.stalled) {
      // a half-open link: the router learns of it when the network is back
      this.#lostUnseen = true;
      return;
    }
    if (this.ghost) return;
    this.#board.inbound.post(() => {
      this.#end();
    });
  }

  /** From now on frames vanish both ways, while the link stays. */
  stall(): void {
    this.#output.stalled = true;
  }

  /** Frames pass again. */
  resume(): void {
    this.#output.stalled = false;
    if (this.#lostUnseen) this.lost();
  }

  send(message: Message): void {
    this.#output.send(message);
  }

  /** Sends anything, whatever the state of the session. */
  sendRaw(frame: unknown): void {
    this.#output.sendRaw(frame);
  }

  undeliverable(message: Message, error: unknown): void {
    const uri = error instanceof SerializationError ? error.uri : undefined;
    if (uri !== undefined && this.session && this.#realm?.undeliverable(this.session, message, uri)) return;
    this.close(1011, 'a message could not be sent');
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
    this.#wait(this.#board.closeTimeout, () => this.close(1000, 'no answer to GOODBYE'));
  }

  crash(code: number, reason: string): void {
    this.close(code, reason);
  }

  /** Hangs up in order. */
  close(code?: number, reason?: string): void {
    if (this.closed) return;
    this.#end();
    this.#output.close(code, reason);
  }

  /** Cuts the link; the session ends with it. */
  drop(): void {
    this.#output.cut();
    this.#end();
  }

  /** Cuts the link and keeps the session for some milliseconds. */
  haunt(ms: number): void {
    if (this.closed) return;
    this.#output.ghost = true;
    if (this.session) this.session.ghost = true;
    this.#output.cut();
    this.#wait(ms, () => this.#end());
  }

  /** The link is over: the session, if any, with it. */
  #end(): void {
    if (this.closed) return;
    this.#phase = 'closed';
    this.#timer?.unsubscribe();
    this.#handshake?.cancel();
    this.#leave();
    this.#board.forget(this);
  }

  #wait(ms: number, then: () => void): void {
    this.#timer?.unsubscribe();
    this.#timer = after(ms, then);
  }

  #expectHello(ms: number, code: number, reason: string): void {
    this.#wait(ms, () => {
      if (this.#phase === 'open') this.close(code, reason);
    });
  }

  #leave(): void {
    if (this.session) this.#realm?.leave(this.session);
  }

  #take(value: unknown): void {
    try {
      let message: Message;
      try {
        message = parseMessage(value);
      } catch (error) {
        this.#board.tap({ session: this.session?.id, link: this.number, direction: 'in', message: value as Message });
        if (this.#refusedCancel(value)) return;
        throw error;
      }
      for (const passed of this.#board.intercepted(message, this.session?.id, 'in')) {
        this.#board.tap({ session: this.session?.id, link: this.number, direction: 'in', message: passed });
        this.#dispatch(passed);
      }
    } catch (error) {
      if (error instanceof ProtocolError) this.#violated(error.message);
      else this.abort('wamp.error.runtime_error', `The router failed: ${String(error)}`, 1011);
    }
  }

  /** nexus answers a CANCEL with an unknown mode instead of ending the session. */
  #refusedCancel(value: unknown): boolean {
    if (!this.#board.quirks.cancelErrorType || !this.session || !Array.isArray(value)) return false;
    const [type, request] = value as unknown[];
    if (type !== CANCEL || !isId(request)) return false;
    this.#realm?.dealer.refuseCancel(this.session, request);
    return true;
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
        this.#expectHello(this.#helloTimeout ?? HELLO_TIMEOUT, 1000, 'no HELLO came after the GOODBYE');
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
    this.#timer?.unsubscribe();
    this.#phase = 'joining';
    this.#handshake = new Handshake(this.#board, this, message, {
      welcome: (realm, session, welcome) => {
        this.#phase = 'joined';
        this.#realm = realm;
        this.session = session;
        this.send(welcome);
        // a WELCOME that cannot be written ends the link, and there is no session then
        if (!this.closed) realm.join(session);
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
