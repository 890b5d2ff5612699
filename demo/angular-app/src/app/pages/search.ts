import { Component, signal } from '@angular/core';
import { RouterLink } from '@angular/router';
import { callResource } from 'rxwamp/angular';
import { SHOP } from '../apis';

/** A call for each word typed; the one before is cancelled, here and at the callee. */
@Component({
  imports: [RouterLink],
  template: `
    <label>Search <input type="search" [value]="words()" (input)="words.set($event.target.value)" /></label>
    @if (found.error()) {
      <p role="alert">The search does not work at the moment. <button (click)="found.reload()">Again</button></p>
    } @else {
      <ul [attr.aria-busy]="found.isLoading()">
        @for (tea of found.value(); track tea.id) {
          <li>
            <a [routerLink]="['/tea', tea.id]">{{ tea.name }}</a>
          </li>
        } @empty {
          <li>{{ found.isLoading() ? '…' : 'nothing' }}</li>
        }
      </ul>
    }
  `,
})
export class Search {
  protected readonly words = signal('');
  protected readonly found = callResource('shop.search', () => [this.words()], { client: SHOP, defaultValue: [] });
}
