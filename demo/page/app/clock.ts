import { Injectable } from '@angular/core';
import { toSignal } from '@angular/core/rxjs-interop';
import { map, timer } from 'rxjs';

/** The length of the time axis, in ms. */
export const span = 60_000;

/** The one clock of the time axis: it keeps the link's line and all charts in step. */
@Injectable({ providedIn: 'root' })
export class Clock {
  /** Milliseconds since 1970. One step a second is calmer to look at than a constant crawl. */
  readonly now = toSignal(
    timer(0, matchMedia('(prefers-reduced-motion: reduce)').matches ? 1_000 : 200).pipe(map(() => Date.now())),
    {
      requireSync: false,
      initialValue: Date.now(),
    },
  );
}
