// Every transport, serializer and authenticator in WebKit, the engine of Safari: `npm run check:webkit`, after `npm run build`. Needs
// WebKitGTK's MiniBrowser, its driver and a virtual screen (Debian: `apt-get install -y webkit2gtk-driver xvfb`).
import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import esbuild from 'esbuild';
import { check, root } from '../pack.mjs';
import { securedRealms } from './secured.mjs';
import { table } from './table.mjs';

import { findMiniBrowser } from './find-webkit.mjs';

const { createRouter, ...accepts } = await import('../../dist/router/index.js');
const { serveRouter } = await import('../../dist/router/node/index.js');
const { cryptosignPublicKey } = await import('../../dist/index.js');

const browser = findMiniBrowser();
if (browser === undefined) throw new Error('No WebKit: install webkit2gtk-driver and xvfb');

const started = [];
const start = (command, ...args) => {
  const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, DISPLAY } });
  started.push(child);
};
process.on('exit', () => started.forEach((child) => child.kill()));

const bundled = async (name) => {
  const { outputFiles } = await esbuild.build({
    entryPoints: [join(root, '.ci', 'everywhere', 'webkit', `${name}.js`)],
    bundle: true,
    write: false,
    platform: 'browser',
  });
  return outputFiles[0].text;
};
const scripts = { '/page.js': await bundled('page'), '/worker.js': await bundled('worker') };
const pages = createServer((request, response) => {
  const script = scripts[request.url.split('?')[0]];
  response.setHeader('content-type', script === undefined ? 'text/html' : 'text/javascript');
  response.end(script ?? '<!doctype html><meta charset="utf-8"><script src="/page.js"></script>');
});
await new Promise((done) => pages.listen(0, '127.0.0.1', done));
const origin = `http://127.0.0.1:${pages.address().port}`;
const router = createRouter(await securedRealms(accepts, cryptosignPublicKey));
const served = await serveRouter(router, { longPoll: true, allowedOrigins: [origin] });

// the driver's port has to be chosen here; that of the pages is taken, the next but one rarely
const port = pages.address().port + 2;
const DISPLAY = `:${100 + (port % 900)}`;
start('Xvfb', DISPLAY, '-screen', '0', '800x600x24');
start('WebKitWebDriver', `--port=${port}`);

/** A command of WebDriver. */
async function command(method, path, body) {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, { method, body: body && JSON.stringify(body) });
  const { value } = await response.json();
  if (!response.ok) throw new Error(`${path}: ${value.message}`);
  return value;
}
/** Repeats until the driver and the screen are there. */
async function session() {
  const binary = { binary: browser, args: ['--automation'] };
  const capabilities = { alwaysMatch: { 'webkitgtk:browserOptions': binary, timeouts: { script: 120_000 } } };
  for (let tries = 0; ; tries++) {
    try {
      return await command('POST', '/session', { capabilities });
    } catch (error) {
      if (tries === 20) throw error;
      await sleep(500);
    }
  }
}

const { sessionId, capabilities } = await session();
const query = new URLSearchParams({ router: served.url, longPoll: served.longPollUrl });
await command('POST', `/session/${sessionId}/url`, { url: `${origin}/?${query}` });
const came = await command('POST', `/session/${sessionId}/execute/async`, {
  // as a list: WebDriver keeps no order of names
  script: "const [done] = arguments; outcome.then(Object.entries, (error) => [['page', String(error)]]).then(done);",
  args: [],
});
await command('DELETE', `/session/${sessionId}`);
const broken = came.filter(([, what]) => what !== 'yes');
check(
  `WebKitGTK ${capabilities.browserVersion}`,
  broken.map(([part, what]) => `${part}: ${what}`),
);
const cells = came.map(([, what]) => (what === 'yes' ? 'yes' : 'no'));
await table(
  'webkit',
  ['browser', ...came.map(([part]) => part)],
  [[`WebKitGTK ${/^\d+\.\d+/.exec(capabilities.browserVersion)}`, ...cells]],
);
process.exit();
