import { Injectable, computed, signal } from '@angular/core';
import { toSignal } from '@angular/core/rxjs-interop';
import { map, timer } from 'rxjs';

/** The greatest length of the time axis, in ms. */
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

  readonly #earliest = signal(Date.now());

  /** Milliseconds of which there is something to show. */
  readonly #known = computed(() => Math.min(span, this.now() - this.#earliest()));

  /** Milliseconds between two grid lines, by which the axis grows. */
  readonly step = computed(() => (this.#known() <= 10_000 ? 2_000 : this.#known() <= 30_000 ? 5_000 : 10_000));

  /** Where the axis begins: a minute ago, or later while there is less to show, so that charts are never nearly empty. */
  readonly from = computed(() => this.now() - Math.max(1, Math.ceil(this.#known() / this.step())) * this.step());

  /** There is something to show of this time. */
  reach(time: number): void {
    this.#earliest.update((earliest) => Math.min(earliest, time));
  }
}
