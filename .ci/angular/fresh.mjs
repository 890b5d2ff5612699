// What a newcomer does: `ng add rxwamp` in a fresh workspace, the router by the script that it wrote, and a look at the page.
import { join } from 'node:path';
import { expect } from '../../demo/e2e/kit.mjs';
import { freePort } from '../../demo/server/ports.mjs';
import { serveFiles } from './files.mjs';

/** @typedef {(name: string, body: () => unknown) => Promise<void>} Check those behind a step need what it made */

/**
 * @param {import('./workspace.mjs').Workspace} workspace
 * @param {{ tarball: string, browser: import('playwright-core').Browser, step: Check, check: Check }} kit
 */
export async function freshChecks({ path, serve, ng }, { tarball, browser, step, check }) {
  // the default port may be taken on this machine
  const port = await freePort(0, { only: true, what: 'router' });
  await step('ng add', () =>
    ng('add', tarball, '--skip-confirmation', '--defaults', '--url', `ws://localhost:${port}/ws`),
  );
  await check('ng generate rxwamp:contract, without a router', async () => {
    const told = await ng('generate', 'rxwamp:contract', '--url', `ws://localhost:${port}/ws`).catch(String);
    expect(/cannot be asked: .*ECONNREFUSED/.test(told), told);
  });
  await step('ng build', () => ng('build'));
  await check('the first live value', async () => {
    const router = await serve(/router for tests on/, 'npm', 'run', 'wamp');
    const files = await serveFiles(join(path, 'dist', 'shop', 'browser'));
    const context = await browser.newContext();
    const complaints = [];
    context.on('weberror', (error) => complaints.push(error.error().message));
    context.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    try {
      const open = async () => {
        const page = await context.newPage();
        await page.goto(files.url);
        return page;
      };
      const shows = (page, text) => page.getByText(text).waitFor({ timeout: 10_000 });
      const page = await open();
      await shows(page, '1 session in realm1');
      const other = await open();
      await Promise.all([shows(page, '2 sessions in realm1'), shows(other, '2 sessions in realm1')]);
      await other.close();
      await shows(page, '1 session in realm1');
      expect(complaints.length === 0, complaints.join('\n'));
    } finally {
      await context.close();
      files.close();
      await router.stop();
    }
  });
}
