import type { Status } from 'rxwamp';

/** The look of a state: the name of a colour token. */
export type Tone = 'good' | 'busy' | 'wait' | 'bad' | 'still';

export interface StateWords {
  readonly title: string;
  readonly tone: Tone;
}

const words: Readonly<Record<Status['state'], StateWords>> = {
  idle: { title: 'Idle', tone: 'still' },
  connecting: { title: 'Connecting', tone: 'busy' },
  joining: { title: 'Joining', tone: 'busy' },
  joined: { title: 'Joined', tone: 'good' },
  waiting: { title: 'Waiting', tone: 'wait' },
  leaving: { title: 'Leaving', tone: 'still' },
  failed: { title: 'Failed', tone: 'bad' },
  closed: { title: 'Closed', tone: 'still' },
};

export function stateWords({ state }: Status): StateWords {
  return words[state];
}

/** One sentence on a state, for the reader of the page. */
export function explain(status: Status): string {
  switch (status.state) {
    case 'idle':
      return 'Nothing has used the link yet.';
    case 'connecting':
      return `Attempt ${String(status.attempt)}: dialling.`;
    case 'joining':
      return `Attempt ${String(status.attempt)}: the socket is open, joining the realm.`;
    case 'joined':
      return status.healing > 0
        ? `Healing: ${String(status.healing)} ${status.healing === 1 ? 'stream is' : 'streams are'} not confirmed yet.`
        : 'All streams are confirmed by the router.';
    case 'waiting':
      return `${status.error.message.replace(/\.$/, '')}. Attempt ${String(status.attempt + 1)} comes next.`;
    case 'leaving':
      return `Saying goodbye: ${status.reason}`;
    case 'failed':
      return `Given up after ${String(status.attempts)} attempts: ${status.error.message}`;
    case 'closed':
      return 'The client has been closed.';
  }
}
