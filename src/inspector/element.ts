import { Subscription } from 'rxjs';
import { engineOf } from '../client/engine.ts';
import type { Inspectable } from './inspectable.ts';
import { ADVICE, notice } from './notice.ts';
import type { InspectorView } from './view.ts';
import { visible$ } from './visibility.ts';

/** The name of the custom element. */
export const INSPECTOR_TAG = 'rxwamp-inspector';

// a server has no elements, and may import this all the same
const Base =
  (globalThis as { HTMLElement?: typeof HTMLElement }).HTMLElement ?? (Object as unknown as typeof HTMLElement);

/**
 * The custom element `<rxwamp-inspector>`: shows what a client does. What it renders with is loaded when it can be seen for
 * the first time; while it cannot be seen, it observes nothing.
 *
 * @example
 * const inspector = document.createElement('rxwamp-inspector');
 * inspector.client = wamp;
 * document.body.append(inspector);
 */
export class RxwampInspector extends Base {
  #client: Inspectable | undefined;
  #view: InspectorView | undefined;
  /** In the place of a view that could not be loaded. */
  #notice: HTMLElement | undefined;
  #visible = false;
  #watching = new Subscription();

  /** The client to inspect. */
  get client(): Inspectable | undefined {
    return this.#client;
  }

  /** @throws TypeError where it is no WampClient */
  set client(client: Inspectable | undefined) {
    const given = client ?? undefined;
    if (given === this.#client) return;
    if (given) engineOf(given, '<rxwamp-inspector>');
    this.#view?.remove();
    this.#view = undefined;
    this.#client = given;
    void this.#update();
  }

  /** @internal */
  connectedCallback(): void {
    this.#takeOver();
    this.#watching = visible$(this).subscribe((visible) => {
      this.#visible = visible;
      void this.#update();
    });
  }

  /** @internal */
  disconnectedCallback(): void {
    this.#watching.unsubscribe();
    this.#visible = false;
    void this.#update();
  }

  /** A property that was set before the element was defined hides the accessor. */
  #takeOver(): void {
    const own = Object.getOwnPropertyDescriptor(this, 'client');
    if (!own) return;
    delete (this as { client?: unknown }).client;
    this.client = own.value as Inspectable | undefined;
  }

  /** The client to observe now. */
  get #observed(): Inspectable | undefined {
    return this.#visible ? this.#client : undefined;
  }

  async #update(): Promise<void> {
    const client = this.#observed;
    if (!client) {
      this.#view?.stop();
      return;
    }
    const root = this.shadowRoot ?? this.attachShadow({ mode: 'open' });
    let View: typeof InspectorView;
    try {
      View = await this.load();
    } catch (cause) {
      this.#notice ??= root.appendChild(notice(cause));
      throw new Error(`<rxwamp-inspector>: ${ADVICE}`, { cause });
    }
    this.#notice?.remove();
    this.#notice = undefined;
    // it may be hidden by now, or have another client
    if (client !== this.#observed) return;
    this.#view ??= new View(root, client);
    this.#view.start();
  }

  /** @internal */
  async load(): Promise<typeof InspectorView> {
    const { InspectorView } = await import('./view.ts');
    return InspectorView;
  }
}

/**
 * Defines `<rxwamp-inspector>`, once per page. Importing the module does so too, but bundlers leave out an import that
 * names nothing.
 */
export function defineInspector(): void {
  const registry = (globalThis as { customElements?: CustomElementRegistry }).customElements;
  if (registry && !registry.get(INSPECTOR_TAG)) registry.define(INSPECTOR_TAG, RxwampInspector);
}

declare global {
  interface HTMLElementTagNameMap {
    'rxwamp-inspector': RxwampInspector;
  }
}
