// What npm would publish, packed once; and how a check says what it found.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));
export const manifest = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));

/** The paths below the package's name that can be imported: '', '/flow' … */
export const entries = Object.keys(manifest.exports)
  .filter((entry) => entry !== './package.json')
  .map((entry) => entry.slice(1));

/** A folder that is gone at the end. */
export function temporary(name) {
  const folder = mkdtempSync(join(tmpdir(), `rxwamp-${name}-`));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** The tarball, and npm's list of what is in it. */
export function pack() {
  const folder = temporary('pack');
  const [packed] = JSON.parse(
    execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }),
  );
  return { ...packed, tarball: join(folder, packed.filename), files: packed.files.map(({ path }) => path) };
}

/** Installs packages into a folder of their own, by npm and its cache. */
export function install(folder, ...packages) {
  execFileSync('npm', ['install', '--prefix', folder, '--no-package-lock', '--prefer-offline', ...packages], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

/** A project as users begin one: a folder with a package.json, this package as npm would publish it, and others. */
export function freshProject(name, packageJson, ...packages) {
  const folder = temporary(name);
  writeFileSync(join(folder, 'package.json'), JSON.stringify(packageJson));
  install(folder, pack().tarball, ...packages);
  return folder;
}

/** Prints the verdict, and makes the process fail where there are problems. */
export function check(name, problems) {
  console.log(`${problems.length > 0 ? 'FAIL' : 'ok  '} ${name}`);
  for (const problem of problems) console.log(`       ${problem}`);
  if (problems.length > 0) process.exitCode = 1;
}
