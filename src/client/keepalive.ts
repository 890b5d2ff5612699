import type { Subscription } from 'rxjs';
import { ConnectionLostError } from '../protocol/errors.ts';
import { MAX_ID } from '../protocol/ids.ts';
import { CALL, UNSUBSCRIBE } from '../protocol/messages.ts';
import type { Dispatch } from '../session/dispatch.ts';
import { after, now } from '../session/time.ts';
import { wake$ } from './wake.ts';

/** How half-open links are noticed. */
export interface KeepaliveOptions {
  /** Milliseconds of silence after which the router is asked for a sign of life; 30 000 by default. */
  readonly interval?: number | undefined;
  /** Milliseconds to wait for it before the link counts as lost; 10 000 by default. */
  readonly timeout?: number | undefined;
  /** A procedure to call as the question, where a WebSocket ping cannot be had; by default an UNSUBSCRIBE of no subscription. */
  readonly probe?: string | undefined;
}

/** A timer that fires later than this after its time was not running: the machine slept. In milliseconds. */
const LATE = 2000;

/** Watches the link of one session until it is unsubscribed: any received byte counts as life. */
export function keepAlive(
  link: Dispatch,
  { interval = 30_000, timeout = 10_000, probe }: KeepaliveOptions,
): Subscription {
  const { channel } = link.wire;
  let seen = channel.received;
  let silentSince = now();
  let timer: Subscription | undefined;

  /** Whether anything came since the last look. */
  const alive = (): boolean => {
    const { received } = channel;
    if (received === seen) return false;
    seen = received;
    silentSince = now();
    return true;
  };

  const lookAfter = (delay: number, look: (late: boolean) => void): void => {
    timer?.unsubscribe();
    const due = now() + delay;
    timer = after(delay, () => look(now() - due > LATE));
  };

  /** Looks in twice an interval: silence is noticed between one and one and a half of it, at no cost per message. */
  const listen = (): void =>
    lookAfter(interval / 2, (late) => {
      if (!alive() && (late || now() - silentSince >= interval)) ask();
      else listen();
    });

  const ask = (): void => {
    if (!link.open) return;
    alive();
    if (channel.ping) channel.ping();
    else {
      // no router holds this subscription, nobody needs permission to give it up, and it is always answered
      const id = link.nextId;
      link.probes++;
      link.tell(probe === undefined ? [UNSUBSCRIBE, id, MAX_ID] : [CALL, id, {}, probe], null);
    }
    lookAfter(timeout, (late) => {
      if (alive()) listen();
      else if (late) ask();
      else {
        link.drop(new ConnectionLostError(`No sign of life from the router for ${now() - silentSince} ms`));
      }
    });
  };

  listen();
  // who slept cannot know whether the link did not
  const watch = wake$.subscribe(ask);
  watch.add(() => timer?.unsubscribe());
  return watch;
}
