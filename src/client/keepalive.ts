import { Subscription } from 'rxjs';
import { ConnectionLostError } from '../protocol/errors.ts';
import { MAX_ID } from '../protocol/ids.ts';
import { CALL, UNSUBSCRIBE, type Message } from '../protocol/messages.ts';
import type { Dispatch } from '../session/dispatch.ts';
import type { Request } from '../session/request-port.ts';
import { after, elapsed } from '../session/time.ts';
import { wake$ } from './reconnect.ts';

/** How half-open links are noticed. */
export interface KeepaliveOptions {
  /** Milliseconds of silence, or without an answer to a request, after which the router is probed; 30 000 by default. */
  readonly interval?: number | undefined;
  /** Milliseconds that the router may take to answer before the link counts as lost; 10 000 by default. */
  readonly timeout?: number | undefined;
  /** A procedure to call as the probe, where a WebSocket ping cannot be had; by default an UNSUBSCRIBE of no subscription. */
  readonly probe?: string | undefined;
}

/** A timer that fires later than this after its time was not running: the machine slept. In milliseconds. */
const LATE = 2000;
/** Milliseconds in which a socket is read that had to wait for a busy event loop. */
const TURN = 20;

/**
 * Watches the link of one session until it is unsubscribed. Any received byte shows that the way in works. The way out
 * is shown by answers alone: where a request has none for an interval, or bytes wait and do not become fewer, the router
 * must answer a probe, whatever else comes.
 */
export function keepAlive(
  dispatch: Dispatch,
  { interval = 30_000, timeout = 10_000, probe }: KeepaliveOptions,
): Subscription {
  const { channel } = dispatch.wire;
  let { received } = channel;
  let buffered = 0;
  /** The request that waits longest. */
  let oldest: Request | undefined;
  /** Looks in a row at which nothing had come, or the way out was in doubt. */
  let silent = 0;
  let stuck = 0;
  /** Whether a probe is out, and whether it was answered. */
  let probing = false;
  let answered = false;
  let timer: Subscription | undefined;

  /** Whether anything came since the last look. */
  const cameIn = (): boolean => received !== (received = channel.received);

  /** Whether fewer bytes wait than at the last look. */
  const wentOut = (): boolean => buffered > (buffered = channel.bufferedAmount);

  const drop = (why: string): void => dispatch.drop(new ConnectionLostError(why));

  const lookAfter = (delay: number, look: (lateness: number) => void): void => {
    const due = elapsed() + delay;
    timer?.unsubscribe();
    timer = after(delay, () => {
      if (channel.closing) drop('The router hung up');
      else look(elapsed() - due);
    });
  };

  /** Looks in twice an interval: what is wrong is noticed between one and one and a half of it, at no cost per message. */
  const listen = (): void =>
    lookAfter(interval / 2, (lateness) => {
      const before = oldest;
      oldest = dispatch.requests.values().next().value;
      silent = cameIn() ? 0 : silent + 1;
      const inDoubt = (!wentOut() && buffered > 0) || (oldest && oldest === before);
      stuck = inDoubt ? stuck + 1 : 0;
      if (stuck > 1) sendProbe(true);
      else if (silent > 1 || (silent && lateness > LATE)) sendProbe(false);
      else listen();
    });

  /** Sends a probe: where `strictly`, only its own answer counts, otherwise whatever comes. */
  const sendProbe = (strictly: boolean, again = false): void => {
    if (!dispatch.open) return;
    probing = true;
    answered &&= again;
    cameIn();
    wentOut();
    const answer = (): void => void (answered = true);
    if (channel.ping) channel.ping(answer);
    else {
      // no router holds this subscription, it needs no permission to give it up, and it is always answered
      const id = dispatch.nextId;
      const message: Message = probe === undefined ? [UNSUBSCRIBE, id, MAX_ID] : [CALL, id, {}, probe];
      dispatch.probes++;
      dispatch.tryRequest(message, { type: message[0], answer });
    }
    waitForAnswer(strictly, again);
  };

  const waitForAnswer = (strictly: boolean, again: boolean): void =>
    lookAfter(timeout, (lateness) => {
      // timers run before sockets are read: an answer may have come while the event loop was busy
      timer = after(Math.min(lateness, TURN), () => {
        if (answered || (cameIn() && !strictly)) {
          probing = false;
          silent = stuck = 0;
          listen();
        }
        // the probe waits behind bytes that do leave
        else if (wentOut()) waitForAnswer(strictly, again);
        // the second late look in a row counts, or timers that are always late would put the verdict off for ever
        else if (lateness > LATE && !again) sendProbe(strictly, true);
        else drop(`No sign of life from the router within ${timeout} ms`);
      });
    });

  listen();
  // after a sleep it is not known whether the link still works; the time of a probe that is out runs on
  const watch = wake$.subscribe(() => probing || sendProbe(true));
  watch.add(() => timer?.unsubscribe());
  return watch;
}

/** How often to look within the time. */
const LOOKS = 10;

/**
 * Calls `idle` once when nothing was used for `time` milliseconds, unless unsubscribed before. Looks now and then, so
 * that use costs nothing: something is in use where `inUse()` counts any, or was since the last look where `mark()` has
 * changed.
 */
export function whenIdle(time: number, inUse: () => number, mark: () => unknown, idle: () => void): Subscription {
  let unused = 0;
  let seen = mark();
  let timer: Subscription | undefined;
  const look = (): void => {
    const before = seen;
    seen = mark();
    unused = inUse() || seen !== before ? 0 : unused + 1;
    if (unused >= LOOKS) idle();
    else wait();
  };
  const wait = (): void => {
    timer = after(time / LOOKS, look);
  };
  wait();
  return new Subscription(() => timer?.unsubscribe());
}
