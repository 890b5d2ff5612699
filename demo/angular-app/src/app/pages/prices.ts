import { AsyncPipe, DecimalPipe } from '@angular/common';
import { Component } from '@angular/core';
import { injectWamp, topicResource } from 'rxwamp/angular';
import { map, scan } from 'rxjs';
import { SHOP, type Tea } from '../apis';

/** The teas by name, one of them anew. */
const withTea = (teas: readonly Tea[], tea: Tea): readonly Tea[] =>
  [...teas.filter(({ id }) => id !== tea.id), tea].sort((a, b) => a.name.localeCompare(b.name));

/** One topic twice: by signal, and by pipe. */
@Component({
  imports: [AsyncPipe, DecimalPipe],
  template: `
    <h2>By signal ({{ bySignal.status() }})</h2>
    <ul class="signal">
      @for (tea of bySignal.value(); track tea.id) {
        <li>
          <span>{{ tea.name }}</span> {{ tea.price | number: '1.2-2' }} €
        </li>
      }
    </ul>
    <h2>By pipe</h2>
    <ul class="pipe">
      @for (tea of byPipe$ | async; track tea.id) {
        <li>
          <span>{{ tea.name }}</span> {{ tea.price | number: '1.2-2' }} €
        </li>
      }
    </ul>
  `,
})
export class Prices {
  protected readonly bySignal = topicResource('shop.price', {
    client: SHOP,
    initialValue: [] as readonly Tea[],
    reduce: (teas, { value }) => withTea(teas, value),
  });

  protected readonly byPipe$ = injectWamp(SHOP)
    .subscribe('shop.price')
    .pipe(
      map(({ value }) => value),
      scan(withTea, [] as readonly Tea[]),
    );
}
