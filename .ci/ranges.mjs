// The lowest and the newest version of every dependency that package.json allows: each set is installed beside a copy of the
// sources, and the specs of what stands on those packages run with it. `npm run check:ranges`.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const ranges = { ...manifest.dependencies, rxjs: manifest.peerDependencies.rxjs };
/** What runs the specs. */
const runners = ['esbuild', 'fast-check', 'https-proxy-agent', 'jasmine', 'tsx', 'tweetnacl', 'typescript'];
const specs = [
  'spec/{serializers,transports,auth,payload}/**/*.spec.ts',
  'spec/node/{websocket,websocket-options,rawsocket,longpoll,batched,auth}.spec.ts',
  'spec/node/fast-frames/*.spec.ts',
];

/** The lowest version of a range `^1.2.3`. */
const lowest = (range) => range.replace(/^\^/, '');

function run(cwd, command, ...args) {
  const { status } = spawnSync(command, args, { cwd, stdio: 'inherit' });
  return status === 0;
}

/** Whether the specs hold with these versions. */
function holds(name, versionOf) {
  const folder = mkdtempSync(join(tmpdir(), 'rxwamp-ranges-'));
  try {
    for (const part of ['src', 'spec', '.ci', 'tsconfig.json', '.npmrc']) {
      cpSync(join(root, part), join(folder, part), { recursive: true });
    }
    const dependencies = Object.fromEntries(Object.entries(ranges).map(([each, range]) => [each, versionOf(range)]));
    const devDependencies = Object.fromEntries(runners.map((each) => [each, manifest.devDependencies[each]]));
    const { peerDependencies: _peers, overrides = {}, ...rest } = manifest;
    const { 'cbor-extract': extract } = overrides;
    const made = { ...rest, dependencies, devDependencies, overrides: extract ? { 'cbor-extract': extract } : {} };
    writeFileSync(join(folder, 'package.json'), JSON.stringify(made));
    const installed = run(folder, 'npm', 'install', '--no-audit', '--no-fund', '--no-package-lock', '--loglevel=error');
    const listed = Object.keys(ranges).map((each) => {
      const { version } = JSON.parse(readFileSync(join(folder, 'node_modules', each, 'package.json'), 'utf8'));
      return `${each} ${version}`;
    });
    console.log(`${name}: ${listed.join(', ')}`);
    const jasmine = ['node_modules/jasmine/bin/jasmine.js', '--config=spec/jasmine.node.mjs', ...specs];
    const loaders = ['--conditions=rxwamp-src', '--import=tsx', '--import=./.ci/source.mjs'];
    return installed && run(folder, process.execPath, ...loaders, ...jasmine);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

for (const [name, versionOf] of [
  ['lowest', lowest],
  ['newest', (range) => range],
]) {
  if (holds(name, versionOf)) console.log(`ok   ${name} versions`);
  else {
    console.log(`FAIL ${name} versions`);
    process.exitCode = 1;
  }
}
