import type { Status } from 'rxwamp';

/** The look of a state: the name of a colour token. */
export type Tone = 'good' | 'busy' | 'wait' | 'bad' | 'still';

export interface StateWords {
  readonly title: string;
  readonly tone: Tone;
}

const words: Readonly<Record<Status['state'], StateWords>> = {
  idle: { title: 'Not connected', tone: 'still' },
  connecting: { title: 'Connecting', tone: 'busy' },
  joining: { title: 'Connecting', tone: 'busy' },
  joined: { title: 'Connected', tone: 'good' },
  waiting: { title: 'Connection lost', tone: 'wait' },
  leaving: { title: 'Leaving', tone: 'still' },
  failed: { title: 'Given up', tone: 'bad' },
  closed: { title: 'Closed', tone: 'still' },
};

export function stateWords({ state }: Status): StateWords {
  return words[state];
}
