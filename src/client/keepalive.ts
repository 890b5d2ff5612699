import { Subscription } from 'rxjs';
import { ConnectionLostError } from '../protocol/errors.ts';
import { MAX_ID } from '../protocol/ids.ts';
import { CALL, UNSUBSCRIBE } from '../protocol/messages.ts';
import type { Dispatch } from '../session/dispatch.ts';
import { after, now } from '../session/time.ts';
import { wake$ } from './reconnect.ts';

/** How half-open links are noticed. */
export interface KeepaliveOptions {
  /** Milliseconds of silence after which the router is probed for a sign of life; 30 000 by default. */
  readonly interval?: number | undefined;
  /** Milliseconds to wait for it before the link counts as lost; 10 000 by default. */
  readonly timeout?: number | undefined;
  /** A procedure to call as the probe, where a WebSocket ping cannot be had; by default an UNSUBSCRIBE of no subscription. */
  readonly probe?: string | undefined;
}

/** A timer that fires later than this after its time was not running: the machine slept. In milliseconds. */
const LATE = 2000;

/** Watches the link of one session until it is unsubscribed: any received byte counts as life. */
export function keepAlive(
  dispatch: Dispatch,
  { interval = 30_000, timeout = 10_000, probe }: KeepaliveOptions,
): Subscription {
  const { channel } = dispatch.wire;
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
      if (!alive() && (late || now() - silentSince >= interval)) probeNow();
      else listen();
    });

  const probeNow = (): void => {
    if (!dispatch.open) return;
    alive();
    if (channel.ping) channel.ping();
    else {
      // no router holds this subscription, it needs no permission to give it up, and it is always answered
      const id = dispatch.nextId;
      dispatch.probes++;
      dispatch.tryRequest(probe === undefined ? [UNSUBSCRIBE, id, MAX_ID] : [CALL, id, {}, probe]);
    }
    lookAfter(timeout, (late) => {
      if (alive()) listen();
      else if (late) probeNow();
      else {
        dispatch.drop(new ConnectionLostError(`No sign of life from the router for ${now() - silentSince} ms`));
      }
    });
  };

  listen();
  // after a sleep it is not known whether the link still works
  const watch = wake$.subscribe(probeNow);
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
  let usedAt = now();
  let seen = mark();
  let timer: Subscription | undefined;
  const look = (): void => {
    if (inUse() || mark() !== seen) {
      usedAt = now();
      seen = mark();
    }
    if (now() - usedAt >= time) idle();
    else wait();
  };
  const wait = (): void => {
    timer = after(time / LOOKS, look);
  };
  wait();
  return new Subscription(() => timer?.unsubscribe());
}
