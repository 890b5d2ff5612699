import { Component } from '@angular/core';
import { RouterLink, type Routes } from '@angular/router';
import { callResource, provideWamp, withServer } from 'rxwamp/angular';
import { CATALOGUE } from '../apis';
import { ROUTERS } from '../routers';

/** The server asks the router, and the browser does not ask again. */
@Component({
  imports: [RouterLink],
  template: `
    @if (teas.error()) {
      <p>The catalogue comes as soon as the shop answers.</p>
    } @else {
      <ul>
        @for (tea of teas.value(); track tea.id) {
          <li>
            <a [routerLink]="['/tea', tea.id]">{{ tea.name }}</a>
          </li>
        }
      </ul>
    }
  `,
})
export class Catalogue {
  protected readonly teas = callResource('shop.teas', () => [], { client: CATALOGUE, defaultValue: [] });
}

export default [
  {
    path: '',
    component: Catalogue,
    providers: [provideWamp(CATALOGUE, { url: ROUTERS.shop, realm: 'shop' }, withServer('transfer'))],
  },
] satisfies Routes;
