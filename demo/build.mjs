// Builds the demo into demo/dist: the service with tsc; the page with Angular's compiler (strict templates), its linker
// for the Angular packages, and esbuild. `node demo/build.mjs`; the library must have been built before.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { build as bundle } from 'esbuild';
import { angularLinker } from './server/linker.mjs';

const demo = fileURLToPath(new URL('.', import.meta.url));
const root = join(demo, '..');
const cache = join(demo, '.cache');
const page = join(demo, 'dist/page');
const require = createRequire(import.meta.url);
const execute = promisify(execFile);

const budget = 155_000; // bytes of script and styles that the page begins with, gzipped

/** Runs a compiler of node_modules and shows what it has to say. @param {string} program @param {string} project */
async function compile(program, project) {
  try {
    await execute(process.execPath, [program, '-p', project], { cwd: root });
  } catch (error) {
    const { stdout, stderr } = /** @type {{ stdout?: string, stderr?: string }} */ (error);
    throw new Error(`${project} does not compile:\n${stdout ?? ''}${stderr ?? ''}`, { cause: error });
  }
}

/**
 * The compiled page: a script, a style sheet, and parts that are loaded later.
 *
 * @returns {Promise<{ name: string, content: Uint8Array, early: boolean }[]>}
 */
async function bundlePage() {
  const result = await bundle({
    absWorkingDir: root,
    entryPoints: { page: join(cache, 'page/page/main.js'), styles: join(demo, 'page/styles/index.css') },
    outdir: page,
    entryNames: '[name]-[hash]',
    assetNames: '[name]-[hash]',
    chunkNames: 'part-[hash]',
    bundle: true,
    splitting: true, // what the page imports later, such as the inspector's views, is loaded later
    write: false,
    format: 'esm',
    target: ['chrome123', 'firefox121', 'safari17.5'],
    platform: 'browser',
    // The library's `imports` map chooses the WebSocket: this condition picks that of the browser.
    conditions: ['browser', 'module', 'import', 'default'],
    minify: true,
    sourcemap: 'linked',
    legalComments: 'none',
    loader: { '.woff2': 'file' },
    // As Angular's own tools for production: without its development checks the framework is half as big.
    define: { ngDevMode: 'false', ngJitMode: 'false', ngI18nClosureMode: 'false' },
    plugins: [angularLinker(join(cache, 'linked')), texts],
    logLevel: 'warning',
    metafile: true,
  });
  await onlyOnce(Object.keys(result.metafile.inputs));
  const early = beginning(result.metafile.outputs);
  return result.outputFiles.map(({ path, contents }) => {
    const name = basename(path);
    return { name, content: contents, early: early.has(name) };
  });
}

/** The names of the scripts and styles that the page cannot begin without. @param {import('esbuild').Metafile['outputs']} outputs */
function beginning(outputs) {
  const paths = new Set(Object.keys(outputs).filter((path) => /^(page|styles)-.*\.(js|css)$/.test(basename(path))));
  // a set may grow while it is iterated
  for (const path of paths) {
    for (const { path: next, kind } of outputs[path]?.imports ?? []) if (kind === 'import-statement') paths.add(next);
  }
  return new Set([...paths].map((path) => basename(path)));
}

/** Imports the text of a source: `import code from './example.ts?text'`. @type {import('esbuild').Plugin} */
const texts = {
  name: 'texts',
  setup(build) {
    build.onResolve({ filter: /\?text$/ }, ({ path, resolveDir }) => ({
      // what imports it was compiled into the cache
      path: resolve(resolveDir.replace(join(cache, 'page'), demo), path.replace('?text', '')),
      namespace: 'text',
    }));
    build.onLoad({ filter: /./, namespace: 'text' }, async ({ path }) => ({
      contents: await readFile(path, 'utf8'),
      loader: 'text',
    }));
  },
};

/** Fails on two copies of these: an Observable or injector of one is none to the other. @param {string[]} inputs */
async function onlyOnce(inputs) {
  for (const name of ['rxjs', '@angular/core']) {
    const copies = new Set(
      inputs.map((path) => path.split(`node_modules/${name}/`)).flatMap(([at, rest]) => (rest ? [at] : [])),
    );
    if (copies.size !== 1)
      throw new Error(`The page holds ${copies.size} copies of ${name}: ${[...copies].join(', ')}`);
  }
}

async function build() {
  const begin = performance.now();
  await Promise.all([
    rm(page, { recursive: true, force: true }),
    rm(join(demo, 'dist/node'), { recursive: true, force: true }),
    rm(join(cache, 'page'), { recursive: true, force: true }),
  ]);
  await Promise.all([
    compile(require.resolve('typescript/bin/tsc'), join(demo, 'service/tsconfig.json')),
    compile(join(root, 'node_modules/@angular/compiler-cli/bundles/src/bin/ngc.js'), join(demo, 'page/tsconfig.json')),
  ]);
  const files = await bundlePage();

  await mkdir(page, { recursive: true });
  await Promise.all(files.map(({ name, content }) => writeFile(join(page, name), content)));
  const named = (/** @type {string} */ start, /** @type {string} */ end) =>
    files.find(({ name }) => name.startsWith(start) && name.endsWith(end))?.name ?? '';
  const html = await readFile(join(demo, 'page/index.html'), 'utf8');
  const early = await script();
  await writeFile(join(page, early.name), early.content);
  await writeFile(
    join(page, 'index.html'),
    html
      .replace('styles.css', named('styles-', '.css'))
      .replace('early.js', early.name)
      .replace('page.js', named('page-', '.js')),
  );
  await cp(join(demo, 'page/icon.svg'), join(page, 'icon.svg'));
  print(
    files.filter(({ early }) => early),
    begin,
  );
}

/** Lines that must run before the first paint are a separate file, as the page's policy forbids inline scripts. */
async function script() {
  const content = await readFile(join(demo, 'page/early.js'));
  return { name: `early-${createHash('sha256').update(content).digest('hex').slice(0, 8)}.js`, content };
}

/** @param {{ name: string, content: Uint8Array }[]} files @param {number} begin */
function print(files, begin) {
  let total = 0;
  for (const { name, content } of files) {
    const zipped = gzipSync(content).length;
    total += zipped;
    console.log(`  ${name.padEnd(22)} ${kilo(content.length)}  ${kilo(zipped)} gzipped`);
  }
  console.log(
    `  page: ${kilo(total)} of ${kilo(budget)} gzipped, built in ${((performance.now() - begin) / 1000).toFixed(1)} s`,
  );
  if (total > budget) throw new Error('The page is over its budget.');
}

/** @param {number} bytes */
const kilo = (bytes) => `${(bytes / 1000).toFixed(1)} kB`.padStart(9);

try {
  await build();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
