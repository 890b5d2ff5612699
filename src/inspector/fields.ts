import { html, type TemplateResult } from 'lit/html.js';

/** Names and values; those without a value are left out. */
export function fields(rows: readonly (readonly [name: string, value: unknown])[]): TemplateResult {
  return html`<dl class="fields">
    ${rows.map(([name, value]) =>
      value === undefined || value === ''
        ? undefined
        : html`<div class="field">
            <dt>${name}</dt>
            <dd>${value}</dd>
          </div>`,
    )}
  </dl>`;
}

/** What a panel says where it has nothing to show. */
export const nothingYet = (text: string): TemplateResult => html`<p class="empty">${text}</p>`;
