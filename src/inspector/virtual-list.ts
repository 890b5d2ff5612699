import { html, type TemplateResult } from 'lit/html.js';
import { ref } from 'lit/directives/ref.js';
import { styleMap } from 'lit/directives/style-map.js';

/** The height of a row, in CSS pixels; `--row` of the styles is the same. */
const ROW = 24;
/** Rows beyond both edges, for the frame in which one scrolls. */
const MORE = 4;

/** A list as one frame shows it. */
export interface Listed {
  readonly label: string;
  readonly length: number;
  /** The cells above the columns. */
  readonly head: TemplateResult;
  /** The columns of a row, as its cells. */
  readonly row: (index: number) => TemplateResult;
  /** What CSS may tell apart: an attribute `data-tone`. */
  readonly tone?: (index: number) => string;
  /** The index of the selected row; -1 where there is none, or it is gone. */
  readonly selected: number;
  readonly select: (index: number) => void;
  /** How many rows were ever appended, where the list follows its end. */
  readonly appended?: number;
}

/**
 * A list box that renders only the rows that can be seen. One that appends stays at its end: its container is laid out from
 * below (column-reverse), so that the browser keeps the end in view and no frame has to measure or scroll.
 */
export class VirtualList {
  readonly #changed: () => void;
  #element: HTMLElement | undefined;
  #height = 0;
  /** From the top; from the end, and not above 0, where the list follows its end. */
  #scrollTop = 0;
  #appended = 0;
  readonly #resized = new ResizeObserver(([entry]) => {
    this.#height = entry?.contentRect.height ?? 0;
    this.#changed();
  });

  constructor(changed: () => void) {
    this.#changed = changed;
  }

  /** Whether the end is in view, so that what is appended is seen. */
  get #following(): boolean {
    return this.#scrollTop > -ROW;
  }

  render(list: Listed): TemplateResult {
    const { label, length, selected, appended } = list;
    this.#stayInPlace(appended);
    const above = appended === undefined ? this.#scrollTop : length * ROW - this.#height + this.#scrollTop;
    const first = Math.max(0, Math.floor(above / ROW) - MORE);
    const last = Math.min(length, Math.ceil((above + this.#height) / ROW) + MORE);
    const rows = Array.from({ length: Math.max(0, last - first) }, (_, i) => first + i);
    return html`<div class="table">
      <div class="row head" aria-hidden="true">${list.head}</div>
      <div
        class="list ${appended === undefined ? '' : 'from-end'}"
        role="listbox"
        tabindex="0"
        aria-label=${label}
        aria-activedescendant=${selected >= first && selected < last ? `row-${selected}` : ''}
        ${ref(this.#attach)}
        @scroll=${this.#scrolled}
        @keydown=${(event: KeyboardEvent) => this.#onKey(event, list)}
      >
        <div class="all-rows" role="presentation" style=${styleMap({ height: `${length * ROW}px` })}>
          <div role="presentation" style=${styleMap({ transform: `translateY(${first * ROW}px)` })}>
            ${rows.map(
              (index) =>
                html`<div
                  id="row-${index}"
                  class="row"
                  role="option"
                  aria-selected=${index === selected ? 'true' : 'false'}
                  aria-setsize=${length}
                  aria-posinset=${index + 1}
                  data-tone=${list.tone?.(index) ?? ''}
                  @click=${() => list.select(index)}
                >
                  ${list.row(index)}
                </div>`,
            )}
          </div>
        </div>
      </div>
      ${
        this.#following || appended === undefined
          ? undefined
          : html`<button type="button" class="button follow" @click=${this.#follow}>Newest ↓</button>`
      }
    </div>`;
  }

  /** Where the end is out of view, the rows in view stay there while others are appended. */
  #stayInPlace(appended = 0): void {
    const more = appended - this.#appended;
    this.#appended = appended;
    if (this.#following || more <= 0) return;
    this.#scrollTop -= more * ROW;
    // as soon as there is room for it
    queueMicrotask(() => this.#element?.scrollTo({ top: this.#scrollTop }));
  }

  /** Brings the end into view. */
  readonly #follow = (): void => {
    this.#element?.scrollTo({ top: 0 });
    this.#element?.focus();
    this.#scrollTop = 0;
    this.#changed();
  };

  readonly #attach = (element: Element | undefined): void => {
    if (this.#element === element) return;
    if (this.#element) this.#resized.unobserve(this.#element);
    this.#element = element as HTMLElement | undefined;
    this.#scrollTop = 0;
    if (element) this.#resized.observe(element);
  };

  readonly #scrolled = (): void => {
    const scrollTop = this.#element?.scrollTop ?? 0;
    if (scrollTop === this.#scrollTop) return;
    this.#scrollTop = scrollTop;
    this.#changed();
  };

  #onKey(event: KeyboardEvent, { length, selected, select, appended }: Listed): void {
    const page = Math.max(1, Math.floor(this.#height / ROW) - 1);
    const from = selected < 0 ? (appended === undefined ? -1 : length) : selected;
    const to: Readonly<Record<string, number>> = {
      ArrowDown: from + 1,
      ArrowUp: from - 1,
      PageDown: from + page,
      PageUp: from - page,
      Home: 0,
      End: length - 1,
    };
    const wanted = to[event.key];
    if (wanted === undefined || length === 0) return;
    event.preventDefault();
    const index = Math.min(length - 1, Math.max(0, wanted));
    this.#reveal(index, length, appended !== undefined);
    select(index);
  }

  #reveal(index: number, length: number, fromEnd: boolean): void {
    const element = this.#element;
    if (!element) return;
    const offset = fromEnd ? Math.max(0, length * ROW - this.#height) : 0;
    const above = this.#scrollTop + offset;
    const top = Math.min(index * ROW, Math.max(above, (index + 1) * ROW - this.#height));
    element.scrollTop = top - offset;
    this.#scrollTop = element.scrollTop;
  }
}
