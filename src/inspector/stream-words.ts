import type { Status, StreamState } from '../index.ts';
import type { Tone } from './status-words.ts';

/** The colour of a stream's state. */
export const stateTone = ({ kind, state }: StreamState): Tone => {
  if (state === 'confirmed') return 'good';
  return kind === 'call' || kind === 'invocation' ? 'calm' : 'busy';
};

/** What a stream waits for; empty where it is confirmed. */
export function waitsFor({ kind, state, id }: StreamState, status: Status): string {
  if (state === 'confirmed') return '';
  if (state === 'waiting') return status.state === 'joined' ? 'its turn to be sent' : 'a session';
  if (kind === 'invocation') return 'the handler';
  if (kind === 'setup') return 'its function';
  if (kind === 'call') return id === undefined ? 'its arguments' : 'the callee';
  return state === 'healing' ? 'the router, to confirm it again' : 'the router, to confirm it';
}
