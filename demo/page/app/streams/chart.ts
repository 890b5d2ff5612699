import {
  ChangeDetectionStrategy,
  Component,
  DestroyRef,
  ElementRef,
  afterRenderEffect,
  computed,
  inject,
  input,
  signal,
} from '@angular/core';
import uPlot from 'uplot';
import { Clock } from '../clock.ts';
import { Theme } from '../theme.ts';
import { color } from './color.ts';
import type { Table } from './samples.ts';
import { ceiling } from './scale.ts';

/** A line: its name, the token of its colour, and whether the area below is tinted. */
export interface Line {
  readonly name: string;
  readonly token: string;
  readonly filled?: boolean;
}

const axisWidth = 72; // px: --axis-column
const timeHeight = 22; // px
const narrow = 440; // px: less has room for half of the times only

/** A row of the table under the pointer, and where it is drawn. */
interface Pointed {
  readonly left: number;
  readonly row: number;
}

/**
 * A chart of the last minute, with a readout under the pointer in all charts at once. It is drawn at most once in an
 * animation frame, and never while the page is hidden.
 */
@Component({
  selector: 'app-chart',
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    @if (readout(); as readout) {
      <p
        class="readout figures"
        data-testid="readout"
        aria-hidden="true"
        [class.before]="readout.before"
        [style.left.px]="readout.left"
      >
        <span class="quiet">{{ readout.when }}</span>
        @for (value of readout.values; track value.token) {
          <span class="key" [style.background]="'var(' + value.token + ')'"></span>{{ value.text }}
        }
      </p>
    }
  `,
  styleUrl: './chart.css',
  host: { role: 'img', '[attr.aria-label]': 'label()' },
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

  readonly #host: HTMLElement = inject<ElementRef<HTMLElement>>(ElementRef).nativeElement;
  readonly #clock = inject(Clock);
  readonly #theme = inject(Theme);
  readonly #pointed = signal<Pointed | undefined>(undefined);
  #plot: uPlot | undefined;
  #drawn = '';
  #frame = 0;

  protected readonly readout = computed(() => {
    const pointed = this.#pointed();
    const [times, ...series] = this.table();
    const time = times[pointed?.row ?? -1];
    if (!pointed || time === undefined) return undefined;
    const values = this.lines().flatMap(({ token }, column) => {
      const value = series[column]?.[pointed.row];
      return value === null || value === undefined ? [] : [{ token, text: this.format()(value) }];
    });
    const before = pointed.left > (this.#host.clientWidth - axisWidth) / 2;
    return { left: pointed.left, before, values, when: ago(time - this.#clock.now()) };
  });

  constructor() {
    afterRenderEffect(() => {
      this.table();
      this.#clock.now();
      // The configuration of a plot; a change makes a new plot.
      const made = JSON.stringify([this.lines(), this.#theme.dark()]);
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
    const font = `12px ${getComputedStyle(this.#host).getPropertyValue('--mono')}`;
    const text = { stroke: paint('--ink-soft'), font };
    return {
      ...this.#size(),
      padding: [8, 0, 0, 0],
      legend: { show: false },
      cursor: {
        y: false,
        drag: { x: false, y: false },
        sync: { key: 'time', setSeries: false },
        points: { size: 7 },
      },
      hooks: {
        setCursor: [
          ({ cursor: { left = -1, idx } }) => {
            this.#pointed.set(left < 0 || idx === null || idx === undefined ? undefined : { left, row: idx });
          },
        ],
      },
      pxAlign: false,
      scales: {
        x: { time: false, range: () => [this.#clock.from(), this.#clock.now()] },
        y: { range: (_, __, max) => [0, this.top() ?? ceiling(Math.max(max, this.least()))] },
      },
      axes: [
        {
          ...text,
          grid,
          size: timeHeight,
          gap: 6,
          ticks: { show: false },
          splits: (_, __, min, max) => parts(min, max, Math.round((max - min) / this.#clock.step())),
          values: (plot, splits) =>
            // Half of the first label would be cut off, and a narrow chart has room for every second one.
            splits.map((at, index) =>
              index > 0 && (plot.width >= narrow || (splits.length - 1 - index) % 2 === 0)
                ? ago(at - (splits.at(-1) ?? 0))
                : '',
            ),
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
