// The built package in the hands of bundlers and test runners, in one fresh project: `npm run check:bundlers`, after `npm run build`.
// A bundler must print no warning and put no built-in of Node into what is for browsers; the bundle, which mixes import and require(),
// then runs in Chromium.
import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { findChrome, chromeFlags } from '../chrome.mjs';
import { check, freshProject, manifest, root } from '../pack.mjs';
import { openBrowser, outcomeOf } from './browser.mjs';
import { table } from './table.mjs';

const { devDependencies: mine } = manifest;
const versions = {
  vite: '8.4.0',
  webpack: '5.113.0',
  rollup: '4.68.8',
  '@rollup/plugin-node-resolve': '16.0.3',
  '@rollup/plugin-commonjs': '29.0.3',
  esbuild: mine.esbuild,
  parcel: '2.16.4',
  vitest: mine.vitest,
  jest: '30.5.2',
  'jest-environment-jsdom': '30.5.2',
  karma: mine.karma,
  'karma-jasmine': mine['karma-jasmine'],
  'karma-chrome-launcher': mine['karma-chrome-launcher'],
  'karma-webpack': '5.0.1',
  'jasmine-core': mine['jasmine-core'],
};
const project = freshProject(
  'bundlers',
  {
    type: 'module',
    private: true,
    // what src/transports/README.md tells users of Parcel to set
    '@parcel/resolver-default': { packageExports: true },
    alias: { buffer: false },
    overrides: { 'karma-jasmine': { 'jasmine-core': mine['jasmine-core'] } },
  },
  ...Object.entries({ rxjs: mine.rxjs, ...versions }).map(([name, version]) => `${name}@${version}`),
);
cpSync(join(root, '.ci', 'everywhere', 'app'), project, { recursive: true });
const resolve = createRequire(join(project, 'main.js')).resolve;
const load = async (name) => {
  const { default: whole, ...names } = await import(pathToFileURL(resolve(name)).href);
  return { ...(typeof whole === 'object' ? whole : { default: whole }), ...names };
};
process.chdir(project);
process.env.CHROME_BIN = findChrome();

/** Runs a program of the project; what it prints, and whether it ended well. */
const run = (file, args, env = {}) =>
  new Promise((done) => {
    const child = spawn(process.execPath, [...(args.flags ?? []), file, ...args], { env: { ...process.env, ...env } });
    let text = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (text += data));
    child.on('close', (code) => done({ ok: code === 0, text: text.trim() }));
  });
const bin = (name, path) => join(project, 'node_modules', name, path);
const failed = ({ ok, text }) => (ok ? [] : text.split('\n').slice(-60));

/** Bundlers: each builds index.html or main.js into a folder, and returns what it warned of. */
const bundlers = {
  async vite(outDir) {
    const { build } = await load('vite');
    const warnings = [];
    const warn = (message) => warnings.push(message);
    const quiet = () => undefined;
    const customLogger = { info: quiet, warn, warnOnce: warn, error: warn, clearScreen: quiet, hasErrorLogged: quiet };
    const limit = 5000; // kB: the program imports everything
    await build({ configFile: false, logLevel: 'warn', customLogger, build: { outDir, chunkSizeWarningLimit: limit } });
    return warnings;
  },
  async webpack(path) {
    const { default: webpack } = await load('webpack');
    const output = { path, filename: 'main.js' };
    const compile = (done) => webpack({ mode: 'production', entry: './main.js', performance: false, output }, done);
    const { errors, warnings } = (await promised(compile)).compilation;
    return [...errors, ...warnings].map(({ message }) => message);
  },
  async rollup(dir) {
    const [{ rollup }, { nodeResolve }, { default: commonjs }] = await Promise.all(
      ['rollup', '@rollup/plugin-node-resolve', '@rollup/plugin-commonjs'].map(load),
    );
    const warnings = [];
    const plugins = [nodeResolve({ browser: true }), commonjs()];
    const bundle = await rollup({ input: 'main.js', plugins, onwarn: ({ message }) => warnings.push(message) });
    await bundle.write({ dir, format: 'es' });
    return warnings;
  },
  async esbuild(outdir) {
    const { build } = await load('esbuild');
    const options = { bundle: true, format: 'esm', minify: true, logLevel: 'silent' };
    const { warnings, errors } = await build({ entryPoints: ['main.js'], outdir, ...options });
    return [...warnings, ...errors].map(({ text }) => text);
  },
  async parcel(folder) {
    const args = ['build', 'index.html', '--dist-dir', folder, '--no-cache', '--no-source-maps', '--no-autoinstall'];
    const { ok, text } = await run(bin('parcel', 'lib/bin.js'), args);
    return ok && !/warning|⚠/i.test(text) ? [] : text.split('\n');
  },
};
const promised = (start) => new Promise((done, fail) => start((error, value) => (error ? fail(error) : done(value))));

/** What the program is for in a test runner, by the functions that it has. */
const test = (imports, name) =>
  `${imports}import { scenario } from './scenario.js';\n${name}('nothing is wrong', async () => {
  const wrong = await scenario();
  if (wrong.length > 0) throw new Error(wrong.join());
});\n`;

const runners = {
  async vitest() {
    writeFileSync('vitest.test.js', test("import { test } from 'vitest';\n", 'test'));
    return failed(await run(bin('vitest', 'vitest.mjs'), ['run', 'vitest.test.js']));
  },
  async 'jest, CommonJS, without configuration'() {
    mkdirSync('commonjs');
    writeFileSync('commonjs/package.json', '{}');
    cpSync(join(root, '.ci', 'everywhere', 'jest'), 'commonjs', { recursive: true });
    const problems = [];
    for (const [environment, suites] of Object.entries({ node: ['rxwamp', 'binary'], jsdom: ['rxwamp'] })) {
      const args = ['--rootDir=commonjs', `--env=${environment}`, ...suites.map((suite) => `/${suite}[.]test`)];
      problems.push(...failed(await run(bin('jest', 'bin/jest.js'), args)));
    }
    return problems;
  },
  async 'jest, ES modules'() {
    mkdirSync('modules');
    writeFileSync('modules/package.json', '{ "type": "module" }');
    cpSync('scenario.js', 'modules/scenario.js');
    writeFileSync('modules/jest.test.js', test('', 'test'));
    const args = Object.assign(['--rootDir=modules', '--env=node'], { flags: ['--experimental-vm-modules'] });
    return failed(await run(bin('jest', 'bin/jest.js'), args));
  },
  async karma() {
    writeFileSync('karma.spec.js', test('', 'it'));
    writeFileSync(
      'karma.conf.cjs',
      `module.exports = (config) => config.set({
        frameworks: ['jasmine', 'webpack'],
        plugins: ['karma-jasmine', 'karma-chrome-launcher', 'karma-webpack'],
        files: ['karma.spec.js'],
        preprocessors: { 'karma.spec.js': ['webpack'] },
        browsers: ['Chromium'],
        customLaunchers: { Chromium: { base: 'ChromeHeadless', flags: ${JSON.stringify(chromeFlags)} } },
        webpack: {},
        singleRun: true,
      });`,
    );
    return failed(await run(bin('karma', 'bin/karma'), ['start', 'karma.conf.cjs']));
  },
  async 'node:test'() {
    writeFileSync('node.test.js', test("import { test } from 'node:test';\n", 'test'));
    return failed(await run('--test', ['node.test.js']));
  },
};

const rows = [];
const versionOf = (name) => JSON.parse(readFileSync(bin(name, 'package.json'), 'utf8')).version;
function found(label, problems) {
  check(label, problems);
  rows.push([label, problems.length === 0 ? 'yes' : 'no']);
}

const browser = await openBrowser();
for (const [name, bundle] of Object.entries(bundlers)) {
  const folder = join(project, 'out', name);
  const problems = await bundle(folder).catch((error) => [error.message]);
  const scripts =
    problems.length === 0 ? readdirSync(folder, { recursive: true }).filter((path) => /\.js$/.test(path)) : [];
  if (problems.length === 0 && scripts.length !== 1)
    problems.push(`${scripts.length} files of JavaScript, expected one`);
  for (const script of scripts) {
    const builtins =
      readFileSync(join(folder, script), 'utf8').match(/["']node:\w+["']|__vite-browser-external/g) ?? [];
    problems.push(...builtins.map((name) => `${name} in the bundle`), ...(await outcomeOf(browser, folder, script)));
  }
  found(`${name} ${versionOf(name)}`, problems);
}
await browser.close();

writeFileSync(
  'program.js',
  "import { rawSocket, webSocket } from 'rxwamp/node';\nwebSocket({ url: 'ws://localhost', headers: {} });\nrawSocket({ host: 'localhost', port: 1 });\n",
);
const { build } = await load('esbuild');
// what src/node/README.md tells users to set
const banner = { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" };
const settings = { bundle: true, platform: 'node', format: 'esm', banner, logLevel: 'silent' };
const { warnings } = await build({ entryPoints: ['program.js'], outfile: 'out/program.mjs', ...settings });
found(`esbuild ${versionOf('esbuild')}, for Node`, [
  ...warnings.map(({ text }) => text),
  ...failed(await run('out/program.mjs', [])),
]);

for (const [label, runner] of Object.entries(runners)) {
  const [name, ...more] = label.split(', ');
  const version = name.startsWith('node:') ? process.version.replace(/\..*/, '') : versionOf(name);
  found([`${name} ${version}`, ...more].join(', '), await runner());
}
await table('bundlers', ['bundler or test runner', 'works'], rows);
