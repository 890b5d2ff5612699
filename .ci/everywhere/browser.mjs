// Runs a bundle as a page does, in the Chromium of the specs.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { chromeFlags, findChrome } from '../chrome.mjs';

export const openBrowser = () => chromium.launch({ executablePath: findChrome(), args: chromeFlags });

/** What a bundle leaves as `globalThis.outcome`, a list of problems, and what the page complained about. */
export async function outcomeOf(browser, folder, script) {
  const page = await browser.newPage();
  const problems = [];
  page.on('pageerror', ({ message }) => problems.push(message));
  page.on('console', (message) => problems.push(message.text()));
  await page.route('**/*', (route) => {
    const { pathname } = new URL(route.request().url());
    const body = pathname === '/' ? `<!doctype html><script type="module" src="/${script}"></script>` : undefined;
    const contentType = body === undefined ? 'text/javascript' : 'text/html';
    return route.fulfill({ contentType, body: body ?? readFileSync(join(folder, pathname)) });
  });
  await page.goto('http://localhost/'); // an address that browsers take for secure
  problems.push(...((await page.evaluate(() => globalThis.outcome)) ?? ['the program has not run']));
  await page.close();
  return problems;
}
