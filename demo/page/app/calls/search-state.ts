import type { ObservableNotification } from 'rxjs';
import type { CallResult } from 'rxwamp';
import type { SearchHit, SearchProgress } from '../../../shared/host.ts';
import { problem } from './problem.ts';

export interface SearchState {
  readonly phase: 'idle' | 'running' | 'done' | 'failed';
  readonly query: string;
  readonly scanned: number;
  readonly matches: number;
  readonly hits: readonly SearchHit[];
  readonly problem: string;
}

export const idle: SearchState = { phase: 'idle', query: '', scanned: 0, matches: 0, hits: [], problem: '' };

/** The state of a search after a notification of its call: a partial result, the end, or an error. */
export function next(
  state: SearchState,
  notification: ObservableNotification<CallResult<SearchProgress>>,
): SearchState {
  switch (notification.kind) {
    case 'N': {
      const { scanned, matches, hits } = notification.value.value;
      return { ...state, scanned, matches, hits: [...state.hits, ...hits] };
    }
    case 'E':
      return { ...state, phase: 'failed', problem: problem(notification.error) };
    case 'C':
      return { ...state, phase: 'done' };
  }
}

/** A text in three parts, with the match in the middle. */
export function around(text: string, query: string): readonly [string, string, string] {
  const at = text.toLowerCase().indexOf(query.toLowerCase());
  if (at < 0) return [text, '', ''];
  return [text.slice(0, at), text.slice(at, at + query.length), text.slice(at + query.length)];
}
