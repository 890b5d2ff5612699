import type { TemplateResult } from 'lit/html.js';
import type { Subscription } from 'rxjs';
import type { Inspectable } from './inspectable.ts';
import type { Journal } from './journal.ts';

/** What a panel works with. */
export interface PanelContext {
  readonly client: Inspectable;
  readonly journal: Journal;
  /** Renders anew in the next animation frame. */
  readonly changed: () => void;
}

/** What one tab shows. It keeps what it has seen while another tab is chosen. */
export interface Panel {
  readonly id: string;
  readonly label: string;
  /** Observes the client until it is unsubscribed; the view does so while the panel can be seen. */
  watch(): Subscription;
  render(): TemplateResult;
}
