import { Component, signal } from '@angular/core';
import { callResource } from 'rxwamp/angular';

@Component({
  selector: 'app-search',
  template: `
    <input #box (input)="term.set(box.value)" />
    {{ found.value()?.matches ?? 0 }} matches
  `,
})
export class Search {
  readonly term = signal('');
  // a new term cancels the call before
  readonly found = callResource<{ matches: number }>('demo.files.search', () =>
    this.term() ? [this.term()] : undefined,
  );
}
