import { Component, inject } from '@angular/core';
import type { Routes } from '@angular/router';
import { ticket } from 'rxwamp';
import { callResource, injectWampStatus, provideWamp, topicResource, withAuth } from 'rxwamp/angular';
import { OFFICE } from '../apis';
import { Login, whenSignedIn } from '../login';
import { ROUTERS } from '../routers';

@Component({
  template: `
    <h2>Stock ({{ status().state }})</h2>
    @if (stock.error(); as error) {
      <p role="alert">{{ error.message }}</p>
    } @else {
      <ul>
        @for (tea of stock.value(); track tea.name) {
          <li>
            <span>{{ tea.name }}</span> {{ tea.kilos }} kg
          </li>
        }
      </ul>
    }
    <h2>Orders</h2>
    @for (order of orders.value(); track order) {
      <p>{{ order.grams }} g of {{ order.tea }}</p>
    } @empty {
      <p>None yet</p>
    }
  `,
})
export class Office {
  protected readonly status = injectWampStatus(OFFICE);
  protected readonly stock = callResource('office.stock', () => [], { client: OFFICE, defaultValue: [] });
  protected readonly orders = topicResource('office.order', {
    client: OFFICE,
    initialValue: [] as readonly { tea: string; grams: number }[],
    reduce: (orders, { value }) => [value, ...orders.slice(0, 9)],
  });
}

export default [
  {
    path: '',
    canActivate: [whenSignedIn],
    component: Office,
    providers: [
      provideWamp(
        OFFICE,
        { url: ROUTERS.office, realm: 'office' },
        withAuth(() => {
          const login = inject(Login);
          return [ticket({ authid: login.name ?? '', ticket: () => login.freshToken() })];
        }),
      ),
    ],
  },
] satisfies Routes;
