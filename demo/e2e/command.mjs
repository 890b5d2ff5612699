import { execFile } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { lastValueFrom } from 'rxjs';
import { ApplicationError, WampClient } from 'rxwamp';
import { check, expect, patience, root, startDemo } from './kit.mjs';

/** Paths that lead out of the project, or into what is not served. */
const forbidden = [
  '..',
  '../..',
  'src/../..',
  '/etc',
  '/',
  'C:\\',
  'src\0',
  '.git',
  '.git/config',
  'node_modules/../../x',
  'no/such/folder',
  7,
];

/** @param {import('./streams.mjs').Context} context */
export async function serviceChecks({ demo }) {
  await check('the service stays inside the project, whatever is asked for', async () => {
    const wamp = new WampClient({ realm: 'realm1', url: demo.router });
    try {
      for (const path of forbidden) {
        for (const procedure of ['demo.files.walk', 'demo.files.hash']) {
          const answer = await lastValueFrom(wamp.call(procedure, [path])).catch((error) => error);
          const refused = answer instanceof ApplicationError && answer.uri === 'wamp.error.invalid_argument';
          expect(refused, `${procedure}(${JSON.stringify(path)}) gave ${String(answer)}`);
        }
      }
    } finally {
      await wamp.close();
    }
  });

  await check('only the page itself may stop the router', async () => {
    const post = (/** @type {Record<string, string>} */ headers) =>
      fetch(new URL('control/router/stop', demo.page), { method: 'POST', headers }).then(({ status }) => status);
    expect((await post({})) === 403, 'a request without an origin was obeyed');
    expect((await post({ origin: 'http://example.org' })) === 403, 'another origin was obeyed');
    const { running } = await (await fetch(new URL('control/router', demo.page))).json();
    expect(running === true, 'the router is down');
  });

  await check('the page is served without a way out of its folder', async () => {
    for (const path of ['%2e%2e/node/service/main.js', '..%2f..%2fpackage.json', 'no-such-file.js']) {
      const { status } = await fetch(new URL(path, demo.page));
      expect(status === 404, `${path} gave ${status}`);
    }
  });
}

/** @param {import('./streams.mjs').Context} context */
export async function commandChecks({ demo }) {
  await check('a port that is taken is named', async () => {
    const second = await startDemo(['--port', new URL(demo.page).port, '--router-port', '0']);
    const code = await second.end();
    expect(code === 1 && /Port \d+ \(page\) is taken/.test(second.output()), `code ${code}: ${second.output()}`);
  });

  await check('--help tells the options, a wrong one is refused', async () => {
    const help = await startDemo(['--help']);
    expect((await help.end()) === 0 && help.output().includes('--port <n>'), help.output());
    const wrong = await startDemo(['--prot', '1']);
    expect((await wrong.end()) === 1 && wrong.output().includes('--prot'), wrong.output());
  });
}

/** @param {{ demo: Awaited<ReturnType<typeof startDemo>> }} context */
export async function endChecks({ demo }) {
  await check('Ctrl-C ends everything with code 0', async () => {
    const code = await demo.end('SIGINT');
    expect(code === 0, `code ${code}: ${demo.output()}`);
    await gone(demo);
  });

  await check('killed outright, it leaves nothing behind', async () => {
    const second = await startDemo(['--port', '0', '--router-port', '0']);
    expect(second.page, second.output());
    await second.end('SIGKILL');
    await gone(second);
  });
}

/**
 * Resolves when no process of a demo is left.
 *
 * @param {Awaited<ReturnType<typeof startDemo>>} demo
 */
async function gone(demo) {
  const port = new URL(demo.router).port; // stands in the command lines of the router and of the service
  let left = '';
  for (const end = Date.now() + patience; Date.now() < end; await pause(50)) {
    left = (await processes()).filter((line) => line.includes(port) && line.includes(root)).join('\n');
    if (left === '') return;
  }
  throw new Error(`still there:\n${left}`);
}

/** The command lines of all processes. */
async function processes() {
  const { stdout } = await promisify(execFile)('ps', ['-eo', 'args']);
  return stdout.split('\n');
}
