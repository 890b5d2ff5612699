// Drives the demo with a browser from end to end: `node demo/e2e.mjs`. One line for each check, `N passed, N failed` at
// the end, pictures in artifacts/. It leaves no process behind.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { callChecks } from './e2e/calls.mjs';
import { commandChecks, endChecks, serviceChecks } from './e2e/command.mjs';
import { check, expect, root, startBrowser, startDemo, totals } from './e2e/kit.mjs';
import { linkChecks } from './e2e/link.mjs';
import { looksChecks } from './e2e/looks.mjs';
import { historyChecks, streamChecks } from './e2e/streams.mjs';
import { togetherChecks } from './e2e/together.mjs';
import { buildIfNeeded } from './server/fresh.mjs';

const artifacts = join(root, 'artifacts');
mkdirSync(artifacts, { recursive: true });

await buildIfNeeded((line) => console.log(line));
const demo = await startDemo(['--port', '0', '--router-port', '0']);
const browser = await startBrowser();
try {
  expect(demo.page, `The demo did not start:\n${demo.output()}`);
  const tabs = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    locale: 'en-GB',
    colorScheme: 'light',
  });
  const page = await tabs.newPage();

  /** @type {string[]} */
  const complaints = [];
  page.on('pageerror', (error) => complaints.push(error.stack ?? error.message));
  page.on('crash', () => complaints.push('The page has crashed.'));
  page.on('console', (message) => {
    // While the router is down, the browser itself reports each attempt of ours.
    const expected = /^WebSocket connection to 'ws:\/\/127\.0\.0\.1:\d+\/' failed/.test(message.text());
    if (['error', 'warning'].includes(message.type()) && !expected) complaints.push(message.text());
  });
  await page.goto(demo.page);

  const context = { page, demo, artifacts };
  await streamChecks(context);
  await callChecks(context);
  await historyChecks(context);
  await togetherChecks(context);
  await linkChecks(context);
  await looksChecks(context);
  await serviceChecks(context);
  await check('no page or console errors but those of a router that is down', () => {
    expect(complaints.length === 0, complaints.join('\n'));
  });
  await commandChecks(context);
} catch (error) {
  totals.failed += 1;
  console.log(`✗ the run itself: ${error instanceof Error ? error.stack : String(error)}`);
} finally {
  await browser.close();
  await endChecks({ demo });
}
console.log(`${totals.passed} passed, ${totals.failed} failed`);
process.exit(totals.failed === 0 && totals.passed > 0 ? 0 : 1);
