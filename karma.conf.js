// Specs in Chromium: spec/**/*.spec.ts but for spec/{node,cli,schematics}, in one esbuild bundle. `npm run test:browser`;
// `COVERAGE=1` counts coverage, `-- --grep=<text>` picks specs, `CHROME_BIN` names a browser. `-- firefox` runs them in Firefox,
// where it is installed; `FIREFOX_BIN` names it.
import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import esbuild from 'esbuild';
import { createInstrumenter } from 'istanbul-lib-instrument';
import { chromeFlags, findChrome } from './.ci/chrome.mjs';
import { findFirefox } from './.ci/firefox.mjs';

const coverage = process.env.COVERAGE === '1';
const inFirefox = process.argv.includes('firefox');
const grep = process.argv.filter((arg) => arg.startsWith('--grep='));

/** esbuild plugin: istanbul counters in src/ alone, positions mapped back to the TypeScript. */
const instrument = {
  name: 'istanbul',
  setup(build) {
    build.onLoad({ filter: /[\\/]src[\\/].*\.ts$/ }, async ({ path }) => {
      if (/[\\/]node_modules[\\/]/.test(path)) return undefined;
      const source = await readFile(path, 'utf8');
      const js = await esbuild.transform(source, {
        loader: 'ts',
        target: 'es2022',
        sourcemap: 'external',
        sourcefile: basename(path), // istanbul resolves it against the file's folder
      });
      const counters = createInstrumenter({
        esModules: true,
        compact: false,
        preserveComments: true,
        // by name: a page with a strict CSP makes no function of text
        coverageGlobalScope: 'globalThis',
        coverageGlobalScopeFunc: false,
      });
      return {
        contents: counters.instrumentSync(js.code, path, JSON.parse(js.map)),
        loader: 'js',
        resolveDir: dirname(path),
      };
    });
  },
};

const specs = () =>
  readdirSync('spec', { recursive: true })
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) => file.endsWith('.spec.ts') && !/^(node|cli|schematics|interop|bench|\.)/.test(file))
    .sort();

/** Scripts of pages and workers that specs open. */
const pages = ['spec/browser/csp.page.ts', 'spec/browser/service-worker.page.ts'];

/** Karma preprocessor: all specs in one bundle, and each page in one, stack traces mapped back to the TypeScript. */
function bundle() {
  return async (_content, file) => {
    const page = pages.find((each) => file.originalPath.endsWith(each));
    const contents = page
      ? `import './${page.slice('spec/'.length)}';`
      : specs()
          .map((name) => `import './${name}';`)
          .join('\n');
    const out = await esbuild.build({
      stdin: { contents, resolveDir: 'spec', sourcefile: 'spec/karma.entry.ts' },
      bundle: true,
      write: false,
      format: 'esm',
      platform: 'browser',
      ignoreAnnotations: true, // package.json's sideEffects: false would drop the bare imports
      target: 'es2022',
      conditions: ['rxwamp-src'],
      sourcemap: 'external',
      outfile: 'spec/karma.entry.js',
      logLevel: 'error',
      plugins: coverage ? [instrument] : [],
    });
    const [map, js] = ['.map', '.js'].map((end) => out.outputFiles.find(({ path }) => path.endsWith(end)).text);
    file.path = file.originalPath.replace(/\.ts$/, '.js');
    file.type = 'module';
    file.sourceMap = JSON.parse(map);
    return `${js}\n//# sourceMappingURL=data:application/json;base64,${Buffer.from(map).toString('base64')}`;
  };
}

/** The library's own router on a loopback port; an Error where it does not start, so that the specs still run. */
async function startRouter() {
  try {
    const { createRouter } = await import('./dist/router/index.js');
    const { serveRouter } = await import('./dist/router/node/index.js');
    const served = await serveRouter(createRouter(), { port: 0, host: '127.0.0.1', longPoll: true });
    if (!/^wss?:/.test(served.url)) throw new Error(`serveRouter() gave no URL of a WebSocket but ${served.url}`);
    return served;
  } catch (error) {
    return new Error(`no router for the browser specs (is dist/ built?): ${error.message}`, { cause: error });
  }
}

/** Karma framework: hands the router's URLs to the specs as `__karma__.config.routerUrl` and `.longPollUrl`, and ends it with the run. */
function routerFramework(served) {
  function framework(config, emitter) {
    if (served instanceof Error) return;
    config.client.routerUrl = served.url;
    config.client.longPollUrl = served.longPollUrl;
    emitter.on('exit', (done) => {
      void Promise.resolve(served.close()).then(done, done);
    });
  }
  framework.$inject = ['config', 'emitter'];
  return framework;
}

/**
 * Karma reporter: the last line is the `N passed, N failed` that .ci/runner.mjs adds up. Counts as failures what Karma
 * itself lets pass: errors outside of specs, specs left out by a focused one (fit, fdescribe), a router not started.
 */
function totalsReporter(served) {
  function Totals() {
    const count = { passed: 0, failed: 0, pending: 0, excluded: 0 };
    this.adapters = [];
    this.onSpecComplete = (_browser, { success, pending, disabled }) => {
      count[pending ? 'pending' : disabled ? 'excluded' : success ? 'passed' : 'failed'] += 1;
    };
    this.onBrowserError = () => {
      count.failed += 1;
    };
    this.onRunComplete = (_browsers, results) => {
      const problems = [];
      if (served instanceof Error) problems.push(served.message);
      if (count.excluded > 0 && grep.length === 0) problems.push(`${count.excluded} specs left out by a focused one`);
      if (count.passed + count.failed === 0 && !results.error) problems.push('no spec ran');
      count.failed += problems.length;
      if (count.failed > 0) results.exitCode = 1;
      for (const problem of problems) console.log(`✗ ${problem}`);
      if (count.pending > 0) console.log(`${count.pending} pending`);
      console.log(`${count.passed} passed, ${count.failed} failed`);
    };
  }
  return Totals;
}

export default async function (config) {
  // the launchers read them
  if (inFirefox) process.env.FIREFOX_BIN = findFirefox();
  else process.env.CHROME_BIN = findChrome();
  const served = await startRouter();
  config.set({
    basePath: '',
    frameworks: ['jasmine', 'router'],
    plugins: [
      'karma-jasmine',
      inFirefox ? 'karma-firefox-launcher' : 'karma-chrome-launcher',
      'karma-coverage',
      {
        'preprocessor:bundle': ['factory', bundle],
        'framework:router': ['factory', routerFramework(served)],
        'reporter:totals': ['type', totalsReporter(served)],
      },
    ],
    files: [
      { pattern: 'spec/karma.entry.ts', type: 'module' },
      ...pages.map((pattern) => ({ pattern, type: 'module', included: false })),
    ],
    preprocessors: Object.fromEntries(['spec/karma.entry.ts', ...pages].map((file) => [file, ['bundle']])),
    reporters: ['dots', ...(coverage ? ['coverage'] : []), 'totals'],
    coverageReporter: { dir: 'coverage/browser', subdir: '.', reporters: [{ type: 'json' }] },
    client: {
      args: grep,
      // what hangs shall fail, what only runs on a slow machine shall not: 30 s
      jasmine: { random: true, forbidDuplicateNames: true, failSpecWithNoExpectations: true, timeoutInterval: 30_000 },
    },
    browsers: ['Headless'],
    customLaunchers: {
      Headless: inFirefox ? { base: 'FirefoxHeadless' } : { base: 'ChromeHeadless', flags: chromeFlags },
    },
    hostname: '127.0.0.1',
    listenAddress: '127.0.0.1',
    logLevel: config.LOG_WARN,
    colors: process.stdout.isTTY === true,
    singleRun: true,
    // ms; a page on a busy machine answers late
    pingTimeout: 60_000,
    browserDisconnectTimeout: 60_000,
    browserNoActivityTimeout: 120_000,
    failOnEmptyTestSuite: true,
  });
}
