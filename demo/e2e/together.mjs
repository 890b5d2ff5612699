import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { check, expect, root, until } from './kit.mjs';
import { inState } from './streams.mjs';

/** @param {import('playwright-core').Page} page @param {string} text */
const noted = (page, text) =>
  until(
    page,
    `the note ${text}`,
    (wanted) =>
      /** @type {HTMLTextAreaElement | null} */ (document.querySelector('[data-testid="note"]'))?.value === wanted,
    text,
  );

/** @param {import('./streams.mjs').Context} context */
export async function togetherChecks({ page }) {
  await page.getByTestId('note').fill('written before');
  const second = await page.context().newPage();
  try {
    await check('a second tab has the note, and both see what the other writes', async () => {
      await second.goto(page.url());
      await inState(second, 'joined');
      await noted(second, 'written before');
      await second.getByTestId('note').fill('from the second');
      await noted(page, 'from the second');
    });

    await check('a tab calls the other, which answers and shows who called', async () => {
      const own = await page.getByTestId('tab').innerText();
      const other = await second.getByTestId('tab').innerText();
      await page.getByRole('button', { name: `Wave to ${other}` }).click();
      await page.getByText(`Tab ${other} answered: 1440 × 900 pixels.`).waitFor();
      await second.getByText(`Tab ${own} waved at you.`).waitFor();
    });
  } finally {
    await second.close();
  }

  await check('a tab that is closed is no longer listed', () => page.getByTestId('second-tab').waitFor());

  await check('a guest is refused a topic that the operator reads, and everything else goes on', async () => {
    await page.getByTestId('refused').waitFor();
    await page.getByTestId('login').click();
    await page.getByTestId('logout').waitFor();
    await page.getByTestId('project-refresh').click();
    await page.getByTestId('audit').getByText('demo.host.info').first().waitFor();
    await page.getByTestId('logout').click();
    await page.getByTestId('refused').waitFor();
    await inState(page, 'joined');
  });

  await check('one click copies the code of a panel', async () => {
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.getByTestId('copy').first().click();
    await page.getByText('Copied', { exact: true }).waitFor();
    const copied = await page.evaluate(() => navigator.clipboard.readText());
    const source = await readFile(join(root, 'demo/page/app/code/examples/topics.ts'), 'utf8');
    expect(copied === source, `copied: ${copied}`);
  });
}
