import { Subject } from 'rxjs';
import { AUTHENTICATE, type Message } from '../protocol/messages.ts';
import type { Dict } from '../protocol/payload.ts';
import { guarded } from '../session/error-mapping.ts';
import { TAGGED, type Tagged } from '../session/option-checks.ts';
import type { Tap } from '../session/wire.ts';
import type { CorrelationOptions } from '../session/options.ts';
import { now } from '../session/time.ts';

/** A wire message as it passed. */
export interface WireMessage {
  /** `in` from the router, `out` to it. */
  readonly direction: 'in' | 'out';
  /** Milliseconds since the epoch. */
  readonly time: number;
  /** The message; what proves an identity is masked. */
  readonly message: Message;
  /** The options that it was sent for, where some of them stay on this side: `correlationId`, say. */
  readonly options?: CorrelationOptions | undefined;
}

const MASK = '***';

/** What proves an identity, or would help to guess a password, does not leave the client except to the router. */
function redacted(message: Message): Message {
  if (message[0] === AUTHENTICATE) return [AUTHENTICATE, MASK, {}];
  // of HELLO and WELCOME: no other message has it
  const extra = (message[2] as Dict | undefined)?.['authextra'];
  if (!extra) return message;
  const authextra = Object.fromEntries(Object.keys(extra).map((name) => [name, MASK]));
  return [message[0], message[1], { ...(message[2] as Dict), authextra }] as unknown as Message;
}

/** The tap behind `messages$`: nothing happens at it without an observer. */
export class MessageTap extends Subject<WireMessage> implements Tap {
  message(direction: 'in' | 'out', message: Message): void {
    const options = (message[2] as Tagged | undefined)?.[TAGGED];
    guarded(() => this.next({ direction, time: now(), message: redacted(message), options }));
  }
}
