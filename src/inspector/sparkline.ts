import { svg, html, type TemplateResult } from 'lit/html.js';
import type { Ring } from './ring.ts';

/** A line of the newest values, scaled to the greatest; it ends at the right edge. */
export function sparkline(values: Ring<number>): TemplateResult {
  const most = Math.max(1, ...values);
  const last = values.capacity - 1;
  const points = [...values].map(
    (value, i) => `${last - values.length + 1 + i},${(31 - (30 * value) / most).toFixed(1)}`,
  );
  const first = last - values.length + 1;
  return html`<svg class="sparkline" viewBox="0 0 ${last} 32" preserveAspectRatio="none" aria-hidden="true">
    ${
      points.length > 1
        ? svg`<polygon points="${first},32 ${points.join(' ')} ${last},32"></polygon><polyline points=${points.join(' ')}></polyline>`
        : undefined
    }
  </svg>`;
}
