import { openInspector, type InspectorDrawer, type InspectorOptions } from '../../src/inspector/index.ts';
import { InspectorPage } from './inspector-page.ts';

describe('openInspector()', () => {
  let page: InspectorPage;
  let drawer: InspectorDrawer | undefined;
  const open = (options?: InspectorOptions): InspectorDrawer => (drawer = openInspector(page.client, options));
  const host = (): HTMLElement => document.querySelector<HTMLElement>('[aria-label="WAMP inspector"]')!;
  const press = (target: EventTarget, key: string, init: KeyboardEventInit = {}): boolean =>
    target.dispatchEvent(
      new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, composed: true, ...init }),
    );

  beforeEach(() => {
    page = new InspectorPage();
  });
  afterEach(async () => {
    drawer?.remove();
    drawer = undefined;
    await page.end();
  });

  it('shows an inspector at the lower edge of the page, and takes it away', async () => {
    const { inspector } = open({ height: 200, theme: 'dark' });
    await page.observes('status$', 'lifecycle$');
    const { bottom, height } = host().getBoundingClientRect();
    expect([bottom, height]).toEqual([window.innerHeight, 200]);
    expect(inspector.getAttribute('theme')).toBe('dark');
    drawer!.remove();
    expect(host()).toBeNull();
    await page.observes();
  });

  it('is one for a client', () => {
    const first = open({ open: false });
    expect(open()).toBe(first);
    expect(first.open).toBeTrue();
    first.remove();
    expect(open()).not.toBe(first);
  });

  it('takes the focus, and gives it back', async () => {
    const button = document.createElement('button');
    document.body.append(button);
    button.focus();
    const { inspector } = open();
    expect(document.activeElement).toBe(host());
    press(inspector, 'Escape');
    expect(drawer!.open).toBeFalse();
    expect(document.activeElement).toBe(button);
    await page.observes();
    drawer!.show();
    inspector.querySelector('button')!.click();
    expect([drawer!.open, document.activeElement]).toEqual([false, button]);
    button.remove();
  });

  it('is shown and hidden by a key', () => {
    open({ key: 'Alt+Shift+W', open: false });
    expect(drawer!.open).toBeFalse();
    const keys = { altKey: true, shiftKey: true };
    expect(press(document.body, 'W', keys))
      .withContext('the default is prevented')
      .toBeFalse();
    expect(drawer!.open).toBeTrue();
    press(document.body, 'w');
    expect(drawer!.open).toBeTrue();
    press(document.body, 'W', keys);
    expect(drawer!.open).toBeFalse();
    drawer!.remove();
    press(document.body, 'W', keys);
    expect(host()).toBeNull();
  });

  it('is resized by arrow keys', () => {
    open({ height: 200 });
    const handle = host().shadowRoot!.querySelector('[role=separator]')!;
    press(handle, 'ArrowUp');
    expect([host().offsetHeight, handle.getAttribute('aria-valuenow')]).toEqual([224, '224']);
    for (let i = 0; i < 9; i++) press(handle, 'ArrowDown');
    expect(host().offsetHeight).toBe(120);
  });

  it('names an option that is wrong', () => {
    expect(() => open({ key: 'Hyper+W' })).toThrowError(
      TypeError,
      'openInspector(): key must be a key such as "Alt+Shift+W", got the string "Hyper+W"',
    );
    expect(() => open({ dock: 'left' } as never)).toThrowError(TypeError, /unknown option 'dock'/);
    expect(() => openInspector({} as never)).toThrowError(TypeError, /expected a WampClient/);
    expect(host()).toBeNull();
  });
});
