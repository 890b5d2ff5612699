// The steps of `npm run check`, `npm test` and `npm run verify`. A step begins when those that it `needs` have ended; .ci/runner.mjs
// says what the other words mean. The longest stand first, so that the short ones fill the gaps beside them.
import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { changedFiles, specsOf } from './changed.mjs';
import { findMiniBrowser } from './everywhere/find-webkit.mjs';
import { lookForFirefox } from './firefox.mjs';

const specs = (...files) => ['test:node', ...files];
const folders = ['cli', 'node'];
/** Three shares of the specs under Node, run by a process each. */
const shares = {
  'specs of Node': specs('spec/node/**/*.spec.ts'),
  'specs of the CLI': specs('spec/cli/**/*.spec.ts'),
  'other specs': specs('spec/**/*.spec.ts', `!spec/{${folders},browser,interop,bench}/**`),
};

export const test = [
  { name: 'build', run: ['build'] },
  ...Object.entries(shares).map(([name, run]) => ({ name, run, total: true })),
  { name: 'demo', run: ['test:e2e'], needs: ['build'], total: true },
  { name: 'types', run: ['types'], needs: ['build'] },
  { name: 'specs in Chromium', run: ['test:browser'], needs: ['build'], total: true },
  { name: 'lint', run: ['lint'], needs: ['build'] },
  { name: 'imports', run: ['imports'] },
  { name: 'format', run: ['format'] },
];

/** The same specs, counted line by line and no second time in the total. */
const counted = Object.entries(shares).map(([name, run]) => ({
  name: `coverage: ${name}`,
  run,
  env: { NODE_V8_COVERAGE: resolve('coverage/node/tmp') },
}));

export const verify = [
  { name: 'build', run: ['build'] },
  { name: 'interop set-up', run: ['interop:setup'], skip: () => lacking('go', 'python3') },
  {
    name: 'interop',
    run: ['test:interop'],
    needs: ['interop set-up'],
    total: true,
    skip: () => lacking('go', 'python3'),
  },
  { name: 'WebKit', run: ['check:webkit'], needs: ['build'], skip: noWebKit },
  { name: 'Firefox', run: ['test:browser', 'firefox'], needs: ['build'], skip: noFirefox },
  { name: 'old coverage', run: ['coverage:clean'] },
  ...counted.map((step) => ({ ...step, needs: ['old coverage'] })),
  {
    name: 'coverage: Chromium',
    run: ['test:browser'],
    env: { COVERAGE: '1' },
    needs: ['build', 'old coverage'],
  },
  { name: 'coverage', run: ['coverage'], needs: [...counted.map(({ name }) => name), 'coverage: Chromium'] },
  { name: 'bundlers', run: ['check:bundlers'], needs: ['build'] },
  { name: 'Angular', run: ['check:angular'], needs: ['build'], total: true },
  { name: 'chaos', run: ['check:chaos'] },
  { name: 'TypeScript', run: ['check:typescript'], needs: ['build'] },
  { name: 'ranges', run: ['check:ranges'] },
  { name: 'runtimes', run: ['check:runtimes'], needs: ['build'] },
  { name: 'package', run: ['check:package'], needs: ['build'] },
  { name: 'size', run: ['check:size'], needs: ['build'] },
  { name: 'README and guides', run: ['check:readme'], needs: ['build'] },
  { name: 'links', run: ['check:links'] },
  { name: 'reference', run: ['docs'] },
  { name: 'spelling', run: ['check:spelling'] },
  { name: 'unused', run: ['unused'] },
  { name: 'conformance', run: ['test:conformance'], skip: noTestSuite },
  // that they run: figures are for a quiet machine and more time
  { name: 'bench', run: ['check:bench'], needs: ['build'] },
  { name: 'soak', run: ['check:soak'] },
];

/** What changed since the last commit, in less than a minute. */
export function check() {
  const files = changedFiles();
  const sources = files.filter((file) => /\.(ts|m?js)$/.test(file));
  const found = specsOf(files);
  return [
    { name: 'types', run: ['types:src'] },
    { name: 'lint', run: ['lint', ...sources], skip: () => (sources.length === 0 ? 'no source changed' : undefined) },
    { name: 'format', run: ['format:of', ...files], skip: () => (files.length === 0 ? 'nothing changed' : undefined) },
    {
      name: 'specs',
      run: specs(...found),
      total: true,
      skip: () => (found.length === 0 ? 'no spec speaks of what changed' : undefined),
    },
  ];
}

/** The programs of a list that this machine has not. */
function lacking(...programs) {
  const missing = programs.filter((name) => spawnSync(name, ['--help'], { stdio: 'ignore' }).error);
  return missing.length > 0 ? `this machine has no ${missing.join(' and no ')}` : undefined;
}

function noFirefox() {
  return lookForFirefox() ? undefined : 'no Firefox on this machine';
}

function noWebKit() {
  return findMiniBrowser() ? undefined : 'this machine has no WebKitGTK with its driver and Xvfb';
}

function noTestSuite() {
  return process.env.WAMP_TESTSUITE ? undefined : 'WAMP_TESTSUITE names no checkout of the specification’s test suite';
}
