import { Component } from '@angular/core';
import { injectCall } from 'rxwamp/angular';

@Component({
  selector: 'app-walk',
  template: `
    <button (click)="walk.run('src')">Walk</button>
    <button (click)="walk.cancel()">Cancel</button>
    {{ walk.progress()?.files ?? 0 }} files
  `,
})
export class Walk {
  readonly walk = injectCall<[folder: string], { files: number }, { files: number }>('demo.files.walk', {
    progress: true,
  });
}
