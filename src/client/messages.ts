import { Subject } from 'rxjs';
import { isDict } from '../protocol/attributes.ts';
import { AUTHENTICATE, HELLO, WELCOME, type Dict, type Message } from '../protocol/messages.ts';
import type { Tap } from '../session/config.ts';
import { now } from '../session/time.ts';

/** A wire message as it passed. */
export interface MessageEvent {
  readonly direction: 'in' | 'out';
  /** Milliseconds since the epoch. */
  readonly time: number;
  /** The message; what proves an identity is masked. */
  readonly message: Message;
}

const MASK = '***';

/** What proves an identity, or would help to guess a password, does not leave the client except to the router. */
function redacted(message: Message): Message {
  if (message[0] === AUTHENTICATE) return [AUTHENTICATE, MASK, {}];
  if (message[0] !== HELLO && message[0] !== WELCOME) return message;
  const extra = message[2]['authextra'] as Dict | undefined;
  if (!isDict(extra)) return message;
  // of WELCOME the proof of the router alone: the rest is told to the application
  const masked = Object.entries(extra).map(([name, value]) => [
    name,
    message[0] === HELLO || /verifier|signature/.test(name) ? MASK : value,
  ]);
  const details = { ...message[2], authextra: Object.fromEntries(masked) as Dict };
  return [message[0], message[1], details] as Message;
}

/** The tap behind `messages$`: nothing happens at it while nobody observes. */
export class MessageTap extends Subject<MessageEvent> implements Tap {
  message(direction: 'in' | 'out', message: Message): void {
    this.next({ direction, time: now(), message: redacted(message) });
  }
}
