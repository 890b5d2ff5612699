import {
  ChangeDetectionStrategy,
  Component,
  DestroyRef,
  ElementRef,
  afterRenderEffect,
  inject,
  input,
} from '@angular/core';
import uPlot from 'uplot';
import { Clock, span } from '../clock.ts';
import { Theme } from '../theme.ts';
import { color } from './color.ts';
import type { Table } from './samples.ts';
import { ceiling } from './scale.ts';

/** The look of a line: a colour token, and whether the area below is tinted. */
export interface Line {
  readonly token: string;
  readonly filled?: boolean;
}

const axisWidth = 72; // px: --axis-column
const timeHeight = 22; // px
const narrow = 440; // px: less has room for half of the times only

/**
 * A chart of the last minute. It is drawn at most once in an animation frame, and never while the page is hidden.
 */
@Component({
  selector: 'app-chart',
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: '',
  styleUrl: './chart.css',
  host: { role: 'img', '[attr.aria-label]': 'label()', '[class.timed]': 'timed()' },
})
export class Chart {
  readonly label = input.required<string>();
  readonly table = input.required<Table>();
  readonly lines = input.required<readonly Line[]>();
  /** Formats a value of the axis. */
  readonly format = input.required<(value: number) => string>();
  /** The top of the scale; without it the least one that holds all values and `least`. */
  readonly top = input<number>();
  readonly least = input(0);
  /** Whether the time is written below. */
  readonly timed = input(false);

  readonly #host: HTMLElement = inject<ElementRef<HTMLElement>>(ElementRef).nativeElement;
  readonly #clock = inject(Clock);
  readonly #theme = inject(Theme);
  #plot: uPlot | undefined;
  #drawn = '';
  #frame = 0;

  constructor() {
    afterRenderEffect(() => {
      this.table();
      this.#clock.now();
      // The configuration of a plot; a change makes a new plot.
      const made = JSON.stringify([this.lines(), this.timed(), this.#theme.dark()]);
      this.#schedule(made);
    });
    const resized = new ResizeObserver(() => {
      this.#plot?.setSize(this.#size());
    });
    resized.observe(this.#host);
    inject(DestroyRef).onDestroy(() => {
      resized.disconnect();
      cancelAnimationFrame(this.#frame);
      this.#plot?.destroy();
    });
  }

  #schedule(made: string): void {
    if (this.#frame !== 0) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      this.#draw(made);
    });
  }

  #draw(made: string): void {
    if (made !== this.#drawn) {
      this.#plot?.destroy();
      this.#plot = undefined;
      this.#drawn = made;
    }
    const rows = this.#data();
    if (this.#plot) this.#plot.setData(rows);
    else this.#plot = new uPlot(this.#options(), rows, this.#host);
  }

  /** The data with one column for each line of the plot, even without values. */
  #data(): uPlot.AlignedData {
    const [times, ...series] = this.table();
    const empty = times.map(() => null);
    return [times, ...this.lines().map((_, index) => series[index] ?? empty)];
  }

  #size(): { width: number; height: number } {
    return { width: this.#host.clientWidth, height: this.#host.clientHeight };
  }

  #options(): uPlot.Options {
    const paint = (token: string, share?: number): string => color(this.#host, token, share);
    const grid = { stroke: paint('--line'), width: 1 };
    const font = `11px ${getComputedStyle(this.#host).getPropertyValue('--mono')}`;
    const text = { stroke: paint('--ink-soft'), font };
    return {
      ...this.#size(),
      padding: [8, 0, this.timed() ? 0 : 4, 0],
      legend: { show: false },
      cursor: { show: false },
      pxAlign: false,
      scales: {
        x: { time: false, range: () => [this.#clock.now() - span, this.#clock.now()] },
        y: { range: (_, __, max) => [0, this.top() ?? ceiling(Math.max(max, this.least()))] },
      },
      axes: [
        {
          ...text,
          grid,
          show: true,
          size: this.timed() ? timeHeight : 0,
          gap: 6,
          ticks: { show: false },
          splits: (plot, _, min, max) => parts(min, max, plot.width < narrow ? 3 : 6),
          values: (_, splits) =>
            // Half of the first label would be cut off.
            splits.map((at, index) => (this.timed() && index > 0 ? ago(at - (splits.at(-1) ?? 0)) : '')),
        },
        {
          ...text,
          grid,
          // oxlint-disable-next-line typescript/no-unsafe-enum-assignment -- a const enum, which modules cannot import
          side: 1, // on the right, where the present is
          size: axisWidth,
          gap: 8,
          ticks: { show: false },
          splits: (_, __, min, max) => parts(min, max, 2),
          values: (_, splits) => splits.map((value) => (value === 0 ? '' : this.format()(value))),
        },
      ],
      series: [
        {},
        ...this.lines().map(({ token, filled }) => ({
          stroke: paint(token),
          width: 1.5,
          points: { show: false },
          ...(filled && { fill: paint(token, 14) }),
        })),
      ],
    };
  }
}

/** The ends of a range and the values that divide it into equal parts. */
function parts(min: number, max: number, count: number): number[] {
  return Array.from({ length: count + 1 }, (_, part) => min + ((max - min) * part) / count);
}

/** The label of a grid line: seconds before now. */
function ago(ms: number): string {
  return ms === 0 ? 'now' : `${String(Math.round(ms / 1000)).replace('-', '−')} s`;
}
