import { Component } from '@angular/core';
import { toSignal } from '@angular/core/rxjs-interop';
import { forkJoin } from 'rxjs';
import { injectWamp } from 'rxwamp/angular';

@Component({
  selector: 'app-both',
  template: `{{ both()?.info?.value?.cpu }}: {{ both()?.stats?.value?.lines }} lines`,
})
export class Both {
  readonly #wamp = injectWamp();

  readonly both = toSignal(
    forkJoin({
      info: this.#wamp.call<{ cpu: string }>('demo.host.info'),
      stats: this.#wamp.call<{ lines: number }>('demo.files.stats'),
    }),
  );
}
