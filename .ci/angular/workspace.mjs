// A fresh Angular workspace, as `ng new` makes it.
import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { commandsIn } from './commands.mjs';

const NODE = 24; // for the Angular versions that left the Node of this process

/** Packages of Angular come out together, and those of its CLI. A registry may have the newest of one of them later than others. */
const FRAMEWORK = ['core', 'platform-server'];
const TOOLS = ['cli', 'build', 'ssr'];

/** The highest version that all of these packages have. */
async function newest(major, names) {
  const view = async (name) => {
    const { stdout } = await promisify(execFile)('npm', ['view', `@angular/${name}@${major}`, 'version', '--json']);
    return [JSON.parse(stdout)].flat();
  };
  const [first, ...others] = await Promise.all(names.map(view));
  const common = first.filter((version) => others.every((each) => each.includes(version)));
  return common.sort((a, b) => a.localeCompare(b, 'en', { numeric: true })).at(-1);
}

/** The folder of a Node that Angular runs on, from its npm package; nothing where this one will do. */
async function nodeFor(major, folder) {
  const [have, minor] = process.versions.node.split('.').map(Number);
  if (major < 22 || have >= 24 || (have === 22 && minor >= 22)) return undefined;
  const platform = process.platform === 'win32' ? 'win' : process.platform;
  const name = `node-${platform}-${process.arch}`;
  await commandsIn(folder).run('npm', 'install', '--prefix', folder, '--prefer-offline', `${name}@${NODE}`);
  return join(folder, 'node_modules', name, 'bin');
}

/**
 * A workspace with an application `shop` and its packages.
 *
 * @param {number} major Angular's
 * @param {string} folder
 */
export async function newWorkspace(major, folder) {
  mkdirSync(folder);
  const [framework, tools, bin] = await Promise.all([
    newest(major, FRAMEWORK),
    newest(major, TOOLS),
    nodeFor(major, folder),
  ]);
  const versionOf = (name) =>
    name.startsWith('@angular/') ? (TOOLS.includes(name.slice('@angular/'.length)) ? tools : framework) : undefined;
  const cli = ['--yes', '--prefer-offline', `--package=@angular/cli@${tools}`, '--'];
  const options = ['--defaults', '--skip-git', '--skip-install'];
  await commandsIn(folder, bin).run('npm', 'exec', ...cli, 'ng', 'new', 'shop', ...options);

  const path = join(folder, 'shop');
  const manifest = JSON.parse(readFileSync(join(path, 'package.json'), 'utf8'));
  for (const part of [manifest.dependencies, manifest.devDependencies]) {
    for (const name of Object.keys(part)) part[name] = versionOf(name) ?? part[name];
  }
  writeFileSync(join(path, 'package.json'), JSON.stringify(manifest, undefined, 2));
  const { run, serve } = commandsIn(path, bin);
  await run('npm', 'install', '--prefer-offline', '--no-audit', '--no-fund');
  const hasZone = 'zone.js' in manifest.dependencies;
  return { path, hasZone, versionOf, run, serve, ng: (...args) => run('npx', 'ng', ...args) };
}

/** @typedef {Awaited<ReturnType<typeof newWorkspace>>} Workspace */
