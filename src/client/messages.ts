import { Subject } from 'rxjs';
import { AUTHENTICATE, HELLO, type Dict, type Message } from '../protocol/messages.ts';
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

/** What proves an identity does not leave the client except to the router. */
function redacted(message: Message): Message {
  if (message[0] === AUTHENTICATE) return [AUTHENTICATE, MASK, {}];
  const extra = message[0] === HELLO ? (message[2]['authextra'] as Dict | undefined) : undefined;
  if (message[0] !== HELLO || extra === undefined) return message;
  const masked = Object.fromEntries(Object.keys(extra).map((name) => [name, MASK]));
  return [HELLO, message[1], { ...message[2], authextra: masked }];
}

/** The tap behind `messages$`: nothing happens at it while nobody observes. */
export class MessageTap extends Subject<MessageEvent> implements Tap {
  message(direction: 'in' | 'out', message: Message): void {
    this.next({ direction, time: now(), message: redacted(message) });
  }
}
