import { fromEvent, type Subscription } from 'rxjs';
import { BOOL, checkOptions, kind, oneOf, type Kind } from '../protocol/kinds.ts';
import { defineInspector, INSPECTOR_TAG, type RxwampInspector } from './element.ts';
import type { Inspectable } from './inspectable.ts';
import { resizeHandle } from './resize-handle.ts';
import { isPressed, SHORTCUT } from './shortcut.ts';

/** Options of {@link openInspector}. */
export interface InspectorOptions {
  /**
   * Whether it is shown at once; otherwise `show()` or the key shows it.
   * @default true
   */
  readonly open?: boolean | undefined;
  /** The key that shows and hides it, with modifiers: `'Alt+Shift+W'`. None by default. */
  readonly key?: string | undefined;
  /**
   * The height at first, in CSS pixels.
   * @default 360
   */
  readonly height?: number | undefined;
  /**
   * Light or dark; `auto` is what the system prefers.
   * @default 'auto'
   */
  readonly theme?: 'auto' | 'light' | 'dark' | undefined;
}

const OPTIONS = {
  open: BOOL,
  key: SHORTCUT,
  height: kind('a number above 0', (value) => typeof value === 'number' && value > 0),
  theme: oneOf('auto|light|dark'),
} satisfies Record<keyof InspectorOptions, Kind>;

const style = /* css */ `
:host {
  position: fixed; inset: auto 0 0 0; z-index: 2147483000; display: flex; flex-direction: column;
  max-block-size: 100%; box-shadow: 0 -6px 24px rgb(0 0 0 / .16);
}
:host([hidden]) { display: none; }
:host(:focus) { outline: none; }
rxwamp-inspector { flex: 1; min-block-size: 0; block-size: auto; }
.handle { block-size: 5px; margin-block: -2px -3px; z-index: 1; cursor: ns-resize; touch-action: none; }
.handle:hover, .handle:focus-visible { background: var(--rxwamp-inspector-accent, #4a7bea); outline: none; }
button {
  appearance: none; border: 0; border-radius: 5px; background: none; color: inherit; font: inherit; cursor: pointer;
  inline-size: 28px; block-size: 28px;
}
button:hover { background: color-mix(in srgb, currentColor 10%, transparent); }
button:focus-visible { outline: 2px solid; outline-offset: -2px; }
`;

/** An inspector at the lower edge of the page. */
export class InspectorDrawer {
  /** The element in the drawer: its properties can be set. */
  readonly inspector: RxwampInspector;
  readonly #host: HTMLElement;
  readonly #keys: Subscription | undefined;
  /** What had the focus before. */
  #before: Element | null = null;

  /** @internal */
  constructor(client: Inspectable, { open = true, key, height = 360, theme = 'auto' }: InspectorOptions) {
    defineInspector();
    const host = document.createElement('div');
    host.hidden = true;
    host.style.blockSize = `${height}px`;
    host.tabIndex = -1;
    host.setAttribute('role', 'region');
    host.setAttribute('aria-label', 'WAMP inspector');
    this.#host = host;
    this.inspector = document.createElement(INSPECTOR_TAG);
    this.inspector.client = client;
    if (theme !== 'auto') this.inspector.setAttribute('theme', theme);
    this.inspector.append(this.#closeButton());
    const root = host.attachShadow({ mode: 'open' });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(style);
    root.adoptedStyleSheets = [sheet];
    root.append(resizeHandle(host), this.inspector);
    host.addEventListener('keydown', (event) => {
      if (event.key === 'Escape' && !event.defaultPrevented) this.hide();
    });
    document.body.append(host);
    if (key !== undefined) {
      this.#keys = fromEvent<KeyboardEvent>(document, 'keydown').subscribe((event) => {
        if (!isPressed(key, event)) return;
        event.preventDefault();
        this.toggle();
      });
    }
    if (open) this.show();
  }

  /** Whether it is shown. */
  get open(): boolean {
    return !this.#host.hidden;
  }

  /** Shows it, and takes the focus there. */
  show(): void {
    if (this.open) return;
    this.#before = document.activeElement;
    this.#host.hidden = false;
    this.#host.focus();
  }

  /** Hides it, and gives the focus back; it observes nothing while it is hidden. */
  hide(): void {
    if (!this.open) return;
    this.#host.hidden = true;
    if (this.#before instanceof HTMLElement) this.#before.focus();
  }

  /** Shows the drawer where it is hidden, and hides it where it is shown. */
  toggle(): void {
    if (this.open) this.hide();
    else this.show();
  }

  /** Takes it from the page, its key included. */
  remove(): void {
    this.hide();
    this.#keys?.unsubscribe();
    this.#host.remove();
    if (drawers.get(this.inspector.client as Inspectable) === this)
      drawers.delete(this.inspector.client as Inspectable);
  }

  #closeButton(): HTMLButtonElement {
    const button = document.createElement('button');
    button.type = 'button';
    button.slot = 'actions';
    button.textContent = '✕';
    button.setAttribute('aria-label', 'Close inspector');
    button.addEventListener('click', () => this.hide());
    return button;
  }
}

/** One drawer for each client. */
const drawers = new WeakMap<Inspectable, InspectorDrawer>();

/**
 * Shows an inspector in a drawer at the lower edge of the page. A second call for the same client shows the same drawer.
 *
 * @param client a WampClient
 * @returns the drawer: `show()`, `hide()`, `toggle()`, `remove()`
 * @throws TypeError that names the option that is wrong, or where the first argument is no client
 * @example
 * if (isDevMode()) openInspector(wamp, { key: 'Alt+Shift+W', open: false });
 */
export function openInspector(client: Inspectable, options: InspectorOptions = {}): InspectorDrawer {
  checkOptions(() => 'openInspector()', OPTIONS, options);
  const known = drawers.get(client);
  if (known) {
    if (options.open !== false) known.show();
    return known;
  }
  const drawer = new InspectorDrawer(client, options);
  drawers.set(client, drawer);
  return drawer;
}
