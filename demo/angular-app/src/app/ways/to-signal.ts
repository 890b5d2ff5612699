import { Component } from '@angular/core';
import { toSignal } from '@angular/core/rxjs-interop';
import { injectWamp } from 'rxwamp/angular';
import { SHOP } from '../apis';

@Component({ template: `toSignal: {{ event()?.value?.name ?? 'no price yet' }}` })
export class OfToSignal {
  protected readonly event = toSignal(injectWamp(SHOP).subscribe('shop.price'));
}
