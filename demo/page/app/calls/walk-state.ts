import type { ObservableNotification } from 'rxjs';
import type { CallResult } from 'rxwamp';
import type { WalkProgress } from '../../../shared/host.ts';
import { problem } from './problem.ts';

export interface WalkState {
  readonly phase: 'idle' | 'running' | 'done' | 'cancelled' | 'failed';
  readonly progress: WalkProgress | undefined;
  readonly problem: string;
  /** The number of partial results. */
  readonly partial: number;
}

export const idle: WalkState = { phase: 'idle', progress: undefined, problem: '', partial: 0 };

/** An input of the walk: a notification of its call, or a button. */
export type WalkNews = ObservableNotification<CallResult<WalkProgress>> | { readonly kind: 'start' | 'cancel' };

export function next(state: WalkState, news: WalkNews): WalkState {
  switch (news.kind) {
    case 'start':
      return { ...idle, phase: 'running' };
    case 'cancel':
      return { ...state, phase: state.phase === 'running' ? 'cancelled' : state.phase };
    case 'N':
      return { ...state, progress: news.value.value, partial: state.partial + 1 };
    case 'E':
      return { ...state, phase: 'failed', problem: problem(news.error) };
    case 'C':
      return { ...state, phase: 'done' };
  }
}
