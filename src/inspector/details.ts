import { html, type TemplateResult } from 'lit/html.js';
import { pretty } from './preview.ts';

/** What of a list is looked at closely. */
export interface Details {
  /** What it is, for people and for screen readers. */
  readonly title: string;
  readonly remark?: string;
  readonly value: unknown;
  readonly buttons?: TemplateResult;
  readonly close: () => void;
}

/** A value in full beside its list; Escape closes it. */
export function details({ title, remark = '', value, buttons, close }: Details): TemplateResult {
  const onKey = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape') return;
    // it is not the drawer that is to close
    event.preventDefault();
    close();
  };
  return html`<section class="details" aria-label=${title} @keydown=${onKey}>
    <header class="toolbar">
      <h2>${title}</h2>
      <span class="muted">${remark}</span>
      <span class="space"></span>
      ${buttons}
      <button type="button" class="button icon" aria-label="Close details" @click=${close}>✕</button>
    </header>
    <pre tabindex="0">${pretty(value)}</pre>
  </section>`;
}
