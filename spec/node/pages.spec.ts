// What a real browser does to pages: workers, frames of another origin, pages that are frozen, offline, left and come back to.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import esbuild from 'esbuild';
import { chromium, type Browser, type LaunchOptions, type Page } from 'playwright-core';
import { firstValueFrom } from 'rxjs';
import { WampClient } from '../../src/index.ts';
import { serveRouter, type ServedRouter } from '../../src/router/node/index.ts';
import { createTestRouter, type TestRouter } from '../../src/testing/test-router.ts';

const root = new URL('../../', import.meta.url);
/** What a machine that has other things to do may take. */
const SLOW = { timeout: 20_000 };
/** A page that knows whether it came from the back/forward cache. */
const WATCHED = '<!doctype html><script>addEventListener("pageshow", (event) => (kept = event.persisted))</script>';

describe('a client in a browser', () => {
  let router: TestRouter;
  let served: ServedRouter;
  let pages: Server;
  let launch: LaunchOptions;
  let browser: Browser;
  let page: Page;
  let wamp: WampClient;

  beforeAll(async () => {
    const chrome = (await import(new URL('.ci/chrome.mjs', root).href)) as {
      findChrome(): string;
      chromeFlags: string[];
    };
    const { outputFiles } = await esbuild.build({
      entryPoints: [fileURLToPath(new URL('spec/node/pages/client.ts', root))],
      bundle: true,
      write: false,
      platform: 'browser',
      target: 'es2022',
      conditions: ['rxwamp-src'],
      logLevel: 'error',
    });
    const bodies: Record<string, string> = {
      '/client.js': outputFiles[0]!.text,
      '/empty': WATCHED,
      '/page': `${WATCHED}<script src="/client.js"></script>`,
      '/service': '<!doctype html><script>navigator.serviceWorker.register("/client.js" + location.search)</script>',
      '/worker': '<!doctype html><script>new Worker("/client.js" + location.search)</script>',
      '/frame': `<!doctype html><iframe></iframe><script>
        document.querySelector('iframe').src = 'http://localhost:' + location.port + '/page' + location.search;
      </script>`,
    };
    pages = createServer((request, response) => {
      const path = request.url?.split('?')[0] ?? '';
      response.setHeader('content-type', path.endsWith('.js') ? 'text/javascript' : 'text/html');
      response.end(bodies[path] ?? '<!doctype html>');
    });
    await new Promise<void>((resolve) => pages.listen(0, resolve));
    launch = { executablePath: chrome.findChrome(), args: chrome.chromeFlags };
    browser = await chromium.launch(launch);
  }, 60_000);

  afterAll(async () => {
    await browser.close();
    pages.closeAllConnections();
    await new Promise((resolve) => pages.close(resolve));
  });

  beforeEach(async () => {
    router = createTestRouter();
    served = await serveRouter(router);
    wamp = new WampClient({ realm: 'realm1', transports: [router.transport()] });
    page = await browser.newPage();
  }, 20_000);

  afterEach(async () => {
    await page.context().close();
    await wamp.close();
    await served.close();
    await router.close();
  });

  const address = (path: string, name = path): string => {
    const { port } = pages.address() as AddressInfo;
    return `http://127.0.0.1:${port}/${path}?name=${name}&router=${encodeURIComponent(served.url)}`;
  };

  const open = async (path: string, name = path): Promise<void> => {
    await page.goto(address(path, name));
    await router.whenRegistered(`com.pages.${name}`, 1, SLOW);
  };

  const answers = async (name: string): Promise<void> => {
    expect((await firstValueFrom(wamp.call(`com.pages.${name}`, [1]))).value).toEqual([name, 1]);
  };

  for (const [path, where] of [
    ['page', 'a page'],
    ['worker', 'a dedicated worker'],
    ['service', 'a service worker'],
    ['frame', 'a frame of another origin'],
  ] as const) {
    it(`runs in ${where}`, async () => {
      await open(path);
      await answers(path);
    }, 60_000);
  }

  it('heals when a frozen page goes on', async () => {
    await open('page', 'frozen');
    const devtools = await page.context().newCDPSession(page);
    await devtools.send('Page.setWebLifecycleState', { state: 'frozen' });
    router.dropAll();
    await devtools.send('Page.setWebLifecycleState', { state: 'active' });
    await router.whenRegistered('com.pages.frozen', 1, SLOW);
    await answers('frozen');
  }, 60_000);

  it('dials at once when the machine is online again', async () => {
    await open('page', 'offline');
    await page.context().setOffline(true);
    router.dropAll();
    await page.waitForFunction(() => document.title === 'waiting');
    await page.context().setOffline(false);
    await router.whenRegistered('com.pages.offline', 1, SLOW);
    await answers('offline');
  }, 60_000);

  it('leaves with its service worker when the browser stops it, and joins again when the next event starts it', async () => {
    await open('service', 'stopped');
    const devtools = await page.context().newCDPSession(page);
    await devtools.send('ServiceWorker.enable');
    await devtools.send('ServiceWorker.stopAllWorkers');
    await router.whenRegistered('com.pages.stopped', 0, SLOW);
    await page.evaluate("navigator.serviceWorker.ready.then(({ active }) => active.postMessage('wake up'))");
    await router.whenRegistered('com.pages.stopped', 1, SLOW);
    await answers('stopped');
  }, 60_000);

  it('leaves with its page, and joins again where the user goes back to it', async () => {
    await open('page', 'history');
    await page.goto('about:blank');
    await router.whenRegistered('com.pages.history', 0, SLOW);
    await page.goBack();
    await router.whenRegistered('com.pages.history', 1, SLOW);
    await answers('history');
  }, 60_000);

  it('leaves when its page goes into the back/forward cache, and joins again when it comes back from there', async () => {
    const keeping = await chromium.launch({
      ...launch,
      args: [...(launch.args ?? []), '--headless=new'],
      ignoreDefaultArgs: ['--disable-back-forward-cache'], // Playwright's
    });
    try {
      page = await keeping.newPage();
      const leave = (): Promise<unknown> => page.goto(address('empty', 'elsewhere'));
      const comeBack = async (): Promise<unknown> => {
        await page.goBack({ waitUntil: 'commit' });
        return page.evaluate('kept');
      };
      await page.goto(address('empty'));
      await leave();
      if (!(await comeBack())) pending('this Chromium has no back/forward cache');

      await open('page', 'kept');
      await leave();
      await router.whenRegistered('com.pages.kept', 0, SLOW);
      expect(await comeBack()).toBeTrue();
      await router.whenRegistered('com.pages.kept', 1, SLOW);
      await answers('kept');
    } finally {
      await keeping.close();
    }
  }, 60_000);
});
