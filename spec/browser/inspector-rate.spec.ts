import { interval } from 'rxjs';
import { eventually } from '../../src/testing/index.ts';
import { live } from '../helpers/live.ts';
import { InspectorPage, nextFrame } from './inspector-page.ts';

describe('<rxwamp-inspector> at 5000 messages a second', () => {
  let page: InspectorPage;
  beforeEach(async () => {
    page = new InspectorPage();
    await live(page.client, 'com.app.fast');
    await page.show();
    page.choose('Wire');
  });
  afterEach(() => page.end());

  /** Publishes 5000 a second for a second, and returns the times between two frames, in milliseconds, least first. */
  const flood = async (inFrame: () => void = () => undefined): Promise<number[]> => {
    const source = page.connect();
    const begun = performance.now();
    let sent = 0;
    const publishing = interval(4).subscribe(() => {
      for (const due = (performance.now() - begun) * 5; sent < Math.min(due, 5000); sent++) {
        source.publish('com.app.fast', [sent, 'text'], { price: sent / 7 });
      }
    });
    const times = [begun];
    while (sent < 5000) {
      times.push(await nextFrame());
      inFrame();
    }
    publishing.unsubscribe();
    return times
      .slice(1)
      .map((time, i) => time - times[i]!)
      .sort((a, b) => a - b);
  };
  const median = (values: readonly number[]): number => values[values.length >> 1] ?? Infinity;

  it('renders once in a frame, the rows in view alone, and costs no frame', async () => {
    let renders = 0;
    const rendersOfFrames: number[] = [];
    const observer = new MutationObserver(() => renders++);
    observer.observe(page.element.shadowRoot!, { subtree: true, childList: true, characterData: true });
    const shown = await flood(() => {
      rendersOfFrames.push(renders);
      renders = 0;
    });
    observer.disconnect();
    await page.shows('5 000 messages');
    expect(Math.max(...rendersOfFrames)).toBe(1);
    expect(page.all('[role=option]').length).toBeLessThan(40);
    page.element.hidden = true;
    await page.observes();
    const hidden = await flood();
    // half a frame is what a busy machine may lose by itself
    expect(median(shown)).toBeLessThan(median(hidden) + 8);
  });

  it('stays at the end of the list, or at the rows that were scrolled to', async () => {
    page.router.publish('com.app.fast', ['first']);
    await page.shows('1 message');
    const list = page.one('[role=listbox]');
    const inView = (): number => {
      const { top } = list.getBoundingClientRect();
      const row = page.all('[role=option]').find((each) => each.getBoundingClientRect().bottom > top + 1);
      return Number(/\[(\d+)\]/.exec(row?.textContent ?? '')?.[1]);
    };
    for (let i = 0; i < 200; i++) page.router.publish('com.app.fast', [i]);
    await page.shows('201 messages');
    await eventually(() => page.all('[role=option]').at(-1)?.textContent.includes('[199]') === true);
    expect(list.scrollTop).toBe(0);
    list.scrollTop = -1200;
    await eventually(() => inView() < 160);
    await page.shows('Newest');
    const before = inView();
    for (let i = 200; i < 300; i++) page.router.publish('com.app.fast', [i]);
    await page.shows('301 messages');
    await nextFrame();
    expect(inView()).toBe(before);
    page.button('Newest ↓').click();
    await eventually(() => page.all('[role=option]').at(-1)?.textContent.includes('[299]') === true);
    expect(list.scrollTop).toBe(0);
  });
});
