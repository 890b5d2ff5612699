import { ChangeDetectionStrategy, Component, computed } from '@angular/core';
import { toSignal } from '@angular/core/rxjs-interop';
import { bufferTime, scan } from 'rxjs';
import { injectWamp } from 'rxwamp/angular';
import { count } from '../format.ts';

interface Row {
  readonly topic: string;
  readonly total: number;
  readonly perSecond: number;
}

const period = 1_000; // ms

/** All topics below a prefix, as they appear: one subscription, whose events name their topic. */
@Component({
  selector: 'app-topics-panel',
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './topics-panel.html',
  styleUrl: './topics-panel.css',
  host: { class: 'panel' },
})
export class TopicsPanel {
  readonly #rows = toSignal(
    injectWamp()
      .subscribe('demo.host.', { match: 'prefix' })
      .pipe(
        bufferTime(period),
        scan(
          (rows: ReadonlyMap<string, Row>, batch) =>
            tally(
              rows,
              batch.map(({ details }) => details.topic),
            ),
          new Map(),
        ),
      ),
    { initialValue: new Map<string, Row>() },
  );

  protected readonly rows = computed(() => [...this.#rows().values()].sort((a, b) => (a.topic < b.topic ? -1 : 1)));
  protected readonly live = computed(() => this.rows().filter(({ perSecond }) => perSecond > 0).length);
  protected readonly count = count;
}

/** Adds the events of a period to the rows; silent topics have a rate of zero. */
function tally(rows: ReadonlyMap<string, Row>, topics: readonly string[]): ReadonlyMap<string, Row> {
  const next = new Map<string, Row>();
  for (const [topic, row] of rows) next.set(topic, { ...row, perSecond: 0 });
  for (const topic of topics) {
    const row = next.get(topic) ?? { topic, total: 0, perSecond: 0 };
    next.set(topic, { topic, total: row.total + 1, perSecond: row.perSecond + 1000 / period });
  }
  return next;
}
