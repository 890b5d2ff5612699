// Two tabs of a real browser, and one SharedWorker between them and the router.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import esbuild from 'esbuild';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { filter, firstValueFrom } from 'rxjs';
import { WampClient } from '../../src/index.ts';
import { serveRouter, type ServedRouter } from '../../src/router/node/index.ts';
import { createTestRouter, type TestRouter } from '../../src/testing/test-router.ts';

const root = new URL('../../', import.meta.url);

async function bundled(name: string): Promise<string> {
  const { outputFiles } = await esbuild.build({
    entryPoints: [fileURLToPath(new URL(`spec/node/tabs/${name}.ts`, root))],
    bundle: true,
    write: false,
    platform: 'browser',
    target: 'es2022',
    conditions: ['rxwamp-src'],
    logLevel: 'error',
  });
  return outputFiles[0]!.text;
}

describe('tabs of a browser', () => {
  let router: TestRouter;
  let served: ServedRouter;
  let pages: Server;
  let browser: Browser;
  let tabs: BrowserContext;
  let origin: string;

  beforeAll(async () => {
    const chrome = (await import(new URL('.ci/chrome.mjs', root).href)) as {
      findChrome(): string;
      chromeFlags: string[];
    };
    router = createTestRouter();
    served = await serveRouter(router);
    const scripts: Record<string, string> = {
      '/page.js': await bundled('page'),
      '/worker.js': await bundled('worker'),
      '/late-worker.js': await bundled('late-worker'),
    };
    pages = createServer((request, response) => {
      const script = scripts[request.url?.split('?')[0] ?? ''];
      response.setHeader('content-type', script === undefined ? 'text/html' : 'text/javascript');
      response.end(script ?? '<!doctype html><meta charset="utf-8"><script src="/page.js"></script>');
    });
    await new Promise<void>((resolve) => pages.listen(0, '127.0.0.1', resolve));
    origin = `http://127.0.0.1:${(pages.address() as AddressInfo).port}`;
    browser = await chromium.launch({ executablePath: chrome.findChrome(), args: chrome.chromeFlags });
    tabs = await browser.newContext();
  }, 60_000);

  afterAll(async () => {
    await browser.close();
    await served.close();
    await router.close();
    pages.closeAllConnections();
    await new Promise((resolve) => pages.close(resolve));
  });

  const open = async (name: string, context = tabs, worker = 'worker'): Promise<Page> => {
    const page = await context.newPage();
    await page.goto(`${origin}/?name=${name}&worker=${worker}&router=${encodeURIComponent(served.url)}`);
    await router.whenRegistered(`com.tabs.${name}`);
    return page;
  };

  const seen = (page: Page, count: number): Promise<unknown[]> =>
    page
      .waitForFunction((n) => (JSON.parse(document.title) as unknown[]).length >= n, count, { timeout: 10_000 })
      .then(async () => JSON.parse(await page.title()) as unknown[]);

  it('share one session, which outlives the tab that opened it and heals under the others', async () => {
    const wamp = new WampClient({ url: served.url, realm: 'realm1' });
    const call = async (procedure: string): Promise<unknown> => (await firstValueFrom(wamp.call(procedure, [1]))).value;
    const others = (): unknown[] => router.sessions.filter(({ id }) => id !== mine).map(({ id }) => id);
    const mine = (await firstValueFrom(wamp.connect())).id;
    const first = await open('first');
    const [shared] = others();
    const second = await open('second');
    expect(others()).toEqual([shared]);
    expect(await seen(first, 1)).toEqual(['second is here']);
    expect(await call('com.tabs.first')).toEqual(['first', 1]);
    expect(await call('com.tabs.second')).toEqual(['second', 1]);

    // without a word, as a tab is closed
    const gone = new Promise<void>((resolve) => {
      wamp.subscribe('wamp.registration.on_unregister').subscribe(() => {
        resolve();
      });
    });
    await router.whenSubscribed('wamp.registration.on_unregister');
    await first.close();
    await gone;
    expect(others()).toEqual([shared]);
    expect(router.registrations.map(({ procedure }) => procedure)).toEqual(['com.tabs.second']);
    expect(await call('com.tabs.second')).toEqual(['second', 1]);
    router.publish('com.tabs.news', ['after']);
    expect(await seen(second, 1)).toEqual(['after']);

    router.dropAll();
    await router.whenRegistered('com.tabs.second');
    await router.whenSubscribed('com.tabs.news');
    expect(await call('com.tabs.second')).toEqual(['second', 1]);
    const third = await open('third');
    expect(await seen(second, 2)).toEqual(['after', 'third is here']);
    router.publish('com.tabs.say', ['second']);
    expect(await seen(third, 1)).toEqual(['second speaks']);
    await wamp.close();
  }, 30_000);

  it('wait for a worker that calls serveTabs() later', async () => {
    const page = await open('early', tabs, 'late-worker');
    expect(router.registrations.map(({ procedure }) => procedure)).toContain('com.tabs.early');
    await page.close();
  }, 20_000);

  it('notice at once that the worker died with the crash of the tab that opened it, and make another', async () => {
    // another browser: its first tab has the worker in its process
    const own = await browser.newContext();
    const [first, second] = [await open('crashing', own), await open('staying', own)];
    const before = router.sessions.map(({ id }) => id);
    const crashed = new Promise((resolve) => first.once('crash', resolve));
    const healed = firstValueFrom(
      router.messages$.pipe(
        filter(
          ({ direction, message, session }) => direction === 'out' && message[0] === 65 && !before.includes(session!),
        ),
      ),
    );
    first.goto('chrome://crash').catch(() => undefined);
    await crashed;
    await healed;
    expect(router.registrations.map(({ procedure }) => procedure)).toContain('com.tabs.staying');
    await second.close();
    await own.close();
  }, 20_000);
});
