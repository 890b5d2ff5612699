import { ChangeDetectionStrategy, Component, computed, inject } from '@angular/core';
import { Clock } from '../clock.ts';
import { Link } from './link.ts';
import { legend, type MarkKind } from './mark.ts';

/** A disc, a cross and a small cross, as in marble diagrams. */
const shapes: Readonly<Record<MarkKind, string>> = {
  joined: 'M-6 0a6 6 0 1 0 12 0a6 6 0 1 0-12 0',
  ended: 'M-5-5 5 5M5-5-5 5',
  failed: 'M-3-3 3 3M3-3-3 3',
};

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

  protected readonly legend = legend;
  protected readonly shapes = shapes;

  protected readonly stretches = computed(() =>
    this.#link.stretches().map(({ tone, from, to }) => ({
      tone,
      from,
      x1: this.#place(from),
      x2: this.#place(to ?? this.#clock.now()),
    })),
  );

  protected readonly marks = computed(() =>
    this.#link
      .marks()
      .filter(({ time }) => time > this.#clock.from())
      .map((mark) => ({ ...mark, x: this.#place(mark.time) })),
  );

  /** The position of a time on the axis, in percent. */
  #place(time: number): string {
    const [from, now] = [this.#clock.from(), this.#clock.now()];
    return `${Math.min(100, Math.max(0, (100 * (time - from)) / (now - from))).toFixed(2)}%`;
  }
}
