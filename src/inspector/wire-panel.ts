import { html, type TemplateResult } from 'lit/html.js';
import { auditTime, Subscription, take, tap } from 'rxjs';
import { streams } from '../index.ts';
import { describeMessage } from '../protocol/messages.ts';
import { copy } from './copy.ts';
import { details } from './details.ts';
import { nothingYet } from './fields.ts';
import { duration, grouped, plural, timeOfDay } from './format.ts';
import type { Panel, PanelContext } from './panel.ts';
import { pretty } from './preview.ts';
import { VirtualList } from './virtual-list.ts';
import { wordsOf } from './words.ts';
import { WireLog, type Logged, type WireFilter } from './wire-log.ts';

/** Milliseconds between two looks at what has come: to paint text costs more than all else, and eyes are no faster. */
const PACE = 50;

const DIRECTIONS = { both: 'All', out: 'Sent', in: 'Received' } as const;

/** A tap on wire messages, with a filter, a pause, and a copy of what is shown. */
export class WirePanel implements Panel {
  readonly id = 'wire';
  readonly label = 'Wire';
  readonly #context: PanelContext;
  readonly #log = new WireLog();
  readonly #list: VirtualList;
  #watching = new Subscription();
  #tap = new Subscription();
  #paused = false;
  #selected: Logged | undefined;
  /** What the last copy came to. */
  #notice = '';

  constructor(context: PanelContext) {
    this.#context = context;
    this.#list = new VirtualList(context.changed);
  }

  watch(): Subscription {
    this.#watching = new Subscription(() => this.#tap.unsubscribe());
    if (!this.#paused) this.#record();
    // events and invocations carry ids that were given before
    this.#watching.add(
      streams(this.#context.client)
        .pipe(take(1))
        .subscribe((all) => {
          for (const { kind, id, uri } of all) {
            if (id !== undefined && (kind === 'topic' || kind === 'procedure')) this.#log.subjects.learn(kind, id, uri);
          }
        }),
    );
    return this.#watching;
  }

  render(): TemplateResult {
    const { shown, all, filter } = this.#log;
    const selected = this.#selected;
    return html`
      <div class="toolbar" role="toolbar" aria-label="Wire messages">
        <input
          type="search"
          placeholder="Filter: event com.app -heartbeat"
          aria-label="Filter messages by words"
          spellcheck="false"
          autocomplete="off"
          @input=${(event: InputEvent) => this.#setFilter({ words: wordsOf((event.target as HTMLInputElement).value) })}
        />
        <div class="segments" role="radiogroup" aria-label="Direction">
          ${Object.entries(DIRECTIONS).map(
            ([direction, label]) =>
              html`<label class="segment"
                ><input
                  type="radio"
                  name="direction"
                  .checked=${direction === filter.direction}
                  @change=${() => this.#setFilter({ direction: direction as WireFilter['direction'] })}
                />${label}</label
              >`,
          )}
        </div>
        <button
          type="button"
          class="button"
          aria-pressed=${this.#paused ? 'true' : 'false'}
          @click=${this.#togglePause}
        >
          ${this.#paused ? 'Resume' : 'Pause'}
        </button>
        <button type="button" class="button" ?disabled=${shown.length === 0} @click=${this.#clear}>Clear</button>
        <button type="button" class="button" ?disabled=${shown.length === 0} @click=${this.#copyAll}>Copy</button>
        <span class="count muted">${countOf(shown.length, all.length, all.total)}</span>
        <span class="notice" role="status">${this.#notice}</span>
      </div>
      <div class="split">
        ${
          shown.length > 0
            ? this.#list.render({
                label: 'Messages',
                head: HEAD,
                length: shown.length,
                appended: shown.total,
                row: (index) => row(shown.at(index) as Logged),
                tone: (index) => (shown.at(index)?.bad ? 'bad' : ''),
                selected: this.#selectedIndex(),
                select: (index) => this.#select(shown.at(index)),
              })
            : nothingYet(
                all.length > 0 ? 'No message passes the filter.' : this.#paused ? 'Paused.' : 'No message yet.',
              )
        }
        ${selected && this.#details(selected)}
      </div>
    `;
  }

  #details(logged: Logged): TemplateResult {
    const { wire, name, subject } = logged;
    const { type: _, ...fields } = describeMessage(wire.message);
    return details({
      title: name,
      remark: subject.after === undefined ? '' : `after ${duration(subject.after)}`,
      value: Object.values(fields).includes(subject.uri) ? fields : { uri: subject.uri, ...fields },
      buttons: html`<button type="button" class="button" @click=${() => this.#copy([logged])}>Copy message</button>`,
      close: () => this.#select(undefined),
    });
  }

  /** Where the selected message stands; messages go by, so that it moves. */
  #selectedIndex(): number {
    const { shown } = this.#log;
    const selected = this.#selected;
    if (!selected) return -1;
    for (let index = shown.length - 1; index >= 0; index--) if (shown.at(index) === selected) return index;
    return -1;
  }

  #record(): void {
    this.#tap = this.#context.client.messages$
      .pipe(
        tap((message) => this.#log.add(message)),
        auditTime(PACE),
      )
      .subscribe(() => this.#context.changed());
  }

  #setFilter(change: Partial<WireFilter>): void {
    this.#log.filter = { ...this.#log.filter, ...change };
    this.#context.changed();
  }

  #select(logged: Logged | undefined): void {
    this.#selected = logged;
    this.#context.changed();
  }

  readonly #togglePause = (): void => {
    this.#paused = !this.#paused;
    this.#tap.unsubscribe();
    if (!this.#paused && !this.#watching.closed) this.#record();
    this.#context.changed();
  };

  readonly #clear = (): void => {
    this.#log.clear();
    this.#select(undefined);
  };

  readonly #copyAll = (): void => void this.#copy([...this.#log.shown]);

  async #copy(messages: readonly Logged[]): Promise<void> {
    const done = await copy(messages.map(line).join('\n'));
    this.#notice = done ? `Copied ${plural(messages.length, 'message')}` : 'This page may not copy';
    this.#context.changed();
  }
}

const HEAD = html`<span>Time</span>
  <span></span>
  <span>Type</span>
  <span>URI</span>
  <span class="text">Content</span>
  <span class="number">After</span>`;

function countOf(shown: number, kept: number, total: number): string {
  const gone = total > kept ? `, ${grouped(total - kept)} gone` : '';
  return shown === kept ? `${plural(kept, 'message')}${gone}` : `${grouped(shown)} of ${grouped(kept)}${gone}`;
}

const row = ({ wire, name, subject, text }: Logged): TemplateResult => html`
  <span class="time">${timeOfDay(wire.time)}</span>
  <span class="arrow" data-direction=${wire.direction}>${wire.direction === 'in' ? '↓' : '↑'}</span>
  <span class="name">${name}</span>
  <span class="uri">${subject.uri}</span>
  <span class="text">${text}</span>
  <span class="number muted">${subject.after === undefined ? '' : duration(subject.after)}</span>
`;

/** A message in a line for reports: time, direction, and its JSON. */
const line = ({ wire: { time, direction, message } }: Logged): string =>
  `${new Date(time).toISOString()} ${direction === 'in' ? '<-' : '->'} ${pretty(message).replace(/\n\s*/g, ' ')}`;
