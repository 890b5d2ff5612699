import { html, render, type TemplateResult } from 'lit/html.js';
import { interval, Subscription } from 'rxjs';
import { now } from '../session/time.ts';
import { ConnectionPanel } from './connection-panel.ts';
import { Frame } from './frame.ts';
import type { Inspectable } from './inspectable.ts';
import { Journal } from './journal.ts';
import type { Panel } from './panel.ts';
import { statusClock, statusWords } from './status-words.ts';
import { CALLS, STREAMS, StreamsPanel } from './streams-panel.ts';
import { styles } from './styles/index.ts';
import { tabs } from './tabs.ts';
import { TrafficPanel } from './traffic-panel.ts';
import { WirePanel } from './wire-panel.ts';

/** Everything that an inspector shows of one client: a header, and the panel whose tab is chosen. */
export class InspectorView {
  readonly #root: ShadowRoot;
  readonly #client: Inspectable;
  readonly #journal: Journal;
  readonly #panels: readonly Panel[];
  readonly #frame = new Frame(() => this.#render());
  #chosen: Panel;
  /** While the inspector can be seen. */
  #watching: Subscription | undefined;
  #watchingPanel = new Subscription();

  constructor(root: ShadowRoot, client: Inspectable) {
    const changed = (): void => this.#frame.request();
    this.#root = root;
    this.#client = client;
    this.#journal = new Journal(client, changed);
    const context = { client, journal: this.#journal, changed };
    const first = new ConnectionPanel(context);
    this.#panels = [
      first,
      new StreamsPanel(context, STREAMS),
      new StreamsPanel(context, CALLS),
      new TrafficPanel(context),
      new WirePanel(context),
    ];
    this.#chosen = first;
    root.adoptedStyleSheets = [styles()];
  }

  /** Observes the client, and renders at once. */
  start(): void {
    if (this.#watching) return;
    this.#watching = this.#journal.watch();
    // ages and countdowns
    this.#watching.add(interval(1000).subscribe(() => this.#frame.request()));
    this.#watchingPanel = this.#chosen.watch();
    this.#render();
  }

  /** Observes nothing any more; what is rendered stays. */
  stop(): void {
    this.#watching?.unsubscribe();
    this.#watching = undefined;
    this.#watchingPanel.unsubscribe();
    this.#frame.cancel();
  }

  /** Ends it, and empties its root. */
  remove(): void {
    this.stop();
    render(null, this.#root);
  }

  #choose(panel: Panel): void {
    if (panel === this.#chosen) return;
    this.#watchingPanel.unsubscribe();
    this.#chosen = panel;
    if (this.#watching) this.#watchingPanel = panel.watch();
    this.#render();
  }

  #render(): void {
    render(this.#template(), this.#root);
  }

  #template(): TemplateResult {
    const { status } = this.#client;
    const { tone, title } = statusWords(status);
    return html`<div class="inspector">
      <header class="header">
        <div class="status" data-tone=${tone}>
          <span class="dot"></span>
          <strong class="state">${title}</strong>
          <span class="clock">${statusClock(status, now())}</span>
        </div>
        ${tabs(this.#panels, this.#chosen, (panel) => this.#choose(panel))}
        <slot name="actions"></slot>
      </header>
      <p class="unseen" role="status">${title}</p>
      <section
        id="panel"
        class="panel"
        role="tabpanel"
        aria-labelledby="tab-${this.#chosen.id}"
        data-panel=${this.#chosen.id}
      >
        ${this.#chosen.render()}
      </section>
    </div>`;
  }
}
