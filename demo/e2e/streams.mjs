import { check, expect, until } from './kit.mjs';

/** @typedef {{ page: import('playwright-core').Page, demo: Awaited<ReturnType<typeof import('./kit.mjs').startDemo>>, artifacts: string }} Context */

export const charts = ['cores', 'memory', 'network', 'disk', 'eventloop'];

/** All topics that were ever heard were heard in the last second. @param {import('playwright-core').Page} page @param {number} known */
export function allTopicsLive(page, known) {
  return until(
    page,
    `${known} topics live`,
    (least) => {
      const data =
        /** @type {HTMLElement | null} */ (document.querySelector('[data-testid="topics-live"]'))?.dataset ?? {};
      return Number(data['known']) >= least && data['live'] === data['known'];
    },
    known,
  );
}

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

  await check('the session shows its details', async () => {
    const text = async (/** @type {string} */ name) => (await page.getByTestId(`session-${name}`).innerText()).trim();
    expect((await text('realm')) === 'realm1', `realm: ${await text('realm')}`);
    expect(/^\d+$/.test(await text('id')), `id: ${await text('id')}`);
    expect((await text('serializer')) === 'json', `serializer: ${await text('serializer')}`);
    expect((await text('transport')).startsWith('ws://127.0.0.1:'), `transport: ${await text('transport')}`);
  });

  await check('the timeline tells of connect, join and ready', () =>
    until(page, 'the three events', () =>
      ['connect', 'join', 'ready'].every((type) =>
        document.querySelector(`[data-testid="timeline"] [data-type="${type}"]`),
      ),
    ),
  );

  for (const name of charts) {
    await check(`the chart of ${name} receives data`, async () => {
      await page.locator(`[data-testid="chart-${name}"] app-chart[data-live="true"] canvas`).waitFor();
    });
  }

  await check('one prefix subscription hears all topics', () => allTopicsLive(page, 5));

  await check('a fast feed costs few changes of the page', async () => {
    await until(page, 'a meter reading', () => {
      const text = document.querySelector('[data-testid="chart-eventloop"]')?.textContent ?? '';
      const [, events, draws] = /(\d+) events\/s in, drawn (\d+) times/.exec(text) ?? [];
      return Number(events) >= 20 && Number(draws) > 0 && Number(draws) <= 10;
    });
  });
}
