import { AsyncPipe } from '@angular/common';
import { Component } from '@angular/core';
import { pendingUntilEvent } from '@angular/core/rxjs-interop';
import { injectWamp } from 'rxwamp/angular';
import { map } from 'rxjs';
import { SHOP } from '../apis';

@Component({
  imports: [AsyncPipe],
  template: `pendingUntilEvent: {{ (name$ | async) ?? 'no price yet' }}`,
})
export class OfPendingUntilEvent {
  protected readonly name$ = injectWamp(SHOP)
    .subscribe('shop.price')
    .pipe(
      map(({ value }) => value.name),
      pendingUntilEvent(),
    );
}
