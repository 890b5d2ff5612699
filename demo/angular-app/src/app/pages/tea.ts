import { Component, input } from '@angular/core';
import type { Tea } from '../apis';

/** What the resolver called for. */
@Component({
  template: `
    @if (tea(); as tea) {
      <h2>{{ tea.name }}</h2>
      <p>{{ tea.price }} € for 100 g</p>
    } @else {
      <p>The shop cannot say at the moment.</p>
    }
  `,
})
export class TeaPage {
  readonly tea = input<Tea>();
}
