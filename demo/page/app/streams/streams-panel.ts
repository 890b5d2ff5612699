import { ChangeDetectionStrategy, Component, computed, inject, signal } from '@angular/core';
import { toSignal } from '@angular/core/rxjs-interop';
import { injectWamp } from 'rxwamp/angular';
import type { CpuLoad, DiskCounters, LoopDelay, Memory, NetworkCounters } from '../../../shared/host.ts';
import { Clock } from '../clock.ts';
import { Code } from '../code/code.ts';
import code from '../code/examples/topics.ts?text';
import { bytes, milliseconds, percent, rate } from '../format.ts';
import { Lifeline } from '../link/lifeline.ts';
import { levels, metered, rates, recent, table } from './operators.ts';
import { StreamRow } from './stream-row.ts';
import type { Table } from './samples.ts';

const nothing: { initialValue: Table } = { initialValue: [[]] };
const tokens = 6; // colours for series

/** The machine's streams, each piped from its topic to its chart, on the time axis of the link. */
@Component({
  selector: 'app-streams-panel',
  imports: [Code, Lifeline, StreamRow],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './streams-panel.html',
  styleUrl: './streams-panel.css',
  host: { class: 'panel' },
})
export class StreamsPanel {
  readonly #wamp = injectWamp();
  readonly #clock = inject(Clock);

  protected readonly memoryTotal = signal(0);
  protected readonly drawsPerSecond = signal(0);

  /** One topic for each core, one subscription for all; a core's number is the last component of its topic. */
  protected readonly cores = toSignal(
    recent<CpuLoad>(this.#wamp, 'demo.host.cpu.', 'prefix').pipe(
      levels((load, { details }) => atColumn(Number(details.topic.split('.').at(-1)), load)),
      table(),
    ),
    nothing,
  );

  protected readonly memory = toSignal(
    recent<Memory>(this.#wamp, 'demo.host.memory').pipe(
      levels(({ total, available, cache }) => {
        this.memoryTotal.set(total);
        return [total - available, cache];
      }),
      table(),
    ),
    nothing,
  );

  protected readonly network = toSignal(
    recent<NetworkCounters>(this.#wamp, 'demo.host.network').pipe(
      rates(({ received, sent, loopback }) => [received, sent, loopback]),
      table(),
    ),
    nothing,
  );

  protected readonly disk = toSignal(
    recent<DiskCounters>(this.#wamp, 'demo.host.disk').pipe(
      rates(({ read, written }) => [read, written]),
      table(),
    ),
    nothing,
  );

  /** The fast one: some fifty events a second become five changes of the page. */
  protected readonly loop = toSignal(
    recent<LoopDelay>(this.#wamp, 'demo.host.eventloop').pipe(
      levels(({ mean, max }) => [max, mean]),
      table(),
      metered((perSecond) => {
        this.drawsPerSecond.set(perSecond);
      }),
    ),
    nothing,
  );

  protected readonly coreLines = computed(() =>
    this.cores()
      .slice(1)
      .map((_, core) => ({ name: `core ${String(core)}`, token: `--series-${String((core % tokens) + 1)}` })),
  );
  protected readonly memoryLines = [
    { name: 'used', token: '--series-2', filled: true },
    { name: 'cache', token: '--series-6' },
  ];
  protected readonly networkLines = [
    { name: 'in', token: '--series-3' },
    { name: 'out', token: '--series-4' },
    { name: 'loopback', token: '--series-5', filled: true },
  ];
  protected readonly diskLines = [
    { name: 'read', token: '--series-6' },
    { name: 'written', token: '--series-4', filled: true },
  ];
  protected readonly loopLines = [
    { name: 'worst', token: '--series-1', filled: true },
    { name: 'mean', token: '--series-2' },
  ];

  protected readonly memoryNote = computed(() => (this.memoryTotal() > 0 ? `of ${bytes(this.memoryTotal())}` : ''));
  protected readonly loopNote = computed(() => {
    const [times] = this.loop();
    const inOneSecond = times.filter((time) => time > this.#clock.now() - 1_000).length;
    return inOneSecond === 0
      ? ''
      : `${String(inOneSecond)} values a second, drawn ${this.drawsPerSecond().toFixed(0)} times`;
  });

  protected readonly code = code;
  protected readonly percent = percent;
  protected readonly bytes = bytes;
  protected readonly rate = rate;
  protected readonly milliseconds = milliseconds;
}

/** A row with a value in only one column. */
function atColumn(column: number, value: number): (number | null)[] {
  return Array.from({ length: column + 1 }, (_, index) => (index === column ? value : null));
}
