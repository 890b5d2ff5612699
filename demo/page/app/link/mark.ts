import type { LifecycleEvent } from 'rxwamp';

/** What the line of the link marks; the inspector has all events, with their details. */
export type MarkKind = 'joined' | 'ended' | 'failed';

export interface Mark {
  readonly kind: MarkKind;
  readonly time: number;
}

export const legend: readonly { readonly kind: MarkKind; readonly text: string }[] = [
  { kind: 'joined', text: 'joined' },
  { kind: 'ended', text: 'ended' },
  { kind: 'failed', text: 'attempt failed' },
];

const kinds: Partial<Record<LifecycleEvent['type'], MarkKind>> = {
  join: 'joined',
  disconnect: 'ended',
  connectfailure: 'failed',
};

export function markOf({ type, time }: LifecycleEvent): Mark | undefined {
  const kind = kinds[type];
  return kind && { kind, time };
}
