import { html, type TemplateResult } from 'lit/html.js';
import type { Panel } from './panel.ts';

const STEPS: Readonly<Record<string, (index: number, length: number) => number>> = {
  ArrowRight: (index, length) => (index + 1) % length,
  ArrowLeft: (index, length) => (index + length - 1) % length,
  Home: () => 0,
  End: (_, length) => length - 1,
};

/** Tabs as the ARIA Authoring Practices have them: one is in the tab order, arrow keys choose. */
export function tabs(panels: readonly Panel[], chosen: Panel, choose: (panel: Panel) => void): TemplateResult {
  const onKey = (event: KeyboardEvent): void => {
    const next = panels[STEPS[event.key]?.(panels.indexOf(chosen), panels.length) ?? -1];
    if (!next) return;
    event.preventDefault();
    choose(next);
    const list = event.currentTarget as HTMLElement;
    list.querySelector<HTMLElement>(`#tab-${next.id}`)?.focus();
  };
  return html`<div class="tabs" role="tablist" aria-label="Inspector" @keydown=${onKey}>
    ${panels.map(
      (panel) =>
        html`<button
          id="tab-${panel.id}"
          class="tab"
          role="tab"
          type="button"
          aria-selected=${panel === chosen ? 'true' : 'false'}
          aria-controls="panel"
          tabindex=${panel === chosen ? 0 : -1}
          @click=${() => choose(panel)}
        >
          ${panel.label}
        </button>`,
    )}
  </div>`;
}
