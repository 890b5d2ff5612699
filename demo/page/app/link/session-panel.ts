import { ChangeDetectionStrategy, Component, computed, inject } from '@angular/core';
import { clockTime } from '../format.ts';
import { Link } from './link.ts';

/** The details of the session, as in WELCOME. */
@Component({
  selector: 'app-session-panel',
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <h2>Session</h2>
    <dl data-testid="session">
      @for (row of rows(); track row.name) {
        <div>
          <dt>{{ row.name }}</dt>
          <dd class="mono" [attr.data-testid]="'session-' + row.name">{{ row.value }}</dd>
        </div>
      }
    </dl>
  `,
  styles: `
    dd {
      font-size: var(--text-xs);
      line-height: 1.3rem;
      text-align: right;
      overflow-wrap: anywhere;
    }
  `,
  host: { class: 'panel' },
})
export class SessionPanel {
  readonly #link = inject(Link);
  protected readonly rows = computed(() => {
    const status = this.#link.status();
    const session = status.state === 'joined' ? status.session.details : undefined;
    return [
      { name: 'realm', value: session?.realm },
      { name: 'id', value: session?.session },
      { name: 'authid', value: session?.authid },
      { name: 'authrole', value: session?.authrole },
      { name: 'transport', value: session?.transport.url },
      { name: 'serializer', value: session?.transport.serializer },
      { name: 'since', value: status.state === 'joined' ? clockTime(status.since) : undefined },
    ].map(({ name, value }) => ({ name, value: value ?? '–' }));
  });
}
