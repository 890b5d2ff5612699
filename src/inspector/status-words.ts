import type { LifecycleEvent, Status } from '../index.ts';
import { messageOf } from '../protocol/thrown.ts';
import { age, duration, plural } from './format.ts';

/** What a colour says: all is well, something is under way, something is wrong, nothing happens. */
export type Tone = 'good' | 'busy' | 'bad' | 'calm';

/** A status or an event in words. */
export interface Words {
  readonly tone: Tone;
  readonly title: string;
  readonly text: string;
}

const attemptOf = (attempt: number): string => `attempt ${attempt}`;
const list = (...parts: (string | false | undefined)[]): string => parts.filter(Boolean).join(' · ');

/** A status in words. */
export function statusWords(status: Status): Words {
  switch (status.state) {
    case 'idle':
      return { tone: 'calm', title: 'Idle', text: 'nothing needs a connection' };
    case 'connecting':
      return { tone: 'busy', title: 'Connecting', text: list(status.transport, attemptOf(status.attempt)) };
    case 'joining':
      return {
        tone: 'busy',
        title: 'Joining',
        text: list(status.transport, attemptOf(status.attempt), status.authmethod),
      };
    case 'joined':
      return {
        tone: status.healing > 0 ? 'busy' : 'good',
        title: 'Joined',
        text: list(
          `session ${status.session.id}`,
          status.healing > 0 && `${plural(status.healing, 'stream')} to be confirmed`,
        ),
      };
    case 'waiting':
      return {
        tone: 'busy',
        title: 'Waiting',
        text: list(
          status.delay === undefined ? 'a custom operator decides' : `retry after ${duration(status.delay)}`,
          attemptOf(status.attempt),
          messageOf(status.error),
        ),
      };
    case 'leaving':
      return { tone: 'busy', title: 'Leaving', text: status.reason };
    case 'failed':
      return {
        tone: 'bad',
        title: 'Failed',
        text: list(`after ${plural(status.attempts, 'attempt')}`, messageOf(status.error)),
      };
    case 'closed':
      return { tone: 'calm', title: 'Closed', text: list(status.details.reason, status.details.message) };
  }
}

/** What changes by the second beside a status: how long a session lasts, or when the next attempt is due. */
export function statusClock(status: Status, time: number): string {
  if (status.state === 'joined') return age(time - status.since);
  if (status.state !== 'waiting' || status.retryAt === undefined) return '';
  const left = Math.ceil((status.retryAt - time) / 1000);
  return left > 0 ? `retry in ${duration(left * 1000)}` : 'retry due';
}

/** Why a client is not joined: the error's message, and those of its causes. */
export function causesOf(status: Status): readonly string[] {
  const causes: string[] = [];
  let error: unknown = 'error' in status ? status.error : undefined;
  while (error !== undefined && error !== null && causes.length < 5) {
    const message = messageOf(error);
    if (message !== causes.at(-1)) causes.push(message);
    error = error instanceof Error ? error.cause : undefined;
  }
  return causes;
}

/** A lifecycle event in words. */
export function eventWords(event: LifecycleEvent): Words {
  switch (event.type) {
    case 'connect':
      return { tone: 'calm', title: 'connect', text: list(event.transport.url, attemptOf(event.attempt)) };
    case 'challenge':
      return { tone: 'calm', title: 'challenge', text: event.method };
    case 'insecure':
      return { tone: 'bad', title: 'insecure', text: `${event.method} in the clear to ${event.url}` };
    case 'join':
      return { tone: 'good', title: 'join', text: `session ${event.session.id}` };
    case 'ready':
      return { tone: 'good', title: 'ready', text: 'all streams are confirmed' };
    case 'leave':
      return { tone: 'calm', title: 'leave', text: list(event.reason, event.message) };
    case 'disconnect':
      return {
        tone: event.wasClean ? 'calm' : 'bad',
        title: 'disconnect',
        text: event.error === undefined ? (event.wasClean ? 'clean' : 'not clean') : messageOf(event.error),
      };
    case 'connectfailure':
      return {
        tone: 'bad',
        title: 'connectfailure',
        text: list(event.transport, attemptOf(event.attempt), messageOf(event.error)),
      };
    case 'heal':
      return {
        tone: 'bad',
        title: 'heal',
        text: list(event.stream.uri, messageOf(event.error), `again after ${duration(event.delay)}`),
      };
    case 'publisherror':
      return { tone: 'bad', title: 'publisherror', text: list(event.topic, messageOf(event.error)) };
  }
}
