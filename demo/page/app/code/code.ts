import { ChangeDetectionStrategy, Component, input, signal } from '@angular/core';

/** The lines that make a panel: to read, and to copy with one click. */
@Component({
  selector: 'app-code',
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <div class="buttons">
      <button type="button" class="button small" data-testid="code" [attr.aria-expanded]="open()" (click)="toggle()">
        {{ open() ? 'Hide code' : 'Code' }}
      </button>
      <button type="button" class="button small" data-testid="copy" (click)="copy()">
        {{ copied() ? 'Copied' : 'Copy' }}
      </button>
    </div>
    @if (open()) {
      <pre tabindex="0" aria-label="Code"><code>{{ code() }}</code></pre>
    }
    <span class="unseen" role="status">{{ copied() ? 'Code copied' : '' }}</span>
  `,
  styles: `
    :host {
      display: contents;
    }
    .buttons {
      display: flex;
      grid-area: code;
      gap: var(--space-1);
    }
    pre {
      grid-area: lines;
      margin: var(--space-2) 0 0;
      padding: var(--space-3);
      overflow-x: auto;
      border-radius: var(--radius);
      background: var(--sunken);
      font-size: var(--text-sm);
      line-height: 1.5;
    }
    code {
      font-size: var(--text-xs);
    }
  `,
})
export class Code {
  readonly code = input.required<string>();

  protected readonly open = signal(false);
  protected readonly copied = signal(false);

  protected toggle(): void {
    this.open.update((open) => !open);
  }

  protected async copy(): Promise<void> {
    await navigator.clipboard.writeText(this.code());
    this.copied.set(true);
    setTimeout(() => this.copied.set(false), 2_000);
  }
}
