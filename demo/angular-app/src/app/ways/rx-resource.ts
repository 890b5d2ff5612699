import { Component } from '@angular/core';
import { rxResource } from '@angular/core/rxjs-interop';
import { injectWamp } from 'rxwamp/angular';
import { map } from 'rxjs';
import { SHOP } from '../apis';

@Component({ template: `rxResource: {{ teas.hasValue() ? teas.value().length + ' teas' : teas.status() }}` })
export class OfRxResource {
  readonly #wamp = injectWamp(SHOP);
  protected readonly teas = rxResource({
    stream: () => this.#wamp.call('shop.teas').pipe(map(({ value }) => value)),
  });
}
