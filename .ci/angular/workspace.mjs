// A fresh Angular workspace, as `ng new` makes it.
import { execFile } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { commandsIn } from './commands.mjs';

const NODE = 24; // for the Angular versions that left the Node of this process

/** Versions of the CLI and of its builders come out one after the other: takes one that both have. */
async function newest(major) {
  const { stdout } = await promisify(execFile)('npm', ['view', `@angular/build@${major}`, 'version', '--json']);
  return [JSON.parse(stdout)].flat().at(-1);
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
  const [version, bin] = await Promise.all([newest(major), nodeFor(major, folder)]);
  const cli = ['--yes', '--prefer-offline', `--package=@angular/cli@${version}`, '--'];
  const options = ['--defaults', '--skip-git', '--skip-install'];
  await commandsIn(folder, bin).run('npm', 'exec', ...cli, 'ng', 'new', 'shop', ...options);
  const path = join(folder, 'shop');
  const { run, serve } = commandsIn(path, bin);
  await run('npm', 'install', '--prefer-offline', '--no-audit', '--no-fund');
  return { version, path, run, serve, ng: (...args) => run('npx', 'ng', ...args) };
}

/** @typedef {Awaited<ReturnType<typeof newWorkspace>>} Workspace */
