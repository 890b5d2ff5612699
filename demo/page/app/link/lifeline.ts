import { ChangeDetectionStrategy, Component, DestroyRef, ElementRef, computed, inject, signal } from '@angular/core';
import { Clock, span } from '../clock.ts';
import { Link } from './link.ts';
import type { Marble } from './marble.ts';

const room = 17; // px that a marble takes
const axis = 72; // px beside the line: --axis-column

/** The life of the link as a marble diagram, on the time axis of the charts below it. */
@Component({
  selector: 'app-lifeline',
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './lifeline.html',
  styleUrl: './lifeline.css',
})
export class Lifeline {
  readonly #clock = inject(Clock);
  readonly #link = inject(Link);
  readonly #host: HTMLElement = inject<ElementRef<HTMLElement>>(ElementRef).nativeElement;

  readonly #width = signal(600);

  protected readonly lines = computed(() =>
    this.#link.stretches().map(({ tone, from, to }) => ({
      tone,
      from,
      x1: this.#place(from),
      x2: this.#place(to ?? this.#clock.now()),
      broken: tone !== 'good',
    })),
  );

  protected readonly marbles = computed(() =>
    apart(this.#link.events(), (room / this.#width()) * span, this.#clock.now())
      .filter(({ at }) => at > this.#clock.now() - span)
      .map((marble) => ({ ...marble, x: this.#place(marble.at) })),
  );

  constructor() {
    const resized = new ResizeObserver(() => {
      this.#width.set(Math.max(1, this.#host.clientWidth - axis));
    });
    resized.observe(this.#host);
    inject(DestroyRef).onDestroy(() => resized.disconnect());
  }

  /** The position of a time on the axis, in percent. */
  #place(time: number): string {
    return `${Math.max(0, 100 * (1 - (this.#clock.now() - time) / span)).toFixed(2)}%`;
  }
}

/**
 * A session begins with many events within milliseconds. Marbles that would overlap are placed side by side: each at its
 * time, or to the right of the one before, but none beyond the present.
 */
function apart(latestFirst: readonly Marble[], distance: number, now: number): (Marble & { readonly at: number })[] {
  let free = 0;
  const placed = latestFirst.toReversed().map((marble) => {
    const at = Math.max(marble.time, free);
    free = at + distance;
    return { ...marble, at };
  });
  let limit = now;
  return placed.toReversed().map((marble) => {
    const at = Math.min(marble.at, limit);
    limit = at - distance;
    return { ...marble, at };
  });
}
