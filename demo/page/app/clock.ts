import { Injectable } from '@angular/core';
import { toSignal } from '@angular/core/rxjs-interop';
import { map, timer } from 'rxjs';

/** What the time axis shows, in ms. */
export const span = 60_000;

/** The one clock by which everything on the time axis moves: the link's line and all charts stay in step. */
@Injectable({ providedIn: 'root' })
export class Clock {
  /** Milliseconds since 1970. Paper that jumps once a second is calmer than paper that creeps. */
  readonly now = toSignal(
    timer(0, matchMedia('(prefers-reduced-motion: reduce)').matches ? 1_000 : 200).pipe(map(() => Date.now())),
    {
      requireSync: false,
      initialValue: Date.now(),
    },
  );
}
