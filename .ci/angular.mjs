// The packed library in fresh workspaces of Angular, one for each version side by side: `npm run check:angular`, after
// `npm run build`. `-- 21` takes one version.
import { join } from 'node:path';
import { check, startBrowser, totals } from '../demo/e2e/kit.mjs';
import { appChecks } from './angular/app.mjs';
import { freshChecks } from './angular/fresh.mjs';
import { unitChecks } from './angular/unit.mjs';
import { newWorkspace } from './angular/workspace.mjs';
import { pack, temporary } from './pack.mjs';

const versions = process.argv.length > 2 ? process.argv.slice(2).map(Number) : [20, 21, 22];

const { tarball } = pack();
const folder = temporary('angular');
const browser = await startBrowser();

/** The checks of one version. */
async function checksOf(major) {
  const alone = (name, body) => check(`Angular ${major}: ${name}`, body);
  /** One that the following need. */
  const step = async (name, body) => {
    let result;
    let held = false;
    await alone(name, async () => {
      result = await body();
      held = true;
    });
    if (!held) throw new Error(`Angular ${major}: what needs '${name}' was not tried`);
    return result;
  };
  const kit = { tarball, browser, step, check: alone };
  const workspace = await step('ng new', () => newWorkspace(major, join(folder, `${major}`)));
  await freshChecks(workspace, kit);
  await unitChecks(workspace, kit);
  // it uses what came with 21.1: injectors of routes that end with them
  if (major > 20) await appChecks(workspace, kit);
}

for (const { reason } of await Promise.allSettled(versions.map(checksOf))) if (reason) console.log(reason.message);
await browser.close();
console.log(`${totals.passed} passed, ${totals.failed} failed`);
process.exit(totals.failed === 0 && totals.passed > 0 ? 0 : 1);
