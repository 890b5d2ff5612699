import { Component, resource } from '@angular/core';
import { injectWamp } from 'rxwamp/angular';
import { firstValueFrom } from 'rxjs';
import { SHOP } from '../apis';

@Component({ template: `resource: {{ teas.hasValue() ? teas.value().length + ' teas' : teas.status() }}` })
export class OfResource {
  readonly #wamp = injectWamp(SHOP);
  protected readonly teas = resource({
    loader: async () => (await firstValueFrom(this.#wamp.call('shop.teas'))).value,
  });
}
