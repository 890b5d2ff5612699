import { ChangeDetectionStrategy, Component, effect, inject } from '@angular/core';
import { injectWampStatus, topicResource } from 'rxwamp/angular';
import type { AuditEntry } from '../../../shared/host.ts';
import { Code } from '../code/code.ts';
import code from '../code/examples/roles.ts?text';
import { clockTime } from '../format.ts';
import { Account } from './account.ts';

const shown = 6;

/** A login with a ticket, and a topic that only one role may read. */
@Component({
  selector: 'app-roles-panel',
  imports: [Code],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <header class="head">
      <h2>Roles</h2>
      <p class="lead">Who called what is a topic for the operator alone: the router decides, not this page.</p>
      <app-code [code]="code" />
    </header>
    <div class="who">
      @if (account.isOperator()) {
        <p data-testid="role">You are the <strong>operator</strong>.</p>
        <button type="button" class="button" data-testid="logout" (click)="account.logout()">Log out</button>
      } @else {
        <p data-testid="role">You are a <strong>guest</strong>.</p>
        <button type="button" class="button primary" data-testid="login" (click)="account.login()">
          Log in as operator
        </button>
      }
    </div>
    @if (audit.error()) {
      <div class="refused" data-testid="refused">
        <svg viewBox="0 0 16 16" width="20" height="20" aria-hidden="true">
          <path d="M4.75 7V5a3.25 3.25 0 0 1 6.5 0v2M3 7h10v7H3z" />
        </svg>
        <p>
          <strong>Not for guests.</strong> The router refused the topic <code>demo.audit</code>. Everything else on this
          page goes on.
        </p>
      </div>
    } @else {
      <ol class="figures" data-testid="audit" aria-label="Latest calls">
        @for (entry of audit.value(); track $index) {
          <li>
            <time class="quiet">{{ time(entry.time) }}</time> <code>{{ entry.procedure }}</code>
            <span class="quiet">{{ entry.role }}</span>
          </li>
        } @empty {
          <li class="quiet">No call yet.</li>
        }
      </ol>
    }
  `,
  styles: `
    .who {
      display: flex;
      align-items: center;
      justify-content: space-between;
      gap: var(--space-3);
      margin: var(--space-3) 0;
    }
    .refused {
      display: flex;
      gap: var(--space-3);
      align-items: center;
      padding: var(--space-4);
      border: 1px dashed var(--line-strong);
      border-radius: var(--radius);
      font-size: var(--text-sm);
    }
    svg {
      flex: none;
    }
    path {
      fill: none;
      stroke: currentColor;
      stroke-width: 1.5;
    }
    li {
      display: grid;
      grid-template-columns: auto minmax(0, 1fr) auto;
      gap: var(--space-3);
      padding: var(--space-1) 0;
      border-top: 1px solid var(--line);
      font-size: var(--text-sm);
    }
    code {
      overflow-wrap: anywhere;
    }
  `,
  host: { class: 'panel' },
})
export class RolesPanel {
  protected readonly account = inject(Account);
  protected readonly audit = topicResource<AuditEntry, readonly AuditEntry[]>('demo.audit', {
    initialValue: [],
    past: shown,
    reduce: (entries, { value }) => [value, ...entries].slice(0, shown),
  });
  protected readonly code = code;
  protected readonly time = clockTime;

  constructor() {
    // What was refused to one role may be granted to the next.
    const status = injectWampStatus();
    effect(() => {
      const now = status();
      if (now.state === 'joined' && now.session.details.authrole === 'operator' && this.audit.error())
        this.audit.retry();
    });
  }
}
