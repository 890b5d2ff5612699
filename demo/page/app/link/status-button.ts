import { ChangeDetectionStrategy, Component, computed, model } from '@angular/core';
import { injectWampStatus } from 'rxwamp/angular';
import { stateWords } from './words.ts';

/** The state of the link in a word, which opens the inspector. The inspector says the same, so one of both is shown. */
@Component({
  selector: 'app-status-button',
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <button
      type="button"
      class="button"
      data-testid="status"
      aria-controls="inspector"
      [attr.aria-expanded]="open()"
      [attr.data-state]="status().state"
      [attr.data-attempt]="attempt()"
      (click)="open.set(!open())"
    >
      @if (open()) {
        Close inspector
      } @else {
        <span class="marble" [style.background]="'var(--' + words().tone + ')'" aria-hidden="true"></span>
        {{ words().title }}
        @if (status.retryIn(); as seconds) {
          <span class="quiet figures" data-testid="countdown">{{ seconds }} s</span>
        }
        <span class="inspect quiet">Inspect</span>
      }
    </button>
    <span class="unseen" role="status">{{ words().title }}</span>
  `,
  styles: `
    .button {
      white-space: nowrap;
    }
    .marble {
      width: 0.625rem;
      height: 0.625rem;
      border-radius: 50%;
    }
    .inspect {
      padding-left: var(--space-2);
      border-left: 1px solid var(--line);
      font-weight: 400;
    }
    @media (max-width: 40rem) {
      .inspect {
        display: none;
      }
    }
  `,
})
export class StatusButton {
  readonly open = model.required<boolean>();

  protected readonly status = injectWampStatus();
  protected readonly words = computed(() => stateWords(this.status()));
  protected readonly attempt = computed(() => {
    const status = this.status();
    return 'attempt' in status ? status.attempt : undefined;
  });
}
