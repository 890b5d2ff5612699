import { ChangeDetectionStrategy, Component, computed, input } from '@angular/core';
import { toSignal } from '@angular/core/rxjs-interop';
import { Subject, catchError, map, of, startWith, switchMap, type Observable } from 'rxjs';
import { injectWamp } from 'rxwamp/angular';
import type { HashProgress } from '../../../shared/host.ts';
import { problem } from './problem.ts';

interface HashState {
  readonly share?: number;
  readonly sha256?: string;
  readonly problem?: string;
}

const idle: HashState = {};

/** Calls for a file's SHA-256 and shows its progress. Removing the row cancels the call. */
@Component({
  selector: 'app-hash-button',
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    @if (state().sha256; as sha256) {
      <code data-testid="hash-result">{{ sha256 }}</code>
    } @else if (state().problem) {
      <span class="problem" role="alert">{{ state().problem }}</span>
    } @else if (state().share === undefined) {
      <button
        type="button"
        class="button small"
        data-testid="hash"
        [attr.aria-label]="'SHA-256 of ' + path()"
        (click)="pressed.next()"
      >
        SHA-256
      </button>
    } @else {
      <div
        class="bar"
        role="progressbar"
        aria-valuemin="0"
        aria-valuemax="100"
        [attr.aria-label]="'Hashing ' + path()"
        [attr.aria-valuenow]="percent()"
      >
        <span [style.width.%]="percent()"></span>
      </div>
    }
  `,
  styles: `
    :host {
      display: flex;
      align-items: center;
      min-height: var(--target-small);
    }
    code {
      font-size: var(--text-xs);
      overflow-wrap: anywhere;
      line-height: 1.2;
    }
    .bar {
      flex: 1;
    }
  `,
  host: { '[class.busy]': 'state() !== idle' },
})
export class HashButton {
  readonly path = input.required<string>();

  protected readonly idle = idle;

  readonly #wamp = injectWamp();
  protected readonly pressed = new Subject<void>();

  protected readonly state = toSignal(this.pressed.pipe(switchMap(() => this.#hash())), {
    initialValue: idle,
  });
  protected readonly percent = computed(() => Math.round((this.state().share ?? 0) * 100));

  #hash(): Observable<HashState> {
    return this.#wamp.call<HashProgress>('demo.files.hash', { args: [this.path()], progress: true }).pipe(
      map(({ value: { hashed, bytes, sha256 } }): HashState =>
        sha256 ? { sha256 } : { share: bytes > 0 ? hashed / bytes : 1 },
      ),
      startWith({ share: 0 }),
      catchError((error: unknown) => of({ problem: problem(error) })),
    );
  }
}
