import { check, expect, until } from './kit.mjs';

/** @typedef {{ page: import('playwright-core').Page, demo: Awaited<ReturnType<typeof import('./kit.mjs').startDemo>>, artifacts: string }} Context */

const charts = ['cores', 'memory', 'network', 'disk', 'eventloop'];

/** @param {import('playwright-core').Page} page */
export const allChartsLive = (page) =>
  until(
    page,
    'all charts live',
    (count) => document.querySelectorAll('app-chart[data-live="true"]').length === count,
    charts.length,
  );

/** @param {import('playwright-core').Page} page @param {string} state */
export function inState(page, state) {
  return until(
    page,
    `the state ${state}`,
    (wanted) => document.querySelector(`[data-testid="status"][data-state="${wanted}"]`),
    state,
  );
}

/** @param {Context} context */
export async function streamChecks({ page }) {
  await check('the page joins its realm', () => inState(page, 'joined'));

  for (const name of charts) {
    await check(`the chart of ${name} receives data`, async () => {
      await page.locator(`[data-testid="chart-${name}"] app-chart[data-live="true"] canvas`).waitFor();
    });
  }

  await check('a fast feed costs few changes of the page', async () => {
    await until(page, 'a meter reading', () => {
      const text = document.querySelector('[data-testid="chart-eventloop"]')?.textContent ?? '';
      const [, events, draws] = /(\d+) values a second, drawn (\d+) times/.exec(text) ?? [];
      return Number(events) >= 20 && Number(draws) > 0 && Number(draws) <= 10;
    });
  });
}

/** Once the service has measured for a while. @param {Context} context */
export async function historyChecks({ page }) {
  await check('the charts begin with the past, and the pointer reads it in all of them', async () => {
    await page.reload();
    await allChartsLive(page);
    const box = await page.getByTestId('chart-memory').locator('.u-over').boundingBox();
    expect(box, 'no chart');
    const { x = 0, y = 0, width = 0, height = 0 } = box ?? {};
    await page.mouse.move(x + width / 2, y + height / 2);
    await page
      .getByTestId('readout')
      .nth(charts.length - 1)
      .waitFor();
    const texts = await page.getByTestId('readout').allInnerTexts();
    const age = (await page.evaluate(() => performance.now())) / 1000;
    expect(texts.length === charts.length, `${texts.length} readouts`);
    for (const text of texts) {
      const [, seconds] = /^−(\d+) s\s.*\d/s.exec(text) ?? [];
      expect(Number(seconds) > age + 2, `read ${JSON.stringify(text)} in a page of ${age.toFixed(1)} s`);
    }
    await page.mouse.move(0, 0);
  });
}
