import { spawn } from 'node:child_process';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** What each of the two builds makes, and of what. */
const library = { product: 'dist/index.js', also: 'dist/cli/main.js', sources: ['src', 'package.json'] };
const demo = {
  product: 'demo/dist/page/index.html',
  also: 'demo/dist/node/service/main.js',
  sources: ['demo', 'src', 'package.json'],
};

const notSources = new Set(['dist', '.cache', 'node_modules']);

/**
 * The time of the latest change below a path, in ms since 1970.
 *
 * @param {string} path
 * @returns {Promise<number>}
 */
async function changed(path) {
  const found = await stat(path);
  if (!found.isDirectory()) return found.mtimeMs;
  const names = (await readdir(path)).filter((name) => !notSources.has(name));
  return Math.max(0, ...(await Promise.all(names.map((name) => changed(join(path, name))))));
}

/** @param {{ product: string, also: string, sources: string[] }} what */
async function stale({ product, also, sources }) {
  try {
    const made = Math.min(...(await Promise.all([product, also].map((path) => changed(join(root, path))))));
    const latest = await Promise.all(sources.map((path) => changed(join(root, path))));
    return Math.max(...latest) > made;
  } catch {
    return true; // not made yet
  }
}

/**
 * Builds what is missing or older than its sources.
 *
 * @param {(line: string) => void} say
 * @param {AbortSignal} [signal] gives it up
 */
export async function buildIfNeeded(say, signal) {
  if (await stale(library)) {
    await timed('Building the library', say, () => npm(['run', '--silent', 'build'], signal));
  }
  if (await stale(demo)) {
    await timed('Building the page and the service', say, () =>
      run(process.execPath, [join(root, 'demo/build.mjs')], { signal }),
    );
  }
}

/**
 * Shows that something is done, and for how long: on a terminal in one line.
 *
 * @param {string} what
 * @param {(line: string) => void} say
 * @param {() => Promise<void>} work
 */
async function timed(what, say, work) {
  const begin = performance.now();
  const took = () => `${Math.round((performance.now() - begin) / 1000)} s`;
  const { isTTY } = process.stdout;
  say(`${what} …`);
  const timer = setInterval(
    () => (isTTY ? process.stdout.write(`\r  ${took()} `) : say(`  ${took()}`)),
    isTTY ? 1_000 : 5_000,
  );
  try {
    await work();
  } finally {
    clearInterval(timer);
    if (isTTY) process.stdout.write('\r\u001B[K');
  }
  say(`  done in ${took()}`);
}

/**
 * npm tells its scripts where it lies; outside of one it is looked up.
 *
 * @param {string[]} args
 * @param {AbortSignal | undefined} signal
 */
function npm(args, signal) {
  const script = process.env['npm_execpath'];
  return script?.endsWith('.js')
    ? run(process.execPath, [script, ...args], { signal })
    : run('npm', args, { signal, shell: process.platform === 'win32' });
}

/**
 * @param {string} command
 * @param {string[]} args
 * @param {{ signal?: AbortSignal | undefined, shell?: boolean }} options
 * @returns {Promise<void>}
 */
function run(command, args, { signal, shell = false }) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, stdio: 'inherit', shell, ...(signal && { signal }) });
    child.on('error', reject);
    child.on('exit', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`\`${[command, ...args].join(' ')}\` failed${code === null ? '' : ` with code ${code}`}.`));
    });
  });
}
