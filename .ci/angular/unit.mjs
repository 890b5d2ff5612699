// Unit tests of users: those that `ng add` wrote and those of unit/, by the runner that `ng new` set up (Karma with zone.js in
// Angular 20, Vitest since), and by Jest with zone.js and without.
import { chmodSync, cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from '../../demo/e2e/kit.mjs';
import { chromeFlags, findChrome } from '../chrome.mjs';

const JEST = ['jest@30', 'jest-preset-angular@17', 'jest-environment-jsdom@30', 'jsdom@26', '@types/jest@30'];
const here = (name) => fileURLToPath(new URL(name, import.meta.url));

/**
 * @param {import('./workspace.mjs').Workspace} workspace
 * @param {{ check: import('./fresh.mjs').Check }} kit
 */
export async function unitChecks({ path, run, hasZone }, { check }) {
  const specs = (...without) =>
    cpSync(here('unit'), join(path, 'src', 'app', 'unit'), {
      recursive: true,
      filter: (file) => !without.some((each) => file.endsWith(each)),
    });
  const passes = async (count, command, ...args) => {
    const printed = await run(command, ...args);
    expect(count.test(printed), `not ${count}:\n${printed}`);
  };

  if (!hasZone) {
    specs('zone.spec.ts');
    await check('ng test', () => passes(/Tests +5 passed/, 'npx', 'ng', 'test', '--watch=false'));
    return;
  }
  specs();
  await check('ng test, by Karma', () => {
    const test = ['npx', 'ng', 'test', '--watch=false', '--browsers=ChromeHeadless'];
    return passes(/TOTAL: 6 SUCCESS/, 'env', `CHROME_BIN=${chromeFor(path)}`, ...test);
  });
  await check('Jest', async () => {
    await run('npm', 'install', '--save-dev', '--prefer-offline', '--no-audit', '--no-fund', ...JEST);
    cpSync(here('jest'), path, { recursive: true });
    await passes(/Tests: +11 passed/, 'npx', 'jest');
  });
}

/** Karma's launcher takes a program without arguments. */
function chromeFor(folder) {
  const file = join(folder, 'chrome.sh');
  writeFileSync(file, `#!/bin/sh\nexec '${findChrome()}' ${chromeFlags.join(' ')} "$@"\n`);
  chmodSync(file, 0o755);
  return file;
}
