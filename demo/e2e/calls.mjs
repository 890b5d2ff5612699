import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { check, expect, root, until } from './kit.mjs';

/** @param {import('playwright-core').Page} page @param {string} id */
async function number(page, id) {
  return Number(await page.getByTestId(id).getAttribute('data-count'));
}

/** @param {import('playwright-core').Page} page @param {string} id @param {number} least */
function countOf(page, id, least) {
  return until(
    page,
    `${id} at ${least} or more`,
    ([name, wanted]) =>
      Number(document.querySelector(`[data-testid="${name}"]`)?.getAttribute('data-count')) >= Number(wanted),
    [id, least],
  );
}

/** @param {import('playwright-core').Page} page @param {string} id @param {string} phase */
function inPhase(page, id, phase) {
  return until(
    page,
    `${id} ${phase}`,
    ([name, wanted]) => document.querySelector(`[data-testid="${name}"][data-phase="${wanted}"]`),
    [id, phase],
  );
}

/** @param {import('./streams.mjs').Context} context */
export async function callChecks({ page }) {
  await check('two results are composed into one view', async () => {
    await page.getByTestId('project').waitFor();
    expect(
      /[1-9].* lines in .+ files/.test(await page.getByTestId('project-headline').innerText()),
      'no lines counted',
    );
    expect(/× /.test(await page.getByTestId('project-host').innerText()), 'no processor named');
    expect(
      /Both answered within \d+ ms/.test(await page.getByTestId('project-both').innerText()),
      'the line that needs both is missing',
    );
  });

  await check('a stale search is cancelled, here and at the service', async () => {
    const search = page.getByTestId('search');
    await inPhase(page, 'search-status', 'done'); // the one that the page begins with
    await page.getByTestId('search-folder').selectOption('.');
    await search.fill('observ');
    await page.locator('[data-testid="search-marks"] [data-outcome="running"]').waitFor();
    await search.fill('observable');
    await countOf(page, 'search-cancelled', 1);
    await page.locator('[data-testid="search-marks"] [data-outcome="running"]').waitFor();
    await search.fill('switchMap');
    await countOf(page, 'search-cancelled', 2);
    await countOf(page, 'service-cancelled', 2);
  });

  await check('the last search finds its matches', async () => {
    await page.getByTestId('search-folder').selectOption('src');
    await inPhase(page, 'search-status', 'done');
    expect((await number(page, 'search-matches')) > 0, 'no matches');
    const marked = await page.locator('[data-testid="search-hits"] mark').allInnerTexts();
    expect(
      marked.length > 0 && marked.every((text) => text.toLowerCase() === 'switchmap'),
      `marked: ${marked.join(', ')}`,
    );
  });

  await check('typing fast makes one call', async () => {
    const before = await page.locator('[data-testid="search-marks"] li').count();
    await page.getByTestId('search').fill('');
    await inPhase(page, 'search-status', 'idle');
    // nine keys in one turn of the page: a slow machine would let real ones come further apart than the page waits
    await page.getByTestId('search').evaluate((field, text) => {
      const input = /** @type {HTMLInputElement} */ (field);
      for (let length = 1; length <= text.length; length++) {
        input.value = text.slice(0, length);
        input.dispatchEvent(new Event('input', { bubbles: true }));
      }
    }, 'webSocket');
    await inPhase(page, 'search-status', 'done');
    const after = await page.locator('[data-testid="search-marks"] li').count();
    expect(after === before + 1, `${after - before} calls for nine keys`);
  });

  await check('a walk shows its progress and ends', async () => {
    await page.getByTestId('walk-start').click();
    /** @type {Set<number>} */
    const seen = new Set();
    await until(
      page,
      'a bar that moves',
      () => Number(document.querySelector('[data-testid="walk-bar"]')?.getAttribute('aria-valuenow')) > 0,
    );
    while ((await page.getByTestId('walk-status').getAttribute('data-phase')) === 'running') {
      seen.add(Number(await page.getByTestId('walk-bar').getAttribute('aria-valuenow')));
    }
    await inPhase(page, 'walk-status', 'done');
    expect(seen.size >= 3, `the bar stood at ${[...seen].join(', ')} only`);
    expect(
      [...seen].every((value, index, all) => index === 0 || value >= (all[index - 1] ?? 0)),
      'the bar went back',
    );
  });

  await check('a file is hashed right', async () => {
    const row = page.locator('[data-testid="walk-largest"] li').nth(1);
    const path = (await row.locator('.name').getAttribute('title')) ?? '';
    await row.getByTestId('hash').click();
    const shown = (await row.getByTestId('hash-result').innerText()).trim();
    const real = createHash('sha256')
      .update(await readFile(join(root, path)))
      .digest('hex');
    expect(shown === real, `${path}: ${shown} is not ${real}`);
  });

  await check('cancelling stops a walk, here and at the service', async () => {
    const before = await number(page, 'service-cancelled');
    await page.getByTestId('walk-start').click();
    await until(
      page,
      'partial results',
      () => Number(document.querySelector('[data-testid="walk-status"]')?.getAttribute('data-partial')) >= 2,
    );
    await page.getByTestId('walk-cancel').click();
    await inPhase(page, 'walk-status', 'cancelled');
    const partial = await page.getByTestId('walk-status').getAttribute('data-partial');
    await countOf(page, 'service-cancelled', before + 1);
    await until(
      page,
      'nothing running',
      () => document.querySelector('[data-testid="service-running"]')?.textContent === '0',
    );
    expect(
      (await page.getByTestId('walk-status').getAttribute('data-partial')) === partial,
      'partial results came after the cancel',
    );
  });
}
