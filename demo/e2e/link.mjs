import { join } from 'node:path';
import { check, expect, until } from './kit.mjs';
import { allTopicsLive, charts, inState } from './streams.mjs';

/** @param {import('playwright-core').Page} page */
const sessionId = async (page) => (await page.getByTestId('session-id').innerText()).trim();

/** @param {import('playwright-core').Page} page */
const topicsKnown = async (page) => Number(await page.getByTestId('topics-live').getAttribute('data-known'));

/** @param {import('playwright-core').Page} page */
const allChartsLive = (page) =>
  until(
    page,
    'all charts live',
    (count) => document.querySelectorAll('app-chart[data-live="true"]').length === count,
    charts.length,
  );

/** @param {import('playwright-core').Page} page */
const allChartsStill = (page) =>
  until(page, 'all charts still', () => document.querySelectorAll('app-chart[data-live="true"]').length === 0);

/** @param {import('./streams.mjs').Context} context */
export async function linkChecks({ page, artifacts }) {
  const topics = await topicsKnown(page);

  await check('a dropped link: countdown, and all streams heal', async () => {
    const before = await sessionId(page);
    await page.getByTestId('drop').click();
    await page.getByTestId('countdown').waitFor();
    await page.locator('[data-testid="timeline"] [data-type="disconnect"]').first().waitFor();
    await inState(page, 'joined');
    expect((await sessionId(page)) !== before, 'the session is still the old one');
    await allTopicsLive(page, topics);
    await allChartsLive(page);
  });

  await check('the log shows the second session as ready', () =>
    until(
      page,
      'ready twice',
      () => document.querySelectorAll('[data-testid="timeline"] [data-type="ready"]').length >= 2,
    ),
  );

  await check('offline: streams stop, attempts fail, going online heals at once', async () => {
    await page.getByTestId('offline-toggle').click();
    await page.getByTestId('offline').waitFor();
    await inState(page, 'waiting');
    await allChartsStill(page);
    await until(page, 'a second attempt', () =>
      /attempt ([2-9]|\d\d)/.test(document.querySelector('[data-testid="attempt"]')?.textContent ?? ''),
    );
    await page.getByTestId('offline-toggle').click();
    await inState(page, 'joined');
    await allTopicsLive(page, topics);
    await allChartsLive(page);
  });

  await check('a stopped router: streams stop, the page waits and counts down', async () => {
    await page.getByTestId('router-stop').click();
    await page.getByTestId('router-start').waitFor();
    await inState(page, 'waiting');
    await page.getByTestId('countdown').waitFor();
    await allChartsStill(page);
    await page.locator('[data-testid="timeline"] [data-type="connectfailure"]').first().waitFor();
    await page.getByTestId('countdown').waitFor();
    await page.screenshot({ path: join(artifacts, 'waiting.png') });
  });

  await check('a started router: everything heals, every topic and procedure', async () => {
    await page.getByTestId('router-start').click();
    await page.getByTestId('router-stop').waitFor();
    await inState(page, 'joined');
    await allTopicsLive(page, topics);
    await allChartsLive(page);
    await page.getByTestId('project').waitFor();
    await page.getByTestId('search').fill('retry');
    await until(
      page,
      'matches',
      () => Number(document.querySelector('[data-testid="search-matches"]')?.getAttribute('data-count')) > 0,
    );
  });
}
