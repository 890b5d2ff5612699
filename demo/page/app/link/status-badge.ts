import { ChangeDetectionStrategy, Component, computed, inject } from '@angular/core';
import { Link } from './link.ts';
import { stateWords } from './words.ts';

/** The state of the link in one word; also what a screen reader hears when it changes. */
@Component({
  selector: 'app-status-badge',
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <span class="badge" role="status" data-testid="status" [attr.data-state]="link.status().state">
      <span class="marble" [style.background]="'var(--' + words().tone + ')'"></span>
      <span class="unseen">Link: </span>{{ words().title }}
      @if (attempt(); as attempt) {
        <span class="quiet" data-testid="attempt">attempt {{ attempt }}</span>
      }
    </span>
  `,
  styles: `
    .badge {
      display: inline-flex;
      align-items: center;
      gap: var(--space-2);
      min-height: var(--target);
      padding: 0 var(--space-3);
      border: 1px solid var(--line);
      border-radius: 999px;
      background: var(--surface);
      font-size: var(--text-sm);
      font-weight: 500;
      white-space: nowrap;
    }
    .marble {
      width: 0.75rem;
      height: 0.75rem;
      border-radius: 50%;
    }
  `,
})
export class StatusBadge {
  protected readonly link = inject(Link);
  protected readonly words = computed(() => stateWords(this.link.status()));
  protected readonly attempt = computed(() => {
    const status = this.link.status();
    return 'attempt' in status ? status.attempt : undefined;
  });
}
