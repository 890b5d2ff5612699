// The application of demo/angular-app: built, rendered by a server without a router, and used in a browser with its backend.
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from '../../demo/e2e/kit.mjs';
import { freePort } from '../../demo/server/ports.mjs';
import { root } from '../pack.mjs';
import { useChecks } from './use.mjs';

const app = join(root, 'demo', 'angular-app');
const PATIENCE = 1000; // ms to render a page

/** What each page shows where no router is; a path is where the server sends to. */
const WITHOUT_ROUTER = {
  '/': 'By signal (idle)', // topicResource, AsyncPipe, and the initializer of all pages
  '/teas': 'as soon as the shop answers', // callResource that would be transferred
  '/search': 'nothing', // callResource
  '/tea/assam': 'cannot say', // resolver
  '/order': 'Grams', // guard
  '/office': '/login', // guard of the application
  '/ways/resource': 'resource: error',
  '/ways/rx-resource': 'rxResource: error',
  '/ways/to-signal': 'toSignal: no price yet',
  '/ways/pending-until-event': 'pendingUntilEvent: no price yet',
};

/** Puts the application in the place of the one that `ng new` made; its packages are those of this Angular. */
async function takeOver({ path, run, versionOf }, ports) {
  rmSync(join(path, 'src'), { recursive: true });
  for (const name of ['src', 'backend.mjs', 'angular.json', 'tsconfig.json']) {
    cpSync(join(app, name), join(path, name), { recursive: true });
  }
  const read = (folder) => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const all = ({ dependencies, devDependencies }) => ({ ...dependencies, ...devDependencies });
  const there = all(read(path));
  const lacking = Object.entries(all(read(app))).filter(([name]) => !(name in there));
  const wanted = lacking.map(([name, range]) => `${name}@${versionOf(name) ?? range}`);
  await run('npm', 'install', '--prefer-offline', '--no-audit', '--no-fund', ...wanted);
  edit(join(path, 'src/app/routers.ts'), (text) => text.replace('8080', ports.shop).replace('8081', ports.office));
}

const edit = (path, change) => writeFileSync(path, change(readFileSync(path, 'utf8')));

/**
 * @param {import('./workspace.mjs').Workspace} workspace
 * @param {{ browser: import('playwright-core').Browser, step: import('./fresh.mjs').Check, check: import('./fresh.mjs').Check }} kit
 */
export async function appChecks(workspace, { browser, step, check }) {
  const { path, ng, serve } = workspace;
  const [shop, office, page] = await Promise.all(
    ['shop', 'office', 'page'].map((what) => freePort(0, { only: true, what })),
  );
  await step('the application and its packages', () => takeOver(workspace, { shop, office }));
  await step('ng build with prerendering, without a router', async () => {
    const printed = await ng('build');
    expect(/Prerendered 10 static routes/.test(printed), printed);
  });
  await step('ng build with a server', () => {
    const everything = (text) => text.replaceAll('RenderMode.Prerender', 'RenderMode.Server');
    edit(join(path, 'src/app/app.routes.server.ts'), everything);
    return ng('build');
  });
  const server = await serve(/Page on/, 'env', `PORT=${page}`, 'node', 'dist/shop/server/server.mjs');
  const url = `http://localhost:${page}`;
  try {
    for (const [route, shown] of Object.entries(WITHOUT_ROUTER)) {
      await check(`${route} from a server without a router`, () => renders(url + route, shown));
    }
    const backend = () => serve(/shop on/, 'node', 'backend.mjs', '--shop', `${shop}`, '--office', `${office}`);
    await useChecks({ url, backend, browser, check });
    await check('the server has no complaint', () => expect(server.printed().endsWith(url), server.printed()));
  } finally {
    await server.stop();
  }
}

/** A busy machine may be slow once. */
async function renders(url, shown) {
  let took = Infinity;
  for (let attempt = 0; attempt < 3 && took > PATIENCE; attempt += 1) {
    const begin = performance.now();
    const response = await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(30_000) });
    const text = response.headers.get('location') ?? (await response.text());
    took = performance.now() - begin;
    expect(text.includes(shown), `${response.status}, without '${shown}':\n${text}`);
  }
  expect(took < PATIENCE, `took ${took.toFixed()} ms`);
}
