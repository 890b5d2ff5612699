import { Component } from '@angular/core';
import { injectProcedure, injectWamp, topicResource } from 'rxwamp/angular';

@Component({
  selector: 'app-note',
  template: `<textarea #box [value]="note.value() ?? ''" (input)="write(box.value)"></textarea>`,
})
export class Note {
  readonly #wamp = injectWamp();
  readonly note = topicResource<string>('demo.note', { getRetained: true });
  // answers calls of the other tabs
  readonly tab = injectProcedure('demo.tab.mine', ({ args: [from] }) => `hello ${String(from)}`);

  write(text: string): void {
    this.#wamp.publish('demo.note', [text], {}, { retain: true });
  }
}
