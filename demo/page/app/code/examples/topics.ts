import { Component } from '@angular/core';
import { topicResource } from 'rxwamp/angular';

@Component({ selector: 'app-loads', template: `{{ loads.value() }}` })
export class Loads {
  // the last minute, which the router has kept, and all that comes
  readonly loads = topicResource<number, readonly number[]>('demo.host.cpu.0', {
    past: 120,
    initialValue: [],
    reduce: (before, { value }) => [...before, value].slice(-120),
  });
}
