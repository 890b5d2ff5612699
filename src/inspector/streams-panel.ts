import { html, type TemplateResult } from 'lit/html.js';
import type { Subscription } from 'rxjs';
import { streams, type StreamState } from '../index.ts';
import { now } from '../session/time.ts';
import { details } from './details.ts';
import { nothingYet } from './fields.ts';
import { age, grouped, plural, timeOfDay } from './format.ts';
import type { Panel, PanelContext } from './panel.ts';
import { stateTone, waitsFor } from './stream-words.ts';
import { VirtualList } from './virtual-list.ts';
import { matches, wordsOf } from './words.ts';

/** Which of a client's streams a panel lists. */
interface Listing {
  readonly id: string;
  readonly label: string;
  readonly noun: string;
  readonly kinds: readonly StreamState['kind'][];
}

/** What outlives sessions. */
export const STREAMS: Listing = {
  id: 'streams',
  label: 'Streams',
  noun: 'stream',
  kinds: ['topic', 'procedure', 'setup'],
};
/** What is answered once. */
export const CALLS: Listing = { id: 'calls', label: 'Calls', noun: 'open call', kinds: ['call', 'invocation'] };

const HEAD = html`<span>Kind</span>
  <span>URI</span>
  <span class="standing">State</span>
  <span class="number">Observers</span>
  <span class="number">Id</span>
  <span class="number">Age</span>`;

/** What a client holds: each with its state, what it waits for, and since when. */
export class StreamsPanel implements Panel {
  readonly id: string;
  readonly label: string;
  readonly #listing: Listing;
  readonly #context: PanelContext;
  readonly #list: VirtualList;
  #all: readonly StreamState[] = [];
  #shown: readonly StreamState[] = [];
  #words: readonly string[] = [];
  #selected: StreamState | undefined;

  constructor(context: PanelContext, listing: Listing) {
    this.id = listing.id;
    this.label = listing.label;
    this.#listing = listing;
    this.#context = context;
    this.#list = new VirtualList(context.changed);
  }

  watch(): Subscription {
    return streams(this.#context.client).subscribe((all) => {
      this.#all = all.filter(({ kind }) => this.#listing.kinds.includes(kind));
      this.#filter();
    });
  }

  render(): TemplateResult {
    const { label, noun } = this.#listing;
    const shown = this.#shown;
    return html`
      <div class="toolbar" role="toolbar" aria-label=${label}>
        <input
          type="search"
          placeholder="Filter by URI, kind or state"
          aria-label="Filter ${label.toLowerCase()} by words"
          spellcheck="false"
          autocomplete="off"
          @input=${(event: InputEvent) => {
            this.#words = wordsOf((event.target as HTMLInputElement).value);
            this.#filter();
          }}
        />
        <span class="count muted">
          ${
            shown.length === this.#all.length
              ? plural(shown.length, noun)
              : `${grouped(shown.length)} of ${grouped(this.#all.length)}`
          }
        </span>
      </div>
      <div class="split">
        ${
          shown.length > 0
            ? this.#list.render({
                label,
                head: HEAD,
                length: shown.length,
                row: (index) => this.#row(shown[index] as StreamState),
                selected: this.#selectedIndex(),
                select: (index) => this.#select(shown[index]),
              })
            : nothingYet(this.#all.length > 0 ? `No ${noun} passes the filter.` : `There is no ${noun}.`)
        }
        ${this.#selected && this.#details(this.#selected)}
      </div>
    `;
  }

  #row(stream: StreamState): TemplateResult {
    const { kind, uri, match, state, observers, id, since } = stream;
    const waits = waitsFor(stream, this.#context.client.status);
    return html`
      <span class="kind muted">${kind}</span>
      <span class="uri">${uri}${match === 'exact' ? undefined : html` <span class="tag">${match}</span>`}</span>
      <span class="standing" data-tone=${stateTone(stream)}>
        <span class="dot"></span> ${state} <span class="muted">${waits && `waits for ${waits}`}</span>
      </span>
      <span class="number muted">${kind === 'topic' ? grouped(observers) : ''}</span>
      <span class="id number">${id}</span>
      <span class="number">${age(now() - since)}</span>
    `;
  }

  #details(stream: StreamState): TemplateResult {
    const { kind, since, ...others } = stream;
    const waits = waitsFor(stream, this.#context.client.status);
    return details({
      title: kind,
      remark: `since ${timeOfDay(since)}`,
      value: { ...others, ...(waits && { waitsFor: waits }) },
      close: () => this.#select(undefined),
    });
  }

  #filter(): void {
    this.#shown = this.#all.filter(({ kind, uri, match, state }) =>
      matches(`${kind} ${uri} ${match} ${state}`, this.#words),
    );
    // the one that is looked at may have changed since
    const index = this.#selectedIndex();
    if (index >= 0) this.#selected = this.#shown[index];
    this.#context.changed();
  }

  /** A stream that changed is another object, of the same kind and URI; of calls to one procedure the id tells. */
  #selectedIndex(): number {
    const selected = this.#selected;
    if (!selected) return -1;
    const same = this.#shown.indexOf(selected);
    if (same >= 0) return same;
    const call = this.#listing === CALLS;
    return this.#shown.findIndex(
      ({ kind, uri, match, id }) =>
        kind === selected.kind && uri === selected.uri && match === selected.match && (!call || id === selected.id),
    );
  }

  #select(stream: StreamState | undefined): void {
    this.#selected = stream;
    this.#context.changed();
  }
}
