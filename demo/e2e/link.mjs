import { join } from 'node:path';
import { check, expect, until } from './kit.mjs';
import { allChartsLive, inState } from './streams.mjs';

/** Waits until the line of the link shows so many marks. @param {import('playwright-core').Page} page @param {string} kind @param {number} least */
const marked = (page, kind, least) =>
  until(
    page,
    `${least} marks of ${kind}`,
    ([name, count]) => document.querySelectorAll(`[data-mark="${name}"]`).length >= Number(count),
    [kind, least],
  );

/** @param {import('playwright-core').Page} page */
const allChartsStill = (page) =>
  until(page, 'all charts still', () => document.querySelectorAll('app-chart[data-live="true"]').length === 0);

/** @param {import('./streams.mjs').Context} context */
export async function linkChecks({ page, artifacts }) {
  await check('a dropped link: countdown, and all streams heal', async () => {
    await page.getByTestId('drop').click();
    await page.getByTestId('countdown').waitFor();
    await marked(page, 'ended', 1);
    await inState(page, 'joined');
    await marked(page, 'joined', 2);
    await allChartsLive(page);
  });

  await check('the inspector opens in place of the status, and tells of a loss', async () => {
    await page.getByTestId('status').click();
    const inspector = page.getByTestId('inspector');
    await inspector.getByText('realm1', { exact: true }).waitFor();
    await inspector.getByText('ws://127.0.0.1', { exact: false }).first().waitFor();
    expect((await page.getByTestId('status').innerText()).trim() === 'Close inspector', 'the status is shown twice');
    await page.getByTestId('drop').click();
    await inspector.locator('.moment[data-kind="event"][data-tone="bad"]').first().waitFor();
    await inState(page, 'joined');
    await page.screenshot({ path: join(artifacts, 'inspector.png') });
    await inspector.getByRole('tab', { name: 'Connection' }).press('Escape');
    await inspector.waitFor({ state: 'detached' });
  });

  await check('offline: streams stop, attempts fail, going online heals at once', async () => {
    await page.getByTestId('offline-toggle').click();
    await page.getByText('Go online').waitFor();
    await inState(page, 'waiting');
    await allChartsStill(page);
    await until(
      page,
      'a second attempt',
      () => Number(document.querySelector('[data-testid="status"]')?.getAttribute('data-attempt')) >= 2,
    );
    await page.getByTestId('offline-toggle').click();
    await inState(page, 'joined');
    await allChartsLive(page);
  });

  await check('a stopped router: streams stop, the page waits and counts down', async () => {
    await page.getByTestId('router-stop').click();
    await page.getByTestId('router-start').waitFor();
    await inState(page, 'waiting');
    await page.getByTestId('countdown').waitFor();
    await allChartsStill(page);
    await marked(page, 'failed', 1);
    await page.getByTestId('countdown').waitFor();
    await page.screenshot({ path: join(artifacts, 'waiting.png') });
  });

  await check('a started router: everything heals, topics and procedures', async () => {
    await page.getByTestId('router-start').click();
    await page.getByTestId('router-stop').waitFor();
    await inState(page, 'joined');
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
