import { CUSTOM_ELEMENTS_SCHEMA, ChangeDetectionStrategy, Component, inject } from '@angular/core';
import { injectWamp } from 'rxwamp/angular';
import { defineInspector } from 'rxwamp/inspector';
import { Theme } from '../theme.ts';

defineInspector();

/** The library's own inspector at the lower edge of the page: link, session, streams, calls and every message. */
@Component({
  selector: 'app-inspector-drawer',
  changeDetection: ChangeDetectionStrategy.OnPush,
  schemas: [CUSTOM_ELEMENTS_SCHEMA],
  template: `<rxwamp-inspector
    data-testid="inspector"
    [client]="wamp"
    [attr.theme]="theme.dark() ? 'dark' : 'light'"
  />`,
  styles: `
    :host {
      position: sticky;
      z-index: 2;
      bottom: 0;
      display: block;
      border-top: 1px solid var(--line-strong);
      --rxwamp-inspector-background: var(--surface);
      --rxwamp-inspector-surface: var(--paper);
      --rxwamp-inspector-border: var(--line);
      --rxwamp-inspector-text: var(--ink);
      --rxwamp-inspector-muted: var(--ink-soft);
      --rxwamp-inspector-accent: var(--accent);
      --rxwamp-inspector-good: var(--good);
      --rxwamp-inspector-busy: var(--wait);
      --rxwamp-inspector-bad: var(--bad);
      --rxwamp-inspector-font: var(--sans);
      --rxwamp-inspector-mono: var(--mono);
    }
    rxwamp-inspector {
      block-size: min(24rem, 55dvh);
    }
  `,
  host: { id: 'inspector', role: 'region', 'aria-label': 'Inspector' },
})
export class InspectorDrawer {
  protected readonly wamp = injectWamp();
  protected readonly theme = inject(Theme);
}
