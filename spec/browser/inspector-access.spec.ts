// The inspector by keyboard, by screen reader, on a small screen.
import axe from 'axe-core';
import { NEVER } from 'rxjs';
import { live, provided } from '../helpers/live.ts';
import { eventually } from '../../src/testing/index.ts';
import { InspectorPage, nextFrame } from './inspector-page.ts';

const TABS = ['Connection', 'Streams', 'Calls', 'Traffic', 'Wire'];

describe('access to <rxwamp-inspector>', () => {
  let page: InspectorPage;

  beforeEach(async () => {
    page = new InspectorPage({ reconnect: { initialDelay: 60_000 } });
    await live(page.client, 'com.app.news');
    await live(page.client, 'com.a.topic.whose.name.is.so.long.that.it.does.not.fit.into.any.column.of.any.list');
    await provided(page.client, 'com.app.slow', () => NEVER);
    page.client.call('com.app.slow').subscribe({ error: () => undefined });
    await page.show();
  });
  afterEach(() => page.end());

  /** Chooses a tab and waits until it has something to show; opens the details of its first row, where it has rows. */
  const fill = async (tab: string): Promise<void> => {
    page.choose(tab);
    if (tab === 'Wire') {
      page.router.publish('com.app.news', ['Rain', 'x'.repeat(1000)]);
      page.client.call('com.app.none').subscribe({ error: () => undefined });
    }
    if (tab === 'Traffic') await page.shows('Round trip');
    else if (tab !== 'Connection') {
      await eventually(() => page.all('[role=option]').length > (tab === 'Wire' ? 2 : 0));
      page.one('[role=option]').click();
      await eventually(() => page.all('.details').length > 0);
    }
  };

  it('chooses tabs by arrow keys, of which one is in the tab order', () => {
    const chosen = (): string =>
      page
        .all('[role=tab][aria-selected=true][tabindex="0"]')
        .map(({ textContent }) => textContent.trim())
        .join();
    const keys = ['ArrowRight', 'End', 'ArrowRight', 'ArrowLeft', 'Home'];
    const path = keys.map((key) => {
      page.press('[role=tablist]', key);
      return chosen();
    });
    expect(path).toEqual(['Streams', 'Wire', 'Connection', 'Wire', 'Connection']);
    expect(page.element.shadowRoot!.activeElement!.textContent.trim()).toBe('Connection');
    expect(page.one('[role=tabpanel]').getAttribute('aria-labelledby')).toBe('tab-connection');
  });

  it('selects rows by keys, names the active one, and closes the details by Escape', async () => {
    page.choose('Streams');
    await page.shows('3 streams');
    const active = async (): Promise<string> => {
      await nextFrame();
      await nextFrame();
      const id = page.one('[role=listbox]').getAttribute('aria-activedescendant')!;
      return page.one(`#${id} .uri`).textContent.trim().slice(0, 12);
    };
    page.press('[role=listbox]', 'ArrowDown');
    expect(await active()).toBe('com.app.news');
    page.press('[role=listbox]', 'End');
    expect(await active()).toBe('com.app.slow');
    page.press('[role=listbox]', 'ArrowUp');
    expect(await active()).toBe('com.a.topic.');
    page.press('.details', 'Escape');
    await eventually(() => page.all('.details').length === 0);
    expect(page.all('[aria-selected=true][role=option]')).toEqual([]);
  });

  it('announces the state, and not each second of a countdown', async () => {
    expect(page.text('[role=status]')).toBe('Joined');
    page.router.dropAll();
    await page.shows(/^Waiting$/, '[role=status]');
  });

  for (const theme of ['light', 'dark']) {
    for (const tab of TABS) {
      it(`has no fault that axe finds: ${tab}, ${theme}`, async () => {
        page.element.setAttribute('theme', theme);
        await fill(tab);
        const { violations, passes } = await axe.run(page.element);
        expect(
          violations.map(
            ({ id, nodes }) => `${id}: ${nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`).join()}`,
          ),
        ).toEqual([]);
        expect(passes.map(({ id }) => id)).toContain('color-contrast');
      });
    }
  }

  for (const width of [360, 1200]) {
    it(`fits into ${width} px`, async () => {
      page.element.style.inlineSize = `${width}px`;
      for (const tab of TABS) {
        await fill(tab);
        const wide = page
          .all('.inspector, .header, .tabs, .panel, .toolbar, .list, .column, .timeline, .scroller, .details')
          .filter(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth);
        expect(wide.map(({ className, scrollWidth, clientWidth }) => [className, scrollWidth, clientWidth]))
          .withContext(tab)
          .toEqual([]);
      }
    });
  }

  it('takes its colours from custom properties', async () => {
    page.element.style.setProperty('--rxwamp-inspector-background', 'rgb(1, 2, 3)');
    page.element.style.setProperty('--rxwamp-inspector-accent', 'rgb(4, 5, 6)');
    await nextFrame();
    expect(getComputedStyle(page.element).backgroundColor).toBe('rgb(1, 2, 3)');
    expect(getComputedStyle(page.one('[aria-selected=true]')).borderBlockEndColor).toBe('rgb(4, 5, 6)');
  });
});
