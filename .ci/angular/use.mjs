// What a user of demo/angular-app sees: each check is a page of its own.
import { eventually } from 'rxwamp/testing';
import { expect } from '../../demo/e2e/kit.mjs';

const patience = { timeout: 15_000 };

/**
 * @param {{
 *   url: string,
 *   backend: () => Promise<{ printed: () => string, stop: () => Promise<unknown> }>,
 *   browser: import('playwright-core').Browser,
 *   check: import('./fresh.mjs').Check,
 * }} kit
 */
export async function useChecks({ url, backend: start, browser, check }) {
  let backend = await start();
  const calls = (line) =>
    backend
      .printed()
      .split('\n')
      .filter((each) => each.startsWith(line)).length;

  /** Opens a page, and fails with what it complained of. */
  async function visit(route, use) {
    const context = await browser.newContext();
    const complaints = [];
    context.on('weberror', (error) => complaints.push(error.error().message));
    context.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    try {
      const page = await context.newPage();
      await page.goto(url + route);
      const badge = page.getByRole('status');
      await badge.getByText('live').waitFor(patience);
      await use(page, badge);
      const unexpected = complaints.filter((text) => !/ERR_CONNECTION_REFUSED/.test(text));
      expect(unexpected.length === 0, unexpected.join('\n'));
    } finally {
      await context.close();
    }
  }
  const shows = (page, selector, text) => page.locator(selector).filter({ hasText: text }).first().waitFor(patience);

  try {
    await check("the page has the router's data, and asks no second time", async () => {
      const html = await (await fetch(`${url}/teas`)).text();
      expect(/>Assam</.test(html), `the server did not render the teas:\n${html}`);
      expect(calls('call shop.teas') === 1, backend.printed());
      await visit('/teas', async (page) => {
        await shows(page, 'li', 'Assam');
        await page.getByRole('link', { name: 'Ways' }).click();
        await shows(page, 'body', 'resource: 9 teas');
      });
      // one by each rendering, one by resource() of the other page
      expect(calls('call shop.teas') === 3, backend.printed());
    });
    await check('a live list by signal and by pipe', () =>
      visit('/', async (page) => {
        await shows(page, 'h2', 'By signal (live)');
        for (const list of ['.signal', '.pipe']) await page.locator(`${list} li`).nth(3).waitFor(patience);
        const text = await page.locator('.signal').innerText();
        await page.waitForFunction((before) => document.querySelector('.signal').innerText !== before, text);
        await shows(page, 'h1', 'Fresh from the mountains');
        await shows(page, 'footer', 'First flush');
      }),
    );
    await check('a search that cancels', () =>
      visit('/search', async (page) => {
        await page.getByRole('searchbox').pressSequentially('gun', { delay: 100 });
        await page.getByRole('link', { name: 'Gunpowder' }).waitFor(patience);
        await page.getByRole('link', { name: 'Assam' }).waitFor({ ...patience, state: 'detached' });
        expect(calls('cancelled shop.search') >= 2, backend.printed());
        await page.getByRole('link', { name: 'Gunpowder' }).click();
        await shows(page, 'h2', 'Gunpowder');
      }),
    );
    await check('a form with progress and cancel', () =>
      visit('/order', async (page) => {
        const order = page.getByRole('button', { name: 'Order' });
        await order.click();
        await page.waitForFunction(() => document.querySelector('progress')?.value > 10);
        await page.getByRole('button', { name: 'Cancel' }).click();
        await order.click();
        await shows(page, 'output', 'No. 1: 100 g of Assam');
        expect(calls('cancelled shop.order') === 1, backend.printed());
      }),
    );
    await check('a login whose token is refreshed, and a lazy route with a client of its own', () =>
      visit('/office', async (page) => {
        await page.getByRole('button', { name: 'Sign in' }).click();
        await page.getByRole('alert').waitFor(patience);
        await page.getByLabel('Password').fill('tea');
        await page.getByRole('button', { name: 'Sign in' }).click();
        await shows(page, 'li', '63 kg');
        const tokens = calls('call shop.token');
        await backend.stop();
        backend = await start();
        await shows(page, 'h2', 'Stock (joined)');
        expect(tokens === 3, `${tokens} tokens instead of 3: refused, signed in, joined`);
        expect(calls('call shop.token') === 1, backend.printed());
        await page.getByRole('link', { name: 'Prices' }).click();
        await eventually(() => calls('left the office') === 1);
      }),
    );
    await check('a badge with a countdown, and a guard', () =>
      visit('/search', async (page, badge) => {
        await backend.stop();
        await badge.getByText(/again in \d+ s/).waitFor(patience);
        await page.getByRole('link', { name: 'Order' }).click();
        // the guard sends to the prices
        await shows(page, 'h2', 'By signal');
        backend = await start();
        await badge.getByText('live').waitFor(patience);
        await page.getByRole('link', { name: 'Order' }).click();
        await page.getByRole('button', { name: 'Order' }).waitFor(patience);
      }),
    );
  } finally {
    await backend.stop();
  }
}
