// The declarations of all entries under each TypeScript that users may have, as strict consumers see them who check libraries
// too: `npm run check:typescript`, after `npm run build`. Packs, and installs into a folder of its own. `-- --all` takes those between,
// too.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { table } from './everywhere/table.mjs';
import { check, entries, freshProject, install, manifest } from './pack.mjs';

const between = ['5.5.4', '5.6.3', '5.7.3', '5.9.3'];
const versions = ['5.4.5', '5.5.4', '5.6.3', '5.7.3', '5.8.3', '5.9.3', '6.0.3', '7.0.2'];
/** The first TypeScript that knows require() of ES modules, which the declarations for CommonJS stand on. */
const CJS = '5.8';
const { devDependencies } = manifest;
const peers = ['rxjs', '@angular/core', '@opentelemetry/api', '@types/node'];
const project = freshProject(
  'typescript',
  { type: 'module' },
  ...peers.map((name) => `${name}@${devDependencies[name]}`),
);

// what can be had without types of Node, and what needs them
const browser = entries.filter((entry) => !entry.endsWith('/node'));
const everything = (names) => names.map((name, i) => `export * as e${i} from '${manifest.name}${name}';\n`).join('');
const disposed = `import { WampClient } from 'rxwamp';
export async function main(): Promise<void> {
  await using wamp = new WampClient({ url: 'ws://localhost', realm: 'realm1' });
  wamp.publish('com.app.topic');
}
`;
// the names that CommonJS gets, by declarations of their own
const required = `import wamp = require('rxwamp');
import flow = require('rxwamp/flow');
export const client = new wamp.WampClient({ url: 'ws://localhost', realm: 'realm1' });
export const load = flow.backpressure(client);
`;
const files = {
  'all.ts': everything(entries),
  'browser.ts': everything(browser),
  'disposed.ts': disposed,
  'required.cts': required,
};
for (const [name, text] of Object.entries(files)) writeFileSync(join(project, name), text);

const lib = ['es2022', 'dom'];
const settings = {
  'all entries, nodenext': { module: 'nodenext', lib, types: ['node'], files: ['all.ts'] },
  'all entries, node16': { module: 'node16', lib, types: ['node'], files: ['all.ts'] },
  'browser entries, bundler, no types of Node': { moduleResolution: 'bundler', lib, types: [], files: ['browser.ts'] },
  'await using': { moduleResolution: 'bundler', lib: [...lib, 'esnext.disposable'], types: [], files: ['disposed.ts'] },
  'CommonJS, nodenext': { module: 'nodenext', lib, types: ['node'], files: ['required.cts'], since: CJS },
};
const rows = [];
for (const version of versions) {
  if (between.includes(version) && !process.argv.includes('--all')) {
    rows.push([`TypeScript ${version}`]);
    continue;
  }
  // a folder for each: side by side they would take each other's place in node_modules/.bin
  const folder = join(project, `typescript-${version}`);
  mkdirSync(folder);
  install(folder, `typescript@${version}`);
  const compiler = join(folder, 'node_modules', 'typescript');
  const { version: exact } = JSON.parse(readFileSync(join(compiler, 'package.json'), 'utf8'));
  const cells = [];
  for (const [name, { files, since, ...options }] of Object.entries(settings)) {
    if (since !== undefined && Number(version.slice(0, 3)) < Number(since)) {
      cells.push(`from ${since} on`);
      continue;
    }
    const config = join(project, 'tsconfig.json');
    const compilerOptions = { target: 'es2022', module: 'esnext', strict: true, skipLibCheck: false, noEmit: true };
    writeFileSync(config, JSON.stringify({ compilerOptions: { ...compilerOptions, ...options }, files }));
    const { status, stdout, stderr } = spawnSync(process.execPath, [join(compiler, 'bin', 'tsc'), '-p', config], {
      cwd: project,
      encoding: 'utf8',
    });
    check(`TypeScript ${exact}, ${name}`, status === 0 ? [] : `${stdout}${stderr}`.trim().split('\n').slice(0, 20));
    cells.push(status === 0 ? 'yes' : 'no');
  }
  rows.push([`TypeScript ${exact}`, ...cells]);
}
await table('typescript', ['compiler', ...Object.keys(settings)], rows);
