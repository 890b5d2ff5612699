// Other clients, installed from npm into an ignored folder: only this bench needs them.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));
export const cache = `${root}spec/.cache/bench/`;
const [major] = process.versions.node.split('.').map(Number);

/** Folder → what is in it. One folder each, for they want different versions of `ws` and of RxJS. */
export const PEERS = {
  autobahn: { autobahn: major >= 22 ? '26.3.1' : '22.11.1' },
  wampy: { wampy: '8.0.2', ws: '8.23.0' },
  thruway: { 'thruway.js': '2.0.7', rxjs: '5.5.12', ws: '6.2.3' },
};

/** Which of them rows are measured with. */
export const needed = (rows) => Object.keys(PEERS).filter((folder) => rows.some(({ names }) => names.includes(folder)));

/** Installs what is not there yet. */
export function install(folders, say) {
  for (const folder of folders) {
    const dependencies = PEERS[folder];
    const cwd = cache + folder;
    const manifest = JSON.stringify({ private: true, dependencies });
    const stamp = `${cwd}/installed.json`;
    if (existsSync(stamp) && readFileSync(stamp, 'utf8') === manifest) continue;
    say(`installing ${Object.keys(dependencies).join(', ')}`);
    rmSync(cwd, { recursive: true, force: true });
    mkdirSync(cwd, { recursive: true });
    writeFileSync(`${cwd}/package.json`, manifest);
    const args = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
    const { status } = spawnSync('npm', args, { cwd, stdio: ['ignore', 'ignore', 'inherit'] });
    if (status !== 0) throw new Error(`npm could not install ${folder}`);
    writeFileSync(stamp, manifest);
  }
}

/** Copies what is measured, so that a build meanwhile does not pull it away. Dependencies are found further up. */
export function freeze() {
  if (!existsSync(`${root}dist/index.js`)) throw new Error('dist/index.js is not there: `npm run build` first');
  const target = `${cache}rxwamp`;
  rmSync(target, { recursive: true, force: true });
  cpSync(`${root}dist`, `${target}/dist`, { recursive: true });
  cpSync(`${root}package.json`, `${target}/package.json`);
}

export const requireIn = (folder) => createRequire(`${cache}${folder}/package.json`);
export const requirePeer = (folder, name) => requireIn(folder)(name);

/** The version of a package that is really there. */
export function versionOf(folder, name) {
  const path = folder === '' ? `${root}node_modules/${name}` : `${cache}${folder}/node_modules/${name}`;
  return JSON.parse(readFileSync(`${path}/package.json`, 'utf8')).version;
}
