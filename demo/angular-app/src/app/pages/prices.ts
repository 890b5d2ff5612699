import { AsyncPipe, DecimalPipe } from '@angular/common';
import { Component } from '@angular/core';
import { injectWamp, topicResource } from 'rxwamp/angular';
import { map, scan } from 'rxjs';
import { SHOP, type Tea } from '../apis';

type ByName = Readonly<Record<string, Tea>>;
const withTea = (prices: ByName, tea: Tea): ByName => ({ ...prices, [tea.id]: tea });

/** One topic twice: by signal, and by pipe. */
@Component({
  imports: [AsyncPipe, DecimalPipe],
  template: `
    <h2>By signal ({{ bySignal.status() }})</h2>
    <ul class="signal">
      @for (tea of list(bySignal.value()); track tea.id) {
        <li>
          <span>{{ tea.name }}</span> {{ tea.price | number: '1.2-2' }} €
        </li>
      }
    </ul>
    <h2>By pipe</h2>
    <ul class="pipe">
      @for (tea of list(byPipe$ | async); track tea.id) {
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
    initialValue: {} as ByName,
    reduce: (prices, { value }) => withTea(prices, value),
  });

  protected readonly byPipe$ = injectWamp(SHOP)
    .subscribe('shop.price')
    .pipe(
      map(({ value }) => value),
      scan(withTea, {} as ByName),
    );

  protected list(prices: ByName | null): Tea[] {
    return Object.values(prices ?? {}).sort((a, b) => a.name.localeCompare(b.name));
  }
}
