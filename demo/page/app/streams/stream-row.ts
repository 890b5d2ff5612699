import { ChangeDetectionStrategy, Component, computed, effect, inject, input } from '@angular/core';
import { Clock } from '../clock.ts';
import { Chart, type Line } from './chart.ts';
import { latest, type Table } from './samples.ts';

/** One stream: its name, its newest values, and the chart of the last minute. */
@Component({
  selector: 'app-stream-row',
  imports: [Chart],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './stream-row.html',
  styleUrl: './stream-row.css',
})
export class StreamRow {
  readonly heading = input.required<string>();
  readonly topic = input.required<string>();
  readonly table = input.required<Table>();
  readonly lines = input.required<readonly Line[]>();
  readonly format = input.required<(value: number) => string>();
  readonly top = input<number>();
  readonly least = input(0);
  readonly note = input('');

  readonly #clock = inject(Clock);

  constructor() {
    effect(() => {
      const [earliest] = this.table()[0];
      if (earliest !== undefined) this.#clock.reach(earliest);
    });
  }

  /** The newest values with their names; dashes while the stream is silent. */
  protected readonly values = computed(() => {
    const row = latest(this.table(), this.#clock.now());
    return this.lines().map(({ name, token }, index) => {
      const value = row?.[index];
      return { name, token, text: value === null || value === undefined ? '–' : this.format()(value) };
    });
  });

  protected readonly live = computed(() => latest(this.table(), this.#clock.now()) !== undefined);

  protected readonly label = computed(
    () =>
      `${this.heading()}, last minute. Now: ${this.values()
        .map(({ name, text }) => `${name} ${text}`)
        .join(', ')}`,
  );
}
