import { Component } from '@angular/core';
import { injectWampStatus } from 'rxwamp/angular';

/** How the link to the shop is, with a countdown while it is lost. */
@Component({
  selector: 'app-badge',
  template: `
    @if (status.connected()) {
      live
    } @else if (status.retryIn() !== undefined) {
      again in {{ status.retryIn() }} s
    } @else {
      {{ status().state }}
    }
  `,
  host: { role: 'status', '[class.live]': 'status.connected()' },
  styles: `
    :host::before {
      content: '○ ';
    }
    :host.live::before {
      content: '● ';
      color: var(--leaf);
    }
  `,
})
export class Badge {
  protected readonly status = injectWampStatus();
}
