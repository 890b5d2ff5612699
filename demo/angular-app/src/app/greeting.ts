import { Injectable, signal } from '@angular/core';
import { injectWamp } from 'rxwamp/angular';
import { SHOP } from './apis';

/** Asked before the application starts, which does not wait for it: without a router there is another one. */
@Injectable({ providedIn: 'root' })
export class Greeting {
  readonly #wamp = injectWamp(SHOP);
  readonly text = signal('Tea by the kilo');

  load(): void {
    this.#wamp.call('shop.greeting').subscribe({
      next: ({ value }) => this.text.set(value),
      error: () => undefined,
    });
  }
}
