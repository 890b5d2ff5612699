import { Component, signal } from '@angular/core';
import { injectCall } from 'rxwamp/angular';
import { SHOP } from '../apis';

/** A form whose call reports progress and can be cancelled. */
@Component({
  template: `
    <form (submit)="$event.preventDefault(); order.run(tea(), grams())">
      <label>Tea <input [value]="tea()" (input)="tea.set($event.target.value)" /></label>
      <label>Grams <input type="number" [value]="grams()" (input)="grams.set($event.target.valueAsNumber)" /></label>
      @if (order.running()) {
        <progress max="100" [value]="order.progress() ?? 0"></progress>
        <button type="button" (click)="order.cancel()">Cancel</button>
      } @else {
        <button>Order</button>
      }
    </form>
    @if (order.error(); as error) {
      <p role="alert">{{ error.message }}</p>
    }
    <output>{{ order.value() }}</output>
  `,
})
export class Order {
  protected readonly tea = signal('Assam');
  protected readonly grams = signal(100);
  protected readonly order = injectCall('shop.order', { client: SHOP, progress: true });
}
