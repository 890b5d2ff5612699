// An inspector on a page, as a user finds it: by roles and names.
import { engineOf } from '../../src/client/engine.ts';
import { Client } from '../../src/client/client.ts';
import type { BaseOptions } from '../../src/client/client-options.ts';
import type { RxwampInspector } from '../../src/inspector/index.ts';
import { createTestRouter, eventually, type TestRouter } from '../../src/testing/index.ts';

/** A client of a router of its own, and an inspector that shows it. */
export class InspectorPage {
  readonly router: TestRouter = createTestRouter();
  readonly client: Client;
  readonly element: RxwampInspector = document.createElement('rxwamp-inspector');
  readonly #clients: Client[] = [];

  constructor(options: Partial<BaseOptions> = {}) {
    this.client = this.connect(options);
    this.element.client = this.client;
  }

  /** Another client of the router. */
  connect(options: Partial<BaseOptions> = {}): Client {
    const client = new Client({ realm: 'realm1', transports: [this.router.transport()], ...options });
    this.#clients.push(client);
    return client;
  }

  /** Puts it on the page, and waits until it shows something. */
  async show(): Promise<this> {
    document.body.append(this.element);
    await eventually(() => this.all('[role=tab]').length > 0);
    return this;
  }

  /** Chooses a tab. */
  choose(label: string): void {
    const tab = this.all('[role=tab]').find(({ textContent }) => textContent.trim() === label);
    if (!tab) throw new Error(`There is no tab ${label}`);
    tab.click();
  }

  all<E extends Element = HTMLElement>(selector: string): E[] {
    return [...(this.element.shadowRoot?.querySelectorAll<E>(selector) ?? [])];
  }

  one<E extends Element = HTMLElement>(selector: string): E {
    const [found] = this.all<E>(selector);
    if (!found) throw new Error(`There is no ${selector}`);
    return found;
  }

  button(name: string): HTMLButtonElement {
    const found = this.all<HTMLButtonElement>('button').find(
      (button) => (button.getAttribute('aria-label') ?? button.textContent.trim()) === name,
    );
    if (!found) throw new Error(`There is no button ${name}`);
    return found;
  }

  /** The text of the first element that a selector finds, with single spaces; of the panel by default. */
  text(selector = '#panel'): string {
    return (this.all(selector)[0]?.textContent ?? '').replace(/\s+/g, ' ').trim();
  }

  /** Expects a text to be shown soon. */
  async shows(text: string | RegExp, selector?: string): Promise<void> {
    const shown = eventually(() => {
      const present = this.text(selector);
      if (typeof text === 'string' ? !present.includes(text) : !text.test(present)) throw new Error(present);
    });
    await expectAsync(shown).withContext(String(text)).toBeResolved();
  }

  /** Expects the client to be observed in this way soon. */
  async observes(...observables: readonly string[]): Promise<void> {
    const held = eventually(() => this.observed.join() === observables.join());
    await expectAsync(held).withContext(`observed: ${this.observed.join()}`).toBeResolved();
  }

  /** Types into the field of the panel. */
  filter(words: string): void {
    const field = this.one<HTMLInputElement>('input[type=search]');
    field.value = words;
    field.dispatchEvent(new InputEvent('input', { bubbles: true }));
  }

  press(selector: string, key: string): void {
    this.one(selector).dispatchEvent(
      new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, composed: true }),
    );
  }

  /** Which Observables of the client have an observer. */
  get observed(): readonly string[] {
    const { notifier, tap } = engineOf(this.client, 'a spec');
    const sources = { status$: notifier.status$, lifecycle$: notifier.lifecycle$, messages$: tap };
    return Object.entries(sources)
      .filter(([, source]) => source.observed)
      .map(([name]) => name);
  }

  async end(): Promise<void> {
    this.element.remove();
    await Promise.all(this.#clients.map((client) => client.close()));
    await this.router.close();
  }
}

/** The next animation frame. */
export const nextFrame = (): Promise<number> => new Promise((resolve) => requestAnimationFrame(resolve));
